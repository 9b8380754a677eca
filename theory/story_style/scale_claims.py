"""What a small disentangling loss says: nothing of scale, and little of style."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from theory.story_style.representations import (
    BY_DRAWS,
    BY_GRAPH,
    BY_MOMENTS,
    BY_PAIRS,
    OURS,
    PAPER,
    SMALLEST,
    Stories,
    drawn,
    gap,
    known_and_drawn,
    loss_by_draws,
    loss_by_graph,
    loss_by_pairs,
    mean,
    trace,
)
from theory.verdict import Claim, Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Shrunk:
    """A case: stories of two styles, and a factor for all of them."""

    stories: Stories
    factor: Fraction

    def describe(self) -> str:
        """Return the case in words."""
        return f"{self.stories.describe()}; all times {self.factor}"

    @property
    def scaled(self) -> list[list[tuple[Fraction, ...]]]:
        """The stories times the factor."""
        return [
            [tuple(self.factor * x for x in row) for row in rows] for rows in self.stories.styles
        ]


def _ratio_by_pairs(case: Shrunk, _rng: np.random.Generator) -> Estimate:
    found = loss_by_pairs(case.scaled) / loss_by_pairs(case.stories.styles)
    return Estimate(value=float(found), exact=str(found))


def _ratio_by_graph(case: Shrunk, _rng: np.random.Generator) -> Estimate:
    rows, sizes = case.stories.rows, case.stories.sizes
    return Estimate(
        value=loss_by_graph(float(case.factor) * rows, sizes) / loss_by_graph(rows, sizes)
    )


def _shrunk(rng: np.random.Generator) -> Sequence[Shrunk]:
    return (
        Shrunk(stories=SMALLEST, factor=Fraction(1, 128)),
        Shrunk(stories=drawn(rng, (3, 2), 2), factor=Fraction(3)),
        Shrunk(stories=drawn(rng, (2, 2), 3), factor=Fraction(1, int(rng.integers(2, 90)))),
    )


SCALE: Claim[Shrunk] = Claim(
    id="dis-infimum",
    statement="dividing a representation by c divides the loss by c^2, and a decoder that "
    "multiplies by c undoes it: over models that write the same text its greatest lower bound is 0",
    source=OURS,
    relation="equals",
    cases=_shrunk,
    span="factors of 1/128 to 3",
    stated=lambda case: float(case.factor**2),
    formula="square of the factor",
    routes={"exact": _ratio_by_pairs, "dense": _ratio_by_graph},
    derivations={"exact": BY_PAIRS, "dense": BY_GRAPH},
    unit="loss over loss before",
)


def _at_one_scale(case: Stories) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Return the stories over their root mean square distance from the mean, per coordinate."""
    rows = case.rows
    scale = float(np.sqrt(np.mean((rows - rows.mean(axis=0)) ** 2)))
    return tuple(tuple(tuple(x / scale for x in row) for row in mine) for mine in case.styles)


def _scaled_by_pairs(case: Stories, _rng: np.random.Generator) -> Estimate:
    first, second = (np.array(rows) for rows in _at_one_scale(case))
    return Estimate(value=float(np.mean((first[:, None] - second[None]) ** 2) / 2))


def _scaled_by_draws(case: Stories, rng: np.random.Generator) -> Estimate:
    rows = np.array([row for mine in _at_one_scale(case) for row in mine])
    return Estimate.over(loss_by_draws(rows, case.labels, rng))


def _scaled_by_gap(case: Stories) -> float:
    """Return 1 + |m_A - m_B|^2 / (4 T), T the total variance of all stories."""
    first, second = case.styles
    between = gap(first, second)
    total = (trace(first) + trace(second)) / 2 + between / 4
    return float(1 + between / (4 * total))


SCALED: Claim[Stories] = Claim(
    id="dis-scaled",
    statement="at one scale, with as many stories of either style, the loss is 1 + g / (4 T), "
    "g the squared gap of means and T the total variance: nothing but the gap is left of it",
    source=OURS,
    relation="equals",
    cases=known_and_drawn(SMALLEST, shapes=(((2, 2), 1), ((5, 5), 3))),
    span="1 to 5 stories in each of two styles, 1 to 3 coordinates",
    stated=_scaled_by_gap,
    formula=BY_MOMENTS,
    routes={"exact": _scaled_by_pairs, "simulated": _scaled_by_draws},
    derivations={"exact": BY_PAIRS, "simulated": BY_DRAWS},
    tolerance=1e-12,
    unit="variance of a coordinate",
)


def _left_by_pairs(case: Stories, _rng: np.random.Generator) -> Estimate:
    found = loss_by_pairs(_without_gap(case)) / loss_by_pairs(case.styles)
    return Estimate(value=float(found), exact=str(found))


def _without_gap(case: Stories) -> list[list[tuple[Fraction, ...]]]:
    """Return the stories less the mean of their style."""
    return [
        [tuple(x - m for x, m in zip(row, mean(rows), strict=True)) for row in rows]
        for rows in case.styles
    ]


def _left_by_graph(case: Stories, _rng: np.random.Generator) -> Estimate:
    parts = [np.array(rows, dtype=np.float64) for rows in case.styles]
    centred = np.concatenate([part - part.mean(axis=0) for part in parts])
    return Estimate(value=loss_by_graph(centred, case.sizes) / loss_by_graph(case.rows, case.sizes))


def _content(rng: np.random.Generator) -> Sequence[Stories]:
    step = int(rng.integers(3, 9))
    return (
        Stories(styles=(((3,), (-3,)), ((5,), (-1,)))),
        Stories(styles=(((step,), (-step,)), ((step + 2,), (2 - step,)))),
    )


ABOUT_STYLE: Claim[Stories] = Claim(
    id="dis-about-style",
    statement="without the gap between styles at most half of the disentangling loss is left",
    source=f"what the loss is for in {PAPER}",
    relation="at most",
    cases=_content,
    span="two stories in each of two styles, one coordinate",
    stated=lambda case: 0.5,
    routes={"exact": _left_by_pairs, "dense": _left_by_graph},
    derivations={"exact": BY_PAIRS, "dense": BY_GRAPH},
    unit="loss over loss before",
    note="what is left is (tr S_A + tr S_B) / (tr S_A + tr S_B + g), g the squared gap of means: "
    "where styles are near and contents far apart the loss is nearly all about content",
)

SCALE_CLAIMS = (SCALE, SCALED, ABOUT_STYLE)
