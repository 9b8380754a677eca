"""How far the best of N lies from one sample, and how often it wins: exact, or a bound."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.preference_data.best_of_n import (
    best_of_n_distribution,
    kl_bound,
    kl_of,
    levels,
    win_bound,
    win_rate,
)
from theory.verdict import Claim, Estimate

Array = NDArray[np.float64]
OURS = "this project"
_BATCHES = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Continuous:
    """A case: the best of N by a reward that no two samples share."""

    n: int

    def describe(self) -> str:
        """Return the case in words."""
        return f"N = {self.n}"


def _finer(value: Callable[[int, Array, Array, Array], float], n: int) -> Estimate:
    """Halve the cells of an alphabet of equal outcomes twice, and extrapolate to none."""
    found = []
    for cells in (20_000, 40_000):
        even, rewards = np.full(cells, 1 / cells), np.arange(cells, dtype=np.float64)
        found.append(value(n, best_of_n_distribution(even, rewards, n), even, rewards))
    return Estimate(value=found[1] + (found[1] - found[0]) / 3)


def _kl_finer(case: Continuous, _rng: np.random.Generator) -> Estimate:
    return _finer(lambda n, best, even, rewards: kl_of(best, even), case.n)


def _win_finer(case: Continuous, _rng: np.random.Generator) -> Estimate:
    return _finer(lambda n, best, even, rewards: win_rate(best, even, rewards), case.n)


def _kl_drawn(case: Continuous, rng: np.random.Generator) -> Estimate:
    """Draw rewards, keep the largest, and average its log density over that of one draw."""
    best = rng.random((_BATCHES, 4_000, case.n)).max(axis=2)
    return Estimate.over((math.log(case.n) + (case.n - 1) * np.log(best)).mean(axis=1))


def _win_drawn(case: Continuous, rng: np.random.Generator) -> Estimate:
    best = rng.normal(size=(_BATCHES, 4_000, case.n)).max(axis=2)
    return Estimate.over((best > rng.normal(size=best.shape)).mean(axis=1))


def _numbers(rng: np.random.Generator) -> Sequence[Continuous]:
    return (
        Continuous(n=2),
        Continuous(n=16),
        Continuous(n=64),
        Continuous(n=int(rng.integers(3, 50))),
    )


KL: Claim[Continuous] = Claim(
    id="best-of-n-kl",
    statement="for a reward without ties the best of N lies log N - (N - 1)/N nats from one sample",
    source="folklore; Stiennon et al. 2009.01325",
    relation="equals",
    cases=_numbers,
    span="N = 2 to 64",
    stated=lambda case: kl_bound(case.n),
    formula="integral of the density N u^(N-1)",
    routes={"exact": _kl_finer, "simulated": _kl_drawn},
    derivations={"exact": "sums over finer and finer alphabets", "simulated": "rewards drawn"},
    tolerance=1e-6,
    unit="nats",
)
WIN: Claim[Continuous] = Claim(
    id="best-of-n-win",
    statement="for a reward without ties the best of N beats one more sample in N/(N + 1) of cases",
    source=OURS,
    relation="equals",
    cases=_numbers,
    span="N = 2 to 64",
    stated=lambda case: win_bound(case.n),
    formula="none of N + 1 equal samples is special",
    routes={"exact": _win_finer, "simulated": _win_drawn},
    derivations={"exact": "sums over finer and finer alphabets", "simulated": "rewards drawn"},
    tolerance=1e-6,
    unit="of cases",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alphabet:
    """A case: the best of N over a finite number of outcomes, of which some may tie."""

    chances: tuple[float, ...]
    rewards: tuple[float, ...]
    n: int

    def describe(self) -> str:
        """Return the case in words."""
        tied = len(self.rewards) - len(set(self.rewards))
        ties = f", {tied} of them tied" if tied else ""
        few = ", ".join(f"{x:.3f}" for x in self.chances[:4])
        return f"N = {self.n}, {len(self.chances)} outcomes{ties} of chances {few}.."

    def distribution(self) -> tuple[Array, Array, Array]:
        """Return chances of the best, chances of one sample, and rewards."""
        base, rewards = np.array(self.chances), np.array(self.rewards)
        return best_of_n_distribution(base, rewards, self.n), base, rewards


def _kl_sum(case: Alphabet, _rng: np.random.Generator) -> Estimate:
    best, base, _ = case.distribution()
    return Estimate(value=kl_of(best, base))


def _win_sum(case: Alphabet, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=win_rate(*case.distribution()))


def _so_far(case: Alphabet) -> tuple[Array, Array]:
    """Follow the best so far draw by draw: it moves to a new draw if that has more reward."""
    base, rewards = np.array(case.chances), np.array(case.rewards)
    more = rewards[None, :] > rewards[:, None]
    step = np.where(more, base[None, :], 0.0)
    step[np.diag_indices_from(step)] = 1 - step.sum(axis=1)
    return base @ np.linalg.matrix_power(step, case.n - 1), base


def _kl_so_far(case: Alphabet, _rng: np.random.Generator) -> Estimate:
    best, base = _so_far(case)
    return Estimate(
        value=float(sum(q * math.log(q / p) for q, p in zip(best, base, strict=True) if q > 1e-300))
    )


def _win_so_far(case: Alphabet, _rng: np.random.Generator) -> Estimate:
    best, base = _so_far(case)
    rewards = np.array(case.rewards)
    sign = (np.sign(rewards[:, None] - rewards[None, :]) + 1) / 2
    return Estimate(value=float(best @ sign @ base))


def _dirichlet(rng: np.random.Generator, size: int, n: int, ties: bool = False) -> Alphabet:
    chances = rng.dirichlet(np.ones(size))
    rewards = rng.integers(0, 3, size=size) if ties else rng.permutation(size)
    return Alphabet(chances=tuple(chances), rewards=tuple(map(float, rewards)), n=n)


def _even(size: int, n: int) -> Alphabet:
    return Alphabet(chances=(1 / size,) * size, rewards=tuple(map(float, range(size))), n=n)


def _alphabets(rng: np.random.Generator) -> Sequence[Alphabet]:
    return (
        _even(4, 2),
        _even(4, 64),
        _even(256, 8),
        _dirichlet(rng, 4, 64),
        _dirichlet(rng, 6, int(rng.integers(2, 100)), ties=True),
        _dirichlet(rng, 40, int(rng.integers(2, 100))),
    )


def _kl_proved() -> bool:
    """Check the steps: an outcome's rise is a mean of the density, and x log x is convex."""
    return _rise_is_a_mean() and _positive(sympy.diff(_X * sympy.log(_X), _X, 2))


def _win_proved() -> bool:
    """Check the steps: the rise is a mean of the density, which grows, as u does."""
    n = sympy.symbols("n", integer=True, positive=True)
    growth = sympy.diff((n + 1) * _X**n, _X)
    return _rise_is_a_mean() and _positive(growth)


_X = sympy.symbols("x", positive=True)


def _rise_is_a_mean() -> bool:
    """Whether b^N - a^N is the integral of N u^(N-1) from a to b."""
    a, b, n = sympy.symbols("a b n", positive=True)
    whole = sympy.integrate(n * _X ** (n - 1), (_X, a, b), conds="none")
    return bool(sympy.simplify(sympy.powsimp(whole - (b**n - a**n), force=True)) == 0)


def _positive(expression: sympy.Expr) -> bool:
    return bool(sympy.simplify(expression).is_positive)


def _kl_looseness() -> dict[str, float]:
    return _looseness(kl_bound, _kl_sum)


def _win_looseness() -> dict[str, float]:
    return _looseness(win_bound, _win_sum)


def _looseness(
    bound: Callable[[int], float], found: Callable[[Alphabet, np.random.Generator], Estimate]
) -> dict[str, float]:
    rng = np.random.default_rng(0)
    cases = {"4 even outcomes, N = 64": _even(4, 64), "4,096, N = 64": _even(4096, 64)}
    return {words: bound(case.n) / found(case, rng).value for words, case in cases.items()}


_SPAN = "4 to 256 outcomes, with and without ties, N = 2 to 99"
KL_BOUND: Claim[Alphabet] = Claim(
    id="best-of-n-kl-bound",
    statement="for any alphabet, ties or not, the best of N lies at most log N - (N - 1)/N nats "
    "from one sample",
    source=OURS,
    relation="at most",
    cases=_alphabets,
    span=_SPAN,
    stated=lambda case: kl_bound(case.n),
    routes={"exact": _kl_sum, "dense": _kl_so_far},
    derivations={"exact": "powers of the chance below", "dense": "the best so far, draw by draw"},
    tolerance=1e-9,
    proof=_kl_proved,
    typical=_kl_looseness,
    unit="nats",
    note="the rise of an outcome is the mean of N u^(N-1) over its part of the unit interval, and "
    "x log x is convex (Jensen)",
)
WIN_BOUND: Claim[Alphabet] = Claim(
    id="best-of-n-win-bound",
    statement="for any alphabet the best of N beats one more sample, ties counted half, in at most "
    "N/(N + 1) of cases",
    source=OURS,
    relation="at most",
    cases=_alphabets,
    span=_SPAN,
    stated=lambda case: win_bound(case.n),
    routes={"exact": _win_sum, "dense": _win_so_far},
    derivations={"exact": "powers of the chance below", "dense": "the best so far, draw by draw"},
    tolerance=1e-9,
    proof=_win_proved,
    typical=_win_looseness,
    unit="of cases",
    note="N u^(N-1) and u grow together, so that within an outcome their product is at least that "
    "of their means (Chebyshev)",
)
KL_ANY: Claim[Alphabet] = Claim(
    id="best-of-n-kl-any",
    statement="the best of N lies log N - (N - 1)/N nats from one sample, whatever is sampled",
    source="how the formula is printed",
    relation="equals",
    cases=lambda rng: (_even(4, 64), _dirichlet(rng, 4, 64)),
    span="4 outcomes, N = 64",
    stated=lambda case: kl_bound(case.n),
    formula="integral of the density N u^(N-1)",
    routes={"exact": _kl_sum, "dense": _kl_so_far},
    derivations={"exact": "powers of the chance below", "dense": "the best so far, draw by draw"},
    unit="nats",
    note="for the options of an exam it is far off: choose among four and it cannot exceed "
    "log(1/p) of the best one",
)


def _top_chance(case: Alphabet) -> float:
    mass, _ = levels(np.array(case.chances), np.array(case.rewards))
    return float(mass[-1])


def _tops(rng: np.random.Generator) -> Sequence[Alphabet]:
    cases = (_even(4, 400), _even(20, 4_000), _dirichlet(rng, 3, 100_000))
    return tuple(case for case in cases if (1 - _top_chance(case)) ** case.n < 1e-12)


KL_LIMIT: Claim[Alphabet] = Claim(
    id="best-of-n-kl-limit",
    statement="with ever more samples the divergence tends to log(1/p), p the chance of the best "
    "outcome, and not to infinity",
    source=OURS,
    relation="equals",
    cases=_tops,
    span="3 to 20 outcomes, N = 400 to 100,000",
    stated=lambda case: math.log(1 / _top_chance(case)),
    formula="all mass on the best outcome",
    routes={"exact": _kl_sum, "dense": _kl_so_far},
    derivations={"exact": "powers of the chance below", "dense": "the best so far, draw by draw"},
    tolerance=1e-6,
    unit="nats",
)
SELECTION_CLAIMS = (KL, WIN, KL_BOUND, WIN_BOUND, KL_ANY, KL_LIMIT)
