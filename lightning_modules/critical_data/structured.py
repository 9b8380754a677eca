"""Many independent decoders of one layer in one forward pass, without what they need not compute.

The loss stands at the last position, so that only it passes through output projection, feed-forward
layer and answer matrix. Keys and values belong to one token at one place: a table of 2 p rows and a
few constants is projected once and gathered for every pair. A leading axis of runs turns every
product into a batched one.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from data.randomness import stream
from lightning_modules.critical_data.settings import OneLayerShape, RunSettings


def initial_weights(shape: OneLayerShape, runs: Sequence[RunSettings]) -> Tensor:
    """The weights of every run before its first step, shape (runs, weights of a model), in fp32.

    Matrices have entries of variance 1 / width (the answer matrix: 1 / symbols), biases are 0, and
    all are multiplied by the run's scale.
    """
    return torch.stack([run.scale * _drawn(shape, run) for run in runs])


def _drawn(shape: OneLayerShape, run: RunSettings) -> Tensor:
    rng = stream(run.seed, "critical_data/weights", run.name)
    drawn = []
    for name, size in shape.parts.items():
        spread = shape.symbols if name == "answer" else shape.width
        values = rng.standard_normal(size) / math.sqrt(spread)
        drawn.append(np.zeros(size) if name.endswith("bias") else values)
    flat = np.concatenate([values.ravel() for values in drawn])
    return torch.from_numpy(flat).float()


def unpacked(shape: OneLayerShape, weights: Tensor) -> dict[str, Tensor]:
    """The weights by name, each with the axis of runs first, as views of the packed ones.

    Args:
        shape: Size of each model.
        weights: Packed weights of all runs, shape (runs, weights of a model).
    """
    sizes = [math.prod(size) for size in shape.parts.values()]
    pieces = weights.split(sizes, dim=1)
    return {
        name: piece.unflatten(1, size) if len(size) > 1 else piece
        for (name, size), piece in zip(shape.parts.items(), pieces, strict=True)
    }


def logits_of(shape: OneLayerShape, weights: Tensor, pairs: Tensor) -> Tensor:
    """The logits of all runs for their own questions, shape (runs, n, symbols).

    Args:
        shape: Size of each model.
        weights: Packed weights of all runs, shape (runs, weights of a model).
        pairs: First and second symbol of every question, shape (runs, n, 2).
    """
    w = unpacked(shape, weights)
    place = w["position"]
    firsts, seconds = (w["symbol"] + place[:, i, None] for i in (0, 1))
    constants = w["constant"] + place[:, 2:]
    rows = torch.cat([firsts, seconds, constants], dim=1)
    last = constants[:, -1:]
    mixed = _attended(shape, w, rows, last, pairs)
    stream_ = torch.baddbmm(last, mixed, w["output"])
    # In place: a fresh block of this size costs a fifth of the product on a CPU.
    hidden = torch.relu_(torch.baddbmm(w["up_bias"][:, None], stream_, w["up"]))
    stream_ = torch.baddbmm(stream_ + w["down_bias"][:, None], hidden, w["down"])
    return torch.bmm(stream_, w["answer"])


def _attended(
    shape: OneLayerShape, w: dict[str, Tensor], rows: Tensor, last: Tensor, pairs: Tensor
) -> Tensor:
    """What the last position takes from the others, shape (runs, n, width).

    Args:
        shape: Size of each model.
        w: Weights by name.
        rows: First symbols, second symbols and constants, each at its place, shape
            (runs, 2 p + constants, width).
        last: Row of the last token, shape (runs, 1, width).
        pairs: Symbols of every question, shape (runs, n, 2).
    """
    p, heads = shape.symbols, shape.heads
    size = shape.width // heads
    keys, values = torch.bmm(rows, torch.cat([w["key"], w["value"]], dim=2)).chunk(2, dim=2)
    query = torch.bmm(last, w["query"])
    scores = (keys * query).unflatten(2, (heads, size)).sum(3) / math.sqrt(size)
    first, second = pairs[:, :, 0], pairs[:, :, 1] + p
    constant = scores[:, None, 2 * p :].expand(-1, pairs.shape[1], -1, -1)
    choices = [_taken(scores, first)[:, :, None], _taken(scores, second)[:, :, None], constant]
    weights = torch.cat(choices, dim=2).softmax(dim=2)[..., None]
    by_head = values.unflatten(2, (heads, size))
    mixed: Tensor = weights[:, :, 0] * _taken(values, first).unflatten(2, (heads, size))
    mixed = mixed + weights[:, :, 1] * _taken(values, second).unflatten(2, (heads, size))
    for k in range(shape.constants):
        mixed = mixed + weights[:, :, 2 + k] * by_head[:, None, 2 * p + k]
    return mixed.flatten(2)


def _taken(table: Tensor, index: Tensor) -> Tensor:
    """Rows of every run's own table, shape (runs, n, columns)."""
    runs, rows, columns = table.shape
    shifted = index + torch.arange(0, runs * rows, rows, device=index.device)[:, None]
    return functional.embedding(shifted, table.reshape(runs * rows, columns))


def losses_of(logits: Tensor, answers: Tensor, counted: Tensor) -> Tensor:
    """Mean cross-entropy of each run over the questions that count, in nats, shape (runs,).

    Args:
        logits: Logits of every question, shape (runs, n, symbols).
        answers: Right answers, shape (runs, n).
        counted: 1 for a question of the run, 0 for one that only fills its row, shape (runs, n).
    """
    each = functional.cross_entropy(logits.flatten(0, 1), answers.flatten(), reduction="none")
    # `where`, because a filled row of a run that has diverged is no number, and 0 times it neither.
    kept = torch.where(counted > 0, each.view(answers.shape), 0.0)
    return kept.sum(dim=1) / counted.sum(dim=1)


def accuracies_of(logits: Tensor, answers: Tensor, counted: Tensor) -> Tensor:
    """Share of the questions that count and are answered rightly, by run; nan where none counts."""
    right = (logits.argmax(dim=2) == answers) * counted
    return right.sum(dim=1) / counted.sum(dim=1)
