"""The number that decides each claim about selection, from the record of one seed."""

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import mean, median

import numpy as np
from scipy import stats

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection.names import (
    BLOCK_INFLUENCE,
    CKA,
    CKA_REST,
    INTERVALS,
    PERMUTED,
    RANDOM,
    SKIP_COST,
    UNIFORM,
)
from benchmarks.families.layer_emulators.selection.record import Blocks, Layers, Selected

Records = Sequence[EmulatorRecord]
"""The record of one seed."""
LEAST_STRENGTH, MOST_P, LEAST_AGREEMENT = 0.2, 0.01, 0.5
"""What layers must reach to form blocks: CKA within less across, share of partitions that are as
strong, adjusted Rand index over other texts."""
ALIKE = 0.98
"""CKA of what enters and what leaves a layer from which the measure says that it does nothing."""


def found_in(records: Records) -> Selected:
    """What the one record of a selection found."""
    (record,) = records
    assert record.selection is not None, "the recipe is one of selection"
    return record.selection


def numbers_kept(found: Selected) -> list[int]:
    """Numbers of layers of the emulators, most first."""
    return sorted({len(one.kept) for one in found.emulators}, reverse=True)


def loss_of(found: Selected, rule: str, n_kept: int, *, sharing: bool = False) -> float:
    """Loss of the emulator of a rule, mean over draws, in nats per token."""
    return mean(one.loss for one in found.of(rule, n_kept, sharing=sharing))


def adjacent(layers: Layers, name: str = "cka") -> list[float]:
    """CKA of what enters and what leaves each layer, from the second layer on."""
    return [row[0] for row in getattr(layers, name)]


def least_of_blocks(records: Records) -> float:
    """How far the blocks are what the claim asks for, as a share of it; the least of three.

    0 is just enough of the worst: strength above .2, p below .01, agreement above .5.
    """
    return _least_of(found_in(records).layers.blocks)


def least_of_rest(records: Records) -> float:
    """The same of the blocks without each layer's direction of largest variance."""
    return _least_of(found_in(records).layers.blocks_rest)


def _least_of(blocks: Blocks) -> float:
    return min(
        blocks.strength / LEAST_STRENGTH - 1,
        1 - blocks.p / MOST_P,
        blocks.agreement / LEAST_AGREEMENT - 1,
    )


def blocks_at_distance(records: Records) -> float:
    """CKA of two layers of one block less that of layers of two, of pairs equally far apart."""
    return found_in(records).layers.blocks.strength_at_distance


def _over_numbers(records: Records, of: Callable[[Selected, int], float]) -> float:
    """Median over the numbers of layers that emulators keep."""
    found = found_in(records)
    return median(of(found, n_kept) for n_kept in numbers_kept(found))


def cka_less_best(records: Records) -> float:
    """Loss of CKA centres less that of the best of three cheap rules; median over sizes.

    They are uniform dropping, dropping at random (mean of its draws), and block influence.
    """
    return _over_numbers(records, _cka_less_best)


def _cka_less_best(found: Selected, n_kept: int) -> float:
    best = min(loss_of(found, rule, n_kept) for rule in (UNIFORM, RANDOM, BLOCK_INFLUENCE))
    return loss_of(found, CKA, n_kept) - best


def cka_less_uniform(records: Records) -> float:
    """Loss of CKA centres less that of uniform dropping; median over sizes."""
    return _over_numbers(records, lambda found, n: _less(found, n, CKA, UNIFORM))


def cka_less_random(records: Records) -> float:
    """Loss of CKA centres less that of random layers, mean over draws; median over sizes."""
    return _over_numbers(records, lambda found, n: _less(found, n, CKA, RANDOM))


def rest_less_cka(records: Records) -> float:
    """Loss of centres by CKA without the top direction less that of CKA centres; median."""
    return _over_numbers(records, lambda found, n: _less(found, n, CKA_REST, CKA))


def intervals_less_single(records: Records) -> float:
    """Loss of the best intervals less that of the dearest single layers; median over sizes."""
    return _over_numbers(records, lambda found, n: _less(found, n, INTERVALS, SKIP_COST))


def permuted_less_ordered(records: Records) -> float:
    """Loss of the layers of block influence in another order less that in theirs; median."""
    return _over_numbers(records, lambda found, n: _less(found, n, PERMUTED, BLOCK_INFLUENCE))


def _less(found: Selected, n_kept: int, rule: str, other: str) -> float:
    return loss_of(found, rule, n_kept) - loss_of(found, other, n_kept)


def influence_over_cka(records: Records) -> float:
    """Ln of the rise of the loss by block influence over that by CKA centres; median over sizes.

    NaN where an emulator is no worse than the whole model at the middle size.
    """
    return _over_numbers(records, _influence_over_cka)


def _influence_over_cka(found: Selected, n_kept: int) -> float:
    rises = [loss_of(found, rule, n_kept) - found.full_loss for rule in (BLOCK_INFLUENCE, CKA)]
    return math.log(rises[0] / rises[1]) if min(rises) > 0 else math.nan


def sharing_raises(records: Records) -> float:
    """Rise of an emulator's loss when its layers are shared; median over rules and sizes."""
    found = found_in(records)
    return median(
        one.loss - loss_of(found, one.rule, len(one.kept)) for one in found.emulators if one.sharing
    )


def interval_over_sum(records: Records) -> float:
    """Ln of the mean cost of intervals of several layers over the mean sum of their layers' costs.

    NaN where one of the means is not above 0.
    """
    pairs = interval_pairs(found_in(records).layers)
    whole, parts = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    return math.log(whole / parts) if min(whole, parts) > 0 else math.nan


def interval_pairs(layers: Layers) -> list[tuple[float, float]]:
    """Cost of every interval of several layers, and the sum of its layers' costs."""
    single = layers.skip_costs
    return [
        (cost, sum(single[start : start + length]))
        for start, length, cost in layers.intervals
        if length > 1
    ]


def dearest_unseen(records: Records) -> float:
    """Largest rise of the loss without a layer whose states are alike before and after it.

    They are where their CKA is `ALIKE` or more; NaN where no layer has such states.
    """
    layers = found_in(records).layers
    return max((cost for _, cost in unseen(layers)), default=math.nan)


def unseen(layers: Layers) -> list[tuple[int, float]]:
    """Layers whose states are alike before and after them, and the rise of the loss without."""
    costs = layers.skip_costs
    likeness = enumerate(adjacent(layers), start=1)
    return [(layer, costs[layer]) for layer, cka in likeness if cka >= ALIKE]


def influence_foretells_more(records: Records) -> float:
    """Rank correlation of skip costs with block influence, less that with 1 - CKA.

    CKA of what enters and what leaves a layer; from the second layer on.
    """
    layers = found_in(records).layers
    costs = layers.skip_costs[1:]
    changes = [1 - cka for cka in adjacent(layers)]
    return rank_correlation(costs, layers.influence[1:]) - rank_correlation(costs, changes)


def rank_correlation(first: Iterable[float], second: Iterable[float]) -> float:
    """Spearman's rho; NaN where one does not vary."""
    one, other = list(first), list(second)
    if len(set(one)) < 2 or len(set(other)) < 2:
        return math.nan
    return float(stats.spearmanr(one, other).statistic)


def price_and_loss(records: Records) -> float:
    """Rank correlation over rules of what a rule asks of the model with its median loss.

    Below 0 the rules that ask more make better emulators.
    """
    found = found_in(records)
    rules = [one for one in dict.fromkeys(e.rule for e in found.emulators) if one != PERMUTED]
    prices = [found.of(rule, numbers_kept(found)[0])[0].token_passes for rule in rules]
    losses = [median(loss_of(found, rule, n) for n in numbers_kept(found)) for rule in rules]
    return rank_correlation(prices, losses)


def price_and_loss_of_asking(found: Selected) -> float:
    """The same of the rules that ask the model anything, so that asking at all does not decide."""
    rules = [one for one in dict.fromkeys(e.rule for e in found.emulators) if one != PERMUTED]
    prices = {rule: found.of(rule, numbers_kept(found)[0])[0].token_passes for rule in rules}
    asking = [rule for rule in rules if prices[rule] > 0]
    losses = [median(loss_of(found, rule, n) for n in numbers_kept(found)) for rule in asking]
    return rank_correlation([prices[rule] for rule in asking], losses)
