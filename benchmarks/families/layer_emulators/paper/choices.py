"""How each arm of the published runs makes its emulator; loads without torch."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.families.layer_emulators.paper.plans import ARMS
from lightning_modules.layers.layout import Sharing


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """How one arm makes its emulator."""

    places: str
    """Which layers are trained: `ends`, `spread`, or `all`."""
    rule: str = ""
    """Rule that chooses the frozen layers; empty where none is left out."""
    sharing: Sharing | None = None
    """How places that are left out are filled; None where they stay out."""


CHOICES: Mapping[str, Choice] = dict(
    zip(
        ARMS,
        (
            Choice(places="ends", rule="uniform"),
            Choice(places="spread", rule="uniform"),
            Choice(places="spread", rule="cka"),
            Choice(places="spread", rule="cka", sharing="all"),
            Choice(places="spread"),
            Choice(places="all"),
        ),
        strict=True,
    )
)
"""Every arm: offsite tuning, the same with spread layers, clusters without and with sharing, and
the full model tuned at the spread places and at all."""
