"""Accumulated rows (arXiv 2404.01413): the bound pi^2/6 for one design, and less for redrawn ones.

With s_k = X_1'X_1 + .. + X_k'X_k the pooled fits satisfy w_(k+1) = w_k + s_(k+1)^-1 X_(k+1)'E_(k+1)
whether the designs are equal or not, so that the noises of the generations add up.
"""

import math

import numpy as np
import sympy
from scipy.special import digamma

from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import Array
from theory.literature.chains import Chain, averaged
from theory.literature.moments import inverse_trace
from theory.verdict import Estimate


def one_fit(chain: Chain) -> float:
    """Return u = sigma^2 d / (T - d - 1), the error of one fit to human labels."""
    return chain.noise_std**2 * float(inverse_trace(chain.n_samples, chain.n_features))


def kept_design(chain: Chain) -> float:
    """Return u sum_(i <= n) 1/i^2, the error after n pooled fits with one design."""
    return one_fit(chain) * math.fsum(1 / i**2 for i in range(1, chain.fits + 1))


def kept_design_bound(chain: Chain) -> float:
    """Return u pi^2 / 6, which bounds every generation."""
    return one_fit(chain) * math.pi**2 / 6


def redrawn_design(chain: Chain) -> float:
    """Return sigma^2 sum_(i <= n) d / (i (iT - d - 1)): designs of independent Gaussian rows.

    The i-th noise adds E tr s_i^-1 X_i'X_i s_i^-1, and the i blocks of s_i are exchangeable.
    """
    T, d = chain.n_samples, chain.n_features
    terms = (d / (i * (i * T - d - 1)) for i in range(1, chain.fits + 1))
    return chain.noise_std**2 * math.fsum(terms)


def redrawn_design_limit(chain: Chain) -> float:
    """Return the limit n -> inf: -sigma^2 d / (d + 1) (digamma(1 - (d + 1)/T) + gamma)."""
    c = chain.n_features + 1
    series = -(float(digamma(1 - c / chain.n_samples)) + np.euler_gamma) / c
    return chain.noise_std**2 * chain.n_features * series


def by_label_maps(chain: Chain, rng: np.random.Generator, *, designs: int) -> Estimate:
    """Return the mean over kept designs of the exact error, by the map from all noises."""
    masks = np.ones((chain.fits - 1, chain.n_samples))

    def error(X: Array) -> float:
        return float(dense_error(X, masks, "accumulate", noise_std=chain.noise_std)[-1])

    return averaged(error, chain, rng, designs=designs)


def redrawn_by_label_maps(chain: Chain, rng: np.random.Generator, *, designs: int) -> Estimate:
    """Return the mean over redrawn designs of the error by the map from all noises to w_n."""

    def error(_X: Array) -> float:
        shape = (chain.fits, chain.n_samples, chain.n_features)
        return chain.noise_std**2 * _map_square(rng.standard_normal(shape))

    return averaged(error, chain, rng, designs=designs)


def _map_square(designs: Array) -> float:
    """Return |W|^2 for w_n = W (E_1, .., E_n), by solving every pooled fit for all noises.

    Nothing here uses the recursion of the module: labels, not increments, are pooled.
    """
    n, T, d = designs.shape
    weights = np.zeros((d, n * T))
    labels = np.zeros((0, n * T))
    for i, X in enumerate(designs):
        newest = X @ weights
        newest[:, i * T : (i + 1) * T] += np.eye(T)
        labels = np.vstack([labels, newest])
        rows = designs[: i + 1].reshape(-1, d)
        weights = np.asarray(np.linalg.lstsq(rows, labels, rcond=None)[0])
    return float((weights**2).sum())


def by_wishart_inverses(chain: Chain, rng: np.random.Generator, *, draws: int) -> Estimate:
    """Return sum_i E tr s_i^-1 X_i'X_i s_i^-1 from drawn Gram matrices, new ones for each term.

    Each Gram matrix comes from a Bartlett factor, never from rows.
    """
    d, T = chain.n_features, chain.n_samples
    total, variance = 0.0, 0.0
    for i in range(1, chain.fits + 1):
        newest = bartlett(T, d, draws, rng)
        pooled = newest + (bartlett((i - 1) * T, d, draws, rng) if i > 1 else 0)
        inverse = np.linalg.inv(pooled)
        terms = np.trace(inverse @ newest @ inverse, axis1=1, axis2=2)
        total += float(terms.mean())
        variance += float(terms.var(ddof=1)) / draws
    scale = chain.noise_std**2
    return Estimate(value=scale * total, stderr=scale * math.sqrt(variance))


def bartlett(n_samples: int, n_features: int, draws: int, rng: np.random.Generator) -> Array:
    """Draw Wishart matrices X'X, shape (draws, d, d): by triangular factors where T >= d."""
    if n_samples < n_features:
        rows = rng.standard_normal((draws, n_samples, n_features))
        return np.swapaxes(rows, 1, 2) @ rows
    factor = np.tril(rng.standard_normal((draws, n_features, n_features)), -1)
    for j in range(n_features):
        factor[:, j, j] = np.sqrt(rng.chisquare(n_samples - j, size=draws))
    return factor @ np.swapaxes(factor, 1, 2)


def bound_steps_hold() -> bool:
    """Check the steps of the bound: the noise of fit k + 1 adds u / (k + 1)^2, and the sum."""
    k, gram, weights, noise = sympy.symbols("k gram weights noise", positive=True)
    # (k + 1) gram w_(k+1) = k gram w_k + (gram w_k + X'E), the normal equation with one column
    fitted = (k * gram * weights + gram * weights + noise) / ((k + 1) * gram)
    step = sympy.simplify(fitted - weights - noise / ((k + 1) * gram)) == 0
    i = sympy.Symbol("i", integer=True, positive=True)
    total = sympy.summation(1 / i**2, (i, 1, sympy.oo))
    return bool(step) and total == sympy.pi**2 / 6


def redrawn_is_less() -> bool:
    """Check d / (i (iT - d - 1)) <= d / (i^2 (T - d - 1)), term by term, for T >= d + 2, i >= 1."""
    spare, more = sympy.symbols("spare more", nonnegative=True)
    d = sympy.Symbol("d", positive=True)
    T, i = d + 2 + spare, 1 + more
    gap = sympy.expand(i * (i * T - d - 1) - i**2 * (T - d - 1))
    return bool(sympy.expand(gap - i * more * (d + 1)) == 0 and (i * more * (d + 1)).is_nonnegative)
