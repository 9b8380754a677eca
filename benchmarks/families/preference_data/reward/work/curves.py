"""Best of N by a real reward head, beside the majority of N, exactly over an exam's options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.preference_data.reward.names import JUDGED
from benchmarks.families.preference_data.reward.work.fitting import HEAD
from benchmarks.families.preference_data.reward.work.scoring import Measures
from data.preference_data.choosing import (
    accuracy_of_best,
    crossover,
    majority_of_n,
    turning_point,
)
from data.randomness import stream

Floats = NDArray[np.float64]
_PURPOSE = "preference_data/resamples"
_CONFIDENCE = 0.95


def measure_choices(
    folder: Path,
    *,
    seed: int,
    rewards: Path,
    policies: Sequence[float],
    numbers: Sequence[int],
    resamples: int,
) -> Mapping[str, Any]:
    """Choose the best of N answers of stated policies, for every number N.

    The policy of every question is the same: the right option with probability p, and each wrong
    one with an equal part of the rest.

    Args:
        folder: The stage's folder, which receives nothing.
        seed: Replicate; it draws halves and resamples of the questions.
        rewards: Rewards of the options of held-out questions, the right one first.
        policies: Probabilities p of the right option.
        numbers: Numbers of answers, rising from 1.
        resamples: Resamples of the questions for each interval.
    """
    with np.load(rewards) as file:
        items = {kind: file[f"{kind}/{HEAD}"] for kind in ("hard", "easy")}
    measures: Measures = {}
    for kind, mine in items.items():
        found = _choices(mine, seed, policies, numbers, resamples)
        measures |= {f"{kind} items/{name}": one for name, one in found.items()}
    wrong = items["hard"].shape[1] - 1
    for p in policies:
        for n in numbers:
            share = majority_of_n(p, n, wrong)
            measures[f"majority of {n}/p {p:g}"] = _exact(share, len(items["hard"]))
    return {"measures": measures}


def _choices(
    items: Floats, seed: int, policies: Sequence[float], numbers: Sequence[int], resamples: int
) -> Measures:
    """What becomes of one kind of items, by rewards of their options, right ones first."""
    wrong = items.shape[1] - 1
    measures: Measures = {}
    for p in policies:
        curve = np.stack([accuracy_of_best(items, p, n) for n in numbers], axis=1)
        for n, accuracy in zip(numbers, curve.T, strict=True):
            measures[f"best of {n}/p {p:g}"] = _mean(accuracy)
        lead = accuracy_of_best(items, p, JUDGED) - majority_of_n(p, JUDGED, wrong)
        measures[f"best less majority of {JUDGED}/p {p:g}"] = _mean(lead)
        measures |= _over_optimised(curve, numbers, p, seed, resamples)
    measures |= _crossovers(items, seed, resamples)
    measures["auc across questions"] = _exact(area(items), len(items))
    measures["auc within questions"] = _mean(_wins(items))
    return measures


def _mean(values: Floats) -> dict[str, Any]:
    stderr = float(values.std(ddof=1) / len(values) ** 0.5)
    return {"value": float(values.mean()), "stderr": stderr, "n": len(values)}


def _exact(value: float, n: int) -> dict[str, Any]:
    return {"value": value, "stderr": None, "n": n}


def _wins(items: Floats) -> Floats:
    """Of every question, the share of wrong options that have a lower reward; ties half."""
    return np.asarray((np.sign(items[:, :1] - items[:, 1:]).mean(axis=1) + 1) / 2)


def area(items: Floats) -> float:
    """Probability that a right option's reward is above that of a wrong one of any question."""
    right, wrong = np.sort(items[:, 0]), np.sort(items[:, 1:].ravel())
    below = np.searchsorted(wrong, right, "left") + np.searchsorted(wrong, right, "right")
    return float(below.mean() / 2 / len(wrong))


def _resampled(n: int, seed: int, resamples: int, name: str) -> NDArray[np.int64]:
    return stream(seed, _PURPOSE, name).integers(0, n, (resamples, n))


def _interval(values: Sequence[float]) -> tuple[float, float]:
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _over_optimised(
    curve: Floats, numbers: Sequence[int], p: float, seed: int, resamples: int
) -> Measures:
    """Where more answers begin to harm, with an interval, and how much is lost after it.

    The loss is measured on other questions than the turning point is found on, or else the largest
    of several noisy numbers would be taken for better than the last one.
    """
    n = len(curve)
    turns = [
        numbers[turning_point(curve[rows])] for rows in _resampled(n, seed, resamples, f"turn {p}")
    ]
    low, high = _interval(turns)
    order = stream(seed, _PURPOSE, f"halves {p}").permutation(n)
    one, other = order[: n // 2], order[n // 2 :]
    falls = [
        curve[judged, turning_point(curve[found])] - curve[judged, -1]
        for found, judged in ((one, other), (other, one))
    ]
    return {
        f"turning point/p {p:g}": _exact(numbers[turning_point(curve)], n),
        f"turning point/p {p:g}/low": _exact(low, n),
        f"turning point/p {p:g}/high": _exact(high, n),
        f"fall/p {p:g}": _mean(np.concatenate(falls)),
    }


def _crossovers(items: Floats, seed: int, resamples: int) -> Measures:
    """The p at which the majority of ten overtakes the best of ten, with an interval."""
    found = crossover(items, JUDGED)
    few = _resampled(len(items), seed, max(resamples // 10, 20), "crossover")
    low, high = _interval([crossover(items[rows], JUDGED) for rows in few])
    return {
        "crossover": _exact(found, len(items)),
        "crossover/low": _exact(low, len(items)),
        "crossover/high": _exact(high, len(items)),
    }
