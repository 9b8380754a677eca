"""The number that decides each claim about linear representations, from one seed."""

from collections.abc import Mapping, Sequence
from math import log10

from benchmarks.families.story_style.linear.names import (
    ERASED,
    GAP,
    GAP_SCALED,
    NONE,
    PAIRS,
    TWO_NOVELS,
    WRITTEN,
)
from benchmarks.running.record import StudyRecord

Records = Sequence[StudyRecord]
"""One record per arm that a claim names, all of one seed."""
CHANCE = 0.5
"""Balanced accuracy of a probe that knows nothing, of two styles."""
MOST_LOST = 0.05
"""Share of the variance of content that a loss may cost."""


def value(record: StudyRecord, what: str, name: str) -> float:
    """A measure of what is called so."""
    return record.metrics[f"{what}/{name}"].value


def best_probe(record: StudyRecord, name: str) -> float:
    """Accuracy of the better of two probes: learnt on the training stories, or on further works."""
    return max(value(record, what, name) for what in ("probe", "other probe"))


def removed(record: StudyRecord, name: str) -> float:
    """Share of the style that a probe reads without a loss which it does not read here.

    What a probe reads is its accuracy above chance, by the better of two probes.
    """
    before = best_probe(record, NONE) - CHANCE
    return (before - (best_probe(record, name) - CHANCE)) / before


def lost(record: StudyRecord, name: str) -> float:
    """Share of the variance of content that is given back without a loss and not here."""
    return value(record, "content", NONE) - value(record, "content", name)


def _pairs(records: Records) -> Mapping[str, StudyRecord]:
    found = {record.arm: record for record in records}
    return {arm: found[arm] for arm in PAIRS}


def fall_at_little_cost(records: Records) -> float:
    """Fall of the better probe by the loss of weight 1, the lesser of two pairs of authors.

    No fall counts where the content lost is `MOST_LOST` or more.
    """
    return min(map(_fall, _pairs(records).values()))


def _fall(record: StudyRecord) -> float:
    name = WRITTEN[1.0]
    fall = best_probe(record, NONE) - best_probe(record, name)
    return fall if lost(record, name) < MOST_LOST else min(fall, 0.0)


def removed_by_written(records: Records) -> float:
    """Share of style removed at the weight that removes most, the lesser of two pairs."""
    return min(
        max(removed(record, name) for name in WRITTEN.values())
        for record in _pairs(records).values()
    )


def shrunk_by_written(records: Records) -> float:
    """Factor of ten by which the largest weight shrinks the variance, the lesser of two pairs."""
    largest = WRITTEN[max(WRITTEN)]
    return min(
        log10(_variance(record, NONE) / _variance(record, largest))
        for record in _pairs(records).values()
    )


def _variance(record: StudyRecord, name: str) -> float:
    """Variance of all stories per coordinate, each style counting as much as the other."""
    return value(record, "variance inside", name) + value(record, "squared gap", name) / 4


def removed_by_gap(records: Records) -> float:
    """Share of style removed by the gap of means alone, the lesser of two pairs."""
    return min(removed(record, GAP) for record in _pairs(records).values())


def removed_by_scaled_gap(records: Records) -> float:
    """The same where representations are seen at one scale."""
    return min(removed(record, GAP_SCALED) for record in _pairs(records).values())


def removed_by_erasure(records: Records) -> float:
    """Share of style removed by erasure in closed form, the lesser of two pairs."""
    return min(removed(record, ERASED) for record in _pairs(records).values())


def best_probe_of_erased(records: Records) -> float:
    """Accuracy of the better probe of erased representations, the larger of two pairs."""
    return max(best_probe(record, ERASED) for record in _pairs(records).values())


def lost_by_erasure(records: Records) -> float:
    """Share of the variance of content that erasure costs, the larger of two pairs."""
    return max(lost(record, ERASED) for record in _pairs(records).values())


def erasure_over_scaled_gap(records: Records) -> float:
    """Share of style that erasure removes less that of the scaled gap, the lesser of two pairs."""
    return min(
        removed(record, ERASED) - removed(record, GAP_SCALED) for record in _pairs(records).values()
    )


def novels_over_authors(records: Records) -> float:
    """What a probe reads between two novels of one author, over that between two authors."""
    found = {record.arm: value(record, "probe", NONE) - CHANCE for record in records}
    novels = found.pop(TWO_NOVELS)
    (authors,) = found.values()
    return novels / authors


def plain_probe(records: Records) -> float:
    """Accuracy of the probe of representations without a loss on them."""
    (record,) = records
    return value(record, "probe", NONE)
