"""Masks that depend on the data: editing the rows the model is surest of.

No exact route exists after the first edit, so an empirical curve is fitted to simulations.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.optimize import curve_fit
from scipy.stats import norm

from theory.linear_chains.design import Array
from theory.linear_chains.limits import checked_share
from theory.linear_chains.masks import Policy, confident
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
    """Return 1 + m + E[r^2; |r| < a], the error after one confident edit for T >> d."""
    half = float(norm.ppf((1 + checked_share(share, below=1 - 1e-9)) / 2))
    return 1 + share + float(quad(lambda r: r * r * norm.pdf(r), -half, half)[0])


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
