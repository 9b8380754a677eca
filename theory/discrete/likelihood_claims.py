"""Claims about accumulated maximum likelihood."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from theory.discrete import likelihood
from theory.discrete.likelihood import Marked, Pooled
from theory.estimates import refined
from theory.verdict import Claim, Estimate, Route, RouteName

SURESH = "arXiv 2412.17646, abstract and its summaries, as we read it"
KAZDAN = "arXiv 2410.16713, multivariate Gaussians, replace"
BARZILAI = "arXiv 2505.19046, abstract, as we read it"
VARIANCES = "variance of one generation after the other"
LARGEST = "expected largest of T numbers"
BETA = "Beta integrals over the largest human number"
CHAINS = 4000
"""Number of simulated chains."""


def _pools(rng: np.random.Generator) -> Sequence[Pooled]:
    drawn = [
        Pooled(
            probability=Fraction(int(rng.integers(1, 20)), 20),
            draws=int(rng.integers(1, 13)),
            fits=int(rng.integers(1, 13)),
        )
        for _ in range(3)
    ]
    return (
        Pooled(probability=Fraction(1, 2), draws=1, fits=40),
        Pooled(probability=Fraction(1, 3), draws=30, fits=10),
        *drawn,
    )


_POOLED: Mapping[RouteName, Route[Pooled]] = {
    "exact": lambda case, _rng: likelihood.pooled_by_chain(case),
    "simulated": lambda case, rng: likelihood.pooled_simulated(case, rng, chains=4 * CHAINS),
}
_POOLED_WAYS: Mapping[RouteName, str] = {
    "exact": "Markov chain of the pooled count",
    "simulated": "draws of words",
}
POOLED = Claim(
    id="pooled-words",
    statement="accumulate: the error of a word's frequency is T (1 - prod_(i<=n) (1 - 1/(T i^2))) "
    "human fits",
    source="this project; the counts of arXiv 2410.16713 for words",
    relation="equals",
    formula=VARIANCES,
    cases=_pools,
    span="T = 1 to 30 words a generation, up to 40 fits",
    stated=likelihood.pooled_error,
    routes=_POOLED,
    derivations=_POOLED_WAYS,
    unit="error of a human fit",
)
POOLED_BOUND = Claim(
    id="pooled-consistent",
    statement="accumulate: maximum likelihood of word frequencies stays within pi^2/6 human fits "
    "for ever, so that it is consistent in T",
    source=f"{BARZILAI}: accumulated maximum likelihood is consistent, under assumptions",
    relation="at most",
    cases=_pools,
    span="T = 1 to 30 words a generation, up to 40 fits",
    stated=likelihood.pooled_bound,
    routes={
        **_POOLED,
        "symbolic": lambda case, _rng: Estimate(value=likelihood.pooled_error(case)),
    },
    derivations={**_POOLED_WAYS, "symbolic": VARIANCES},
    proof=likelihood.pooled_bound_holds,
    typical=lambda: (
        math.pi**2
        / 6
        / likelihood.pooled_error(Pooled(probability=Fraction(1, 2), draws=30, fits=10))
    ),
    unit="error of a human fit",
    note="for this family; the paper's own assumptions and rates are not checked here",
)


def _marked(rng: np.random.Generator) -> Sequence[Marked]:
    drawn = [
        Marked(
            draws=int(rng.integers(5, 60)),
            generations=int(rng.integers(1, 8)),
            rate=Fraction(int(rng.integers(1, 10)), 10),
        )
        for _ in range(2)
    ]
    return (
        Marked(draws=5, generations=1, rate=Fraction(1, 10)),
        Marked(draws=50, generations=10, rate=Fraction(9, 10)),
        *drawn,
    )


def _fits(chains: int) -> Route[Marked]:
    return lambda case, rng: refined(
        lambda: likelihood.collapsed_by_fits(case, rng, chains=chains), most=100
    )


MARKED_NEAR = Claim(
    id="marks-near",
    statement="the family with marks: maximum likelihood of T human numbers is 1/(T + 1) from them",
    source=f"this project's counter-example, after {BARZILAI}",
    relation="equals",
    formula=LARGEST,
    cases=_marked,
    span="T = 5 to 60, c = .1 to .9",
    stated=likelihood.distance_of_first_fit,
    routes={
        "exact": lambda case, _rng: likelihood.distance_by_integral(case),
        "simulated": lambda case, rng: refined(
            lambda: likelihood.distance_simulated(case, rng, chains=4000)
        ),
    },
    derivations={"exact": LARGEST, "simulated": "likelihoods maximised"},
    tolerance=1e-6,
    unit="total variation",
    note="consistent, and faster than 1/sqrt T",
)
MARKED = Claim(
    id="marks-collapse",
    statement="the family with marks, accumulated: within g generations the likeliest model is "
    "1 - e from the truth with chance 1 - int T a^(T-1) (1 - c (1-a))^(gT) da -> c g/(1 + c g)",
    source=f"this project's counter-example, after {BARZILAI}",
    relation="equals",
    formula=BETA,
    cases=_marked,
    span="T = 5 to 60, c = .1 to .9, 1 to 10 generations, e = 1 %",
    stated=likelihood.collapsed,
    routes={
        "exact": lambda case, _rng: likelihood.collapsed_by_integral(case),
        "simulated": _fits(8000),
    },
    derivations={"exact": BETA, "simulated": "likelihoods maximised"},
    tolerance=1e-7,
    unit="probability",
    note="all human data stay in the pool; the limit tends to 1 as generations are added",
)
CONSISTENT_SUFFICES = Claim(
    id="consistent-suffices",
    statement="where maximum likelihood is consistent, accumulated maximum likelihood is too: "
    "the chance to end far off tends to 0 with T",
    source=f"what one would hope; {BARZILAI} denies it",
    relation="at most",
    cases=lambda rng: tuple(
        Marked(draws=draws, generations=2, rate=Fraction(9, 10))
        for draws in (50, 500, *map(int, rng.integers(51, 500, size=2)))
    ),
    span="T = 50 to 500, human fits 1/(T + 1) from the truth",
    stated=lambda case: 10 * likelihood.distance_of_first_fit(case),
    routes={
        "exact": lambda case, _rng: Estimate(value=likelihood.collapsed(case)),
        "simulated": _fits(2000),
    },
    derivations={"exact": BETA, "simulated": "likelihoods maximised"},
    unit="probability",
    note="the chance stays at c g/(1 + c g) for every T; ten times the human distance is stated",
)

LIKELIHOOD_CLAIMS = (POOLED, POOLED_BOUND, MARKED_NEAR, MARKED, CONSISTENT_SUFFICES)
"""Claims about accumulated maximum likelihood."""
