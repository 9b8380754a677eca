"""Claims about how few examples determine an addition table, for unnamed symbols."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from theory.critical_data.identify import (
    Embedding,
    complete_share,
    completeness_point,
    covered_chance,
    finite_point,
    first_complete,
    frozen_share,
    real_share,
    share_implied,
)
from theory.verdict import Claim, Estimate, Route, RouteName

OURS = "this project"
_DRAWS = 16
_SHARES_DRAWN = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A case: the table of addition modulo a prime, and a number of drawn examples."""

    p: int
    n: int
    embedding: Embedding = "two"
    """Whether first and second symbol share their unknowns."""

    def describe(self) -> str:
        """The case in words."""
        places = "one embedding" if self.embedding == "one" else "two embeddings"
        return f"p = {self.p}, n = {self.n} ({self.n / self.p:.2f} p), {places}"


def _mean(values: Sequence[float]) -> Estimate:
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Estimate(value=float(np.mean(values)), stderr=spread)


def _by_elimination(case: Table, rng: np.random.Generator) -> Estimate:
    """Mean share that follows, by elimination modulo p."""
    return _mean([share_implied(case.p, case.n, rng, case.embedding) for _ in range(_SHARES_DRAWN)])


def _by_projection(case: Table, rng: np.random.Generator) -> Estimate:
    """Mean share that follows, by projection over the real numbers."""
    return _mean([real_share(case.p, case.n, rng, case.embedding) for _ in range(_SHARES_DRAWN)])


def _complete_by_elimination(case: Table, rng: np.random.Generator) -> Estimate:
    share = complete_share(case.p, case.n, 4 * _DRAWS, rng)
    return Estimate(value=share, stderr=0.5 / math.sqrt(4 * _DRAWS))


def _complete_by_counting(case: Table, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=covered_chance(case.p, case.n))


def _point_by_elimination(case: Table, rng: np.random.Generator) -> Estimate:
    """Median number of examples until all follows; the error of a median of so many draws."""
    found = [first_complete(case.p, rng) for _ in range(_DRAWS)]
    spread = 1.2533 * float(np.std(found, ddof=1)) / math.sqrt(_DRAWS)
    return Estimate(value=float(np.median(found)), stderr=spread)


def _point_by_counting(case: Table, _rng: np.random.Generator) -> Estimate:
    """Number of examples that show every symbol with chance one half, by bisection."""
    low, high = 3 * case.p - 3, case.p**2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if covered_chance(case.p, middle) >= 0.5 else (middle + 1, high)
    return Estimate(value=float(low))


def _tables(
    sizes: Callable[[int], float], *primes: int, embedding: Embedding = "two"
) -> Callable[[np.random.Generator], Sequence[Table]]:
    return lambda _rng: tuple(Table(p=p, n=round(sizes(p)), embedding=embedding) for p in primes)


def _loads(
    embedding: Embedding, low: float, high: float
) -> Callable[[np.random.Generator], Sequence[Table]]:
    def cases(rng: np.random.Generator) -> Sequence[Table]:
        loads = (low, high, float(rng.uniform(low, high)))
        return tuple(Table(p=43, n=round(43 * load), embedding=embedding) for load in loads)

    return cases


_SHARES: Mapping[RouteName, Route[Table]] = {"exact": _by_elimination, "dense": _by_projection}
_SHARE_DERIVATIONS: Mapping[RouteName, str] = {
    "exact": "elimination modulo p",
    "dense": "projection over the real numbers",
}

FLOOR_TWO: Claim[Table] = Claim(
    id="table-follows",
    statement="the share of questions that n examples imply is density evolution's, within 6 %",
    source=OURS,
    relation="equals",
    formula="density evolution",
    within=0.06,
    cases=_loads("two", 3.2, 4.5),
    span="n = 3.2 p to 4.5 p, p = 43, an embedding for each place",
    stated=lambda case: frozen_share(case.n / case.p),
    routes=_SHARES,
    derivations=_SHARE_DERIVATIONS,
    tolerance=0.06,
    unit="of the questions",
    note="78 % at 3 p, 93 % at 3.9 p; nothing much follows before a jump near 2.75 p",
)
FLOOR_ONE: Claim[Table] = Claim(
    id="table-follows-one-embedding",
    statement="the same where both places share an embedding, within 6 %: a jump near 1.8 p",
    source=OURS,
    relation="equals",
    formula="density evolution",
    within=0.06,
    cases=_loads("one", 2.2, 3.5),
    span="n = 2.2 p to 3.5 p, p = 43, one embedding",
    stated=lambda case: frozen_share(case.n / case.p, "one"),
    routes=_SHARES,
    derivations=_SHARE_DERIVATIONS,
    tolerance=0.06,
    unit="of the questions",
)
FLOOR_BELOW: Claim[Table] = Claim(
    id="table-nothing-follows",
    statement="below the jump next to nothing follows: at most 3 % at 2 p, two embeddings",
    source=OURS,
    relation="at most",
    cases=_tables(lambda p: 2 * p, 31, 43),
    span="p = 31 and 43",
    stated=lambda _case: 0.03,
    routes=_SHARES,
    derivations=_SHARE_DERIVATIONS,
    unit="of the questions",
    exhaustive=True,
    note="so that no learner to which symbols are unnamed is right there but by chance",
)
COMPLETE: Claim[Table] = Claim(
    id="table-complete",
    statement="p^2 (1 - (ln 2 / 3 p)^(1/p)) examples determine half of all tables, within 6 %",
    source=OURS,
    relation="equals",
    formula="coupons that are nearly independent",
    within=0.06,
    cases=_tables(finite_point, 31, 43),
    span="p = 31 and 43",
    stated=lambda _case: 0.5,
    routes={"exact": _complete_by_counting, "simulated": _complete_by_elimination},
    derivations={
        "exact": "inclusion and exclusion of symbols that are not shown",
        "simulated": "elimination modulo p",
    },
    tolerance=0.06,
    unit="of the draws",
    note="the last symbol that is not shown decides, as with coupons",
)
COMPLETE_LARGE: Claim[Table] = Claim(
    id="table-complete-large",
    statement="the same for large p: p ln(3 p / ln 2) examples, within 10 %",
    source=OURS,
    relation="equals",
    formula="coupons that are nearly independent",
    within=0.1,
    cases=_tables(completeness_point, 31),
    span="p = 31 alone, where the difference to the limit is largest of those used here",
    stated=lambda case: completeness_point(case.p),
    routes={"exact": _point_by_counting, "simulated": _point_by_elimination},
    derivations={
        "exact": "inclusion and exclusion of symbols that are not shown",
        "simulated": "elimination modulo p",
    },
    tolerance=0.1,
    unit="examples",
    note="8 % too many at p = 31, where drawing without repetition helps",
)
IDENTIFY_CLAIMS = (FLOOR_TWO, FLOOR_ONE, FLOOR_BELOW, COMPLETE, COMPLETE_LARGE)
