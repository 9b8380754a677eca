"""Exact rational arithmetic for small cases: what a reader can redo by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import sympy

from theory.linear_chains.design import Array, Mask, Workflow
from theory.linear_chains.sighted.choices import Choice

Number = int | Fraction

SMALL = 12
"""Number of rows up to which a case is written out in full."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A design, its masks and a workflow, in numbers that a refuter may change."""

    X: tuple[tuple[Number | float, ...], ...]
    """Rows of the design, T of d numbers each."""
    masks: tuple[tuple[int, ...], ...]
    """Edited rows by generation, 0 or 1, n of T."""
    workflow: Workflow = "edit_previous"
    """How the labels of the next fit follow from the last one."""
    covariance: tuple[tuple[Number | float, ...], ...] | None = None
    """Test covariance Sigma; None is the identity."""
    choice: Choice | None = None
    """Rule that chooses the rows by their labels, as many as each mask has; None where the masks
    are as they stand, whatever the labels."""

    @property
    def n_samples(self) -> int:
        """Number T of rows of the design."""
        return len(self.X)

    @property
    def n_features(self) -> int:
        """Number d of columns of the design."""
        return len(self.X[0])

    def design(self) -> Array:
        """Return the design X as floats, shape (T, d)."""
        return self._floats.copy()

    @cached_property
    def _floats(self) -> Array:
        return np.array(self.X, dtype=float)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of rows that every edit redraws."""
        return tuple(map(sum, self.masks))

    def mask_array(self) -> Mask:
        """Return the masks as booleans, shape (n, T)."""
        return np.array(self.masks, dtype=bool).reshape(len(self.masks), self.n_samples)

    def sigma(self) -> Array:
        """Return the test covariance as floats."""
        if self.covariance is None:
            return np.eye(self.n_features)
        return np.array([[float(x) for x in row] for row in self.covariance])

    def is_rational(self) -> bool:
        """Tell whether every number is an integer or a fraction."""
        rows = self.X + (self.covariance or ())
        return all(isinstance(x, int | Fraction) for row in rows for x in row)

    def describe(self) -> str:
        """Return the case as one line; where it is small, with every row and every edit."""
        if self.n_samples > SMALL or self.choice is not None:
            return f"T = {self.n_samples}, d = {self.n_features}; {self.workflow}; {self._edits()}"
        rows = " ".join("(" + ", ".join(_text(x) for x in row) + ")" for row in self.X)
        edits = "; ".join(
            ", ".join(str(t + 1) for t, bit in enumerate(mask) if bit) or "none"
            for mask in self.masks
        )
        sigma = "" if self.covariance is None else f", Sigma = {self.sigma().tolist()}"
        return (
            f"T = {self.n_samples}, d = {self.n_features}, rows of X {rows}{sigma}; "
            f"{self.workflow}; edited rows: {edits}"
        )

    def _edits(self) -> str:
        """Return number and sizes of the edits in words, and the rule that chooses their rows."""
        if not self.sizes:
            return "no edit"
        low, high = min(self.sizes), max(self.sizes)
        rows = f"{low}" if low == high else f"{low} to {high}"
        chosen = "" if self.choice is None else f", {self.choice.describe()}"
        count = len(self.sizes)
        return f"{count} {'edit' if count == 1 else 'edits'} of {rows} rows{chosen}"


def _text(value: Number | float) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def exact_errors(case: Instance) -> tuple[Fraction, ...]:
    """Return the test error after every fit in units of sigma^2, as fractions.

    Every label is written as a linear combination of the noises E_1 and of the fresh noise of
    every edited row, one column each; the fit is A times that table. Edits only.
    """
    if case.choice is not None:
        raise ValueError("exact_errors needs masks that do not depend on the labels")
    if case.workflow not in ("edit_previous", "edit_source", "mix"):
        raise ValueError(f"exact_errors follows edits of labels, not {case.workflow!r}")
    X, A, sigma = _matrices(case)
    n_columns = case.n_samples * (len(case.masks) + 1)
    first = sympy.zeros(case.n_samples, n_columns)
    for t in range(case.n_samples):
        first[t, t] = sympy.Integer(1)
    labels, errors = first.copy(), []
    for k, mask in enumerate([*case.masks, None]):
        fitted = A * labels
        errors.append(_fraction((sigma * fitted * fitted.T).trace()))
        if mask is None:
            break
        labels = (labels if case.workflow == "edit_previous" else first).copy()
        for t in (t for t, bit in enumerate(mask) if bit):
            labels[t, :] = X[t, :] * fitted
            labels[t, (k + 1) * case.n_samples + t] = sympy.Integer(1)
    return tuple(errors)


def exact_closed_form(case: Instance) -> tuple[Fraction, ...]:
    """Return tr Sigma AA' + sum_i tr Sigma A M_i A' as fractions: Theorem 1 and Eq. 36."""
    _, A, sigma = _matrices(case)
    errors = [_fraction((sigma * A * A.T).trace())]
    for mask in case.masks:
        edited = A * sympy.diag(*mask)
        errors.append(errors[-1] + _fraction((sigma * edited * edited.T).trace()))
    return tuple(errors)


def _matrices(case: Instance) -> tuple[sympy.Matrix, sympy.Matrix, sympy.Matrix]:
    """Return X, A = (X'X)^-1 X' and Sigma as exact matrices."""
    if not case.is_rational():
        raise ValueError("exact arithmetic needs integers or fractions in X and Sigma")
    X = _matrix(case.X)
    gram = X.T * X
    if gram.det() == 0:
        raise ValueError("X is singular: A = (X'X)^-1 X' (Theorem 1) needs full column rank")
    identity = sympy.eye(case.n_features)
    sigma = identity if case.covariance is None else _matrix(case.covariance)
    return X, gram.inv() * X.T, sigma


def _matrix(rows: Sequence[Sequence[Number | float]]) -> sympy.Matrix:
    return sympy.Matrix([[sympy.Rational(Fraction(x)) for x in row] for row in rows])


def _fraction(value: sympy.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))
