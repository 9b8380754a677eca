"""Representations of stories by style, and the disentangling loss by its definition.

A story's representation is the mean of its sentences'. For every story i and every story j of
another style the loss takes the mean over coordinates of the squared difference, averages over j,
then over i, and halves: L = mean_i mean_(j: other style) |r_i - r_j|^2 / (2 d).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = tuple[int, ...]
OURS = "this project"
PAPER = "Zhu et al. 2208.13423, its code"
BY_PAIRS, BY_GRAPH, BY_DRAWS, BY_MOMENTS = (
    "every pair of the definition",
    "quadratic form of the graph of stories",
    "pairs drawn",
    "moments of the styles",
)
"""Derivations of the loss that routes and formulas rest on."""
DRAWS, BATCHES = 4000, 16
"""Pairs of stories that a simulation draws at a time, and how often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stories:
    """A case: representations of the stories of each style, whole numbers."""

    styles: tuple[tuple[Row, ...], ...]
    """Stories of each style, each a row of d coordinates."""

    def describe(self) -> str:
        """Return the case in words."""
        words = (" ".join(str(row).replace(" ", "") for row in rows) for rows in self.styles)
        return "; ".join(f"style {at}: {text}" for at, text in enumerate(words))

    @property
    def width(self) -> int:
        """Number of coordinates d."""
        return len(self.styles[0][0])

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of stories of each style."""
        return tuple(map(len, self.styles))

    @property
    def rows(self) -> Array:
        """All stories, style after style, shape (stories, d)."""
        return np.array(list(chain.from_iterable(self.styles)), dtype=np.float64)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Style of each story, shape (stories,)."""
        return np.repeat(np.arange(len(self.styles)), self.sizes)


SMALLEST = Stories(styles=(((0,),), ((2,),)))
"""The smallest case: a story of either style, and one coordinate."""


def squared_distance(first: Sequence[Fraction | int], second: Sequence[Fraction | int]) -> Fraction:
    """Return |r_i - r_j|^2, exactly."""
    return Fraction(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)))


def loss_by_pairs(styles: Sequence[Sequence[Sequence[Fraction | int]]]) -> Fraction:
    """Return the loss by its definition, over every pair of stories of different styles.

    Args:
        styles: Stories of each style, each a row of d coordinates.
    """
    each = []
    for at, mine in enumerate(styles):
        others = [row for other, rows in enumerate(styles) if other != at for row in rows]
        each += [sum(squared_distance(row, one) for one in others) / len(others) for row in mine]
    width = len(styles[0][0])
    return Fraction(sum(each)) / (len(each) * 2 * width)


def mean(rows: Sequence[Sequence[Fraction | int]]) -> tuple[Fraction, ...]:
    """Return the mean of rows, exactly."""
    return tuple(Fraction(sum(column)) / len(rows) for column in zip(*rows, strict=True))


def trace(rows: Sequence[Sequence[Fraction | int]]) -> Fraction:
    """Return the trace of the covariance of rows over their number, exactly."""
    middle = mean(rows)
    return sum((squared_distance(row, middle) for row in rows), Fraction(0)) / len(rows)


def gap(first: Sequence[Row], second: Sequence[Row]) -> Fraction:
    """Return the squared distance of the means of two styles, exactly."""
    return squared_distance(mean(first), mean(second))


def hessian(sizes: Sequence[int]) -> Array:
    """Return the second derivatives of d times the loss by one coordinate of all stories.

    They are those of the weighted complete multipartite graph of stories: minus the weight of a
    pair where styles differ, and the sum of a story's weights on the diagonal.

    Args:
        sizes: Number of stories of each style.
    """
    labels = np.repeat(np.arange(len(sizes)), sizes)
    n = len(labels)
    share = 1.0 / (n - np.array(sizes, dtype=np.float64)[labels])
    weights = (labels[:, None] != labels[None]) * (share[:, None] + share[None]) / n
    return np.asarray(np.diag(weights.sum(axis=1)) - weights)


def loss_by_graph(rows: Array, sizes: Sequence[int]) -> float:
    """Return the loss as a quadratic form of the graph of stories, over all coordinates.

    Args:
        rows: Stories, style after style, shape (stories, d).
        sizes: Number of stories of each style.
    """
    return float(np.sum(rows * (hessian(sizes) @ rows)) / (2 * rows.shape[1]))


def loss_by_draws(rows: Array, labels: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """Return means of the loss over drawn pairs, one for each of `BATCHES`.

    A story is drawn, then another one of another style.

    Args:
        rows: Stories, shape (stories, d).
        labels: Style of each, shape (stories,).
        rng: Draws the pairs.
    """
    first = rng.integers(len(rows), size=(BATCHES, DRAWS))
    others = [np.flatnonzero(labels != label) for label in range(int(labels.max()) + 1)]
    counts = np.array([len(places) for places in others])
    table = np.array([np.resize(places, counts.max()) for places in others])
    picked = np.floor(rng.random(first.shape) * counts[labels[first]]).astype(np.int64)
    second = table[labels[first], picked]
    return np.asarray(np.square(rows[first] - rows[second]).mean(axis=2).mean(axis=1) / 2)


def drawn(rng: np.random.Generator, sizes: Sequence[int], width: int) -> Stories:
    """Return stories with coordinates of -4 to 4, the styles apart in their first coordinate."""
    styles = []
    for at, size in enumerate(sizes):
        rows = rng.integers(-4, 5, size=(size, width))
        rows[:, 0] += 2 * at
        styles.append(tuple(tuple(int(x) for x in row) for row in rows))
    return Stories(styles=tuple(styles))


def known_and_drawn(
    *known: Stories, shapes: Sequence[tuple[Sequence[int], int]]
) -> Callable[[np.random.Generator], Sequence[Stories]]:
    """Return the cases of a claim: known ones, then one drawn of each shape.

    Args:
        known: Cases that are always there, simpler ones first.
        shapes: Numbers of stories of each style, and coordinates, of those that are drawn.
    """
    return lambda rng: (*known, *(drawn(rng, sizes, width) for sizes, width in shapes))
