"""CKA without the direction of largest variance: what shows then, and what is still hidden.

A residual stream has a few massive directions. If two layers share one, it hides that nothing else
is alike; if each has one of its own, it hides that everything else is. Removing the top direction
of each layer shows both, as long as there is one such direction and no more.
"""

from collections.abc import Callable

import numpy as np

from theory.cka import Matrix, debiased_cka, population_cka, sample_layers, without_top
from theory.layer_emulators.cka_claims import OURS, Layers
from theory.verdict import Claim, Estimate

_SAMPLES, _REPEATS = 4096, 32
ENTRIES = "variances, entry by entry"
"""Derivation of the formulas."""


def beside_shared(n_features: int, massive: float, other: float) -> tuple[Matrix, Matrix]:
    """Two layers of d features that share a massive direction, and another one.

    Args:
        n_features: Number of features d of each layer, at least 2; each has variance 1 of its own.
        massive: Standard deviation of what is shared along the first feature.
        other: Standard deviation of what is shared along the second.
    """
    shared = np.zeros((n_features, 2))
    shared[0, 0], shared[1, 1] = massive, other
    own, nothing = np.eye(n_features), np.zeros((n_features, n_features))
    return np.hstack([shared, own, nothing]), np.hstack([shared, nothing, own])


def own_massive(n_features: int, massive: float) -> tuple[Matrix, Matrix]:
    """Two layers of d features that are equal, but for a massive direction of each one's own."""
    first, second = np.zeros((n_features, 2)), np.zeros((n_features, 2))
    first[0, 0], second[0, 1] = massive, massive
    equal = np.eye(n_features)
    return np.hstack([first, equal]), np.hstack([second, equal])


def top_removed(layer: Matrix) -> Matrix:
    """The layer M s without its direction of largest variance, as a matrix."""
    top = np.linalg.eigh(layer @ layer.T)[1][:, -1]
    rest: Matrix = layer - np.outer(top, top @ layer)
    return rest


def _exact(case: Layers, _rng: np.random.Generator) -> Estimate:
    first, last = (top_removed(layer) for layer in case.layers)
    return Estimate(value=population_cka(first, last))


def _sampled(
    case: Layers,
    rng: np.random.Generator,
    *,
    prepared: Callable[[Matrix], Matrix] = without_top,
) -> Estimate:
    draws = (sample_layers(case.layers, _SAMPLES, rng=rng) for _ in range(_REPEATS))
    return Estimate.over([debiased_cka(*map(prepared, pair)) for pair in draws])


def _as_it_is(case: Layers, rng: np.random.Generator) -> Estimate:
    return _sampled(case, rng, prepared=np.asarray)


def _beside(n_features: int, massive: float, other: float) -> Layers:
    words = f"d = {n_features}, shared directions of {massive:g} and {other:g}"
    return Layers(words=words, layers=beside_shared(n_features, massive, other))


def _own(n_features: int, massive: float) -> Layers:
    words = f"d = {n_features} equal features, and a direction of {massive:g} of each layer's own"
    return Layers(words=words, layers=own_massive(n_features, massive))


def rest_cka(n_features: int, other: float) -> float:
    """CKA that is left of `beside_shared`: b^4 / ((1 + b^2)^2 + d - 2), whatever was massive."""
    return other**4 / ((1 + other**2) ** 2 + n_features - 2)


def own_cka(n_features: int, massive: float) -> float:
    """CKA of `own_massive`: d / ((1 + c^2)^2 + d - 1)."""
    return n_features / ((1 + massive**2) ** 2 + n_features - 1)


WITHOUT_TOP: Claim[Layers] = Claim(
    id="cka-without-top",
    statement="without the top direction CKA is that of the rest: b^4 / ((1 + b^2)^2 + d - 2) "
    "where another direction of strength b is shared, however massive the one that was removed",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        _beside(6, 10.0, 2.0),
        _beside(3, 30.0, 1.5),
        _beside(6, 30.0, 10.0),
        _beside(int(rng.integers(3, 9)), float(rng.uniform(8, 30)), float(rng.uniform(1.5, 3))),
    ),
    span="d = 3 to 8, strengths of 8 to 30 removed, of 1.5 to 10 left",
    stated=lambda case: rest_cka(len(case.layers[0]), float(case.layers[0][1, 1])),
    formula=ENTRIES,
    routes={"exact": _exact, "simulated": _sampled},
    derivations={"exact": "eigenvectors of the layers", "simulated": "drawn texts"},
    unit="CKA",
    note="0 where nothing else is shared; a second massive direction hides the rest again, .98 for "
    "b = 10: removing one direction is a check, not a cure",
)
OWN_MASSIVE: Claim[Layers] = Claim(
    id="cka-own-massive",
    statement="a massive direction of each layer's own hides that all else is equal: "
    "d / ((1 + c^2)^2 + d - 1), and 1 without it",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        _own(6, 1.0),
        _own(6, 2.0),
        _own(int(rng.integers(4, 9)), float(rng.uniform(0.5, 2.0))),
    ),
    span="d = 4 to 8, c = .5 to 2",
    stated=lambda case: own_cka(len(case.layers[0]), float(case.layers[0][0, 0])),
    formula=ENTRIES,
    routes={
        "exact": lambda case, _rng: Estimate(value=population_cka(*case.layers)),
        "simulated": _as_it_is,
    },
    derivations={"exact": "population norms of the layers' matrices", "simulated": "drawn texts"},
    unit="CKA",
    note="so CKA errs in both directions; at c = 10 the layers, equal but for one direction, have "
    "a CKA of .0006",
)
TOP_CLAIMS = (WITHOUT_TOP, OWN_MASSIVE)
"""Claims about CKA with the direction of largest variance, and without it."""
