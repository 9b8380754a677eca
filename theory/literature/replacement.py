"""Fully replaced labels (arXiv 2402.07712): closed forms and exact matrix routes.

Below T = d a fit interpolates, and what a chain forgets depends on whether features are redrawn.
"""

import numpy as np
import sympy

from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import Array
from theory.literature.chains import Chain, averaged, minimum_norm_map
from theory.literature.moments import inverse_trace, minimum_norm_trace, projection_pair
from theory.verdict import Estimate


def linear_growth(chain: Chain) -> float:
    """Return n sigma^2 d / (T - d - 1), the error after n fits with T >= d + 2."""
    unit = inverse_trace(chain.n_samples, chain.n_features)
    return chain.fits * chain.noise_std**2 * float(unit)


def linear_growth_by_chi_square(chain: Chain) -> Estimate:
    """Return n d E 1/chi^2_(T-d+1) by a symbolic integral: 1 / (X'X)^-1_jj is that chi square."""
    free, x = (
        sympy.Integer(chain.n_samples - chain.n_features + 1),
        sympy.Symbol("x", positive=True),
    )
    density = x ** (free / 2 - 1) * sympy.exp(-x / 2) / (2 ** (free / 2) * sympy.gamma(free / 2))
    mean = sympy.integrate(density / x, (x, 0, sympy.oo))
    value = sympy.simplify(chain.fits * chain.n_features * mean)
    return Estimate(value=float(value) * chain.noise_std**2, exact=str(value))


def linear_growth_by_labels(chain: Chain, rng: np.random.Generator, *, designs: int) -> Estimate:
    """Return the mean over kept designs of the exact error by a T x T covariance of labels."""
    masks = np.ones((chain.fits - 1, chain.n_samples))

    def error(X: Array) -> float:
        return float(dense_error(X, masks, "replace", noise_std=chain.noise_std)[-1])

    return averaged(error, chain, rng, designs=designs)


def interpolating_redrawn(chain: Chain) -> float:
    """Return the error of n interpolating fits (T <= d - 2), each to features of its own.

    With eta = T / d the bias is |w*|^2 (1 - eta^n), and the noise adds
    sigma^2 T / (d - T - 1) (1 - eta^n) / (1 - eta): bounded, unlike the growth for T > d.
    """
    eta = chain.n_samples / chain.n_features
    kept = eta**chain.fits
    noise = float(minimum_norm_trace(chain.n_samples, chain.n_features)) * chain.noise_std**2
    return chain.signal**2 * (1 - kept) + noise * (1 - kept) / (1 - eta)


def interpolating_redrawn_by_lengths(chain: Chain) -> Estimate:
    """Return the same by the lengths of projected vectors, whose squares are Beta variables."""
    T, d = sympy.Integer(chain.n_samples), sympy.Integer(chain.n_features)
    kept = sympy.beta(T / 2 + 1, (d - T) / 2) / sympy.beta(T / 2, (d - T) / 2)
    kept = sympy.gammasimp(kept.rewrite(sympy.gamma))
    noise = sympy.nsimplify(chain.noise_std**2) * T / (d - T - 1)
    left = sympy.nsimplify(chain.signal**2)
    # w_n = P_n .. P_1 w* + noise: |w_n - w*|^2 = |w*|^2 - 2 w*.w_n + |w_n|^2, E w*.w_n = kept^n
    inner, length, added = left * kept**chain.fits, left * kept**chain.fits, sympy.Integer(0)
    for _ in range(chain.fits):
        added = kept * added + noise
    value = sympy.simplify(left - 2 * inner + length + added)
    return Estimate(value=float(value))


def interpolating_redrawn_by_matrices(chain: Chain) -> Estimate:
    """Return the same by the d x d second moment of the weights, projected n times."""
    d = chain.n_features
    pair = projection_pair(chain.n_samples, d)
    true = np.zeros(d)
    true[0] = chain.signal
    mean, second = true, np.outer(true, true)
    noise = float(minimum_norm_trace(chain.n_samples, d)) / d * chain.noise_std**2
    for _ in range(chain.fits):
        mean = mean * chain.n_samples / d
        second = pair.sandwich(second) + noise * np.eye(d)
    error = second - np.outer(mean, true) - np.outer(true, mean) + np.outer(true, true)
    return Estimate(value=float(np.trace(error)))


def interpolating_kept(chain: Chain) -> float:
    """Return |w*|^2 (1 - T/d) + n sigma^2 T / (d - T - 1): one design, T <= d - 2."""
    bias = chain.signal**2 * (1 - chain.n_samples / chain.n_features)
    noise = float(minimum_norm_trace(chain.n_samples, chain.n_features))
    return bias + chain.fits * chain.noise_std**2 * noise


def interpolating_kept_by_covariances(
    chain: Chain, rng: np.random.Generator, *, designs: int
) -> Estimate:
    """Return the mean over designs of the error by the d x d covariance of the weights."""
    return averaged(lambda X: _kept_error(chain, X), chain, rng, designs=designs)


def blended_by_covariances(chain: Chain, rng: np.random.Generator, *, designs: int) -> Estimate:
    """Return the mean over kept designs of the error when labels keep a human part, T >= d + 2."""
    return averaged(lambda X: _kept_error(chain, X), chain, rng, designs=designs)


def _kept_error(chain: Chain, X: Array) -> float:
    """Return the error given one design by mean and covariance of the weights, (d, d).

    After the first fit every label is p times a human one and q = 1 - p times the model's.
    """
    fit = minimum_norm_map(X)
    project = fit @ X
    true = np.zeros(chain.n_features)
    true[0] = chain.signal
    mean, spread = true, np.zeros((chain.n_features, chain.n_features))
    for generation in range(chain.fits):
        human = 1.0 if generation == 0 else chain.real_weight
        model, noise = 1 - human, human**2 + (1 - human) ** 2
        mean = project @ (human * true + model * mean)
        spread = model**2 * project @ spread @ project.T + noise * chain.noise_std**2 * fit @ fit.T
    return float(((mean - true) ** 2).sum() + np.trace(spread))
