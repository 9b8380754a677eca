"""The disentangling loss is content variance and style gap together: its value and gradient."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy

from theory.story_style.representations import (
    OURS,
    PAPER,
    Stories,
    drawn,
    gap,
    loss_by_draws,
    loss_by_graph,
    loss_by_pairs,
    mean,
    squared_distance,
    trace,
)
from theory.verdict import Claim, Estimate

_PAIRS, _GRAPH, _DRAWN, _MOMENTS = (
    "every pair of the definition",
    "quadratic form of the graph of stories",
    "pairs drawn",
    "moments of the styles",
)


def _sizes(case: Stories) -> tuple[int, ...]:
    return tuple(len(rows) for rows in case.styles)


def _by_pairs(case: Stories, _rng: np.random.Generator) -> Estimate:
    found = loss_by_pairs(case.styles)
    return Estimate(value=float(found), exact=str(found))


def _by_graph(case: Stories, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=loss_by_graph(case.rows, _sizes(case)))


def _by_draws(case: Stories, rng: np.random.Generator) -> Estimate:
    return Estimate.over(loss_by_draws(case.rows, case.labels, rng))


def by_moments(case: Stories) -> Fraction:
    """Return (tr S_A + tr S_B + |m_A - m_B|^2) / (2 d) of the two styles of a case."""
    first, second = case.styles
    return (trace(first) + trace(second) + gap(first, second)) / (2 * case.width)


def _two(rng: np.random.Generator) -> Sequence[Stories]:
    return (
        Stories(styles=(((0,),), ((2,),))),
        Stories(styles=(((1, 0), (-1, 0)), ((0, 1), (0, -1)))),
        drawn(rng, (3, 1), 2),
        drawn(rng, (2, 5), 3),
        drawn(rng, (4, 4), 4),
    )


IDENTITY: Claim[Stories] = Claim(
    id="dis-identity",
    statement="of two styles of any sizes the disentangling loss is the variance of content inside "
    "both styles and the squared gap g of their means, together: (tr S_A + tr S_B + g) / (2 d)",
    source=OURS,
    relation="equals",
    cases=_two,
    span="1 to 5 stories in each of two styles, 1 to 4 coordinates",
    stated=lambda case: float(by_moments(case)),
    formula=_MOMENTS,
    routes={"exact": _by_pairs, "dense": _by_graph, "simulated": _by_draws},
    derivations={"exact": _PAIRS, "dense": _GRAPH, "simulated": _DRAWN},
    tolerance=1e-12,
    unit="squared coordinates",
)


def by_all_moments(case: Stories) -> Fraction:
    """Return mean_i (|r_i - m_(not i)|^2 + tr S_(not i)) / (2 d), over stories of any styles."""
    each = []
    for at, rows in enumerate(case.styles):
        others = [row for other, mine in enumerate(case.styles) if other != at for row in mine]
        middle, spread = mean(others), trace(others)
        each += [squared_distance(row, middle) + spread for row in rows]
    return Fraction(sum(each)) / (len(each) * 2 * case.width)


def _several(rng: np.random.Generator) -> Sequence[Stories]:
    return (
        Stories(styles=(((0,),), ((2,),), ((5,),))),
        drawn(rng, (2, 3, 4), 2),
        drawn(rng, (1, 2, 1, 3), 3),
    )


SEVERAL: Claim[Stories] = Claim(
    id="dis-several",
    statement="of several styles it is the mean over stories of the squared distance to the mean "
    "of all other styles and of these styles' variance, over 2 d",
    source=OURS,
    relation="equals",
    cases=_several,
    span="3 and 4 styles of 1 to 4 stories, 1 to 3 coordinates",
    stated=lambda case: float(by_all_moments(case)),
    formula=_MOMENTS,
    routes={"exact": _by_pairs, "dense": _by_graph, "simulated": _by_draws},
    derivations={"exact": _PAIRS, "dense": _GRAPH, "simulated": _DRAWN},
    tolerance=1e-12,
    unit="squared coordinates",
)


def _gradient(case: Stories) -> float:
    """Return the squared norm of the gradient by the moments of the styles."""
    first, second = case.styles
    between, d = gap(first, second), case.width
    found = (trace(first) + between) / len(first) + (trace(second) + between) / len(second)
    return float(found / d**2)


def _gradient_by_symbols(case: Stories, _rng: np.random.Generator) -> Estimate:
    """Differentiate the definition by every coordinate of every story."""
    names = [
        [sympy.symbols(f"r{at}_{story}_:{case.width}") for story in range(len(rows))]
        for at, rows in enumerate(case.styles)
    ]
    first, second = names
    terms = [(a - b) ** 2 for one in first for two in second for a, b in zip(one, two, strict=True)]
    loss = sympy.Add(*terms) / (2 * case.width * len(first) * len(second))
    flat = [symbol for rows in names for row in rows for symbol in row]
    values = [x for rows in case.styles for row in rows for x in row]
    at = dict(zip(flat, values, strict=True))
    total = sum(sympy.diff(loss, symbol).subs(at) ** 2 for symbol in flat)
    return Estimate(value=float(total), exact=str(total))


def _gradient_by_steps(case: Stories, _rng: np.random.Generator) -> Estimate:
    """Move every coordinate by one, both ways: exact, for the loss is quadratic."""
    total = Fraction(0)
    for at, rows in enumerate(case.styles):
        for story in range(len(rows)):
            for place in range(case.width):
                up, down = (_moved(case, at, story, place, step) for step in (1, -1))
                total += ((loss_by_pairs(up.styles) - loss_by_pairs(down.styles)) / 2) ** 2
    return Estimate(value=float(total), exact=str(total))


def _moved(case: Stories, style: int, story: int, place: int, step: int) -> Stories:
    styles = [[list(row) for row in rows] for rows in case.styles]
    styles[style][story][place] += step
    return Stories(styles=tuple(tuple(tuple(row) for row in rows) for rows in styles))


def _few(rng: np.random.Generator) -> Sequence[Stories]:
    return (
        Stories(styles=(((0,),), ((2,),))),
        drawn(rng, (2, 2), 2),
        drawn(rng, (1, 3), 2),
    )


GRADIENT: Claim[Stories] = Claim(
    id="dis-gradient",
    statement="as it is written the loss has a gradient, of squared norm ((tr S_A + g) / n_A + "
    "(tr S_B + g) / n_B) / d^2 with g the squared gap of means: it vanishes only where all stories "
    "are one",
    source=OURS,
    relation="equals",
    cases=_few,
    span="1 to 3 stories in each of two styles, 1 and 2 coordinates",
    stated=_gradient,
    formula=_MOMENTS,
    routes={"symbolic": _gradient_by_symbols, "exact": _gradient_by_steps},
    derivations={"symbolic": "derivatives by symbols", "exact": "differences of the definition"},
    unit="squared coordinates",
    note="the released code copies the numbers of the losses into a new tensor, which has none: "
    "`st.dis_grad`",
)


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
    rows, sizes = case.stories.rows, _sizes(case.stories)
    return Estimate(
        value=loss_by_graph(float(case.factor) * rows, sizes) / loss_by_graph(rows, sizes)
    )


def _shrunk(rng: np.random.Generator) -> Sequence[Shrunk]:
    return (
        Shrunk(stories=Stories(styles=(((0,),), ((2,),))), factor=Fraction(1, 128)),
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
    derivations={"exact": _PAIRS, "dense": _GRAPH},
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


def _equal(rng: np.random.Generator) -> Sequence[Stories]:
    return (
        Stories(styles=(((0,),), ((2,),))),
        drawn(rng, (2, 2), 1),
        drawn(rng, (5, 5), 3),
    )


SCALED: Claim[Stories] = Claim(
    id="dis-scaled",
    statement="at one scale, with as many stories of either style, the loss is 1 + g / (4 T), "
    "g the squared gap of means and T the total variance: nothing but the gap is left of it",
    source=OURS,
    relation="equals",
    cases=_equal,
    span="1 to 5 stories in each of two styles, 1 to 3 coordinates",
    stated=_scaled_by_gap,
    formula=_MOMENTS,
    routes={"exact": _scaled_by_pairs, "simulated": _scaled_by_draws},
    derivations={"exact": _PAIRS, "simulated": _DRAWN},
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
    sizes = _sizes(case)
    return Estimate(value=loss_by_graph(centred, sizes) / loss_by_graph(case.rows, sizes))


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
    derivations={"exact": _PAIRS, "dense": _GRAPH},
    unit="loss over loss before",
    note="what is left is (tr S_A + tr S_B) / (tr S_A + tr S_B + g), g the squared gap of means: "
    "where styles are near and contents far apart the loss is nearly all about content",
)
MOMENT_CLAIMS = (IDENTITY, SEVERAL, GRADIENT, SCALE, SCALED, ABOUT_STYLE)
