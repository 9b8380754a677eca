"""The disentangling loss is content variance and style gap together: its value and gradient."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import sympy

from theory.story_style.representations import (
    BY_DRAWS,
    BY_GRAPH,
    BY_MOMENTS,
    BY_PAIRS,
    OURS,
    SMALLEST,
    Stories,
    gap,
    known_and_drawn,
    loss_by_draws,
    loss_by_graph,
    loss_by_pairs,
    mean,
    squared_distance,
    trace,
)
from theory.verdict import Claim, Estimate


def _by_pairs(case: Stories, _rng: np.random.Generator) -> Estimate:
    found = loss_by_pairs(case.styles)
    return Estimate(value=float(found), exact=str(found))


def _by_graph(case: Stories, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=loss_by_graph(case.rows, case.sizes))


def _by_draws(case: Stories, rng: np.random.Generator) -> Estimate:
    return Estimate.over(loss_by_draws(case.rows, case.labels, rng))


def by_moments(case: Stories) -> Fraction:
    """Return (tr S_A + tr S_B + |m_A - m_B|^2) / (2 d) of the two styles of a case."""
    first, second = case.styles
    return (trace(first) + trace(second) + gap(first, second)) / (2 * case.width)


IDENTITY: Claim[Stories] = Claim(
    id="dis-identity",
    statement="of two styles of any sizes the disentangling loss is the variance of content inside "
    "both styles and the squared gap g of their means, together: (tr S_A + tr S_B + g) / (2 d)",
    source=OURS,
    relation="equals",
    cases=known_and_drawn(
        SMALLEST,
        Stories(styles=(((1, 0), (-1, 0)), ((0, 1), (0, -1)))),
        shapes=(((3, 1), 2), ((2, 5), 3), ((4, 4), 4)),
    ),
    span="1 to 5 stories in each of two styles, 1 to 4 coordinates",
    stated=lambda case: float(by_moments(case)),
    formula=BY_MOMENTS,
    routes={"exact": _by_pairs, "dense": _by_graph, "simulated": _by_draws},
    derivations={"exact": BY_PAIRS, "dense": BY_GRAPH, "simulated": BY_DRAWS},
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


SEVERAL: Claim[Stories] = replace(
    IDENTITY,
    id="dis-several",
    statement="of several styles it is the mean over stories of the squared distance to the mean "
    "of all other styles and of these styles' variance, over 2 d",
    cases=known_and_drawn(
        Stories(styles=(((0,),), ((2,),), ((5,),))), shapes=(((2, 3, 4), 2), ((1, 2, 1, 3), 3))
    ),
    span="3 and 4 styles of 1 to 4 stories, 1 to 3 coordinates",
    stated=lambda case: float(by_all_moments(case)),
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


GRADIENT: Claim[Stories] = Claim(
    id="dis-gradient",
    statement="as it is written the loss has a gradient, of squared norm ((tr S_A + g) / n_A + "
    "(tr S_B + g) / n_B) / d^2 with g the squared gap of means: it vanishes only where all stories "
    "are one",
    source=OURS,
    relation="equals",
    cases=known_and_drawn(SMALLEST, shapes=(((2, 2), 2), ((1, 3), 2))),
    span="1 to 3 stories in each of two styles, 1 and 2 coordinates",
    stated=_gradient,
    formula=BY_MOMENTS,
    routes={"symbolic": _gradient_by_symbols, "exact": _gradient_by_steps},
    derivations={"symbolic": "derivatives by symbols", "exact": "differences of the definition"},
    unit="squared coordinates",
    note="the released code copies the numbers of the losses into a new tensor, which has none: "
    "`st.dis_grad`",
)


MOMENT_CLAIMS = (IDENTITY, SEVERAL, GRADIENT)
