"""Chains of least-squares fits by Monte Carlo, with designs kept or redrawn, T above or below d.

Features and noise are drawn and fitted as a user would do it; nothing here knows a closed form.
Where T < d a fit is the interpolation of smallest norm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from theory.linear_chains.design import Array
from theory.verdict import Estimate

BATCH_NUMBERS = 400_000
"""Number of features held at once: chains in a batch times T times d."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """A chain of fits to standard Gaussian features, in numbers.

    Raises:
        ValueError: A size is below 1, a weight lies outside [0, 1], or pooled rows are too few for
            least squares or are to be fitted with a ridge.
    """

    n_samples: int
    """Number T of rows that every generation adds or replaces."""
    n_features: int
    """Number d of columns."""
    fits: int
    """Number of fits, the first to human labels."""
    redrawn: bool = False
    """Whether each generation draws its own features; otherwise all share the first design."""
    pooled: bool = False
    """Whether a fit sees the rows of all generations so far (accumulate) or the last alone."""
    noise_std: float = 1.0
    """Standard deviation sigma of every label's noise."""
    signal: float = 0.0
    """Length of the true weights w*."""
    real_weight: float = 0.0
    """Weight of a fresh human label in each label after the first fit; the rest is the model's."""
    ridge: float = 0.0
    """Penalty lambda of every fit; 0 is least squares."""

    def __post_init__(self) -> None:
        if min(self.n_samples, self.n_features, self.fits) < 1:
            raise ValueError(f"T, d and the number of fits must be at least 1: {self.describe()}")
        if not 0 <= self.real_weight <= 1 or min(self.noise_std, self.ridge) < 0:
            raise ValueError(f"a weight outside [0, 1] or a negative number: {self.describe()}")
        if self.pooled and (self.ridge or self.n_samples < self.n_features):
            raise ValueError(f"pooled rows need T >= d and no ridge: {self.describe()}")

    def describe(self) -> str:
        """Return the chain in words, with the numbers that a reader needs to redo it."""
        design = "redrawn" if self.redrawn else "kept"
        words = [
            f"T = {self.n_samples}, d = {self.n_features}, {self.fits} fits, designs {design}",
            f"noise {self.noise_std:g}, |w*| = {self.signal:g}",
        ]
        if self.pooled:
            words.append("rows accumulated")
        if self.real_weight:
            words.append(f"weight {self.real_weight:.6g} on fresh human labels")
        if self.ridge:
            words.append(f"ridge {self.ridge:g}")
        return ", ".join(words)


def simulated(chain: Chain, rng: np.random.Generator, *, runs: int) -> Estimate:
    """Return the mean of |w_n - w*|^2 after the last fit, with its standard error.

    Args:
        chain: Chain to run.
        rng: Source of all randomness.
        runs: Number of independent chains, at least 2.
    """
    if runs < 2:
        raise ValueError(f"runs must be at least 2 for a standard error, not {runs}")
    errors = np.concatenate([_run(chain, rng, size) for size in _batches(chain, runs)])
    return Estimate.over(errors)


def averaged(
    error: Callable[[Array], float], chain: Chain, rng: np.random.Generator, *, designs: int
) -> Estimate:
    """Return the mean over Gaussian designs, each kept by its chain, of an exact error.

    Args:
        error: Error of the last fit given the design X, shape (T, d).
        chain: Chain that says T and d.
        rng: Source of the designs.
        designs: Number of designs, at least 2.
    """
    shape = (chain.n_samples, chain.n_features)
    values = np.array([error(rng.standard_normal(shape)) for _ in range(designs)])
    return Estimate.over(values)


def minimum_norm_map(X: Array, ridge: float = 0.0) -> Array:
    """Return the map from labels to weights for designs of shape (.., T, d): shape (.., d, T)."""
    flipped = np.swapaxes(X, -1, -2)
    if X.shape[-2] >= X.shape[-1]:
        gram = flipped @ X + ridge * np.eye(X.shape[-1])
        return np.asarray(np.linalg.solve(gram, flipped))
    kernel = X @ flipped + ridge * np.eye(X.shape[-2])
    return np.swapaxes(np.linalg.solve(kernel, X), -1, -2)


def _batches(chain: Chain, runs: int) -> Iterator[int]:
    size = max(1, BATCH_NUMBERS // (chain.n_samples * chain.n_features))
    for start in range(0, runs, size):
        yield min(size, runs - start)


def _run(chain: Chain, rng: np.random.Generator, size: int) -> Array:
    """Run `size` chains side by side; return their last errors, shape (size,)."""
    true = np.zeros((size, chain.n_features))
    true[:, 0] = chain.signal
    weights, gram, moment = true, np.zeros(()), np.zeros(())
    X = _features(chain, rng, size)
    fit = None if chain.pooled else minimum_norm_map(X, chain.ridge)
    for generation in range(chain.fits):
        if generation and chain.redrawn:
            X = _features(chain, rng, size)
            fit = None if chain.pooled else minimum_norm_map(X, chain.ridge)
        labels = _labels(chain, X, true, weights, rng, first=generation == 0)
        if fit is not None:
            weights = np.einsum("cdt,ct->cd", fit, labels)
            continue
        gram = gram + np.swapaxes(X, -1, -2) @ X
        moment = moment + np.einsum("ctd,ct->cd", X, labels)
        weights = np.linalg.solve(gram, moment[..., None])[..., 0]
    return np.asarray(((weights - true) ** 2).sum(axis=-1))


def _features(chain: Chain, rng: np.random.Generator, size: int) -> Array:
    return rng.standard_normal((size, chain.n_samples, chain.n_features))


def _labels(
    chain: Chain, X: Array, true: Array, weights: Array, rng: np.random.Generator, *, first: bool
) -> Array:
    """Return the labels of one generation, shape (chains, T): human, the model's, or blended."""
    human = 1.0 if first else chain.real_weight
    labels = np.zeros(X.shape[:2])
    for share, source in ((human, true), (1 - human, weights)):
        if share:
            noise = chain.noise_std * rng.standard_normal(labels.shape)
            labels += share * (np.einsum("ctd,cd->ct", X, source) + noise)
    return labels
