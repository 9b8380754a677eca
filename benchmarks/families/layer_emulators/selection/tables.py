"""Tables of the study of selection, from its records: rules, layers, blocks, intervals."""

from collections.abc import Callable, Sequence
from itertools import combinations
from statistics import mean, median

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.comparing.differences import with_interval
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection import statistics as of
from benchmarks.families.layer_emulators.selection.blocks import adjusted_rand
from benchmarks.families.layer_emulators.selection.names import (
    BLOCK_INFLUENCE,
    CKA,
    CKA_MEAN,
    CKA_REST,
    INTERVALS,
    PERMUTED,
    RANDOM,
    SKIP_COST,
    UNIFORM,
)
from benchmarks.families.layer_emulators.selection.record import Blocks, Selected
from benchmarks.families.layer_emulators.selection.study import layer_emulators_selection
from benchmarks.running.record import Envelope

RULES = {
    SKIP_COST: "cost of skipping a layer",
    INTERVALS: "cost of intervals, exact optimum",
    BLOCK_INFLUENCE: "block influence",
    CKA: "CKA clusters (CRaSh)",
    CKA_MEAN: "CKA clusters, mean linkage",
    CKA_REST: "CKA clusters without top direction",
    UNIFORM: "equal distances",
    RANDOM: "at random",
    PERMUTED: "control: block influence, another order",
}
"""The rules in words, in the order of the page."""
TOLD = 0.5
"""Rise of the loss from which a layer has a line of its own, in nats per token."""
Floats = NDArray[np.float64]
_DIGITS = 2
"""Digits of a loss behind the point."""


def selections(records: Sequence[Envelope]) -> list[Selected]:
    """What the study found, in the order of its seeds."""
    digest = layer_emulators_selection().digest
    mine = [r for r in records if isinstance(r, EmulatorRecord) and r.digest == digest]
    mine.sort(key=lambda record: record.seed)
    return [record.selection for record in mine if record.selection is not None]


def rise(found: Selected, rule: str, n_kept: int, *, sharing: bool = False) -> float:
    """How far an emulator's loss lies above that of the whole model, in nats per token."""
    return of.loss_of(found, rule, n_kept, sharing=sharing) - found.full_loss


def rules_frame(found: Sequence[Selected]) -> pd.DataFrame:
    """Rise of the loss by rule and number of layers, and what the rule asks of the model."""
    numbers = of.numbers_kept(found[0])
    return pd.DataFrame(
        [
            {
                "layers kept by": words,
                "tokens asked": f"{price(found, rule):,.0f}",
                **{
                    f"{n} of {found[0].layers.n_layers}": with_interval(
                        [rise(one, rule, n) for one in found], _DIGITS
                    )
                    for n in numbers
                },
            }
            for rule, words in RULES.items()
            if found[0].of(rule, numbers[0])
        ]
    )


def price(found: Sequence[Selected], rule: str) -> float:
    """Tokens that would have gone through the whole model for a rule, mean over seeds."""
    numbers = of.numbers_kept(found[0])
    return mean(one.of(rule, numbers[0])[0].token_passes for one in found)


def sharing_frame(found: Sequence[Selected]) -> pd.DataFrame:
    """How much sharing raises the loss of an emulator that nobody trained."""
    numbers = of.numbers_kept(found[0])
    shared = list(dict.fromkeys(one.rule for one in found[0].emulators if one.sharing))
    return pd.DataFrame(
        [
            {
                "layers kept by": RULES[rule],
                **{
                    f"{n} of {found[0].layers.n_layers}": with_interval(
                        [rise(one, rule, n, sharing=True) - rise(one, rule, n) for one in found],
                        _DIGITS,
                    )
                    for n in numbers
                },
            }
            for rule in shared
        ]
    )


def over_seeds(found: Sequence[Selected], read: Callable[[Selected], Sequence[float]]) -> Floats:
    """Numbers of every layer, shape (seeds, layers)."""
    return np.array([read(one) for one in found], dtype=np.float64)


def layers_frame(found: Sequence[Selected]) -> pd.DataFrame:
    """The layers that cost most to skip, with what else was measured of them."""
    costs = over_seeds(found, lambda one: one.layers.skip_costs)
    influence = over_seeds(found, lambda one: one.layers.influence)
    likeness = {
        "CKA of input and output": over_seeds(found, lambda one: of.adjacent(one.layers)),
        "without bias": over_seeds(found, lambda one: one.layers.cka_unbiased),
        "without top direction": over_seeds(found, lambda one: of.adjacent(one.layers, "cka_rest")),
    }
    dear = [layer for layer in np.argsort(-costs.mean(axis=0)) if costs[:, layer].mean() >= TOLD]
    return pd.DataFrame(
        [
            {
                "layer": str(layer),
                "loss without it": f"+{with_interval(costs[:, layer].tolist(), _DIGITS)}",
                "block influence": with_interval(influence[:, layer].tolist(), 3),
                **{
                    name: with_interval(values[:, layer - 1].tolist(), 3) if layer else "—"
                    for name, values in likeness.items()
                },
            }
            for layer in dear
        ]
    )


def foretelling_frame(found: Sequence[Selected]) -> pd.DataFrame:
    """How well a number of each layer tells what skipping it costs: Spearman's rho."""
    told: dict[str, Callable[[Selected], Sequence[float]]] = {
        "block influence": lambda one: one.layers.influence[1:],
        "1 - CKA of input and output": lambda one: _changes(of.adjacent(one.layers)),
        "the same without bias": lambda one: _changes(one.layers.cka_unbiased),
        "the same without top direction": lambda one: _changes(of.adjacent(one.layers, "cka_rest")),
    }
    return pd.DataFrame(
        [
            {
                "number of a layer": name,
                "rank correlation with the cost of skipping it": with_interval(
                    [of.rank_correlation(one.layers.skip_costs[1:], told_by(one)) for one in found],
                    _DIGITS,
                ),
            }
            for name, told_by in told.items()
        ]
    )


def _changes(likeness: Sequence[float]) -> list[float]:
    return [1 - one for one in likeness]


def blocks_frame(found: Sequence[Selected]) -> pd.DataFrame:
    """Blocks by CKA as it is and without top directions: strength, chance, agreement."""
    kinds: dict[str, list[Blocks]] = {
        "CKA": [one.layers.blocks for one in found],
        "without top direction": [one.layers.blocks_rest for one in found],
    }
    n_layers = found[0].layers.n_layers
    return pd.DataFrame(
        [
            {
                "": name,
                "blocks begin at": commonest(blocks),
                "within less across": with_interval([one.strength for one in blocks], _DIGITS),
                "at equal distance": with_interval(
                    [one.strength_at_distance for one in blocks], _DIGITS
                ),
                "p over all boundaries": with_interval([one.p for one in blocks], 4),
                "agreement of two halves of texts": with_interval(
                    [one.agreement for one in blocks], _DIGITS
                ),
                "of two seeds": f"{agreement(blocks, n_layers):.2f}" if len(blocks) > 1 else "—",
            }
            for name, blocks in kinds.items()
        ]
    )


def commonest(blocks: Sequence[Blocks]) -> str:
    """The boundaries that most halves of the texts have, and how many of them."""
    halves = [half for one in blocks for half in one.boundaries]
    most = max(dict.fromkeys(halves), key=halves.count)
    return f"0, {', '.join(map(str, most))} ({halves.count(most)} of {len(halves)})"


def agreement(blocks: Sequence[Blocks], n_layers: int) -> float:
    """Adjusted Rand index of the blocks of two seeds, mean over all pairs of first halves."""
    places = np.arange(n_layers)
    labels = [np.searchsorted(one.boundaries[0], places, side="right") for one in blocks]
    return mean(adjusted_rand(one, other) for one, other in combinations(labels, 2))


def intervals_values(found: Sequence[Selected]) -> dict[str, str]:
    """How costs of intervals compare with sums of single costs, in words."""
    by_seed = [of.interval_pairs(one.layers) for one in found]
    ratio = [float(np.mean([a for a, _ in p]) / np.mean([b for _, b in p])) for p in by_seed]
    numbers = of.numbers_kept(found[0])
    promised = {
        n: mean(_promise(one, n) for one in found)
        for n in (numbers[0], numbers[len(numbers) // 2], numbers[-1])
    }
    return {
        "n": str(len(by_seed[0])),
        "ratio": with_interval(ratio, _DIGITS),
        "larger": f"{100 * mean(mean(a > b for a, b in pairs) for pairs in by_seed):.0f} %",
        "rank": with_interval(
            [of.rank_correlation(*zip(*pairs, strict=True)) for pairs in by_seed], _DIGITS
        ),
        "promise": "; ".join(
            f"{n} layers: +{promise:.2f} promised, "
            f"+{mean(rise(one, INTERVALS, n) for one in found):.2f} found"
            for n, promise in promised.items()
        ),
    }


def _promise(found: Selected, n_kept: int) -> float:
    """Sum of the costs of the intervals that the exact optimum leaves out."""
    (best,) = found.of(INTERVALS, n_kept)
    costs = {(start, length): cost for start, length, cost in found.layers.intervals}
    left_out = sorted(set(range(found.layers.n_layers)) - set(best.kept))
    total, start = 0.0, None
    for layer in left_out:
        start = layer if start is None else start
        if layer + 1 not in left_out:
            total += costs[start, layer + 1 - start]
            start = None
    return total


def middle(found: Sequence[Selected], rule: str) -> str:
    """Median over numbers of layers of a rule's rise of the loss, with its interval over seeds."""
    numbers = of.numbers_kept(found[0])
    return with_interval([median(rise(one, rule, n) for n in numbers) for one in found], _DIGITS)
