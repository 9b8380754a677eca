"""Erasure in closed form: the least change after which no linear reader tells two styles apart.

With the covariance S of all representations and the gap g of the means, whiten by W = S^(-1/2),
project out u = W g / |W g|, and colour again: r' = r - S^(1/2) u u' W (r - m). The means of both
styles are then equal, and no linear reader does better than a constant (Belrose et al. 2306.03819).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from theory.story_style.representations import OURS, Array
from theory.verdict import Claim, Estimate

LEACE = "Belrose et al. 2306.03819"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """A case: representations that a seed draws, of two styles whose means lie apart."""

    seed: int
    sizes: tuple[int, int]
    width: int

    def describe(self) -> str:
        """Return the case in words."""
        sizes = " and ".join(map(str, self.sizes))
        return f"{sizes} stories of width {self.width}, seed {self.seed}"

    @property
    def rows(self) -> Array:
        """Representations, style after style, shape (stories, width)."""
        rng = np.random.default_rng(self.seed)
        mixed = rng.normal(size=(sum(self.sizes), self.width)) @ rng.normal(
            size=(self.width, self.width)
        )
        return np.asarray(mixed + np.outer(self.labels, rng.normal(size=self.width)))

    @property
    def labels(self) -> NDArray[np.int64]:
        """Style of each representation, shape (stories,)."""
        return np.repeat([0, 1], self.sizes)


def _root(matrix: Array, power: float) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**power) @ vectors.T)


def erased(rows: Array, labels: NDArray[np.int64]) -> Array:
    """Return the representations after erasure in closed form.

    Args:
        rows: Shape (stories, width), of full rank.
        labels: Style of each, 0 or 1, shape (stories,).
    """
    middle = rows.mean(axis=0)
    covariance = np.cov(rows, rowvar=False, bias=True).reshape(rows.shape[1], -1)
    whiten, colour = _root(covariance, -0.5), _root(covariance, 0.5)
    along = whiten @ (rows[labels == 1].mean(axis=0) - rows[labels == 0].mean(axis=0))
    unit = along / np.linalg.norm(along)
    return np.asarray(rows - np.outer((rows - middle) @ whiten @ unit, colour @ unit))


def _clouds(rng: np.random.Generator) -> Sequence[Cloud]:
    return (
        Cloud(seed=0, sizes=(20, 20), width=2),
        Cloud(seed=int(rng.integers(1, 1000)), sizes=(12, 30), width=4),
    )


def _entropy(case: Cloud) -> float:
    """Return the entropy of the styles, which a constant reader pays."""
    share = case.sizes[0] / sum(case.sizes)
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


def _design(rows: Array, labels: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the rows with a column of ones behind them, and each style as -1 or 1."""
    table = np.column_stack([rows, np.ones(len(rows))])
    return table, np.asarray(2.0 * labels - 1.0, dtype=np.float64)


def _by_climbing(case: Cloud, rng: np.random.Generator) -> Estimate:
    """Fit a logistic reader to the erased representations, from weights that were drawn."""
    table, signs = _design(erased(case.rows, case.labels), case.labels)

    def loss(weights: Array) -> tuple[float, Array]:
        margins = signs * (table @ weights)
        pull = -signs / (1 + np.exp(margins)) / len(signs)
        return float(np.logaddexp(0, -margins).mean()), table.T @ pull

    start = 0.1 * rng.normal(size=table.shape[1])
    return Estimate(value=float(minimize(loss, start, jac=True, method="BFGS").fun))


def _by_newton(case: Cloud, _rng: np.random.Generator) -> Estimate:
    """Do the same by least squares that are weighted anew at every step."""
    table, signs = _design(erased(case.rows, case.labels), case.labels)
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-(table @ weights)))
        slope = table.T @ (chance - case.labels)
        curve = table.T @ (table * (chance * (1 - chance))[:, None])
        weights = weights - np.linalg.lstsq(curve, slope, rcond=1e-10)[0]
    return Estimate(value=float(np.logaddexp(0, -signs * (table @ weights)).mean()))


CHANCE: Claim[Cloud] = Claim(
    id="erasure-linear",
    statement="after erasure in closed form the best logistic reader of the stories that it was "
    "fitted on pays the entropy of their styles: it knows nothing",
    source=LEACE,
    relation="equals",
    cases=_clouds,
    span="32 and more stories of width 2 to 4, styles of equal and of unequal size",
    stated=_entropy,
    formula="a constant reader",
    routes={"exact": _by_climbing, "dense": _by_newton},
    derivations={"exact": "a reader found by climbing", "dense": "least squares weighted anew"},
    tolerance=1e-6,
    unit="nats",
    note="on stories that it was not fitted on their own gap of means is left: `st.erasure_chance`",
)


def _whitened_gap(case: Cloud) -> Array:
    rows, labels = case.rows, case.labels
    covariance = np.cov(rows, rowvar=False, bias=True)
    gap = rows[labels == 1].mean(axis=0) - rows[labels == 0].mean(axis=0)
    return np.asarray(_root(covariance, -0.5) @ gap)


def _change_of_closed_form(case: Cloud, _rng: np.random.Generator) -> Estimate:
    """Measure how far the closed form moves representations, in the metric of their covariance."""
    rows = case.rows
    whiten = _root(np.cov(rows, rowvar=False, bias=True), -0.5)
    moved = (rows - erased(rows, case.labels)) @ whiten
    return Estimate(value=float(np.square(moved).sum(axis=1).mean()))


def _least_change(case: Cloud, rng: np.random.Generator) -> Estimate:
    """Seek the map that moves least of all that make the means equal, by its free entries."""
    gap = _whitened_gap(case)
    width = len(gap)
    _, _, turned = np.linalg.svd(gap[None])
    free = turned[1:]  # directions that the map may treat as it likes

    def change(entries: Array) -> float:
        kept = entries.reshape(width, width - 1) @ free
        return float(np.square(np.eye(width) - kept).sum())

    start = rng.normal(size=width * (width - 1))
    return Estimate(value=float(minimize(change, start, method="BFGS").fun))


LEAST: Claim[Cloud] = Claim(
    id="erasure-least",
    statement="of all linear maps that make the means of two styles equal the closed form moves "
    "representations least, by one direction's worth in the metric of their covariance, however "
    "wide they are",
    source=LEACE,
    relation="equals",
    cases=_clouds,
    span="32 and more stories of width 2 to 4, styles of equal and of unequal size",
    stated=lambda case: 1.0,
    formula="norm of a projection on one direction",
    routes={"exact": _least_change, "dense": _change_of_closed_form},
    derivations={"exact": "a map found by climbing", "dense": "the closed form, measured"},
    tolerance=1e-6,
    unit="variances of a whitened coordinate",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A case: stories of two styles on a line, as whole numbers of a small unit."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    unit: float = 1.0

    def describe(self) -> str:
        """Return the case in words."""
        return f"stories {self.first} and {self.second} in units of {self.unit:g}"


def _best_interval(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the best balanced accuracy of readers that call an interval one style."""
    ends = sorted({*first, *second})
    best = 0.0
    for low in ends:
        for high in ends:
            inside = [sum(low <= x <= high for x in one) / len(one) for one in (first, second)]
            best = max(best, (1 + abs(inside[0] - inside[1])) / 2)
    return best


def _by_intervals(case: Line, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=_best_interval(case.first, case.second))


def _by_squares(case: Line, _rng: np.random.Generator) -> Estimate:
    """Read a style off the square, by the threshold between the mean squares."""
    squares = [np.square(np.array(one, dtype=np.float64)) for one in (case.first, case.second)]
    middle = (squares[0].mean() + squares[1].mean()) / 2
    above = [float(np.mean(one > middle)) for one in squares]
    return Estimate(value=(1 + abs(above[0] - above[1])) / 2)


def _spread(rng: np.random.Generator) -> Sequence[Line]:
    far = int(rng.integers(3, 9))
    return (Line(first=(-2, 2), second=(-1, 1)), Line(first=(-far, far), second=(-1, 1)))


ANY_READER: Claim[Line] = Claim(
    id="erasure-any-reader",
    statement="styles with equal means are read by no reader better than by chance",
    source=f"{OURS}: too strong a reading of erasure",
    relation="at most",
    cases=_spread,
    span="two stories in each of two styles, means equal",
    stated=lambda case: 0.5,
    routes={"exact": _by_intervals, "dense": _by_squares},
    derivations={"exact": "every interval tried", "dense": "a threshold on squares"},
    unit="balanced accuracy",
    note="equal means hide nothing from a reader of squares; erasure is about linear readers",
)


def _loss_of_line(case: Line) -> float:
    """Return the disentangling loss of the stories of a case."""
    first, second = (case.unit * np.array(one) for one in (case.first, case.second))
    return float(np.mean((first[:, None] - second[None]) ** 2) / 2)


def _by_threshold(case: Line, _rng: np.random.Generator) -> Estimate:
    """Read a style off the side of the best threshold, of all that lie between stories."""
    ends = sorted({*case.first, *case.second})
    sides = [
        abs(np.mean([x > end for x in case.first]) - np.mean([x > end for x in case.second]))
        for end in ends
    ]
    return Estimate(value=(1 + float(max(sides))) / 2)


def _by_means(case: Line, _rng: np.random.Generator) -> Estimate:
    """Read a style off the nearer mean, in the units of the case."""
    parts = [case.unit * np.array(one, dtype=np.float64) for one in (case.first, case.second)]
    means = [float(part.mean()) for part in parts]
    right = [
        float(np.mean(abs(part - means[at]) < abs(part - means[1 - at])))
        for at, part in enumerate(parts)
    ]
    return Estimate(value=float(np.mean(right)))


def _tiny(rng: np.random.Generator) -> Sequence[Line]:
    far = int(rng.integers(4, 20))
    return (
        Line(first=(0, 1), second=(3, 4), unit=0.01),
        Line(first=(0, 1, 2), second=(far, far + 1), unit=0.001),
    )


SMALL_LOSS: Claim[Line] = Claim(
    id="dis-small-loss",
    statement="a disentangling loss below .01 leaves a linear reader below an accuracy of .9",
    source=f"{OURS}: what a small loss is taken for",
    relation="at most",
    cases=_tiny,
    span="losses below .001, two or three stories in each style",
    stated=lambda case: 0.9 if _loss_of_line(case) < 0.01 else 1.0,
    routes={"exact": _by_threshold, "dense": _by_means},
    derivations={"exact": "every threshold tried", "dense": "the nearer mean"},
    unit="balanced accuracy",
    note="the loss has a scale and a reader has none; the scale-free ratio of gap to content tells",
)
ERASURE_CLAIMS = (CHANCE, LEAST, ANY_READER, SMALL_LOSS)
