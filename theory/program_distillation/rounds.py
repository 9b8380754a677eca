"""What several rounds of writing and verifying cover, and how easy it is.

Every problem has a pass rate p, the chance that a written program is right. Over the problems p
follows a Beta(a, b) law. A problem is covered after k rounds when one of k programs passed.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_jacobi
from scipy.stats import binom

from theory.program_distillation.passing import (
    Rounds,
    Split,
    accepted_rate,
    coverage,
    covered_rate,
    predicted,
    split_coverage,
)
from theory.verdict import Claim, Estimate

OURS = "this project"
INTEGRAL = "integral of the Beta law"
URN = "Polya's urn"
DRAWN = "problems drawn and tried"
_PROBLEMS = 400_000


def _urn_misses(case: Rounds, rounds: int) -> Fraction:
    """Return the chance that a problem fails every time, by Polya's urn, in fractions.

    What is known of a problem after j failures is Beta(a, b + j): the next fails with the chance
    (b + j) / (a + b + j).
    """
    chance = Fraction(1)
    for j in range(rounds):
        chance *= (case.b + j) / (case.a + case.b + j)
    return chance


def _urn(case: Rounds, _rng: np.random.Generator) -> Estimate:
    covered = 1 - _urn_misses(case, case.rounds)
    return Estimate(value=float(covered), exact=str(covered) if case.rounds < 4 else "")


def _urn_covered_rate(case: Rounds, _rng: np.random.Generator) -> Estimate:
    """Return the chance of a further success, given a success among the rounds, by the urn."""
    first = case.a / (case.a + case.b)
    fails_then_passes = first * _urn_misses(
        Rounds(a=case.a + 1, b=case.b, rounds=case.rounds), case.rounds
    )
    covered = 1 - _urn_misses(case, case.rounds)
    return Estimate(value=float((first - fails_then_passes) / covered))


def _urn_accepted(case: Rounds, _rng: np.random.Generator) -> Estimate:
    """Return the chance that a second program passes, given that the first did, by the urn."""
    value = (case.a + 1) / (case.a + case.b + 1)
    return Estimate(value=float(value), exact=str(value))


def _tried(case: Rounds, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return pass rates and numbers of right programs of drawn problems, both (problems,)."""
    rates = rng.beta(float(case.a), float(case.b), size=_PROBLEMS)
    return rates, rng.binomial(case.rounds, rates)


def _drawn_coverage(case: Rounds, rng: np.random.Generator) -> Estimate:
    _, right = _tried(case, rng)
    share = float((right > 0).mean())
    return Estimate(value=share, stderr=math.sqrt(share * (1 - share) / _PROBLEMS))


def _drawn_accepted(case: Rounds, rng: np.random.Generator) -> Estimate:
    rates, right = _tried(case, rng)
    return _weighted(rates, right.astype(float))


def _drawn_covered(case: Rounds, rng: np.random.Generator) -> Estimate:
    rates, right = _tried(case, rng)
    return _weighted(rates, (right > 0).astype(float))


def _drawn_weighted(case: Rounds, rng: np.random.Generator) -> Estimate:
    """Weigh every accepted program by one over the pass rate of its problem."""
    rates, right = _tried(case, rng)
    return _weighted(rates, right / rates)


def _quadrature_weighted(case: Rounds, _rng: np.random.Generator) -> Estimate:
    """Sum over the number of right programs and the pass rate, by Gauss's and Jacobi's nodes.

    Every problem with j right programs brings j programs of weight 1 / p.
    """
    nodes, density = roots_jacobi(64, float(case.b) - 1, float(case.a) - 1)
    rates, density = (nodes + 1) / 2, density / density.sum()
    right = np.arange(case.rounds + 1)
    chances = binom.pmf(right, case.rounds, rates[:, None])
    weights = (chances * right / rates[:, None]).sum(axis=1) * density
    return Estimate(value=float((weights * rates).sum() / weights.sum()))


def _weighted(rates: NDArray[np.float64], weights: NDArray[np.float64]) -> Estimate:
    """Return the weighted mean and its standard error, by linearisation of the ratio."""
    value = float((rates * weights).sum() / weights.sum())
    residual = (rates - value) * weights / weights.mean()
    return Estimate(value=value, stderr=float(residual.std(ddof=1)) / math.sqrt(len(rates)))


def _cases(rng: np.random.Generator) -> Sequence[Rounds]:
    ends = (
        Rounds(a=Fraction(1), b=Fraction(1), rounds=1),
        Rounds(a=Fraction(1, 2), b=Fraction(2), rounds=8),
        Rounds(a=Fraction(3), b=Fraction(1, 2), rounds=3),
    )
    drawn = (
        Rounds(
            a=Fraction(int(rng.integers(6, 40)), 10),
            b=Fraction(int(rng.integers(5, 50)), 10),
            rounds=int(rng.integers(2, 9)),
        )
        for _ in range(3)
    )
    return (*ends, *drawn)


def _remedied(rng: np.random.Generator) -> Sequence[Rounds]:
    """Return the cases in which a weight of one over the pass rate has a finite variance."""
    return tuple(case for case in _cases(rng) if case.a > 1)


def _eighth(case: Rounds) -> float:
    return predicted(
        coverage(float(case.a), float(case.b), 1), coverage(float(case.a), float(case.b), 2), 8
    )


def _eight(route: Callable[[Rounds, np.random.Generator], Estimate]) -> Callable[..., Estimate]:
    return lambda case, rng: route(Rounds(a=case.a, b=case.b, rounds=8), rng)


def _splits(rng: np.random.Generator) -> Sequence[Split]:
    return (
        Split(never=Fraction(1, 5), a=Fraction(2), b=Fraction(1)),
        Split(never=Fraction(int(rng.integers(10, 40)), 100), a=Fraction(3), b=Fraction(2)),
    )


def _split_urn(case: Split, _rng: np.random.Generator) -> Estimate:
    found = 1 - _urn_misses(Rounds(a=case.a, b=case.b, rounds=8), 8)
    return Estimate(value=float((1 - case.never) * found))


def _split_drawn(case: Split, rng: np.random.Generator) -> Estimate:
    tried = Rounds(a=case.a, b=case.b, rounds=8)
    inside = _drawn_coverage(tried, rng)
    solved = 1 - float(case.never)
    return Estimate(value=solved * inside.value, stderr=solved * inside.stderr)


_SPAN = "a = .5 to 4, b = .5 to 5, 1 to 8 rounds"
COVERAGE: Claim[Rounds] = Claim(
    id="rounds-coverage",
    statement="k rounds cover 1 - B(a, b + k) / B(a, b) of the problems",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=lambda case: coverage(float(case.a), float(case.b), case.rounds),
    routes={"exact": _urn, "simulated": _drawn_coverage},
    formula=INTEGRAL,
    derivations={"exact": URN, "simulated": DRAWN},
    unit="of problems",
)
EIGHTH: Claim[Rounds] = Claim(
    id="rounds-eighth",
    statement="the coverage of two rounds predicts that of eight, where pass rates follow a Beta "
    "law",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=_eighth,
    routes={"exact": _eight(_urn), "simulated": _eight(_drawn_coverage)},
    formula="Beta law of two rounds",
    derivations={"exact": URN, "simulated": DRAWN},
    unit="of problems",
)
EIGHTH_ANY: Claim[Split] = Claim(
    id="rounds-eighth-any",
    statement="the coverage of two rounds predicts that of eight, whatever the law of pass rates",
    source=OURS,
    relation="equals",
    cases=_splits,
    span="10 % to 40 % of problems never solved",
    stated=lambda case: predicted(split_coverage(case, 1), split_coverage(case, 2), 8),
    routes={"exact": _split_urn, "simulated": _split_drawn},
    formula="Beta law of two rounds",
    derivations={"exact": URN, "simulated": DRAWN},
    unit="of problems",
    note="a Beta law that fits two rounds promises problems that nothing ever solves",
)
SIZE_BIAS: Claim[Rounds] = Claim(
    id="rounds-size-bias",
    statement="the mean pass rate over accepted programs is (a + 1) / (a + b + 1), above that "
    "over problems, a / (a + b)",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=lambda case: accepted_rate(float(case.a), float(case.b)),
    routes={"exact": _urn_accepted, "simulated": _drawn_accepted},
    formula=URN,
    derivations={"exact": URN, "simulated": DRAWN},
    unit="pass rate",
)
ONE_EACH: Claim[Rounds] = Claim(
    id="rounds-one-each",
    statement="with one program kept of each covered problem the mean pass rate is "
    "(E p - E p (1 - p)^k) over the coverage",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=lambda case: covered_rate(float(case.a), float(case.b), case.rounds),
    routes={"exact": _urn_covered_rate, "simulated": _drawn_covered},
    formula=INTEGRAL,
    derivations={"exact": URN, "simulated": DRAWN},
    unit="pass rate",
)
ONE_EACH_MENDS: Claim[Rounds] = Claim(
    id="rounds-one-each-mends",
    statement="keeping one program of each covered problem leaves the problems as hard as they "
    "are: the mean pass rate is a / (a + b)",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=lambda case: float(case.a / (case.a + case.b)),
    routes={"exact": _urn_covered_rate, "simulated": _drawn_covered},
    formula="mean of the Beta law",
    derivations={"exact": URN, "simulated": DRAWN},
    unit="pass rate",
    note="what is not covered is missing, and that is hard: only ever more rounds mend it",
)
WEIGHTS_MEND: Claim[Rounds] = Claim(
    id="rounds-weights-mend",
    statement="with weights of one over the pass rate accepted programs are as hard as the "
    "problems: a / (a + b)",
    source=OURS,
    relation="equals",
    cases=_remedied,
    span="a = 1.1 to 4, b = .5 to 5, 1 to 8 rounds",
    stated=lambda case: float(case.a / (case.a + case.b)),
    routes={"quadrature": _quadrature_weighted, "simulated": _drawn_weighted},
    formula="mean of the Beta law",
    derivations={"quadrature": "sum over outcomes and pass rates", "simulated": DRAWN},
    unit="pass rate",
)
ROUND_CLAIMS = (
    COVERAGE,
    EIGHTH,
    EIGHTH_ANY,
    SIZE_BIAS,
    ONE_EACH,
    ONE_EACH_MENDS,
    WEIGHTS_MEND,
)
