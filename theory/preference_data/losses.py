"""The losses of pairs in the log ratios of two answers, with their gradients.

A log ratio is h = log pi - log pi_ref of a whole answer, and r = beta h its implicit reward; s is
the logistic function. Chosen and rejected answers are named w and l, as in the literature.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]
Gradient = tuple[Array, Array]
"""Derivatives by the chosen and by the rejected answer's number, of the shape of both."""


def bradley_terry(chosen: Array, rejected: Array) -> Array:
    """Return -log s(R_w - R_l), the loss of a reward model on pairs of rewards."""
    return np.logaddexp(0.0, rejected - chosen)


def bradley_terry_gradient(chosen: Array, rejected: Array) -> Gradient:
    """Return the derivatives of `bradley_terry` by both rewards, which sum to zero."""
    wrong = expit(rejected - chosen)
    return -wrong, wrong


def dpo(chosen: Array, rejected: Array, *, beta: float) -> Array:
    """Return -log s(beta h_w - beta h_l) of log ratios (Rafailov et al. 2305.18290, eq. 7)."""
    return bradley_terry(beta * chosen, beta * rejected)


def dpo_gradient(chosen: Array, rejected: Array, *, beta: float) -> Gradient:
    """Return the derivatives of `dpo` by both log ratios."""
    by_w, by_l = bradley_terry_gradient(beta * chosen, beta * rejected)
    return beta * by_w, beta * by_l


def nca(chosen: Array, rejected: Array, *, beta: float) -> Array:
    """Return -log s(r_w) - log s(-r_w) / 2 - log s(-r_l) / 2 (Chen et al. 2402.05369, in pairs)."""
    r_w, r_l = beta * chosen, beta * rejected
    return np.logaddexp(0.0, -r_w) + (np.logaddexp(0.0, r_w) + np.logaddexp(0.0, r_l)) / 2


def nca_gradient(chosen: Array, rejected: Array, *, beta: float) -> Gradient:
    """Return the derivatives of `nca` by both log ratios."""
    return beta * (1.5 * expit(beta * chosen) - 1), beta * expit(beta * rejected) / 2


def kto_pair(chosen: Array, rejected: Array, *, beta: float) -> Array:
    """Return 1 - s(r_w - z_l) + 1 - s(z_w - r_l) of a batch of pairs.

    It is the form in pairs of Ethayarajh et al. (2402.01306). z is the batch's mean reward of the
    other side, at least 0, and carries no gradient.

    Args:
        chosen: Log ratios of chosen answers, shape (pairs,).
        rejected: Log ratios of rejected answers, shape (pairs,).
        beta: Factor of the implicit reward.
    """
    z_w, z_l = (max(float(np.mean(beta * side)), 0.0) for side in (chosen, rejected))
    return np.asarray(expit(z_l - beta * chosen) + expit(beta * rejected - z_w))


def kto_pair_gradient(chosen: Array, rejected: Array, *, beta: float) -> Gradient:
    """Return the derivatives of `kto_pair` by both log ratios, z held still."""
    z_w, z_l = (max(float(np.mean(beta * side)), 0.0) for side in (chosen, rejected))
    kept, dropped = expit(beta * chosen - z_l), expit(z_w - beta * rejected)
    return -beta * kept * (1 - kept), beta * dropped * (1 - dropped)
