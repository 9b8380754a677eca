"""How a linear autoencoder is fitted, and what is added to the error of its reconstruction."""

from dataclasses import dataclass
from typing import Annotated, Literal

from data.errors import Count, Range, in_range

Kind = Literal["none", "released", "written", "mean gap"]
"""Loss on the representations: none, the disentangling loss without and with its gradient, or the
gap of means alone."""


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What is added to the error of reconstruction."""

    kind: Kind
    weight: float = 0.0
    """Factor of the loss on representations."""
    is_scaled: bool = False
    """Whether the loss sees representations divided by their root mean square distance from the
    mean, so that shrinking them gains nothing."""


@dataclass(frozen=True, kw_only=True)
class LinearSettings:
    """How a linear autoencoder is fitted, whatever its objective."""

    width: Count = 16
    """Coordinates of a representation."""
    steps: Count = 400
    """Steps of Adam, each on all points."""
    learning_rate: Annotated[float, Range(above=0)] = 0.01

    def __post_init__(self) -> None:
        """Refuse a number out of its range.

        Raises:
            BadInput: A number is out of its range.
        """
        in_range(self)
