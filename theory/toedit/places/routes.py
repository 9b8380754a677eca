"""A case of an edit inside a band, and two routes to its error that share no step."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from theory.estimates import Estimate, refined
from theory.linear_chains.design import Array, Workflow
from theory.linear_chains.sighted.bands import EVERYWHERE, Band
from theory.linear_chains.sighted.residuals import residual_error
from theory.verdict import Route

DESIGNS, CHAINS = 10, 200
"""Gaussian designs of one draw, and chains on each."""
ROWS, COLUMNS = 400, 4
"""Size of the designs."""
Labels = Literal["model", "human"]


@dataclass(frozen=True, kw_only=True, slots=True)
class BandCase:
    """Edits of a share of the rows by lot inside a band, on Gaussian designs."""

    band: Band
    share: float
    """Share of all rows that every edit changes."""
    edits: int = 1
    workflow: Workflow = "edit_previous"
    labels: Labels = "model"
    """What is written into the rows: the model's labels, or new human ones."""

    def describe(self) -> str:
        """Return the case in words."""
        where = "random rows" if self.band == EVERYWHERE else self.band.describe()
        times = "once" if self.edits == 1 else f"{self.edits} times"
        return (
            f"{self.workflow}, {100 * self.share:.3g} % of T = {ROWS}, d = {COLUMNS}, "
            f"{times}, {where}, {self.labels} labels"
        )

    @property
    def sizes(self) -> list[int]:
        """Number of rows of every edit."""
        return [round(self.share * ROWS)] * self.edits


def by_labels(target: float = 0.025) -> Route[BandCase]:
    """Return the route that draws labels and fits them, as a user would.

    Of the first fit's own error the mean is known, and set in. Draws are added until four standard
    errors are below the target.
    """
    return lambda case, rng: refined(
        lambda: Estimate.over([_drawn(case, rng) for _ in range(DESIGNS)]), target=target, most=12
    )


def _drawn(case: BandCase, rng: np.random.Generator) -> float:
    X = rng.standard_normal((ROWS, COLUMNS))
    A = np.linalg.pinv(X)
    labels = first = rng.standard_normal((CHAINS, len(X)))
    choose = case.band.policy(case.sizes)
    for edit in range(case.edits):
        predictions = labels @ A.T @ X.T
        kept = first if case.workflow == "edit_source" else labels
        chosen = choose(kept, predictions, edit, rng)
        written = rng.standard_normal(first.shape)
        labels = np.where(chosen, written + (predictions if case.labels == "model" else 0.0), kept)
    added = ((labels @ A.T) ** 2).sum(axis=1) - ((first @ A.T) ** 2).sum(axis=1)
    return 1 + float(added.mean()) / _unit(X)


def by_residuals(target: float = 0.025) -> Route[BandCase]:
    """Return the route that follows residuals and weights without labels.

    Fresh noise is averaged exactly. Draws are added as in `by_labels`.
    """
    return lambda case, rng: refined(
        lambda: Estimate.over([_followed(case, rng) for _ in range(DESIGNS)]),
        target=target,
        most=12,
    )


def _followed(case: BandCase, rng: np.random.Generator) -> float:
    return (_residuals if case.labels == "model" else _human_residuals)(case, rng)


def _residuals(case: BandCase, rng: np.random.Generator) -> float:
    X = rng.standard_normal((ROWS, COLUMNS))
    error, _ = residual_error(X, case.band, case.sizes, case.workflow, chains=CHAINS, rng=rng)
    return error / _unit(X)


def _human_residuals(case: BandCase, rng: np.random.Generator) -> float:
    """Average over the first fit and the new labels, given the residuals that choose the rows.

    With M the chosen rows the last weights are (1 - A M X) w_1 - A M r + A M E, and w_1 and E are
    independent of r.
    """
    X = rng.standard_normal((ROWS, COLUMNS))
    A, gram = np.linalg.pinv(X), np.linalg.inv(X.T @ X)
    noise = rng.standard_normal((CHAINS, len(X)))
    residual = noise - noise @ A.T @ X.T
    chosen = case.band.policy(case.sizes)(residual, np.zeros_like(residual), 0, rng)
    moved = np.eye(len(gram)) - np.einsum("it,ct,tj->cij", A, chosen, X, optimize=True)
    first = np.einsum("cij,jk,cik->c", moved, gram, moved, optimize=True)
    old = ((np.where(chosen, residual, 0.0) @ A.T) ** 2).sum(axis=1)
    return float((first + old + chosen @ (A**2).sum(axis=0)).mean()) / _unit(X)


def _unit(X: Array) -> float:
    return float(np.trace(np.linalg.inv(X.T @ X)))
