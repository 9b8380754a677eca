"""What a recipe accepts of a corpus; loads without the libraries that measure it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthLimits:
    """The largest shares that a recipe accepts, by the name of a field of `Health`."""

    on_breach: Literal["flag", "stop"] = "flag"
    empty: float = 0.05
    duplicate: float = 0.05
    near_duplicate: float = 0.2
    unfinished: float = 1.0
    """Flags nothing by default: a sampler's length limit cuts documents off by intent."""
    malformed: float = 0.05
    length_shift: float = 0.5
    concentration: float = 0.1
    held_out_overlap: float = 0.1
    repeated_opening: float = 0.2
    repeated_id: float = 0.0
