"""What the claims about token editing share: routes, assumptions, families of contexts."""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from theory.discrete import editing
from theory.discrete.edit_routes import TOKENS, Draw, by_paths, simulated, worst
from theory.discrete.editing import Context, Quantity, laws
from theory.verdict import Assumption, Estimate, Route, RouteName

OURS = "this project, for the rule of arXiv 2412.14689, Eq. 2"
MARGIN = 0.005
"""Distance from the threshold that a probability needs besides five standard errors, where a prior
is counted from text: a simulated corpus would otherwise flag it or not by chance."""
HALF = Fraction(1, 2)


def routes(quantity: Callable[[Context], Quantity]) -> Mapping[RouteName, Route[Context]]:
    """Return the three ways to a quantity of the edited law, which may depend on the case."""
    return {
        "exact": lambda case, _rng: Estimate(value=quantity(case)(case.law, laws(case)[-1])),
        "symbolic": lambda case, _rng: by_paths(case, quantity(case)),
        "simulated": lambda case, rng: simulated(case, quantity(case), rng),
    }


KERNEL = "law of the text through the kernel"
"""Derivation of the exact and of the symbolic route: one sum over all outcomes, as a matrix in
floats and token by token in fractions."""
CLOSED = "what flagged tokens keep"
"""Derivation of the closed forms."""
DERIVATIONS: Mapping[RouteName, str] = {
    "exact": KERNEL,
    "symbolic": KERNEL,
    "simulated": "corpora drawn and edited",
}
OWN: Assumption[Context] = Assumption(
    text="the prior is the law of the text, at temperature 1",
    holds=lambda case: case.prior is None and case.temperature == 1,
)
IN_TOP: Assumption[Context] = Assumption(
    text="the k likeliest tokens hold every flagged one",
    holds=lambda case: int(case.flagged.sum()) <= case.top_k,
)
GOLDEN: Assumption[Context] = Assumption(
    text="t >= (sqrt 5 - 1)/2", holds=lambda case: float(case.threshold) >= editing.GOLDEN
)
ONE_PRIOR: Assumption[Context] = Assumption(
    text="one prior for all edits, and temperature 1",
    holds=lambda case: case.prior is not None and case.temperature == 1,
)
SOURCE: Assumption[Context] = Assumption(
    text="every edit starts from the human text", holds=lambda case: case.process == "source"
)
LIKELY: Assumption[Context] = Assumption(
    text="t > 1/2 or temperature 1, and no temperature below",
    holds=lambda case: case.temperature == 1 or (case.threshold > HALF and case.temperature > 1),
)


def clear(case: Context) -> bool:
    """Return whether no token comes near the threshold before any edit that a model makes.

    An edit squares the mass of a sure token, so that the error of its frequency in a simulated
    corpus doubles with every edit.
    """
    if case.prior is not None:
        return True
    error = np.sqrt(case.law * (1 - case.law) / TOKENS)
    before = laws(case)[:-1]
    margin = MARGIN + 5 * error * 2.0 ** np.arange(case.edits)[:, None]
    return bool((np.abs(before - float(case.threshold)) > margin).all())


def clearly(draw: Draw, rng: np.random.Generator) -> Context:
    """Draw contexts until one is clear."""
    while not clear(case := draw(rng)):
        pass
    return case


def family(
    draw: Draw,
    *ends: Context,
    random: int = 3,
    search: Callable[[np.random.Generator], Context] | None = None,
) -> Callable[[np.random.Generator], Sequence[Context]]:
    """Return a family of cases: ends of a range, some drawn inside it, and what a search finds."""

    def cases(rng: np.random.Generator) -> Sequence[Context]:
        found = () if search is None else (search(rng),)
        return (*ends, *(clearly(draw, rng) for _ in range(random)), *found)

    return cases


def nearest(
    draw: Draw, quantity: Quantity, bound: Callable[[Context], float], sign: int = 1
) -> Callable[[np.random.Generator], Context]:
    """Return a search for the context in which the quantity comes nearest to its bound."""

    def excess(case: Context) -> float:
        limit = bound(case)
        if limit < 1e-3 or not clear(case):
            return -math.inf
        return sign * quantity(case.law, laws(case)[-1]) / limit

    return lambda rng: worst(draw, excess, rng)


def looseness(
    bound: Callable[[Context], float], quantity: Quantity, **cases: Context
) -> Callable[[], Mapping[str, float]]:
    """Return how far a bound lies above the truth in named cases."""
    return lambda: {
        name.replace("_", " "): bound(case) / quantity(case.law, laws(case)[-1])
        for name, case in cases.items()
    }
