"""What is measured of rewards: pair accuracy, calibration, and correlation with length."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from benchmarks.families.preference_data.reward.work.items import Items, Places, lengths

Floats = NDArray[np.float64]
Measures = dict[str, dict[str, Any]]
_BINS = 10
"""Bins of stated certainty of the calibration error."""


def wins(rewards: Floats, pairs: tuple[Places, Places, Places]) -> Floats:
    """1 for every pair whose chosen answer has the larger reward, one half for equal ones."""
    chosen, rejected, _ = pairs
    found: Floats = (np.sign(rewards[chosen] - rewards[rejected]) + 1) / 2
    return found


def mean_by_question(values: Floats, questions: Places) -> dict[str, Any]:
    """Mean over pairs with a standard error over questions, whose pairs hang together.

    Args:
        values: One number for every pair, shape (pairs,).
        questions: Question of every pair, shape (pairs,).
    """
    names, places = np.unique(questions, return_inverse=True)
    mean = float(values.mean())
    sums = np.bincount(places, values - mean)
    n = len(names)
    stderr = float(np.sqrt(np.sum(sums**2) * n / max(n - 1, 1)) / len(values))
    return {"value": mean, "stderr": stderr, "n": n}


def accuracies(
    scorers: Mapping[str, Floats], pairs: Mapping[str, tuple[Places, Places, Places]]
) -> Measures:
    """Pair accuracy of every scorer on every kind of pairs; the place says nothing of strangers.

    A kind without a pair, as of equally long options in a small exam, has none.
    """
    return {
        f"{kind}/{scorer}": mean_by_question(wins(rewards, rows), rows[2])
        for kind, rows in pairs.items()
        for scorer, rewards in scorers.items()
        if len(rows[0]) and (kind, scorer) != ("easy", "position")
    }


def leads(
    scorers: Mapping[str, Floats],
    pairs: Mapping[str, tuple[Places, Places, Places]],
    over: Mapping[str, tuple[str, str, str]],
) -> Measures:
    """Accuracy of one scorer less that of another, pair by pair.

    Args:
        scorers: Rewards of every candidate by scorer.
        pairs: Pairs by kind.
        over: Kind, scorer and the other one, by the name of the measure.
    """
    return {
        name: mean_by_question(
            wins(scorers[one], pairs[kind]) - wins(scorers[other], pairs[kind]), pairs[kind][2]
        )
        for name, (kind, one, other) in over.items()
    }


def calibration(rewards: Floats, pairs: tuple[Places, Places, Places]) -> Measures:
    """How far the stated certainty of a choice is from how often it is right.

    The *error* is the mean over ten bins of certainty, by their pairs, of the distance of the two
    (expected calibration error). The *slope* is the factor on rewards that would make the pairs
    most likely: 1 is calibrated, less is overconfident.
    """
    chosen, rejected, questions = pairs
    margins = rewards[chosen] - rewards[rejected]
    certain = 1 / (1 + np.exp(-np.abs(margins)))
    right = (np.sign(margins) + 1) / 2
    order = np.array_split(np.argsort(certain, kind="stable"), _BINS)
    gaps = [abs(certain[rows].mean() - right[rows].mean()) * len(rows) for rows in order]
    n = len(np.unique(questions))

    def loss(slope: float) -> float:
        return float(np.logaddexp(0, -slope * margins).mean())

    slope = float(minimize_scalar(loss, bounds=(-5, 20), method="bounded").x)
    return {
        "calibration/error": {"value": float(sum(gaps)) / len(margins), "stderr": None, "n": n},
        "calibration/slope": {"value": slope, "stderr": None, "n": n},
        "calibration/loss": mean_by_question(np.logaddexp(0, -margins), questions),
    }


def length_correlation(rewards: Floats, items: Items, places: Places) -> dict[str, Any]:
    """Partial correlation of reward and log length of options given whether they are right.

    All three are taken less their mean over the options of their question: a reward is known up to
    a function of the question alone.
    """
    size, first, right = np.log(lengths(items)), items.first, items.right
    rows, centred = [], []
    for place in places:
        mine = np.arange(first[place], first[place] + len(items.options[place]))
        is_right = (mine == right[place]).astype(np.float64)
        some = np.stack([rewards[mine], size[mine], is_right], axis=1)
        centred.append(some - some.mean(axis=0))
        rows.append(len(mine))
    reward, length, correct = np.concatenate(centred).T
    left = [one - correct * (one @ correct) / (correct @ correct) for one in (reward, length)]
    norms = np.sqrt((left[0] @ left[0]) * (left[1] @ left[1]))
    value = float(left[0] @ left[1] / norms) if norms > 0 else 0.0
    free = sum(rows) - 2 * len(rows)
    stderr = float((1 - value**2) / np.sqrt(max(free, 1)))
    return {"value": value, "stderr": stderr, "n": len(places)}


def by_length(rewards: Floats, items: Items, places: Places, n_bins: int = 8) -> Measures:
    """Mean reward of right and of wrong options, by how long they are.

    Rewards are less their mean over the options of their question, up to which alone they are
    known. Bins hold equally many options; the first holds the shortest.
    """
    first, size = items.first, np.log(lengths(items))
    rows = np.concatenate(
        [np.arange(first[place], first[place] + len(items.options[place])) for place in places]
    )
    asked = np.repeat(places, [len(items.options[place]) for place in places])
    centred = np.concatenate(
        [rewards[rows[asked == place]] - rewards[rows[asked == place]].mean() for place in places]
    )
    is_right = np.isin(rows, items.right[places])
    found: Measures = {}
    for number, mine in enumerate(np.array_split(np.argsort(size[rows], kind="stable"), n_bins), 1):
        for name, some in (("right", mine[is_right[mine]]), ("wrong", mine[~is_right[mine]])):
            if len(some):
                key = f"by length/{name}/{number}"
                found[f"{key}/reward"] = mean_by_question(centred[some], asked[some])
                characters = float(np.exp(size[rows[some]].mean()))
                found[f"{key}/characters"] = {"value": characters, "stderr": None, "n": len(some)}
    return found


def balanced_weights(items: Items, pairs: tuple[Places, Places, Places], n_bins: int = 5) -> Floats:
    """Weights of pairs under which the longer answer is chosen as often as the shorter one.

    It holds among pairs of any difference of length: they are divided into bins of equal size by
    the size of the difference of log lengths, and within a bin both sides weigh the same. Bins of
    which one side is empty, such as that of equal lengths, keep their weights.
    """
    size = np.log(lengths(items))
    difference = size[pairs[0]] - size[pairs[1]]
    weights = np.ones(len(difference))
    uneven = np.flatnonzero(difference != 0)
    order = uneven[np.argsort(np.abs(difference[uneven]), kind="stable")]
    for rows in np.array_split(order, n_bins):
        longer = rows[difference[rows] > 0]
        shorter = rows[difference[rows] < 0]
        if len(longer) and len(shorter):
            weights[longer] = len(rows) / (2 * len(longer))
            weights[shorter] = len(rows) / (2 * len(shorter))
    return weights
