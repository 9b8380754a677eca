"""What is said of tuning a policy on pairs; loads without torch."""

from dataclasses import dataclass
from typing import Literal

from data.errors import BadInput, Count, Positive, in_range
from lightning_modules.settings import Optimization

Loss = Literal["dpo", "nca", "kto"]
LOSSES: tuple[Loss, ...] = ("dpo", "nca", "kto")
"""Losses of pairs: of their margin (Rafailov et al. 2305.18290), of both rewards by themselves
(Chen et al. 2402.05369), and of each against the mean of the other side (Ethayarajh et al.
2402.01306)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TuningSettings:
    """How a policy is tuned on pairs, whatever the loss."""

    beta: Positive
    """Factor of the implicit reward: how much a log ratio to the reference counts."""
    passes: Count
    """How often each pair is seen."""
    looks: Count
    """Looks at held-out pairs, evenly spread over the steps, beside the one before the first."""
    fit: Optimization
    """How the policy is fitted; windows are pairs."""

    def __post_init__(self) -> None:
        in_range(self, "tuning.")


def check_loss(loss: str) -> None:
    """Refuse a loss that is not known.

    Raises:
        BadInput: It is none of `LOSSES`.
    """
    if loss not in LOSSES:
        raise BadInput(f"loss is {loss!r}; use one of {', '.join(LOSSES)}")
