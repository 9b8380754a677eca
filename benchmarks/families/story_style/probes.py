"""What a linear reader finds in representations of stories: their style, their content.

Both probes are fitted on some stories and asked of others. `erase` takes out of representations
what tells styles apart for every linear reader, in closed form (Belrose et al. 2023, LEACE).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from data.errors import BadInput

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
_LEAST = 1e-9
"""Spread below which a direction holds nothing, relative to the largest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Representations that a probe learns from, and others that it is asked."""

    learnt: Floats
    """Shape (stories, width)."""
    asked: Floats
    """Shape (other stories, width)."""

    def standardised(self) -> "Asked":
        """Both by mean and spread of those learnt; a direction without spread is left at 0."""
        mean, spread = self.learnt.mean(axis=0), self.learnt.std(axis=0)
        by = np.where(spread > _LEAST * max(spread.max(), _LEAST), spread, np.inf)
        return Asked((self.learnt - mean) / by, (self.asked - mean) / by)


def style_accuracy(
    found: Asked, learnt_styles: Labels, asked_styles: Labels, *, penalty: float = 1.0
) -> float:
    """Balanced accuracy by which logistic regression reads two styles off representations.

    Each style counts as much as the other, in the fit and in the accuracy, so that chance is 1/2
    however many stories each has.

    Args:
        found: Representations; they are standardised here, so that their scale says nothing.
        learnt_styles: Style of each story that is learnt, 0 or 1, shape (stories,).
        asked_styles: Style of each story that is asked, shape (other stories,).
        penalty: Factor of half the squared weights, beside the sum of losses of all stories.

    Raises:
        BadInput: One style is missing among those learnt or asked.
    """
    for styles in (learnt_styles, asked_styles):
        if len(np.unique(styles)) != 2:
            raise BadInput("a probe of style needs stories of two styles; give works of both")
    parts = found.standardised()
    fitted = logistic(parts.learnt, learnt_styles, penalty)
    said = (parts.asked @ fitted[:-1] + fitted[-1] > 0).astype(np.int64)
    return float(np.mean([np.mean(said[asked_styles == style] == style) for style in (0, 1)]))


def logistic(rows: Floats, styles: Labels, penalty: float) -> Floats:
    """Logistic regression of two styles, each of which counts as much as the other.

    Args:
        rows: What is read of each story, shape (stories, width).
        styles: Style of each, 0 or 1, shape (stories,).
        penalty: Factor of half the squared weights, beside the sum of losses of all stories.

    Returns:
        Weights, and behind them the intercept, which is not held down, shape (width + 1,).
    """
    counts = np.bincount(styles, minlength=2)
    weights = len(styles) / (2.0 * counts[styles])
    signs = 2.0 * styles - 1.0
    table = np.column_stack([rows, np.ones(len(rows))])

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        margins = signs * (table @ coefficients)
        own = np.append(coefficients[:-1], 0.0)
        total = float(weights @ np.logaddexp(0.0, -margins)) + 0.5 * penalty * float(own @ own)
        pull = -(weights * signs * expit(-margins))
        return total, table.T @ pull + penalty * own

    found: Floats = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def content_explained(
    found: Asked, learnt_content: Floats, asked_content: Floats, *, penalty: float = 1.0
) -> float:
    """Share of the variance of content that a linear map of representations gives back (R squared).

    Args:
        found: Representations; they are standardised here.
        learnt_content: Content of each story that is learnt, shape (stories, directions).
        asked_content: Content of each story that is asked, shape (other stories, directions).
        penalty: Ridge, relative to the number of stories learnt.

    Returns:
        One less the mean squared error over the mean squared distance from the mean of the stories
        learnt, all directions together; below 0 where the map is worse than that mean.
    """
    parts = found.standardised()
    mean = learnt_content.mean(axis=0)
    gram = parts.learnt.T @ parts.learnt / len(parts.learnt)
    cross = parts.learnt.T @ (learnt_content - mean) / len(parts.learnt)
    linear = np.linalg.solve(gram + penalty * np.eye(len(gram)), cross)
    missed = asked_content - mean - parts.asked @ linear
    return float(1.0 - np.sum(missed**2) / np.sum((asked_content - mean) ** 2))


@dataclass(frozen=True, slots=True)
class Erasure:
    """An affine map after which no linear reader tells the styles it was fitted on apart."""

    centre: Floats
    """Mean of the representations, shape (width,)."""
    kept: Floats
    """Projection of what differs from the mean, shape (width, width)."""

    def apply(self, representations: Floats) -> Floats:
        """Representations without style, same shape."""
        return self.centre + (representations - self.centre) @ self.kept.T


def erase(representations: Floats, styles: Labels) -> Erasure:
    """Fit the erasure of two styles: the whitened difference of their means is projected out.

    Of all affine maps after which the styles have equal means it moves representations least, in
    the metric of their covariance and in the Euclidean one (Belrose et al. 2023, Theorem 4.3).

    Args:
        representations: Shape (stories, width).
        styles: Style of each, 0 or 1, shape (stories,).

    Raises:
        BadInput: One style is missing.
    """
    if len(np.unique(styles)) != 2:
        raise BadInput("erasure needs stories of two styles; give works of both")
    centre = representations.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(representations, rowvar=False, bias=True))
    held = values > _LEAST * values[-1]
    basis, roots = vectors[:, held], np.sqrt(values[held])
    whiten, colour = (basis / roots) @ basis.T, (basis * roots) @ basis.T
    gap = representations[styles == 1].mean(axis=0) - representations[styles == 0].mean(axis=0)
    direction = whiten @ gap
    length = float(np.linalg.norm(direction))
    unit = direction / length if length > 0 else direction
    return Erasure(centre, np.eye(len(centre)) - colour @ np.outer(unit, unit) @ whiten)
