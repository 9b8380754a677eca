"""What tuning inside an emulator promises for the full model, where everything is linear.

The owner's model is y = A E x with an adapter A behind frozen layers E; the tuner has E* in place
of E, tunes A there, and the tuned A' goes back in front of E. On inputs of covariance S and a
target T x it is best for every T if and only if E = E* on the span of the inputs; for one T it may
be best without that, and a perfect fit inside the emulator says nothing about the full model.
"""

from dataclasses import dataclass

import numpy as np

from theory.cka import Matrix


@dataclass(frozen=True, kw_only=True, slots=True)
class Emulated:
    """A case: frozen layers, their emulator, inputs, and what the adapter is tuned for."""

    words: str
    full: Matrix
    """E, shape (features, inputs)."""
    emulator: Matrix
    """E*, shape (features, inputs)."""
    spread: Matrix
    """Root R of the inputs' covariance R R', shape (inputs, sources)."""
    target: Matrix
    """T, shape (outputs, inputs)."""
    noise: float = 0.0
    """Standard deviation of the noise of each output."""

    def describe(self) -> str:
        """The case in words."""
        return self.words

    def tuned(self, layers: Matrix, target: Matrix | None = None) -> Matrix:
        """The shortest adapter of least squared error behind some layers."""
        aim = self.target if target is None else target
        adapter: Matrix = aim @ self.spread @ np.linalg.pinv(layers @ self.spread)
        return adapter

    def wrong(self, adapter: Matrix, layers: Matrix, target: Matrix | None = None) -> Matrix:
        """What the model of an adapter and layers computes beyond the target, by source."""
        aim = self.target if target is None else target
        errors: Matrix = (adapter @ layers - aim) @ self.spread
        return errors

    def loss(self, adapter: Matrix, layers: Matrix) -> float:
        """Mean squared error, all outputs together."""
        fitted = float(np.square(self.wrong(adapter, layers)).sum())
        return fitted + len(self.target) * self.noise**2


@dataclass(frozen=True, kw_only=True, slots=True)
class Gains:
    """What one case loses at every step: all of them squared errors."""

    zero_shot: float
    emulator_tuned: float
    plug_in: float
    full_tuned: float


def gains(case: Emulated, adapter: Matrix) -> Gains:
    """The four losses of tuning through an emulator, from an adapter as it was before."""
    own, best = case.tuned(case.emulator), case.tuned(case.full)
    return Gains(
        zero_shot=case.loss(adapter, case.full),
        emulator_tuned=case.loss(own, case.emulator),
        plug_in=case.loss(own, case.full),
        full_tuned=case.loss(best, case.full),
    )


def example() -> tuple[Emulated, Matrix]:
    """Two features of which the emulator halves one, and the adapter before tuning."""
    case = Emulated(
        words="the emulator halves one of two features",
        full=np.eye(2),
        emulator=np.diag([1.0, 0.5]),
        spread=np.eye(2),
        target=np.array([[2.0, 1.0]]),
    )
    return case, np.array([[1.0, -1.0]])
