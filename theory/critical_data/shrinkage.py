"""How long weight decay alone takes to undo a larger initial scale: the law of the delay.

Decoupled weight decay multiplies every weight by 1 - lr wd at each step, so that a factor alpha is
undone after ln(alpha) / -ln(1 - lr wd) steps. The paper's equation 7 has ln(alpha) / wd, without
the learning rate lr.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy

from theory.verdict import Claim, Estimate, Route, RouteName

PAPER = "arXiv 2401.10463, Eq. 7"
OURS = "this project"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shrinkage:
    """A case: initial weights times alpha, under a learning rate and a weight decay."""

    alpha: float
    rate: float
    decay: float

    def describe(self) -> str:
        """The case in words."""
        return f"alpha {self.alpha:g}, lr {self.rate:g}, wd {self.decay:g}"


def decay_steps(case: Shrinkage) -> float:
    """Steps after which decay alone has undone the scale: ln(alpha) / -ln(1 - lr wd)."""
    return math.log(case.alpha) / -math.log1p(-case.rate * case.decay)


def decay_series(case: Shrinkage) -> float:
    """The same as a series in lr wd, up to its first power."""
    step = case.rate * case.decay
    return math.log(case.alpha) * (1 / step - 1 / 2 - step / 12)


def printed_steps(case: Shrinkage) -> float:
    """What the printed equation gives: ln(alpha) / wd."""
    return math.log(case.alpha) / case.decay


_ALPHA, _LEFT = sympy.symbols("alpha left", positive=True)


@cache
def _solved() -> sympy.Expr:
    """Solve w(t + 1) = (1 - lr wd) w(t), w(0) = alpha, symbolically, and w(t) = 1 for t."""
    t, weight = sympy.Symbol("t"), sympy.Function("w")
    law = sympy.rsolve(weight(t + 1) - _LEFT * weight(t), weight(t), {weight(0): _ALPHA})
    (steps,) = sympy.solve(sympy.Eq(law, 1), t)
    return steps


def _from_recurrence(case: Shrinkage, _rng: np.random.Generator) -> Estimate:
    """The solution of the recurrence at the case's rational numbers."""
    steps = _solved()
    rational = sympy.Rational(repr(case.rate)) * sympy.Rational(repr(case.decay))
    value = steps.subs({_LEFT: 1 - rational, _ALPHA: sympy.Rational(repr(case.alpha))})
    return Estimate(value=float(value.evalf(30)), exact=str(steps))


def _step_by_step(case: Shrinkage, rng: np.random.Generator) -> Estimate:
    """Run AdamW on a drawn weight without a gradient, and see where it passes its start.

    Between the last step above and the first below it falls in equal ratios.
    """
    start = float(rng.uniform(0.5, 2))
    weight = before = case.alpha * start
    mean = square = 0.0
    steps = 0
    while weight > start:
        mean, square = 0.9 * mean, 0.98 * square  # of gradients that are 0
        before, steps = weight, steps + 1
        weight = weight - case.rate * case.decay * weight
        weight = weight - case.rate * mean / (math.sqrt(square) + 1e-8)
    return Estimate(value=steps - math.log(start / weight) / math.log(before / weight))


def _cases(rng: np.random.Generator) -> Sequence[Shrinkage]:
    ends = (
        Shrinkage(alpha=10.0, rate=1e-3, decay=1e-2),
        Shrinkage(alpha=2.0, rate=1e-3, decay=1.0),
        Shrinkage(alpha=4.0, rate=1e-3, decay=0.3),
        Shrinkage(alpha=8.0, rate=3e-3, decay=3.0),
    )
    drawn = [
        Shrinkage(
            alpha=round(float(rng.uniform(1.5, 10)), 2),
            rate=round(float(rng.uniform(1e-3, 3e-3)), 5),
            decay=round(float(rng.uniform(0.1, 3)), 3),
        )
        for _ in range(3)
    ]
    return (*ends, *drawn)


_SPAN = "alpha 1.5 to 10, lr .001 to .003, wd .01 to 3"
_ROUTES: Mapping[RouteName, Route[Shrinkage]] = {
    "symbolic": _from_recurrence,
    "exact": _step_by_step,
}
_DERIVATIONS: Mapping[RouteName, str] = {
    "symbolic": "solution of the recurrence",
    "exact": "AdamW step by step",
}

DECAY_LAW: Claim[Shrinkage] = Claim(
    id="decay-law",
    statement="AdamW alone undoes a scale alpha in ln(alpha) / -ln(1 - lr wd) steps",
    source=OURS,
    relation="equals",
    formula="solution of the recurrence",
    cases=_cases,
    span=_SPAN,
    stated=decay_steps,
    routes=_ROUTES,
    derivations=_DERIVATIONS,
    unit="steps",
    note="a lower limit of the delay, for learning does not wait until the scale is undone",
)
DECAY_SERIES: Claim[Shrinkage] = Claim(
    id="decay-series",
    statement="the same as ln(alpha) (1 / (lr wd) - 1/2 - lr wd / 12), up to (lr wd)^2",
    source=OURS,
    relation="equals",
    formula="solution of the recurrence",
    cases=_cases,
    span=_SPAN,
    stated=decay_series,
    routes=_ROUTES,
    derivations=_DERIVATIONS,
    tolerance=lambda case: max((case.rate * case.decay) ** 3, 1e-9),
    unit="steps",
)
DECAY_PRINTED: Claim[Shrinkage] = Claim(
    id="decay-printed",
    statement="decay alone undoes a scale alpha in ln(alpha) / wd steps",
    source=PAPER,
    relation="equals",
    formula="the printed equation",
    cases=_cases,
    span=_SPAN,
    stated=printed_steps,
    routes=_ROUTES,
    derivations=_DERIVATIONS,
    unit="steps",
    note="the learning rate is missing: at lr .001 it is a thousand times too short",
)
SHRINKAGE_CLAIMS = (DECAY_LAW, DECAY_SERIES, DECAY_PRINTED)
