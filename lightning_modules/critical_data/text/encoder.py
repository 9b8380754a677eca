"""Many independent encoders of one layer in one forward pass, without what they need not compute.

The class is read off the first token, the reader, so that in a model of one layer no other place
needs a query, an output projection or a feed-forward layer. The reader is the same token in every
text: its query is one vector of a model, keys are needed only as products with it, and values only
as their weighted mean, so that no matrix is applied to every token. What is computed is the same as
in an encoder that computes all (a test compares). A leading axis of runs turns every product into a
batched one.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from data.randomness import stream
from lightning_modules.critical_data.settings import RunSettings
from lightning_modules.critical_data.text.settings import FILL, EncoderShape


def initial_weights(shape: EncoderShape, runs: Sequence[RunSettings]) -> Tensor:
    """The weights of every run before its first step, shape (runs, weights of a model), in fp32.

    All entries have variance 1 / width, those that a feed-forward layer sends down 1 / inner width;
    biases are 0, and all are multiplied by the run's scale.
    """
    return torch.stack([run.scale * _drawn(shape, run) for run in runs])


def _drawn(shape: EncoderShape, run: RunSettings) -> Tensor:
    rng = stream(run.seed, "critical_data/text/weights", run.name)
    drawn = []
    for name, size in shape.parts.items():
        spread = shape.feed_forward if name == "down" else shape.width
        values = rng.standard_normal(size) / math.sqrt(spread)
        drawn.append(np.zeros(size) if name.endswith("bias") else values)
    return torch.from_numpy(np.concatenate([values.ravel() for values in drawn])).float()


def unpacked(shape: EncoderShape, weights: Tensor) -> dict[str, Tensor]:
    """The weights by name, each with the axis of runs first, as views of the packed ones.

    Args:
        shape: Size of each model.
        weights: Packed weights of all runs, shape (runs, weights of a model).
    """
    sizes = [math.prod(size) for size in shape.parts.values()]
    return {
        name: piece.unflatten(1, size) if len(size) > 1 else piece
        for (name, size), piece in zip(
            shape.parts.items(), weights.split(sizes, dim=1), strict=True
        )
    }


def logits_of(shape: EncoderShape, weights: Tensor, texts: Tensor) -> Tensor:
    """The logits of the classes of every text, shape (runs, texts, classes).

    Args:
        shape: Size of each model.
        weights: Packed weights of all runs, shape (runs, weights of a model).
        texts: Tokens of every text, shape (runs, texts, words), with `FILL` after its last word.
    """
    w = unpacked(shape, weights)
    reader = w["reader"][:, None]
    read = reader + torch.bmm(_values(shape, w, _mixed(shape, w, texts)), w["output"])
    hidden = torch.relu(torch.baddbmm(w["up_bias"][:, None], read, w["up"]))
    read = torch.baddbmm(read + w["down_bias"][:, None], hidden, w["down"])
    return torch.bmm(read, w["answer"])


def _mixed(shape: EncoderShape, w: dict[str, Tensor], texts: Tensor) -> Tensor:
    """What each head's attention takes of the tokens, shape (runs, texts, heads, width).

    That of the reader itself is in it.
    """
    runs, n, words = texts.shape
    sought = _sought(shape, w)
    tokens = _taken(w["token"], texts) + w["position"][:, None, :words]
    reader = w["reader"][:, None]
    scores = torch.bmm(tokens.flatten(1, 2), sought).unflatten(1, (n, words))
    scores = scores.masked_fill((texts == FILL)[..., None], -torch.inf)
    own = torch.bmm(reader, sought)[:, None].expand(-1, n, -1, -1)
    weights = torch.cat([own, scores], dim=2).softmax(dim=2)
    of_words = weights[:, :, 1:].flatten(0, 1).transpose(1, 2)
    of_tokens = torch.bmm(of_words, tokens.flatten(0, 1)).unflatten(0, (runs, n))
    mixed: Tensor = of_tokens + weights[:, :, 0, :, None] * reader[:, :, None]
    return mixed


def _sought(shape: EncoderShape, w: dict[str, Tensor]) -> Tensor:
    """What a token is multiplied with for its score in every head, shape (runs, width, heads)."""
    size = shape.width // shape.heads
    query = torch.bmm(w["reader"][:, None], w["query"]).unflatten(2, (shape.heads, size))
    keys = w["key"].unflatten(2, (shape.heads, size))
    sought: Tensor = (keys * query).sum(3) / math.sqrt(size)
    return sought


def _values(shape: EncoderShape, w: dict[str, Tensor], mixed: Tensor) -> Tensor:
    """The values of what the heads took, side by side, shape (runs, texts, width)."""
    values = w["value"].unflatten(2, (shape.heads, shape.width // shape.heads))
    return torch.einsum("rnhw,rwhd->rnhd", mixed, values).flatten(2)


def _taken(table: Tensor, texts: Tensor) -> Tensor:
    """Rows of every run's own table, shape (runs, texts, words, width)."""
    runs, rows, width = table.shape
    shifted = texts + torch.arange(0, runs * rows, rows, device=texts.device)[:, None, None]
    return functional.embedding(shifted, table.reshape(runs * rows, width))


def losses_of(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of each run, in nats, shape (runs,).

    Args:
        logits: Logits of every text, shape (runs, texts, classes).
        labels: Classes that are taught, shape (runs, texts).
    """
    each = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return each.view(labels.shape).mean(dim=1)
