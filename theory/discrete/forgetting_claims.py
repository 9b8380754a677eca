"""Claims about word counts drawn again and again: collapse and forgetting."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy

from theory.discrete import resampling
from theory.discrete.resampling import Reading, Words, by_states, simulated
from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

SEDDIK = "arXiv 2404.05090, abstract, as we read it"
SURESH = "arXiv 2412.17646, abstract and its summaries, as we read it"
CHAINS = 4000
"""Number of simulated chains."""

NO_HUMAN: Assumption[Words] = Assumption(
    text="later corpora hold no human word", holds=lambda case: case.human == "none"
)
RARE: Assumption[Words] = Assumption(
    text="the word is rare in the first corpus: 5 % of it at most",
    holds=lambda case: case.counts[0] <= 0.05 * sum(case.counts),
)
LINES = "lines of descent, backwards"
"""Derivation of the dense routes: which first words the last corpus descends from."""
STATES: Mapping[RouteName, str] = {
    "exact": "Markov chain over counts",
    "simulated": "draws of words",
}


def _by_states(reading: Callable[[Words], Reading]) -> Mapping[RouteName, Route[Words]]:
    return {
        "exact": lambda case, _rng: by_states(case, reading(case)),
        "simulated": lambda case, rng: simulated(case, reading(case), rng, chains=CHAINS),
    }


def _small(*ends: Words, latest: int = 40) -> Callable[[np.random.Generator], Sequence[Words]]:
    """Return a family whose count vectors can all be listed: the ends, and three drawn inside."""

    def cases(rng: np.random.Generator) -> Sequence[Words]:
        drawn = []
        for _ in range(3):
            counts = tuple(int(n) for n in rng.integers(1, 8, size=rng.integers(2, 4)))
            drawn.append(
                Words(
                    counts=counts,
                    draws=int(rng.integers(2, 13)),
                    generations=int(rng.integers(1, latest + 1)),
                )
            )
        return (*ends, *drawn)

    return cases


def _distance(case: Words) -> Reading:
    return lambda models: ((models - case.law) ** 2 / case.law).sum(axis=1)


DIVERSITY = Claim(
    id="words-diversity",
    statement="replace: the chance that two words differ falls by 1 - 1/T a generation, exactly",
    source=f"{SEDDIK}: pure synthetic training always collapses",
    relation="equals",
    formula="two draws that meet",
    cases=_small(
        Words(counts=(1, 1), draws=2, generations=1),
        Words(counts=(2, 3, 7), draws=12, generations=30),
    ),
    span="2 or 3 words, T = 2 to 12, up to 40 generations",
    stated=resampling.diversity_left,
    routes=_by_states(lambda _case: resampling.diversity),
    derivations=STATES,
    assumptions=(NO_HUMAN,),
    unit="probability",
    note="it tends to 0 whatever T: half of it is gone after about .69 T generations",
)
TOTAL = Claim(
    id="words-total-collapse",
    statement="replace: two words are left with chance (1 - 1/T)^n D T^2/(2(T - 1)) at most",
    source=f"{SEDDIK}: total collapse is certain",
    relation="at most",
    cases=_small(
        Words(counts=(1, 1), draws=2, generations=12),
        Words(counts=(2, 3, 7), draws=12, generations=90),
        latest=120,
    ),
    span="2 or 3 words, T = 2 to 12, up to 120 generations",
    stated=resampling.not_collapsed_bound,
    routes={
        **_by_states(lambda _case: resampling.alive),
        "dense": lambda case, _rng: Estimate(value=resampling.alive_by_lines(case)),
    },
    derivations={**STATES, "dense": LINES},
    assumptions=(NO_HUMAN,),
    proof=lambda: _least_diversity_holds(),
    typical=lambda: _total_looseness(),
    unit="probability",
    note="D is the chance that two human words differ; every word but one is forgotten in the end",
)
CHI_SQUARE = Claim(
    id="words-distance",
    statement="replace: sum (p_n - p)^2/p is (V - 1)(1 - (1 - 1/T)^n): linear in n while n << T",
    source="this project; the discrete form of the growth in arXiv 2402.07712",
    relation="equals",
    formula="two draws that meet",
    cases=_small(
        Words(counts=(1, 1), draws=2, generations=1),
        Words(counts=(2, 3, 7), draws=12, generations=30),
    ),
    span="2 or 3 words, T = 2 to 12, up to 40 generations",
    stated=resampling.chi_square,
    routes=_by_states(_distance),
    derivations=STATES,
    assumptions=(NO_HUMAN,),
    unit="chi-square",
    note="half of it is the excess loss in nats while it is small: (V - 1) n / 2T",
)


def _least_diversity_holds() -> bool:
    """Check that a law on T draws that knows two words has diversity 2 (T - 1)/T^2 at least.

    With counts a and T - a it is 2 a (T - a)/T^2, whose least value for 1 <= a <= T - 1 is at the
    ends; splitting a count further only adds.
    """
    a, b, c, T = sympy.symbols("a b c T", positive=True)
    ends = sympy.factor(a * (T - a) - (T - 1))
    split = sympy.expand((b + c) ** 2 - b**2 - c**2 - 2 * b * c) == 0
    return bool(sympy.expand(ends - (a - 1) * (T - 1 - a)) == 0 and split)


def _total_looseness() -> float:
    case = Words(counts=(2, 3, 7), draws=12, generations=60)
    return resampling.not_collapsed_bound(case) / by_states(case, resampling.alive).value


def _known() -> Mapping[RouteName, Route[Words]]:
    return {
        "exact": lambda case, _rng: Estimate(value=resampling.kept_by_chain(case)),
        "simulated": lambda case, rng: simulated(case, resampling.first_known, rng, chains=CHAINS),
    }


def _rare(count: int, generations: int, draws: int = 400) -> Words:
    return Words(counts=(count, draws - count), draws=draws, generations=generations)


KEPT = Claim(
    id="word-kept-at-least",
    statement="replace: a word expected c times in the first corpus is known to the n-th model "
    "with chance 1 - exp(-c/n) at least",
    source=f"{SURESH}; c is the expected count",
    relation="at least",
    cases=lambda rng: (
        _rare(1, 1),
        _rare(20, 400),
        *(_rare(int(rng.integers(1, 21)), int(rng.integers(1, 200))) for _ in range(3)),
    ),
    span="counts 1 to 20 of 400 words, 1 to 400 generations",
    stated=lambda case: -math.expm1(-case.counts[0] / case.generations),
    routes={
        **_known(),
        "dense": lambda case, _rng: Estimate(value=resampling.kept_by_lines(case)),
    },
    derivations={**STATES, "dense": LINES},
    assumptions=(NO_HUMAN,),
    proof=lambda: _kept_holds(),
    typical=lambda: resampling.kept_by_chain(_rare(20, 100)) / -math.expm1(-20 / 100),
    unit="probability",
    note="a factor of 2 below the truth at n >> 1, where one line survives with chance 2/n",
)
HALF_LIFE = Claim(
    id="word-half-life",
    statement="replace: half of the words of count c are forgotten after 2c/log 2 = 2.89 c "
    "generations, c large and rare",
    source=f"{SURESH}: the time to forget is about linear in the count; the factor is ours",
    relation="equals",
    formula="lines of descent with Poisson numbers of copies",
    cases=lambda rng: tuple(
        _rare(c, round(2 * c / math.log(2)), draws=50 * c)
        for c in (30, 40, int(rng.integers(31, 40)))
    ),
    span="counts 30 to 40, 2 % of all words",
    stated=lambda _case: 0.5,
    routes={
        "exact": lambda case, _rng: Estimate(value=resampling.kept_by_lines(case)),
        "dense": lambda case, _rng: Estimate(
            value=resampling.kept_by_branching(case.counts[0], case.generations)
        ),
        "simulated": _known()["simulated"],
    },
    derivations={
        "exact": LINES,
        "dense": "lines of descent with Poisson numbers of copies",
        "simulated": STATES["simulated"],
    },
    assumptions=(NO_HUMAN, RARE),
    tolerance=0.028,
    unit="probability",
    note="after c generations 13.5 % are forgotten; the mean time is longer still",
)


def _kept_holds() -> bool:
    """Check the steps of 1 - exp(-c/n): (1 - x)^T <= exp(-Tx), and g -> 1 - exp(-g) >= g/(1 + g).

    With f(s) = exp(s - 1) a generation turns E s^N into at most E f(s)^N, so that a word expected c
    times is dead in the n-th model with chance exp(-c g) at most, g = 1, 1 - exp(-1), ..; each
    step keeps 1/g from growing by more than 1, hence g >= 1/n.
    """
    x, n = sympy.symbols("x n", positive=True)
    tangent = sympy.simplify(sympy.diff(sympy.exp(x) - 1 - x, x, 2) - sympy.exp(x)) == 0
    touches = (sympy.exp(x) - 1 - x).subs(x, 0) == 0
    # exp(g) >= 1 + g is the same as 1 - exp(-g) >= g / (1 + g), and 1/n goes to 1/(n + 1)
    step = sympy.simplify((1 / n) / (1 + 1 / n) - 1 / (n + 1)) == 0
    return bool(tangent and touches and step)


FORGETTING_CLAIMS = (DIVERSITY, TOTAL, CHI_SQUARE, KEPT, HALF_LIFE)
"""Claims about words drawn from the last model alone."""
