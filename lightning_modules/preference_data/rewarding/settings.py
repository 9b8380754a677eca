"""How reward heads are fitted; loads without torch."""

from dataclasses import dataclass

from data.errors import BadInput, Count, NotNegative, Positive, in_range


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadSettings:
    """A fit of linear reward heads by Adam, whose steps shrink to nothing along a cosine."""

    steps: Count = 400
    """Steps of the optimiser."""
    pairs_per_step: Count = 2048
    """Pairs of a step."""
    learning_rate: Positive = 0.01
    """Rate of the first step."""
    decays: tuple[NotNegative, ...] = (0.03, 0.1, 0.3, 1.0, 3.0)
    """Weights of the squared length of a head in its loss that are tried; the one with the least
    loss on pairs that are set aside is kept."""

    def __post_init__(self) -> None:
        in_range(self, "heads.")
        if not self.decays:
            raise BadInput("heads.decays is empty; name at least one weight")
