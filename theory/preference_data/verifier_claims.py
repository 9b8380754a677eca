"""What a verifier must be worth to beat a vote, and when more samples do harm."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from theory.preference_data.voting import (
    OPTIONS,
    auc_of,
    auc_to_match,
    best_of_n_accuracy,
    majority_accuracy,
    turning_point,
)
from theory.verdict import Assumption, Claim, Estimate

Array = NDArray[np.float64]
OURS = "this project"
_BATCHES, _DRAWS = 24, 20_000
_CELLS = 40_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A case: the best of N answers by a reward that errs."""

    p: float
    """Chance that one answer is right."""
    n: int
    shift: float
    """Mean reward of right answers over that of wrong ones."""
    spread: float = 1.0
    """Standard deviation of wrong answers' rewards."""

    def describe(self) -> str:
        """Return the case in words."""
        tail = f", wrong ones spread {self.spread:g}" if self.spread != 1 else ""
        return f"p = {self.p:g}, N = {self.n}, right ones {self.shift:g} above{tail}"


def _on_a_grid(p: float, n: int, shift: float, spread: float) -> float:
    """Cut the rewards into cells, each an outcome: the best of N is right in its right part."""
    low, high = min(shift, 0.0) - 9 * max(spread, 1), max(shift, 0.0) + 9 * max(spread, 1)
    ends = np.linspace(low, high, _CELLS + 1)
    of_right, of_wrong = p * ndtr(ends - shift), (1 - p) * ndtr(ends / spread)
    best = np.diff((of_right + of_wrong) ** n)
    right, wrong = np.diff(of_right), np.diff(of_wrong)
    whole = right + wrong
    return float(best @ np.divide(right, whole, out=np.zeros_like(right), where=whole > 0))


def _by_cells(case: Chosen, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=_on_a_grid(case.p, case.n, case.shift, case.spread))


def _drawn_best(case: Chosen, rng: np.random.Generator) -> Estimate:
    """Draw how many answers are right, and the largest reward of these and of the others."""
    right = rng.binomial(case.n, case.p, size=(_BATCHES, _DRAWS))
    best = case.shift + _largest(right, rng)
    other = case.spread * _largest(case.n - right, rng)
    return Estimate.over((best > other).mean(axis=1))


def _largest(counts: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """Draw the largest of as many standard normal numbers; minus infinity of none."""
    some = np.maximum(counts, 1)
    largest = ndtri(rng.random(counts.shape) ** (1 / some))
    return np.where(counts > 0, largest, -np.inf)


def _picked(rng: np.random.Generator) -> Sequence[Chosen]:
    return (
        Chosen(p=0.5, n=10, shift=1.0),
        Chosen(p=0.65, n=4096, shift=1.0),
        Chosen(p=0.65, n=16, shift=1.0, spread=1.6),
        Chosen(p=0.65, n=256, shift=1.0, spread=1.6),
        Chosen(
            p=round(float(rng.uniform(0.2, 0.9)), 2),
            n=int(rng.integers(2, 64)),
            shift=round(float(rng.uniform(0, 2)), 2),
            spread=round(float(rng.uniform(0.6, 1.4)), 2),
        ),
    )


ACCURACY: Claim[Chosen] = Claim(
    id="best-of-n-right",
    statement="the best of N answers is right as often as the integral of "
    "N p f_r (p F_r + (1 - p) F_w)^(N-1) says, f and F being density and distribution of rewards",
    source=OURS,
    relation="equals",
    cases=_picked,
    span="p = .2 to .9, N = 2 to 4,096, right answers 0 to 2 above, wrong ones spread .6 to 1.6",
    stated=lambda case: best_of_n_accuracy(case.p, case.n, shift=case.shift, spread=case.spread),
    formula="density of the best",
    routes={"exact": _by_cells, "simulated": _drawn_best},
    derivations={"exact": "powers of the chance below, cell by cell", "simulated": "answers drawn"},
    tolerance=1e-5,
    unit="of questions",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Voted:
    """A case: N answers of a policy, of which the most frequent one counts."""

    p: float
    n: int

    def describe(self) -> str:
        """Return the case in words."""
        return f"p = {self.p:g}, N = {self.n}"


def _by_counts(p: float, n: int) -> float:
    """Go through every way in which N answers fall on the options."""
    total = 0.0
    for marks in combinations_with_replacement(range(n + 1), OPTIONS):
        ends = (0, *marks, n)
        right, *others = (b - a for a, b in pairwise(ends))
        if right < max(others):
            continue
        ways = math.factorial(n) / math.prod(map(math.factorial, (right, *others)))
        chance = ways * p**right * ((1 - p) / OPTIONS) ** (n - right)
        total += chance / (1 + others.count(right))
    return total


def _counted(case: Voted, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=_by_counts(case.p, case.n))


def _votes(p: float, n: int, rng: np.random.Generator) -> Array:
    """Return whether the vote is right in drawn questions, ties drawn; shape (batches, draws)."""
    chances = [p, *[(1 - p) / OPTIONS] * OPTIONS]
    counts = rng.multinomial(n, chances, size=(_BATCHES, _DRAWS))
    broken = counts + rng.random(counts.shape) / 2
    return np.asarray(broken.argmax(axis=-1) == 0, dtype=np.float64)


def _voted(case: Voted, rng: np.random.Generator) -> Estimate:
    return Estimate.over(_votes(case.p, case.n, rng).mean(axis=1))


MAJORITY: Claim[Voted] = Claim(
    id="majority-right",
    statement="the most frequent of N answers is right as often as the powers of cut exponential "
    "series say, wrong ones being spread evenly over three options",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        Voted(p=0.5, n=10),
        Voted(p=0.3, n=5),
        Voted(p=round(float(rng.uniform(0.2, 0.9)), 2), n=int(rng.integers(2, 14))),
    ),
    span="p = .2 to .9, N = 2 to 13",
    stated=lambda case: majority_accuracy(case.p, case.n),
    formula="powers of cut exponential series",
    routes={"exact": _counted, "simulated": _voted},
    derivations={"exact": "every way to fall on the options", "simulated": "answers drawn"},
    unit="of questions",
)


def _needed_by_counts(case: Voted, _rng: np.random.Generator) -> Estimate:
    target = _by_counts(case.p, case.n)
    shift = brentq(lambda d: _on_a_grid(case.p, case.n, d, 1.0) - target, -2.0, 6.0, xtol=1e-8)
    return Estimate(value=float(ndtr(float(shift) / math.sqrt(2))))


def _needed_by_draws(case: Voted, rng: np.random.Generator) -> Estimate:
    """Draw questions, and move the reward of right answers until both are right as often."""
    goals = _votes(case.p, case.n, rng).mean(axis=1)
    right = rng.binomial(case.n, case.p, size=(_BATCHES, _DRAWS))
    lead = _largest(case.n - right, rng) - _largest(right, rng)
    shifts = [float(np.quantile(row, goal)) for row, goal in zip(lead, goals, strict=True)]
    return Estimate.over([auc_of(shift) for shift in shifts])


NEEDED: Claim[Voted] = Claim(
    id="verifier-needed",
    statement="a verifier whose best of N is right as often as the vote of N has an AUC that "
    "grows with the policy: for ten answers .746 at p = .5, .889 at .7, .968 at .85",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        *(Voted(p=p, n=10) for p in (0.5, 0.7, 0.85)),
        Voted(p=round(float(rng.uniform(0.4, 0.8)), 2), n=int(rng.integers(4, 12))),
    ),
    span="p = .4 to .85, N = 4 to 11, three wrong options, rewards of one spread",
    stated=lambda case: auc_to_match(case.p, case.n),
    formula="density of the best, and cut series",
    routes={"exact": _needed_by_counts, "simulated": _needed_by_draws},
    derivations={
        "exact": "cells of rewards, and every way to fall",
        "simulated": "questions drawn",
    },
    tolerance=1e-5,
    unit="AUC",
    note="at one accuracy of pairs the same reward model helps a weak policy and harms a strong "
    "one",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turning:
    """A case: a verifier to whom some wrong answers look better than any right one."""

    p: float
    shift: float
    spread: float

    def describe(self) -> str:
        """Return the case in words."""
        return f"p = {self.p:g}, right ones {self.shift:g} above, wrong ones spread {self.spread:g}"


def _turn_by_cells(case: Turning, _rng: np.random.Generator) -> Estimate:
    curve = [_on_a_grid(case.p, n, case.shift, case.spread) for n in range(1, 65)]
    return Estimate(value=1 + int(np.argmax(curve)))


def _turn_by_counts(case: Turning, _rng: np.random.Generator) -> Estimate:
    """Add up over how many are right: the largest of k right ones against that of the others."""
    x, weights = np.polynomial.legendre.leggauss(200)
    u, weights, curve = (x + 1) / 2, weights / 2, []
    for n in range(1, 65):
        k = np.arange(1, n + 1)[:, None]
        wins = ndtr((case.shift + ndtri(u ** (1 / k))) / case.spread) ** (n - k) @ weights
        ways = np.array([math.comb(n, int(j)) for j in k[:, 0]], dtype=np.float64)
        chance = ways * case.p ** k[:, 0] * (1 - case.p) ** (n - k[:, 0])
        curve.append(float(chance @ wins))
    return Estimate(value=1 + int(np.argmax(curve)))


def _turns(rng: np.random.Generator) -> Sequence[Turning]:
    p, shift, spread = (
        round(float(rng.uniform(*one)), 2) for one in ((0.4, 0.7), (1, 1.6), (1.5, 1.9))
    )
    return (
        Turning(p=0.65, shift=1.0, spread=1.6),
        Turning(p=0.65, shift=1.5, spread=1.5),
        Turning(p=p, shift=shift, spread=spread),
    )


TURN: Claim[Turning] = Claim(
    id="overoptimisation-turn",
    statement="where wrong answers have the heavier tail of rewards the best of N is right most "
    "often at an N that follows from both distributions: 4 for p = .65, 1 above, spread 1.6",
    source=OURS,
    relation="equals",
    cases=_turns,
    span="p = .4 to .7, right answers 1 to 1.6 above, wrong ones spread 1.5 to 1.9",
    stated=lambda case: turning_point(case.p, shift=case.shift, spread=case.spread, most=64),
    formula="density of the best",
    routes={"exact": _turn_by_cells, "dense": _turn_by_counts},
    derivations={"exact": "powers of the chance below", "dense": "sum over how many are right"},
    unit="samples",
)


def _harmed(rng: np.random.Generator) -> Sequence[Chosen]:
    return (
        Chosen(p=0.65, n=64, shift=1.0),
        Chosen(p=0.65, n=64, shift=1.0, spread=1.6),
        Chosen(p=0.65, n=int(rng.integers(100, 1000)), shift=1.0, spread=1.6),
    )


MORE_HELPS: Claim[Chosen] = Claim(
    id="more-samples-help",
    statement="the best of many is right at least as often as one answer, if the verifier is right "
    "on more than half of the pairs",
    source="what best-of-N is trusted to do",
    relation="at least",
    cases=_harmed,
    span="p = .65, N = 64 to 999, an AUC of .70 and .76",
    stated=lambda case: case.p,
    routes={"exact": _by_cells, "simulated": _drawn_best},
    derivations={"exact": "powers of the chance below, cell by cell", "simulated": "answers drawn"},
    assumptions=(
        Assumption(
            text="right on more than half of the pairs",
            holds=lambda case: auc_of(case.shift, case.spread) > 0.5,
        ),
    ),
    unit="of questions",
    note="with wrong answers spread 1.6 it falls from .760 at N = 4 to .080 at N = 4,096: accuracy "
    "of pairs says nothing about the tail",
)
VERIFIER_CLAIMS = (ACCURACY, MAJORITY, NEEDED, TURN, MORE_HELPS)
