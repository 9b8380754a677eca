"""What linear CKA sees of two layers and what it cannot see, by exact cases (arXiv 2310.15477).

CRaSh merges adjacent layers whose representations have a high linear CKA. The cases here are
layers that are linear in independent white sources, h = M s, so that every population value follows
from the matrices M: one shared direction of large variance makes unlike layers look alike, and a
chain of like neighbours may lead to unlike ends.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from theory.cka import (
    CHAIN_START,
    CHAIN_STEPS,
    Matrix,
    blind_spot,
    debiased_cka,
    gram_cka,
    least_cka,
    linear_cka,
    population_cka,
    residual_cka,
    residual_layers,
    sample_layers,
    sharing_layers,
    turning_layers,
)
from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

LEAST_ADJACENT = 0.84
"""Value of CKA that every step of the chain reaches."""
OURS = "this project"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layers:
    """A case: layers that are linear in white sources; a claim is about the first and the last."""

    words: str
    layers: tuple[Matrix, ...]
    shift: float = 0.0
    """Number that is added to every feature of the last layer."""

    def describe(self) -> str:
        """The case in words: what the layers are."""
        return self.words

    def adjacent(self) -> list[float]:
        """Population CKA of every two neighbouring layers."""
        return [population_cka(one, next_) for one, next_ in pairwise(self.layers)]


def _exact(case: Layers, rng: np.random.Generator) -> Estimate:
    """CKA of the first and the last layer, from their matrices."""
    return Estimate(value=population_cka(case.layers[0], case.layers[-1]))


def _sampled(
    case: Layers,
    rng: np.random.Generator,
    *,
    measure: Callable[[Matrix, Matrix], float] = debiased_cka,
    n_samples: int = 4096,
    repeats: int = 32,
) -> Estimate:
    """CKA of the first and the last layer, from samples of both, with its standard error."""
    ends = (case.layers[0], case.layers[-1])
    values = []
    for _ in range(repeats):
        first, last = sample_layers(ends, n_samples, rng=rng)
        values.append(measure(first, last + case.shift))
    stderr = float(np.std(values, ddof=1)) / math.sqrt(repeats)
    return Estimate(value=float(np.mean(values)), stderr=stderr)


_dense: Route[Layers] = partial(_sampled, measure=gram_cka, n_samples=200, repeats=2)
"""Route by Gram matrices of a few texts: for what holds of every sample."""


def _turned(d: int, rng: np.random.Generator) -> Layers:
    """A layer of d features, and the same layer rotated, scaled, reflected and shifted."""
    first = rng.normal(size=(d, d))
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    words = f"d = {d}, h = M s for a random M, and -2.5 Q h + 3 for a random rotation Q"
    return Layers(words=words, layers=(first, -2.5 * turn @ first), shift=3.0)


def _stretched(stretch: tuple[float, ...]) -> Layers:
    words = f"{len(stretch)} white features, and the same times {stretch}"
    return Layers(words=words, layers=(np.eye(len(stretch)), np.diag(stretch)))


def _stretched_cka(case: Layers) -> float:
    """CKA of white features and A times them: tr A^2 / (sqrt d |A^2|)."""
    squares = np.square(np.diag(case.layers[-1]))
    return float(squares.sum() / math.sqrt(len(squares) * np.square(squares).sum()))


def _sharing(n_features: int, strength: float) -> Layers:
    words = (
        f"d = {n_features} features each, one shared direction of standard deviation {strength:g}"
    )
    return Layers(words=words, layers=sharing_layers(n_features, strength))


def _blind_spot(case: Layers) -> float:
    return blind_spot(len(case.layers[0]), float(np.abs(case.layers[0]).max()))


def _stream(n_features: int, steps: int, start: float) -> Layers:
    words = f"d = {n_features}, {steps} layers add variance 1 to a stream of variance {start:g}"
    return Layers(words=words, layers=residual_layers(n_features, steps, start))


def _stream_cka(case: Layers) -> float:
    return residual_cka(0, len(case.layers) - 1, float(case.layers[0][0, 0]) ** 2)


def _turning(adjacent: float, steps: int) -> Layers:
    words = f"two features, {steps} steps of CKA {adjacent:g}"
    return Layers(words=words, layers=turning_layers(adjacent, steps))


def _turning_cka(case: Layers) -> float:
    return least_cka(case.adjacent()[0], len(case.layers) - 1)


_ALIKE: Assumption[Layers] = Assumption(
    text=f"every step has a CKA of at least {LEAST_ADJACENT:g}",
    holds=lambda case: min(case.adjacent()) >= LEAST_ADJACENT - 1e-12,
)

MATRICES = "population norms of the layers' matrices"
"""Derivation of the exact route."""
SAMPLES = "representations of drawn texts"
"""Derivation of the routes that draw."""
_ROUTES: Mapping[RouteName, Route[Layers]] = {"exact": _exact, "simulated": _sampled}
_WAYS: Mapping[RouteName, str] = {"exact": MATRICES, "simulated": SAMPLES}
_equals: Callable[..., Claim[Layers]] = partial(Claim, source=OURS, relation="equals", unit="CKA")

INVARIANT = _equals(
    id="cka-invariant",
    kind="identity",
    statement="linear CKA of h and a rotated, scaled, reflected and shifted h is 1",
    cases=lambda rng: tuple(_turned(d, rng) for d in (1, 12, int(rng.integers(2, 12)))),
    span="d = 1 to 12, random maps and rotations",
    stated=lambda _case: 1.0,
    formula="norms that rotations leave alone",
    routes={
        "exact": _exact,
        "dense": _dense,
        "simulated": partial(_sampled, measure=linear_cka, repeats=2),
    },
    derivations={"exact": MATRICES, "dense": "Gram matrices of texts", "simulated": SAMPLES},
    note="so h and -h are the same layer to it",
)
LINEAR_MAP = _equals(
    id="cka-linear-map",
    statement="not invariant to every invertible map: tr A^2 / (sqrt d |A^2|) of white features",
    cases=lambda rng: (
        _stretched((10.0, 1.0)),
        _stretched((1.1, 1.0)),
        _stretched(tuple(np.round(rng.uniform(0.3, 5.0, size=4), 2).tolist())),
    ),
    span="two to four features, stretched by .3 to 10",
    stated=_stretched_cka,
    formula="traces of a diagonal map",
    routes=_ROUTES,
    derivations=_WAYS,
)


def _shared(*strengths: float, inside: tuple[float, float]) -> Callable[..., tuple[Layers, ...]]:
    """Return the family of layers that share a direction: given strengths, and two drawn."""
    return lambda rng: (
        *(_sharing(6, strength) for strength in strengths),
        *(_sharing(int(rng.integers(2, 9)), float(c)) for c in rng.uniform(*inside, size=2)),
    )


BLIND_SPOT = _equals(
    id="cka-blind-spot",
    statement="layers that share one direction of strength c alone: c^4 / ((1 + c^2)^2 + d - 1)",
    cases=_shared(3.0, 1.5, inside=(1.5, 4.0)),
    span="c = 1.5 to 4, d = 2 to 8",
    stated=_blind_spot,
    formula="one shared direction, entry by entry",
    routes=_ROUTES,
    derivations=_WAYS,
    note="at c = 3 and d = 6 it is .77, and five of six directions have nothing in common",
)
MASSIVE = _equals(
    id="cka-massive-direction",
    statement="one massive shared direction hides every difference elsewhere: .98 for c = 10",
    cases=_shared(10.0, 30.0, inside=(10.0, 30.0)),
    span="c = 10 to 30, d = 2 to 8",
    stated=_blind_spot,
    formula="one shared direction, entry by entry",
    routes=_ROUTES,
    derivations=_WAYS,
    note="residual streams have such directions; show CKA without the top direction beside it",
)
CHAIN = _equals(
    id="cka-chain",
    statement="k steps of adjacent CKA of at least .84 can end at s/(s + k): twelve of them at .35",
    cases=lambda rng: (
        _stream(4, CHAIN_STEPS, CHAIN_START),
        _stream(4, 2, 5.25),
        _stream(3, int(rng.integers(3, CHAIN_STEPS)), float(rng.uniform(5.25, 20.0))),
    ),
    span="2 to 12 steps, first variance s = 5.25 to 20",
    stated=_stream_cka,
    formula="variances that add up",
    routes=_ROUTES,
    derivations=_WAYS,
    assumptions=(_ALIKE,),
    note="merging by the ends of clusters is single linkage on a path: chains of unlike layers",
)
TURNING = _equals(
    id="cka-least-of-chain",
    statement="two steps of CKA a can end at cos(2 arccos a) = 2 a^2 - 1, three of .84 at 0",
    cases=lambda rng: (
        _turning(LEAST_ADJACENT, 2),
        _turning(0.99, 3),
        _turning(float(rng.uniform(LEAST_ADJACENT, 0.99)), 2),
    ),
    span="a = .84 to .99, two or three steps",
    stated=_turning_cka,
    formula="angles between Gram matrices add up",
    routes=_ROUTES,
    derivations=_WAYS,
    assumptions=(_ALIKE,),
    note="no chain ends lower: angles between Gram matrices add up",
)
CKA_CLAIMS = (INVARIANT, LINEAR_MAP, BLIND_SPOT, MASSIVE, CHAIN, TURNING)
"""Claims about CKA that can be computed without a model."""
