"""Masks that depend on the data: editing the rows the model is surest of.

No exact route exists after the first edit, so an empirical curve is fitted to simulations.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, curve_fit
from scipy.stats import norm

from theory.linear_chains.design import Array
from theory.linear_chains.limits import checked_share, kept_variance
from theory.linear_chains.masks import Policy, confident, edited_rows
from theory.linear_chains.sighted.choices import Choice
from theory.linear_chains.sighted.residuals import residual_error
from theory.linear_chains.simulation import simulate_designs


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """v(m, k) = 1 + scale log(1 + rate m k) after k confident edits of share m, in units of u."""

    scale: float
    """Error added per unit of the logarithm."""
    rate: float
    """Factor on the total share of the edits, inside the logarithm."""
    residual: float
    """Largest relative distance of the curve from a simulated value."""

    def ratio(self, share: float, edits: int) -> float:
        """Return the fitted error after so many edits of this share, in units of u."""
        return 1 + self.scale * math.log1p(self.rate * checked_share(share) * edits)


def one_edit_by_quadrature(share: float) -> float:
    """Return 1 + m + E[(g - v r)^2], the error after one confident edit for T >> d.

    g(r) = r where |r| < a and 0 elsewhere is the noise that the edit takes out. Residuals are
    orthogonal to the columns of X, A r = 0, so that only the part of g that no multiple of r
    explains reaches the weights: v = E[g r].
    """
    half = float(norm.ppf((1 + checked_share(share)) / 2))
    inside = float(quad(lambda r: r * r * norm.pdf(r), 0, half)[0]) * 2
    within = float(quad(lambda r: ((1 - inside) * r) ** 2 * norm.pdf(r), 0, half)[0]) * 2
    beyond = float(quad(lambda r: (inside * r) ** 2 * norm.pdf(r), half, math.inf)[0]) * 2
    return 1 + share + within + beyond


def one_edit_given_labels(
    share: float, n_samples: int, n_features: int, *, chains: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the error of one confident edit by residuals, and its standard error, in units of u.

    Every chain has a design of its own, and its error is divided by that of one fit to it.
    """
    designs = 40
    values = []
    for _ in range(designs):
        X = rng.normal(size=(n_samples, n_features))
        error, _noise = residual_error(
            X,
            Choice(score="smallest |residual|"),
            [edited_rows(share, n_samples)],
            "edit_previous",
            chains=max(2, chains // designs),
            rng=rng,
        )
        values.append(error / float(np.trace(np.linalg.inv(X.T @ X))))
    spread = float(np.std(values, ddof=1))
    return float(np.mean(values)), spread / math.sqrt(designs)


def crossover() -> float:
    """Return the share at which a confident edit costs what a random one does: v + m = 1.

    v + m grows with m, by 1 + a^2, so that there is one root.
    """
    return float(brentq(lambda m: m + kept_variance(m) - 1, 0.5, 0.9, xtol=1e-14))


def fit_previous(
    shares: Sequence[float],
    *,
    rng: np.random.Generator,
    generations: int = 51,
    n_samples: int = 300,
    n_features: int = 3,
    designs: int = 20,
    chains: int = 60,
) -> Fit:
    """Fit the curve to simulated chains of edit_previous with confident masks.

    Args:
        shares: Shares of rows edited at every generation.
        rng: Source of all randomness.
        generations: Number of fits of each chain.
        n_samples: Number T of rows.
        n_features: Number d of columns, small against T.
        designs: Number of Gaussian designs for each share.
        chains: Number of chains on each design.
    """
    edits = np.arange(generations)
    totals, values = [], []
    for share in shares:
        run = simulate_designs(
            n_samples,
            n_features,
            _always(confident(share)),
            "edit_previous",
            designs=designs,
            chains=chains,
            rng=rng,
            generations=generations,
        )
        totals.append(share * edits)
        values.append(run.mean / run.mean[0])
    total, value = np.concatenate(totals), np.concatenate(values)
    (scale, rate), _ = curve_fit(_curve, total, value, p0=(0.7, 1.5), bounds=(0, np.inf))
    gap = np.abs(_curve(total, scale, rate) / value - 1)
    return Fit(scale=float(scale), rate=float(rate), residual=float(gap.max()))


def _always(policy: Policy) -> Callable[[np.random.Generator], Policy]:
    return lambda _rng: policy


def _curve(total: Array, scale: float, rate: float) -> Array:
    return np.asarray(1 + scale * np.log1p(rate * total))
