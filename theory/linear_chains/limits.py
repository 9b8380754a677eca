"""Closed forms of the test error, in units of u = sigma^2 d / (T - d - 1).

Each needs Sigma = I (or any Sigma that the rows of X share: the ratio does not depend on it) and
no ridge. Most are limits for T >> d; where `leverage` appears, they keep the finite-size term: use
`leverage(T, d)`, and zero for the limit. Derivations: docs/theory.md; checks: `symbolic`.
"""

import math
from collections.abc import Sequence

from scipy.stats import norm

from theory.linear_chains.design import checked_size


def leverage(n_samples: int, n_features: int) -> float:
    """Return (d + 2) / (T + 2), the leverage of a row averaged with its own weight."""
    checked_size(n_samples, n_features)
    return (n_features + 2) / (n_samples + 2)


def checked_share(share: float, *, below: float = 1.0) -> float:
    """Return a share of rows, or raise."""
    if not 0 <= share <= below:
        raise ValueError(f"share must lie between 0 and {below:g}, not {share!r}")
    return float(share)


def checked_edits(edits: float) -> float:
    """Return a number of edits (infinity allowed), or raise."""
    if edits < 0 or (edits != math.inf and edits != int(edits)):
        raise ValueError(f"the number of edits must be 0, 1, 2, .. or infinite, not {edits!r}")
    return float(edits)


def replace(fits: int) -> float:
    """Return n: every generation adds one unit."""
    return float(fits)


def accumulate(fits: float) -> float:
    """Return sum of 1 / i^2 up to n; pi^2 / 6 in the limit."""
    if fits == math.inf:
        return math.pi**2 / 6
    return math.fsum(1 / i**2 for i in range(1, int(fits) + 1))


def accumulate_subsample(fits: float) -> float:
    """Return 3 sum 1/i^2 - 2 for fits to one uniformly chosen label a row; pi^2/2 - 2 at last."""
    return 3 * accumulate(fits) - 2


def one_edit(share: float) -> float:
    """Return 1 + 2m - m^2, the error after one edit for T >> d."""
    checked_share(share)
    return 1 + 2 * share - share**2


def one_edit_finite(size: int, n_samples: int, n_features: int) -> float:
    """Return the exact expectation over Gaussian X after one edit of `size` of T rows."""
    row = leverage(n_samples, n_features)
    share = checked_share(size / n_samples)
    return 1 + 2 * share - share * (row + (1 - row) * (size - 1) / (n_samples - 1))


def fixed(share: float, edits: float = math.inf) -> float:
    """Return the error with one mask for T >> d (any X with U'MU = m I); (1+2m)/(1-m^2) at last."""
    m, n = checked_share(share), checked_edits(edits)
    if m == 1:
        return n + 1
    tail = m ** (n + 1) if n < math.inf else 0.0
    return (1 + 2 * m) / (1 - m**2) - tail / (1 - m) * (2 - tail / (1 + m))


def fixed_mean_bound(size: float, n_samples: int, n_features: int) -> float:
    """Return an upper bound for E over Gaussian X, one mask of `size` rows, any number of edits.

    3/2 (T-d-1)/(T-k-d-1) - 1/(2 + 2k/T): the mean of (I - H)^-1 for a matrix-beta H, and Jensen
    for (I + H)^-1. Infinite unless the kept rows exceed d + 1.
    """
    checked_size(n_samples, n_features)
    kept = n_samples - size
    if kept < n_features + 2:
        return math.inf
    free = n_samples - n_features - 1
    return 1.5 * free / (free - size) - 0.5 / (1 + size / n_samples)


def disjoint(share: float, edits: int) -> float:
    """Return the error after disjoint edits of share m each, T >> d: 2 r^k - (2 + m r^2k)/(2 + m).

    Here r = 1 + m.
    """
    if edits * checked_share(share) > 1 + 1e-12:
        raise ValueError(
            f"{edits} edits of share {share} overlap: the closed form assumes M_i M_j = 0"
        )
    growth = (1 + share) ** edits
    return 2 * growth - (2 + share * growth**2) / (2 + share)


def disjoint_limit(total: float) -> float:
    """Return 2 e^S - 1, disjoint infinitesimal edits of total share S, T >> d."""
    return 2 * math.exp(checked_share(total)) - 1


def fresh_previous(shares: Sequence[float], row: float = 0.0) -> float:
    """Return edit_previous with random rows of these shares; `row` is `leverage` or zero.

    v grows by m + m (1-m) (1-row) l, and l -> (1-m)^2 l + m (1-m) (1-row) l + m from l = 1.
    """
    total, residual = 1.0, 1.0
    for share in shares:
        spread = checked_share(share) * (1 - share) * (1 - row)
        total += share + spread * residual
        residual = ((1 - share) ** 2 + spread) * residual + share
    return total


def fresh_previous_slope(share: float, row: float = 0.0) -> float:
    """Return the growth a generation of edit_previous with random rows, at last; 2m - m^2."""
    m = checked_share(share)
    return m + m * (1 - m) * (1 - row) / (1 + row * (1 - m))


def geometric_previous(share: float, decay: float) -> float:
    """Return the limit for random rows, shares m eta^i: 1 + 2m/(1-eta) - m^2/(1-eta^2), T >> d."""
    m, eta = checked_share(share), checked_share(decay)
    if eta == 1:
        return math.inf if m > 0 else 1.0
    return 1 + 2 * m / (1 - eta) - m**2 / (1 - eta**2)


def fresh_source(share: float, edits: float = math.inf, row: float = 0.0) -> float:
    """Return edit_source with random rows of share m; 1 + (2m - m^2)/(1 - m^2) at last, row = 0."""
    m, n = checked_share(share), checked_edits(edits)
    carried = m**2 + row * m * (1 - m)
    added = 1 + 2 * m * (1 - m) * (1 - row)
    if carried == 1:
        return n + 1
    last = added / (1 - carried)
    return last + (1 - last) * (carried**n if n < math.inf else 0.0)


def kept_variance(share: float) -> float:
    """Return v = m - 2 a phi(a) = E[r^2; |r| < a], r standard normal and P(|r| < a) = m."""
    m = checked_share(share)
    half = float(norm.ppf((1 + m) / 2))
    return m if half == math.inf else m - 2 * half * float(norm.pdf(half))


def confident_one_edit(share: float) -> float:
    """Return one edit of the rows with the smallest |residual|, T >> d: 1 + m + v - v^2.

    v is `kept_variance`. With v = m, which random rows have, it is 1 + 2m - m^2; with every row
    edited it is 2, as in `replace`.
    """
    variance = kept_variance(share)
    return 1 + share + variance - variance**2


def closed_form(total: float) -> float:
    """Return 1 + S, what Theorem 1 and Eq. 36 give when edits add up to share S."""
    return 1 + total
