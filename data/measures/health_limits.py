"""What a recipe accepts of a corpus; loads without the libraries that measure it."""

from dataclasses import dataclass
from typing import Literal

from data.errors import Share, in_range


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthLimits:
    """The largest shares that a recipe accepts, by the name of a field of `Health`."""

    on_breach: Literal["flag", "stop"] = "flag"
    empty: Share = 0.05
    duplicate: Share = 0.05
    near_duplicate: Share = 0.2
    unfinished: Share = 1.0
    """Flags nothing by default: a sampler's length limit cuts documents off by intent."""
    malformed: Share = 0.05
    length_shift: Share = 0.5
    concentration: Share = 0.1
    held_out_overlap: Share = 0.1
    repeated_opening: Share = 0.2
    repeated_id: Share = 0.0

    def __post_init__(self) -> None:
        in_range(self, "health.")
