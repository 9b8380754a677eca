"""What runs inside the stages: texts are drawn, layers measured, emulators compared."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.layer_emulators.selection.blocks import (
    Labels,
    adjusted_rand,
    labels_of,
    share_as_strong,
    strength,
    strength_at_distance,
)
from benchmarks.families.layer_emulators.selection.names import BLOCK_INFLUENCE, PERMUTED, RANDOM
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.files import write_atomic
from data.prior import load_prior
from data.randomness import stream
from data.sources.texts import SOURCES, check_source
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.selection.rules import select
from lightning_modules.layers.selection.similarity import cka_matrix, without_top

TEXTS, CHOSEN = "texts.json", "chosen.json"
_PURPOSE = "layer_emulators/selection"
_ENCODED = 64
"""Number of texts that are cut into tokens at a time."""
_DIGITS = 5
"""Digits after the point of what a record keeps of one layer, text or pair."""
Floats = NDArray[np.float64]


def draw_texts(
    folder: Path,
    *,
    seed: int,
    source: str,
    model: Path,
    tokens: int,
    read_tokens: int,
    counts: Sequence[int],
) -> Mapping[str, Any]:
    """Draw different texts that are long enough, as tokens, into `texts.json`.

    Args:
        folder: Receives the file.
        seed: Replicate; it decides which texts are drawn.
        source: Name of the human text.
        model: Checkpoint whose tokenizer cuts the texts.
        tokens: First tokens of a text that are kept.
        read_tokens: The same of the last of the three parts.
        counts: Numbers of texts to calibrate by, to evaluate on, and to read.

    Raises:
        BadInput: There is no source of this name, it has another content than is pinned, or too few
            texts of that length.
    """
    if source not in SOURCES:
        raise BadInput(f"unknown text {source!r}; use one of {', '.join(SOURCES)}")
    corpus, tokenizer = list(check_source(SOURCES[source])), load_tokenizer(model)
    order = iter(stream(seed, f"{_PURPOSE}/texts", source).permutation(len(corpus)).tolist())
    drawn: list[list[int]] = []
    while len(drawn) < sum(counts) and (some := list(islice(order, _ENCODED))):
        found = encode(tokenizer, [corpus[place].text for place in some])
        drawn += [ids[:tokens] for ids in found if len(ids) >= tokens]
    if len(drawn) < sum(counts):
        raise BadInput(
            f"{source} has {len(drawn)} texts of {tokens} tokens and more, {sum(counts)} are "
            "needed; use fewer texts or tokens"
        )
    calibration, evaluation, read = (
        drawn[sum(counts[:part]) : sum(counts[: part + 1])] for part in range(3)
    )
    parts = {
        "calibration": calibration,
        "evaluation": evaluation,
        "read": [ids[:read_tokens] for ids in read],
    }
    write_atomic(folder / TEXTS, json.dumps(parts))
    return {}


def measure_layers(
    folder: Path,
    *,
    seed: int,
    model: Path,
    texts: Path,
    rules: Sequence[str],
    shared: Sequence[str],
    kept: Sequence[int],
    draws: int,
    longest: int,
    blocks: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Measure every layer, and let the rules choose, into `chosen.json`.

    Args:
        folder: Receives the file.
        seed: Replicate; it decides what is drawn at random.
        model: Checkpoint of the model.
        texts: File of the texts.
        rules: Rules, and the control, whose emulators are measured.
        shared: Rules whose emulators are measured once more with shared layers.
        kept: Numbers of layers that emulators keep.
        draws: Emulators of the rule that draws, for each number of layers.
        longest: Most layers of an interval that is left out at once.
        blocks: Number of blocks that the layers are cut into.
        device: Device that the model runs on.
        advance: Told how many more tokens were read.
    """
    parts = json.loads(texts.read_text())
    measures = _measures(model, parts["calibration"], parts["read"], longest, device)
    states = measures.readings.outputs
    advance(sum(map(len, parts["read"])))
    unbiased = cka_matrix(states, unbiased=True)
    half = states.shape[1] // 2
    halves = (states[:, :half], states[:, half:])
    chosen = [
        {**one, "sharing": sharing}
        for n_kept in kept
        for sharing, names in ((False, rules), (True, shared))
        for rule in names
        for one in _chosen(rule, measures, n_kept, seed, draws)
    ]
    write_atomic(folder / CHOSEN, json.dumps(chosen))
    return {
        "layers": {
            "influence": rounded(measures.readings.influence),
            "cka": _triangle(measures.cka),
            "cka_rest": _triangle(measures.cka_rest),
            "cka_unbiased": rounded(np.diag(unbiased, 1)),
            "intervals": [
                [start, length, round(cost, _DIGITS)]
                for (start, length), cost in measures.interval_costs.items()
            ],
            "blocks": blocks_of([cka_matrix(part) for part in halves], blocks),
            "blocks_rest": blocks_of([cka_matrix(without_top(part)) for part in halves], blocks),
        },
        "tokens": measures.cost_of_reading.layer_tokens // measures.n_layers,
    }


def _measures(
    model: Path,
    texts: Sequence[Sequence[int]],
    read: Sequence[Sequence[int]] | None,
    longest: int,
    device: Device,
) -> Measures:
    whole: Any = load_prior(model, context=None, prefix=None).model
    return Measures(whole.to(device.kind), texts, read, longest=longest)


def _chosen(
    rule: str, measures: Measures, n_kept: int, seed: int, draws: int
) -> list[dict[str, Any]]:
    """What a rule, or the control, keeps: once, or once for each draw."""
    found = []
    for draw in range(draws if rule == RANDOM else 1):
        rng = stream(seed, f"{_PURPOSE}/{rule}", n_kept, draw)
        name = BLOCK_INFLUENCE if rule == PERMUTED else rule
        selection = select(name, measures, n_kept, rng=rng)
        kept = list(selection.kept)
        if rule == PERMUTED:
            kept = rng.permutation(kept).tolist()
        passes = round(selection.cost.token_passes, 1)
        found.append({"rule": rule, "draw": draw, "kept": kept, "token_passes": passes})
    return found


def blocks_of(halves: Sequence[Floats], n_blocks: int) -> dict[str, Any]:
    """Blocks by each half of the texts, measured on the other, as a record holds them.

    Args:
        halves: CKA of every two layers by the texts of each half.
        n_blocks: Number of blocks.
    """
    first, second = (labels_of(likeness, n_blocks) for likeness in halves)
    crossed = ((halves[1], first), (halves[0], second))
    measured = {
        "strength": strength,
        "strength_at_distance": strength_at_distance,
        "p": share_as_strong,
    }
    return {
        "boundaries": [_boundaries(labels) for labels in (first, second)],
        "agreement": adjusted_rand(first, second),
        **{
            name: float(np.mean([measure(likeness, labels) for likeness, labels in crossed]))
            for name, measure in measured.items()
        },
    }


def _boundaries(labels: Labels) -> list[int]:
    return (np.flatnonzero(np.diff(labels)) + 1).tolist()


def measure_emulators(
    folder: Path, *, model: Path, texts: Path, chosen: Path, device: Device, advance: Advance
) -> Mapping[str, Any]:
    """Measure the emulators that were chosen on texts that nobody chose by.

    Args:
        folder: The stage's folder, which receives nothing.
        model: Checkpoint of the model.
        texts: File of the texts.
        chosen: File of the layers that were chosen.
        device: Device that the model runs on.
        advance: Told how many more tokens an emulator has read.
    """
    parts = json.loads(texts.read_text())
    measures = _measures(model, parts["evaluation"], None, 1, device)
    n_tokens = sum(map(len, parts["evaluation"]))
    found = []
    for one in json.loads(chosen.read_text()):
        losses = measures.losses(one["kept"], "all" if one["sharing"] else None)
        found.append({**one, "losses": rounded(losses)})
        advance(n_tokens)
    return {
        "full": rounded(measures.full),
        "emulators": found,
        "tokens": n_tokens * len(found),
    }


def found(layers: Mapping[str, Any], emulators: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a record holds of the facts of both stages."""
    selection = {
        "layers": layers["layers"],
        "full": emulators["full"],
        "emulators": emulators["emulators"],
    }
    metrics = {"full/loss": _mean(emulators["full"])}
    for one in emulators["emulators"]:
        draw = f" {one['draw']}" if one["rule"] == RANDOM else ""
        shared = " shared" if one["sharing"] else ""
        metrics[f"{len(one['kept'])}/{one['rule']}{draw}{shared}/loss"] = _mean(one["losses"])
    return {"metrics": metrics, "selection": selection}


def _mean(losses: Sequence[float]) -> Metric:
    values = np.array(losses)
    stderr = float(values.std(ddof=1) / len(values) ** 0.5)
    return Metric(value=float(values.mean()), stderr=stderr, n=len(values), version=1)


def rounded(values: Floats) -> list[float]:
    """Numbers as a record keeps them; a digit more would be no knowledge."""
    return [round(float(value), _DIGITS) for value in values]


def _triangle(likeness: Floats) -> list[list[float]]:
    return [rounded(row[place + 1 :]) for place, row in enumerate(likeness[:-1])]
