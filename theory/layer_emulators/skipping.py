"""A layer that adjacent CKA does not see, and that the loss cannot do without."""

from dataclasses import dataclass

import numpy as np

from theory.cka import Matrix, debiased_cka, population_cka
from theory.verdict import Assumption, Claim, Estimate

OURS = "this project"
_SAMPLES, _REPEATS = 4096, 24
LIKE = 0.99
"""Similarity above which the layer looks as if it did nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A case: a layer adds one feature to a stream with a massive direction, and it is read."""

    n_features: int
    massive: float
    """Standard deviation of the stream along its first feature; 1 along all others."""
    added: float
    """Standard deviation of what the layer adds to the second feature."""
    read: float
    """Weight of that feature in what is predicted."""

    def describe(self) -> str:
        """The case in words."""
        return (
            f"d = {self.n_features}, massive direction {self.massive:g}, {self.added:g} added to "
            f"another, read with a weight of {self.read:g}"
        )

    def layers(self) -> tuple[Matrix, Matrix]:
        """The stream before and behind the layer, as matrices M of h = M s."""
        before = np.hstack([np.eye(self.n_features), np.zeros((self.n_features, 1))])
        before[0, 0] = self.massive
        behind = before.copy()
        behind[1, -1] = self.added
        return before, behind


def adjacent_cka(case: Written) -> float:
    """CKA of the stream before and behind the layer, in closed form."""
    rest = case.massive**4 + case.n_features - 2
    return float(np.sqrt((rest + 1) / (rest + (1 + case.added**2) ** 2)))


def influence(case: Written) -> float:
    """Block influence 1 - cos of input and output, with sums over texts in place of single ones."""
    size = case.massive**2 + case.n_features - 1
    return float(1 - np.sqrt(size / (size + case.added**2)))


def _exact_cka(case: Written, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=population_cka(*case.layers()))


def _streams(case: Written, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    sources = rng.standard_normal((_SAMPLES, case.n_features + 1))
    before, behind = case.layers()
    return sources @ before.T, sources @ behind.T


def _sampled_cka(case: Written, rng: np.random.Generator) -> Estimate:
    return Estimate.over([debiased_cka(*_streams(case, rng)) for _ in range(_REPEATS)])


def _rise(case: Written, rng: np.random.Generator) -> Estimate:
    """Skip the layer on drawn texts: the error of reading the stream before it."""
    draws = []
    for _ in range(_REPEATS):
        before, behind = _streams(case, rng)
        draws.append(float(np.square(case.read * (before[:, 1] - behind[:, 1])).mean()))
    return Estimate.over(draws)


def _rise_by_moments(case: Written, _rng: np.random.Generator) -> Estimate:
    before, behind = case.layers()
    reader = np.zeros(case.n_features)
    reader[1] = case.read
    change = reader @ (behind - before)
    return Estimate(value=float(change @ change))


_UNSEEN: tuple[Assumption[Written], ...] = (
    Assumption(
        text=f"adjacent CKA is at least {LIKE:g}",
        holds=lambda case: adjacent_cka(case) >= LIKE,
    ),
    Assumption(
        text="block influence is at most .01",
        holds=lambda case: influence(case) <= 1 - LIKE,
    ),
)


def _cases(rng: np.random.Generator) -> tuple[Written, ...]:
    return (
        Written(n_features=6, massive=10.0, added=1.0, read=1.0),
        Written(n_features=6, massive=10.0, added=1.0, read=100.0),
        Written(
            n_features=int(rng.integers(3, 20)),
            massive=float(rng.uniform(10, 20)),
            added=float(rng.uniform(0.5, 1.2)),
            read=float(rng.uniform(0.1, 50)),
        ),
    )


SEEN: Claim[Written] = Claim(
    id="skip-cka",
    statement="a layer that adds variance b^2 to one of d features of a stream of massive "
    "direction c has an adjacent CKA of sqrt((c^4 + d - 1) / (c^4 + d - 2 + (1 + b^2)^2))",
    source=OURS,
    relation="equals",
    cases=_cases,
    span="d = 3 to 19, c = 10 to 20, b = .5 to 1.2",
    stated=adjacent_cka,
    formula="variances, entry by entry",
    routes={"exact": _exact_cka, "simulated": _sampled_cka},
    derivations={"exact": "population norms of the layers' matrices", "simulated": "drawn texts"},
    assumptions=_UNSEEN,
    unit="CKA",
    note=".9998 for c = 10, b = 1, d = 6",
)
COST: Claim[Written] = Claim(
    id="skip-cost-any",
    statement="skipping a layer whose adjacent CKA is at least .99 costs w^2 b^2 where what it "
    "adds is read with a weight w: any amount",
    source=OURS,
    relation="equals",
    cases=_cases,
    span="costs of .0025 to 10,000 at adjacent CKA of .99 and more",
    stated=lambda case: (case.read * case.added) ** 2,
    formula="variance of what is missing",
    routes={"exact": _rise_by_moments, "simulated": _rise},
    derivations={"exact": "moments of the difference", "simulated": "drawn texts"},
    assumptions=_UNSEEN,
    unit="loss",
    note="block influence, 1 - cos of input and output, is below .01 in the same cases: no measure "
    "of how alike two states are bounds a cost, which only the loss shows",
)
SKIPPING_CLAIMS = (SEEN, COST)
"""Claims about what similarity says of the cost of a layer."""
