"""What runs inside the stage: features are drawn once, and a readout is solved for every share."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from benchmarks.families.critical_data.lazy.names import metric_name
from benchmarks.families.critical_data.lazy.settings import LazyStudent
from data.randomness import stream
from theory.critical_data.identify import all_pairs

Counts = tuple[int, int]
"""How many of some questions are answered rightly, and how many there are."""
_ONES = NDArray[np.bool_]


def features_of(student: LazyStudent, seed: int) -> NDArray[np.float64]:
    """Features of every question, shape (p p, features): rectified sums of two drawn vectors.

    Args:
        student: Its modulus, number of features, and whether both places share their vectors.
        seed: Replicate, which draws the vectors.
    """
    p, count = student.modulus, student.features
    rng = stream(seed, "critical_data/lazy/features", p)
    first = rng.standard_normal((p, count))
    second = first if student.embedding == "one" else rng.standard_normal((p, count))
    asked = all_pairs(p)
    sums = first[asked[:, 0]] + second[asked[:, 1]]
    return np.maximum(sums, 0.0) / math.sqrt(count)


def answers(
    kernel: NDArray[np.float64], labels: NDArray[np.int64], learnt: _ONES, penalty: float
) -> NDArray[np.int64]:
    """The answer to every question, of the ridge that learnt some of them, shape (p p,).

    The readout is solved in its dual form; answers are taught as ones among zeros, less their mean.

    Args:
        kernel: Products of the features of any two questions, shape (p p, p p).
        labels: Right answer to every question.
        learnt: Which questions are learnt.
        penalty: Penalty of the readout, as a share of the kernel's mean diagonal.
    """
    p = int(labels.max()) + 1
    taught = np.eye(p)[labels[learnt]] - 1 / p
    inner = kernel[np.ix_(learnt, learnt)]
    inner[np.diag_indices(len(inner))] += penalty * np.trace(kernel) / len(kernel)
    weights = cho_solve(cho_factor(inner, overwrite_a=True), taught)
    found: NDArray[np.int64] = (kernel[:, learnt] @ weights).argmax(axis=1)
    return found


def parts(learnt: _ONES, p: int) -> Mapping[str, _ONES]:
    """Which questions are learnt, which are asked, and of those which have a learnt mirror image.

    Args:
        learnt: Which of the p p questions are learnt, question a p + b for a + b.
        p: Modulus.
    """
    mirror = learnt.reshape(p, p).T.ravel()
    asked = ~learnt
    return {"train": learnt, "right": asked, "mirrored": asked & mirror, "apart": asked & ~mirror}


def lazy_fits(
    folder: Path,
    *,
    student: LazyStudent,
    shares: Sequence[float],
    penalties: Sequence[float],
    seed: int,
) -> Mapping[str, Mapping[str, Counts]]:
    """Fit one student to every share of the table, at every penalty.

    Args:
        folder: The stage's folder, which receives nothing.
        student: Its features.
        shares: Shares of all questions that are learnt, each a draw of its own.
        penalties: Penalties of the readout.
        seed: Replicate: it draws features and what is learnt.
    """
    p = student.modulus
    features = features_of(student, seed)
    kernel, labels = features @ features.T, all_pairs(p).sum(axis=1) % p
    found: dict[str, Counts] = {}
    for place, share in enumerate(shares):
        order = stream(seed, "critical_data/lazy/subset", p, place).permutation(p * p)
        learnt = np.isin(np.arange(p * p), order[: round(share * p * p)])
        for penalty in penalties:
            right = answers(kernel, labels, learnt, penalty) == labels
            for part, of in parts(learnt, p).items():
                counts = int((right & of).sum()), int(of.sum())
                found[metric_name(share, penalty, part)] = counts
    return {"right": found}
