"""How pure a corpus is after a filter that accepts some faulty programs.

A share f of written programs is faulty. The filter accepts every right program, and a faulty one
with the chance s of a spurious acceptance. What the filter lets pass holds faulty programs in the
share f s / (1 - f + f s). A student of that corpus writes faulty programs again: a share beta of
its own, and gamma times the share that it was taught, so that f' = beta + gamma f s / (1 - f + f s)
from one generation to the next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy

from theory.verdict import Assumption, Claim, Estimate

OURS = "this project"
FORMULA = "Bayes's rule"
COUNTED = "programs drawn and filtered"
_PROGRAMS = 10**9
"""Programs of a simulated corpus; they are drawn as counts of each kind."""
_CORPORA = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A case: programs of which some are faulty, and a filter that lets some of these pass."""

    faulty: Fraction
    """Share f of written programs that are faulty."""
    spurious: Fraction
    """Chance s that the filter accepts a faulty program."""

    def describe(self) -> str:
        """Return the case in words."""
        return f"f = {float(self.faulty):.4g}, s = {float(self.spurious):.4g}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recursion:
    """A case: generations of students that are taught what a filter let pass."""

    own: Fraction
    """Share beta of faulty programs that a student of a faultless corpus writes."""
    taught: Fraction
    """Factor gamma of the faulty share of its corpus that a student adds to its own."""
    spurious: Fraction
    """Chance s that the filter accepts a faulty program; 1 is no filter."""

    def describe(self) -> str:
        """Return the case in words."""
        return (
            f"beta = {float(self.own):.4g}, gamma = {float(self.taught):.4g}, "
            f"s = {float(self.spurious):.4g}"
        )


def kept_share(faulty: float, spurious: float) -> float:
    """Return the share of all programs that pass, 1 - f + f s."""
    return 1 - faulty + faulty * spurious


def faulty_after(faulty: float, spurious: float) -> float:
    """Return the share of faulty programs among those that pass, f s / (1 - f + f s)."""
    return faulty * spurious / kept_share(faulty, spurious)


def precision(faulty: float, spurious: float) -> float:
    """Return the share of right programs among those that pass, (1 - f) / (1 - f + f s)."""
    return 1 - faulty_after(faulty, spurious)


def next_faulty(faulty: float, case: Recursion) -> float:
    """Return the faulty share of the next student, f' = beta + gamma f s / (1 - f + f s)."""
    return float(case.own) + float(case.taught) * faulty_after(faulty, float(case.spurious))


def settled(case: Recursion) -> float:
    """Return the faulty share in which the recursion ends: the smaller root of its quadratic.

    With u = 1 - s the fixed point solves u f^2 - (1 + beta u - gamma s) f + beta = 0; without a
    filter, u = 0, it is beta / (1 - gamma).
    """
    own, taught, spurious = float(case.own), float(case.taught), float(case.spurious)
    strict = 1 - spurious
    middle = 1 + own * strict - taught * spurious
    return 2 * own / (middle + math.sqrt(middle**2 - 4 * strict * own))


def _passing(case: Filter, rng: np.random.Generator) -> Sequence[tuple[int, int]]:
    """Return right and faulty programs that pass, of each drawn corpus."""
    faulty = rng.binomial(_PROGRAMS, float(case.faulty), size=_CORPORA)
    accepted = rng.binomial(faulty, float(case.spurious))
    return [(_PROGRAMS - int(bad), int(ok)) for bad, ok in zip(faulty, accepted, strict=True)]


def _counted_faulty(case: Filter, rng: np.random.Generator) -> Estimate:
    return Estimate.over([bad / (right + bad) for right, bad in _passing(case, rng)])


def _counted_kept(case: Filter, rng: np.random.Generator) -> Estimate:
    return Estimate.over([(right + bad) / _PROGRAMS for right, bad in _passing(case, rng)])


def _listed(case: Filter) -> tuple[Fraction, Fraction, int]:
    """Return right and faulty programs that pass, and all programs.

    The corpus is the smallest one in which every share is a whole number of programs.
    """
    total = case.faulty.denominator * case.spurious.denominator
    bad = case.faulty * total
    return total - bad, bad * case.spurious, total


def _listed_faulty(case: Filter, _rng: np.random.Generator) -> Estimate:
    right, bad, _ = _listed(case)
    return Estimate(value=float(bad / (right + bad)), exact=str(bad / (right + bad)))


def _listed_kept(case: Filter, _rng: np.random.Generator) -> Estimate:
    right, bad, total = _listed(case)
    return Estimate(value=float((right + bad) / total), exact=str((right + bad) / total))


def _generations(case: Recursion, _rng: np.random.Generator) -> Estimate:
    """Follow the recursion until it stands still, from a faultless student."""
    now, before = float(case.own), -1.0
    while abs(now - before) > 1e-15:
        now, before = next_faulty(now, case), now
    return Estimate(value=now)


def _solved(case: Recursion, _rng: np.random.Generator) -> Estimate:
    """Solve f = beta + gamma f s / (1 - f + f s) symbolically, and take the least root above 0."""
    f = sympy.Symbol("f", positive=True)
    own, taught, spurious = (
        sympy.Rational(each.numerator, each.denominator)
        for each in (case.own, case.taught, case.spurious)
    )
    law = sympy.Eq(f, own + taught * f * spurious / (1 - f + f * spurious))
    least = min(sympy.solve(law, f), key=lambda root: float(root))
    return Estimate(value=float(least.evalf(30)), exact=str(least))


def _students(case: Recursion, rng: np.random.Generator) -> Estimate:
    """Draw corpora, filter and teach for 400 generations; the mean of the last half.

    Chains forget where they were: sixteen of them are independent.
    """
    ends = []
    for _ in range(_CORPORA):
        faulty, seen = float(case.own), []
        for _ in range(400):
            bad = rng.binomial(_PROGRAMS, faulty)
            accepted = rng.binomial(bad, float(case.spurious))
            taught = accepted / (_PROGRAMS - bad + accepted)
            faulty = float(case.own) + float(case.taught) * taught
            seen.append(faulty)
        ends.append(float(np.mean(seen[200:])))
    return Estimate.over(ends)


def _drawn(rng: np.random.Generator, low: float, high: float) -> Fraction:
    return Fraction(round(float(rng.uniform(low, high)), 3)).limit_denominator(1000)


def _filters(rng: np.random.Generator) -> Sequence[Filter]:
    teacher = Fraction(2715, 10_000)
    ends = (
        *(Filter(faulty=teacher, spurious=Fraction(s, 10_000)) for s in (13, 100, 500)),
        Filter(faulty=Fraction(99, 100), spurious=Fraction(1)),
    )
    drawn = (
        Filter(faulty=_drawn(rng, 0.01, 0.99), spurious=_drawn(rng, 0.001, 0.999)) for _ in range(3)
    )
    return (*ends, *drawn)


def _recursions(rng: np.random.Generator) -> Sequence[Recursion]:
    """Return recursions that end below 1: the filter, or the student, forgets faults."""
    ends = (
        Recursion(own=Fraction(1, 10), taught=Fraction(9, 10), spurious=Fraction(1, 20)),
        Recursion(own=Fraction(1, 10), taught=Fraction(9, 10), spurious=Fraction(1, 1000)),
        Recursion(own=Fraction(1, 10), taught=Fraction(4, 5), spurious=Fraction(1)),
    )
    drawn = (
        Recursion(own=_drawn(rng, 0.01, 0.3), taught=_drawn(rng, 0.1, 0.7), spurious=s)
        for s in (_drawn(rng, 0.01, 0.2), _drawn(rng, 0.2, 0.9))
    )
    return (*ends, *drawn)


_BELOW_1: Assumption[Recursion] = Assumption(
    text="beta + gamma s < 1", holds=lambda case: case.own + case.taught * case.spurious < 1
)
PRECISION: Claim[Filter] = Claim(
    id="filter-faulty",
    statement="of the programs that pass, a share f s / (1 - f + f s) is faulty",
    source=OURS,
    relation="equals",
    cases=_filters,
    span="f = .01 to .99, s = .001 to 1",
    stated=lambda case: faulty_after(float(case.faulty), float(case.spurious)),
    routes={"exact": _listed_faulty, "simulated": _counted_faulty},
    formula=FORMULA,
    derivations={"exact": FORMULA, "simulated": COUNTED},
    unit="of programs",
    note="at f = .2715: .0005 for s = .0013, .0037 for .01, .0183 for .05",
)
KEPT: Claim[Filter] = Claim(
    id="filter-kept",
    statement="a share 1 - f + f s of all programs passes",
    source=OURS,
    relation="equals",
    cases=_filters,
    span="f = .01 to .99, s = .001 to 1",
    stated=lambda case: kept_share(float(case.faulty), float(case.spurious)),
    routes={"exact": _listed_kept, "simulated": _counted_kept},
    formula=FORMULA,
    derivations={"exact": FORMULA, "simulated": COUNTED},
    unit="of programs",
)
SETTLED: Claim[Recursion] = Claim(
    id="fault-rate",
    statement="taught by what passes, students settle at the smaller root of "
    "(1 - s) f^2 - (1 + beta (1 - s) - gamma s) f + beta = 0",
    source=OURS,
    relation="equals",
    cases=_recursions,
    span="beta = .01 to .3, gamma = .1 to .9, s = .001 to 1",
    stated=settled,
    routes={"symbolic": _solved, "exact": _generations, "simulated": _students},
    formula="roots of the fixed point",
    derivations={
        "symbolic": "roots of the fixed point",
        "exact": "generations one by one",
        "simulated": "programs drawn, filtered and taught",
    },
    assumptions=(_BELOW_1,),
    unit="of programs",
    note="beta where nothing faulty passes, beta / (1 - gamma) without a filter",
)
FILTER_CLAIMS = (PRECISION, KEPT, SETTLED)
