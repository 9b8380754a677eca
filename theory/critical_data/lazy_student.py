"""A lazy student: features that stay as they were drawn, so that unnamed symbols stay unnamed.

Its features of a + b are rectified sums of two drawn vectors, one for each symbol. Permuting the
symbols changes nothing in law, so that a kernel of many features depends on nothing but how many
symbols two questions share, and no question tells anything of one that shares none with it. Where
both places share their vectors, a + b and b + a are the same to it: it answers a question whose
mirror image it has learnt. All others it gets wrong, for the right answer is the one that questions
in the same row and column never have. So it is right on a constant share of the table's questions
at a constant share of examples, and needs of the order of p^2 of them (Mohamadi et al. 2024).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.critical_data.identify import all_pairs
from theory.verdict import Claim, Estimate

OURS = "this project, of arXiv 2407.12332"
_FEATURES, _PENALTY = 2000, 1e-4
_DRAWS = 260
Kernel = NDArray[np.float64]
"""Products of the features of any two questions, shape (p p, p p)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """A case: the table of addition modulo a prime, and a number of drawn examples."""

    p: int
    n: int

    def describe(self) -> str:
        """The case in words."""
        return f"p = {self.p}, n = {self.n} ({self.n / self.p**2:.2f} of the table)"


@cache
def many_features(p: int) -> Kernel:
    """Kernel of endlessly many rectified sums, in closed form (Cho and Saul 2009, degree 1).

    Two questions are vectors that count symbols, of lengths r and s at an angle t, and the mean
    product of their features is r s (sin t + (pi - t) cos t) / (2 pi).
    """
    pairs = all_pairs(p)
    counts = np.eye(p)[pairs[:, 0]] + np.eye(p)[pairs[:, 1]]
    lengths = np.sqrt((counts**2).sum(axis=1))
    scale = np.outer(lengths, lengths)
    cosine = np.clip(counts @ counts.T / scale, -1, 1)
    angle = np.arccos(cosine)
    return np.asarray(scale * (np.sin(angle) + (np.pi - angle) * cosine) / (2 * np.pi))


def drawn_features(p: int, count: int, rng: np.random.Generator) -> Kernel:
    """Kernel of so many drawn rectified sums."""
    vectors, pairs = rng.standard_normal((p, count)), all_pairs(p)
    features = np.maximum(vectors[pairs[:, 0]] + vectors[pairs[:, 1]], 0.0)
    return np.asarray(features @ features.T / count)


def lazy_right(kernel: Kernel, p: int, n: int, rng: np.random.Generator) -> float:
    """Share right of the questions that were not learnt, of the ridge that learnt n drawn ones."""
    order, labels = rng.permutation(p * p), all_pairs(p).sum(axis=1) % p
    learnt, asked = order[:n], order[n:]
    inner = kernel[np.ix_(learnt, learnt)] + _PENALTY * np.eye(n)
    readout = np.linalg.solve(inner, np.eye(p)[labels[learnt]] - 1 / p)
    votes = kernel[np.ix_(asked, learnt)] @ readout
    return float((votes.argmax(axis=1) == labels[asked]).mean())


def mirrored_share(p: int, n: int) -> float:
    """Mean share of the questions that were not learnt whose mirror image was.

    A question has a mirror image of its own unless a = b, one in p; that is among n of the other
    p^2 - 1 questions.
    """
    return (1 - 1 / p) * n / (p * p - 1)


def _by_kernel(case: Learnt, rng: np.random.Generator) -> Estimate:
    kernel = many_features(case.p)
    return Estimate.over([lazy_right(kernel, case.p, case.n, rng) for _ in range(_DRAWS)])


def _by_features(case: Learnt, rng: np.random.Generator) -> Estimate:
    kernels = [drawn_features(case.p, _FEATURES, rng) for _ in range(4)]
    each = _DRAWS // len(kernels)
    return Estimate.over(
        [lazy_right(one, case.p, case.n, rng) for one in kernels for _ in range(each)]
    )


def _tables(low: float, high: float) -> Callable[[np.random.Generator], Sequence[Learnt]]:
    def cases(rng: np.random.Generator) -> Sequence[Learnt]:
        p = int(rng.choice(list(sympy.primerange(13, 20))))
        shares = ((13, low), (19, high), (p, float(rng.uniform(low, high))))
        return tuple(Learnt(p=p, n=round(share * p * p)) for p, share in shares)

    return cases


LAZY_MIRROR: Claim[Learnt] = Claim(
    id="lazy-student",
    statement="a lazy student is right on (1 - 1/p) n / (p^2 - 1) of the rest: of what it has not "
    "learnt it knows the mirror images, and nothing else, within 3 %",
    source=OURS,
    relation="equals",
    formula="counting of mirror images",
    within=0.03,
    cases=_tables(0.4, 0.7),
    span="n = .4 p^2 to .7 p^2, p = 13 to 19",
    stated=lambda case: mirrored_share(case.p, case.n),
    routes={"dense": _by_kernel, "simulated": _by_features},
    derivations={
        "dense": "ridge with the kernel of endlessly many features",
        "simulated": "ridge on drawn features",
    },
    tolerance=0.03,
    unit="of the other questions",
    note="so half are right at half of the table whatever p is: a constant share, not p ln p",
)
LAZY_CLAIMS = (LAZY_MIRROR,)
