"""Verified recursion: what passes stays right, and what is hard dies out.

Problems come in types i with pass rates a_i, the chance that a written solution is accepted. The
next model writes solutions of each type in the share q_i of its corpus, and what is accepted is the
next corpus: q_i -> q_i a_i / sum_j q_j a_j. Nothing is ever wrong when the verifier does not err,
and the share of type i falls as a_i^t all the same. With all accepted corpora kept, equal in size,
hard types die out too, as a power of the number of generations. A share h of human problems in
every corpus keeps h of each type at least.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import sympy

from theory.program_distillation.recursion import (
    Shares,
    Types,
    accumulated,
    entropy,
    evenly,
    hardest,
    power_law,
    refreshed,
    replaced,
)
from theory.verdict import Assumption, Claim, Estimate

OURS = "this project"
RECURSION = "shares one generation after the other"
DRAWN = "solutions drawn and verified"
_SOLUTIONS = 10**12
"""Solutions of a drawn corpus, drawn as counts of each type."""
_CHAINS = 16


def _in_fractions(case: Types) -> list[Fraction]:
    """Follow the shares through the generations, in fractions."""
    shares = [Fraction(n, sum(case.first)) for n in case.first]
    first = shares
    for _ in range(case.generations):
        accepted = [share * rate for share, rate in zip(shares, case.rates, strict=True)]
        total = sum(accepted)
        shares = [
            case.human * start + (1 - case.human) * one / total
            for start, one in zip(first, accepted, strict=True)
        ]
    return shares


def followed(case: Types, _rng: np.random.Generator) -> Estimate:
    """Return the share of the hardest fifth by following the chain in fractions."""
    return Estimate(value=float(sum(_in_fractions(case)[: case.hard])))


def _followed_entropy(case: Types, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=entropy(np.array([float(share) for share in _in_fractions(case)])))


def _drawn_shares(case: Types, rng: np.random.Generator) -> Shares:
    """Draw corpora of written and accepted solutions; shares at the end, (chains, types)."""
    ends = []
    for _ in range(_CHAINS):
        shares = case.shares
        for _ in range(case.generations):
            accepted = rng.binomial(rng.multinomial(_SOLUTIONS, shares), case.passing)
            human = float(case.human)
            shares = human * case.shares + (1 - human) * accepted / accepted.sum()
        ends.append(shares)
    return np.array(ends)


def _drawn_pool(case: Types, rng: np.random.Generator) -> Shares:
    """Draw pools of the first and all accepted corpora; shares at the end, (chains, types)."""
    ends = []
    for _ in range(_CHAINS):
        corpora = [case.shares]
        for _ in range(case.generations):
            pool = np.mean(corpora, axis=0)
            accepted = rng.binomial(rng.multinomial(_SOLUTIONS, pool / pool.sum()), case.passing)
            corpora.append(accepted / accepted.sum())
        ends.append(np.mean(corpora, axis=0))
    return np.array(ends)


def drawn(case: Types, rng: np.random.Generator) -> Estimate:
    """Return the share of the hardest fifth in chains of drawn solutions."""
    return Estimate.over([hardest(shares, case) for shares in _drawn_shares(case, rng)])


def _drawn_entropy(case: Types, rng: np.random.Generator) -> Estimate:
    return Estimate.over([entropy(shares) for shares in _drawn_shares(case, rng)])


def _drawn_accumulated(case: Types, rng: np.random.Generator) -> Estimate:
    return Estimate.over([hardest(shares, case) for shares in _drawn_pool(case, rng)])


def _drawn_odds(case: Types, rng: np.random.Generator) -> Estimate:
    return Estimate.over([float(one[0] / one[-1]) for one in _drawn_pool(case, rng)])


def _settled(case: Types, _rng: np.random.Generator) -> Estimate:
    """Follow the chain until its shares stand still."""
    human, shares, before = float(case.human), case.shares, np.zeros(len(case.first))
    while np.abs(shares - before).max() > 1e-15:
        accepted = shares * case.passing
        before, shares = shares, human * case.shares + (1 - human) * accepted / accepted.sum()
    return Estimate(value=hardest(shares, case))


def _pooled(case: Types, _rng: np.random.Generator) -> Estimate:
    """Follow the pool in fractions: corpora are lists, and the pool is their mean."""
    corpora = [[Fraction(n, sum(case.first)) for n in case.first]]
    for _ in range(case.generations):
        pool = [sum(column, Fraction(0)) / len(corpora) for column in zip(*corpora, strict=True)]
        accepted = [
            Fraction(share * rate).limit_denominator(10**18)
            for share, rate in zip(pool, case.rates, strict=True)
        ]
        corpora.append([one / sum(accepted) for one in accepted])
    last = [sum(column, Fraction(0)) / len(corpora) for column in zip(*corpora, strict=True)]
    return Estimate(value=float(sum(last[: case.hard])))


def _long_pool(case: Types, _rng: np.random.Generator) -> Estimate:
    """Follow the pool over all generations in floats, from a first corpus of few hard ones."""
    pool = accumulated(case)
    return Estimate(value=float(pool[0] / pool[-1]))


def _types(rng: np.random.Generator, generations: int, **more: Fraction) -> Types:
    size = int(rng.integers(3, 30))
    rates = sorted(
        Fraction(int(n), 100) for n in rng.choice(np.arange(20, 99), size, replace=False)
    )
    first = tuple(int(n) for n in rng.integers(1, 20, size=size))
    return Types(first=first, rates=tuple(rates), generations=generations, **more)


_FIFTY = (50, Fraction(1, 10), Fraction(19, 20))


def _cases(rng: np.random.Generator) -> Sequence[Types]:
    ends = (evenly(*_FIFTY, 8), evenly(*_FIFTY, 1), evenly(2, Fraction(1, 2), Fraction(1), 12))
    return (*ends, *(_types(rng, int(rng.integers(2, 7))) for _ in range(3)))


def _fresh_cases(rng: np.random.Generator) -> Sequence[Types]:
    ends = (
        evenly(*_FIFTY, 60, human=Fraction(1, 2)),
        evenly(*_FIFTY, 400, human=Fraction(1, 10)),
    )
    return (
        *ends,
        *(_types(rng, 120, human=Fraction(int(rng.integers(15, 80)), 100)) for _ in "ab"),
    )


def _rare(rng: np.random.Generator) -> Sequence[Types]:
    """Return two types of which the hard one is rare from the start."""
    easy = 10**6
    ends = (
        Types(first=(1, easy), rates=(Fraction(1, 2), Fraction(1)), generations=50),
        Types(first=(1, easy), rates=(Fraction(1, 10), Fraction(9, 10)), generations=400),
    )
    rate = Fraction(int(rng.integers(20, 80)), 100)
    return (*ends, Types(first=(1, easy), rates=(rate, Fraction(19, 20)), generations=100))


def _human_share_stays() -> bool:
    """Check that a generation leaves h p_i and something that is never negative, by algebra."""
    h, p, a, q, z = sympy.symbols("h p a q z", positive=True)
    added = sympy.expand(h * p + (1 - h) * a * q / z - h * p)
    return bool(sympy.simplify(added / ((1 - h) * a * q / z)) == 1)


_SPAN = "2 to 50 types, pass rates .1 to 1, 1 to 12 generations"
_NEVER_ERRS: Assumption[Types] = Assumption(
    text="every type is accepted at times", holds=lambda case: min(case.rates) > 0
)
TAIL: Claim[Types] = Claim(
    id="verified-tail",
    statement="after t generations of verified solutions type i has the share p_i a_i^t over the "
    "sum, though nothing in the corpus is wrong",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=lambda case: hardest(replaced(case), case),
    routes={"exact": followed, "simulated": drawn},
    formula="powers of pass rates",
    derivations={"exact": RECURSION, "simulated": DRAWN},
    assumptions=(_NEVER_ERRS,),
    unit="of solutions, the hardest fifth of types",
)
TAIL_ENTROPY: Claim[Types] = Claim(
    id="verified-entropy",
    statement="the entropy of the types follows from the shares p_i a_i^t",
    source=OURS,
    relation="equals",
    cases=_cases,
    span=_SPAN,
    stated=lambda case: entropy(replaced(case)),
    routes={"exact": _followed_entropy, "simulated": _drawn_entropy},
    formula="powers of pass rates",
    derivations={"exact": RECURSION, "simulated": DRAWN},
    assumptions=(_NEVER_ERRS,),
    unit="bits",
)
TAIL_POOLED: Claim[Types] = Claim(
    id="verified-accumulated",
    statement="with the first corpus and all accepted ones kept, the pool takes a new corpus of "
    "shares q_i a_i over their sum at every generation",
    source=OURS,
    relation="equals",
    cases=lambda rng: tuple(case for case in _cases(rng) if case.generations <= 8),
    span="2 to 50 types, pass rates .1 to 1, 1 to 8 generations",
    stated=lambda case: hardest(accumulated(case), case),
    routes={"exact": _pooled, "simulated": _drawn_accumulated},
    formula="running mean of the pool",
    derivations={"exact": "running mean of the pool", "simulated": DRAWN},
    assumptions=(_NEVER_ERRS,),
    unit="of solutions, the hardest fifth of types",
)
TAIL_POWER: Claim[Types] = Claim(
    id="verified-accumulated-power",
    statement="in the pool of all accepted corpora a rare hard type falls as t^(r - 1), r its pass "
    "rate over that of the others: accumulating delays the loss of the tail, and does not end it",
    source=OURS,
    relation="equals",
    cases=_rare,
    span="a type of one in a million, r = .1 to .9, 50 to 400 generations",
    stated=power_law,
    routes={"exact": _long_pool, "simulated": _drawn_odds},
    formula="product of growth factors, as a ratio of Gamma functions",
    derivations={"exact": "running mean of the pool", "simulated": DRAWN},
    tolerance=1e-5,
    unit="odds against the others",
)
TAIL_REFRESHED: Claim[Types] = Claim(
    id="verified-refreshed",
    statement="with a share h of human problems in every corpus the shares settle at "
    "h p_i / (1 - (1 - h) a_i / z), z = sum q_i a_i",
    source=OURS,
    relation="equals",
    cases=_fresh_cases,
    span="3 to 50 types, h = .1 to .8",
    stated=lambda case: hardest(refreshed(case), case),
    routes={"exact": _settled, "simulated": drawn},
    formula="root of the fixed point",
    derivations={"exact": RECURSION, "simulated": DRAWN},
    unit="of solutions, the hardest fifth of types",
)
TAIL_KEPT: Claim[Types] = Claim(
    id="verified-refreshed-least",
    statement="with a share h of human problems every type keeps h of its first share",
    source=OURS,
    relation="at least",
    cases=_fresh_cases,
    span="3 to 50 types, h = .1 to .8",
    stated=lambda case: float(case.human) * hardest(case.shares, case),
    routes={"exact": _settled, "simulated": drawn},
    derivations={"exact": RECURSION, "simulated": DRAWN},
    proof=_human_share_stays,
    unit="of solutions, the hardest fifth of types",
)
TAIL_CLAIMS = (
    TAIL,
    TAIL_ENTROPY,
    TAIL_POOLED,
    TAIL_POWER,
    TAIL_REFRESHED,
    TAIL_KEPT,
)
