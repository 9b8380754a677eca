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
from numpy.typing import NDArray

from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

Matrix = NDArray[np.float64]
LEAST_ADJACENT = 0.84
"""Value of CKA that every step of the chain reaches."""
CHAIN_STEPS = 12
CHAIN_START = 6.5
"""Variance of the first layer of the chain, in units of that of what each layer adds."""
OURS = "this project"


def linear_cka(first: Matrix, second: Matrix) -> float:
    """Linear CKA of two samples of representations: |X'Y|^2 / (|X'X| |Y'Y|), columns centred.

    Args:
        first: One row per text, one column per feature.
        second: Other sample, of the same texts; it may have any number of features.
    """
    x, y = first - first.mean(axis=0), second - second.mean(axis=0)
    return _ratio(x.T @ y, x.T @ x, y.T @ y)


def population_cka(first: Matrix, second: Matrix) -> float:
    """Linear CKA of the layers M s and N s of independent white sources s, from M and N."""
    return _ratio(first @ second.T, first @ first.T, second @ second.T)


def _ratio(between: Matrix, first: Matrix, second: Matrix) -> float:
    square = float(np.square(between).sum())
    return square / float(np.linalg.norm(first) * np.linalg.norm(second))


def gram_cka(first: Matrix, second: Matrix) -> float:
    """Linear CKA as the cosine of the centred Gram matrices of the texts."""
    grams = [_gram(sample) for sample in (first, second)]
    cross = float((grams[0] * grams[1]).sum())
    return cross / float(np.linalg.norm(grams[0]) * np.linalg.norm(grams[1]))


def _gram(sample: Matrix) -> Matrix:
    centred = sample - sample.mean(axis=0)
    gram: Matrix = centred @ centred.T
    return gram


def debiased_cka(first: Matrix, second: Matrix) -> float:
    """Linear CKA from unbiased estimates of its three norms (Song et al. 2012).

    `linear_cka` is too high where texts are not many times as many as features; this one is not.
    """
    x, y = first - first.mean(axis=0), second - second.mean(axis=0)
    own = _unbiased(x, x) * _unbiased(y, y)
    return _unbiased(x, y) / math.sqrt(own)


def _unbiased(x: Matrix, y: Matrix) -> float:
    """The unbiased estimate of |Cov(x, y)|^2, up to a factor, of samples of at least 4 texts."""
    n = len(x)
    own_x, own_y = np.square(x).sum(axis=1), np.square(y).sum(axis=1)
    products = float(np.square(x.T @ y).sum() - own_x @ own_y)
    sums_x, sums_y = x @ x.sum(axis=0) - own_x, y @ y.sum(axis=0) - own_y
    both = float(sums_x.sum() * sums_y.sum()) / ((n - 1) * (n - 2))
    return (products + both - 2 * float(sums_x @ sums_y) / (n - 2)) / (n * (n - 3))


def without_top(sample: Matrix) -> Matrix:
    """A sample, centred, without its direction of largest variance."""
    centred = sample - sample.mean(axis=0)
    top = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    rest: Matrix = centred - np.outer(centred @ top, top)
    return rest


def blind_spot(n_features: int, strength: float) -> float:
    """CKA of two layers that share one direction of standard deviation c, and nothing else.

    Each has d independent features of variance 1 of its own: c^4 / ((1 + c^2)^2 + d - 1).
    """
    square = strength**2
    return square**2 / ((1 + square) ** 2 + n_features - 1)


def sharing_layers(n_features: int, strength: float) -> tuple[Matrix, Matrix]:
    """The two layers of `blind_spot`, as matrices M of h = M s."""
    shared = np.zeros((n_features, 1))
    shared[0] = strength
    own, nothing = np.eye(n_features), np.zeros((n_features, n_features))
    return np.hstack([shared, own, nothing]), np.hstack([shared, nothing, own])


def residual_cka(earlier: int, later: int, start: float = CHAIN_START) -> float:
    """CKA of two layers of a stream to which every layer adds features independent of the rest.

    It is the ratio of the variances, (s + i) / (s + j): along the stream adjacent values multiply.
    """
    return (start + earlier) / (start + later)


def residual_layers(
    n_features: int, steps: int = CHAIN_STEPS, start: float = CHAIN_START
) -> tuple[Matrix, ...]:
    """The layers of `residual_cka`, as matrices M of h = M s."""
    unit, nothing = np.eye(n_features), np.zeros((n_features, n_features))
    return tuple(
        np.hstack(
            [math.sqrt(start) * unit, *[unit] * layer, *[nothing] * (steps - layer)],
        )
        for layer in range(steps + 1)
    )


def least_cka(adjacent: float, steps: int) -> float:
    """The least CKA of the ends of a chain whose every step has a CKA of at least `adjacent`.

    CKA is the cosine of an angle between Gram matrices, and angles add up: cos(k arccos a), and 0
    from a right angle on. `turning_layers` reach it.
    """
    return math.cos(min(steps * math.acos(adjacent), math.pi / 2))


def turning_layers(adjacent: float, steps: int) -> tuple[Matrix, ...]:
    """Layers of two features whose variances turn from the first to the second, step by step."""
    angles = [step * math.acos(adjacent) for step in range(steps + 1)]
    return tuple(np.diag(np.sqrt([math.cos(a), math.sin(a)])) for a in angles)


def sample_layers(
    layers: tuple[Matrix, ...], n_samples: int, *, rng: np.random.Generator
) -> tuple[Matrix, ...]:
    """Samples of all layers for the same texts, one row per text."""
    sources = rng.normal(size=(n_samples, layers[0].shape[1]))
    return tuple(sources @ layer.T for layer in layers)


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


def _turned(rng: np.random.Generator) -> Layers:
    """A layer of five features, and the same layer rotated, scaled, reflected and shifted."""
    first = rng.normal(size=(5, 5))
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    words = "d = 5, h = M s for a random M, and -2.5 Q h + 3 for a random rotation Q"
    return Layers(words=words, layers=(first, -2.5 * turn @ first), shift=3.0)


def _stretched(rng: np.random.Generator) -> Layers:
    words = "two white features, and the same with the first one times 10"
    return Layers(words=words, layers=(np.eye(2), np.diag([10.0, 1.0])))


def _stretched_cka(case: Layers) -> float:
    """CKA of white features and A times them: tr A^2 / (sqrt d |A^2|)."""
    squares = np.square(np.diag(case.layers[-1]))
    return float(squares.sum() / math.sqrt(len(squares) * np.square(squares).sum()))


def _sharing(strength: float) -> Callable[[np.random.Generator], Layers]:
    words = f"d = 6 features each, one shared direction of standard deviation {strength:g}"
    return lambda _rng: Layers(words=words, layers=sharing_layers(6, strength))


def _stream(rng: np.random.Generator) -> Layers:
    words = f"d = 4, {CHAIN_STEPS} layers add variance 1 to a stream of variance {CHAIN_START:g}"
    return Layers(words=words, layers=residual_layers(4))


def _turning(rng: np.random.Generator) -> Layers:
    words = f"two features, two steps of CKA {LEAST_ADJACENT:g}"
    return Layers(words=words, layers=turning_layers(LEAST_ADJACENT, 2))


_ALIKE: Assumption[Layers] = Assumption(
    text=f"every step has a CKA of at least {LEAST_ADJACENT:g}",
    holds=lambda case: min(case.adjacent()) >= LEAST_ADJACENT - 1e-12,
)

_ROUTES: Mapping[RouteName, Route[Layers]] = {"exact": _exact, "simulated": _sampled}
_equals: Callable[..., Claim[Layers]] = partial(Claim, source=OURS, relation="equals", unit="CKA")

INVARIANT = _equals(
    id="cka-invariant",
    statement="linear CKA of h and a rotated, scaled, reflected and shifted h is 1",
    subject=_turned,
    stated=lambda _case: 1.0,
    routes={
        "exact": _exact,
        "dense": _dense,
        "simulated": partial(_sampled, measure=linear_cka, repeats=2),
    },
    note="so h and -h are the same layer to it",
)
LINEAR_MAP = _equals(
    id="cka-linear-map",
    statement="not invariant to every invertible map: tr A^2 / (sqrt d |A^2|) of white features",
    subject=_stretched,
    stated=_stretched_cka,
    routes=_ROUTES,
)
BLIND_SPOT = _equals(
    id="cka-blind-spot",
    statement="layers that share one direction of strength c alone: c^4 / ((1 + c^2)^2 + d - 1)",
    subject=_sharing(3.0),
    stated=lambda _case: blind_spot(6, 3.0),
    routes=_ROUTES,
    note="five of six directions have nothing in common",
)
MASSIVE = _equals(
    id="cka-massive-direction",
    statement="one massive shared direction hides every difference elsewhere: the same for c = 10",
    subject=_sharing(10.0),
    stated=lambda _case: blind_spot(6, 10.0),
    routes=_ROUTES,
    note="residual streams have such directions; show CKA without the top direction beside it",
)
CHAIN = _equals(
    id="cka-chain",
    statement="twelve steps of adjacent CKA of at least .84 can end at (s + 0) / (s + 12) = .35",
    subject=_stream,
    stated=lambda _case: residual_cka(0, CHAIN_STEPS),
    routes=_ROUTES,
    assumptions=(_ALIKE,),
    note="merging by the ends of clusters is single linkage on a path: chains of unlike layers",
)
TURNING = _equals(
    id="cka-least-of-chain",
    statement="two steps of CKA a can end at cos(2 arccos a) = 2 a^2 - 1, three of .84 at 0",
    subject=_turning,
    stated=lambda _case: least_cka(LEAST_ADJACENT, 2),
    routes=_ROUTES,
    assumptions=(_ALIKE,),
    note="no chain ends lower: angles between Gram matrices add up",
)
CLAIMS = (INVARIANT, LINEAR_MAP, BLIND_SPOT, MASSIVE, CHAIN, TURNING)
"""Claims about CKA that can be computed without a model."""
