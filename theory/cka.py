"""Linear CKA: from samples, from Gram matrices, without bias, and of layers that are linear.

Layers are linear in independent white sources, h = M s, so that every population value follows
from the matrices M.
"""

import math

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
CHAIN_STEPS = 12
CHAIN_START = 6.5
"""Variance of the first layer of the chain, in units of that of what each layer adds."""


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
