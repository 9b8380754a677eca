"""A study of encoders that learn texts, and its recipe for a CPU: film snippets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.families.critical_data.text.settings import TextSweep
from benchmarks.running.study import Study
from data.errors import BadInput

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class TextStudy(Study):
    """Sweeps of encoders of one layer over numbers of texts."""

    texts: Mapping[str, TextSweep]
    """What each arm trains."""

    def __post_init__(self) -> None:
        """Refuse arms and sweeps that do not belong together.

        Raises:
            BadInput: An arm has no sweep, or a sweep no arm.
        """
        if set(self.arms) != set(self.texts):
            odd = sorted(set(self.arms) ^ set(self.texts))
            raise BadInput(f"arm {odd[0]!r} has no sweep, or is none; name each in both")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Train the encoders of one arm, a few at once."""
        from benchmarks.families.critical_data.text import work

        return work.sweep_stages(self.texts[arm], seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """Gather what was seen of the encoders of one arm."""
        from benchmarks.families.critical_data.text import work

        return work.sweep_found(self.texts[arm], stages)


_SIZES = TextSweep(
    source="film_snippets", sizes=(50, 100, 200, 400, 800, 1600, 3200, 6400), steps=3000
)
"""Each size is twice the one before, so that neighbours tell how much one doubling brings."""
_SCRAMBLED = replace(_SIZES, sizes=(800,), labels="scrambled", linear=False)
_LATE = replace(_SIZES, sizes=(1600,), steps=16_000, decays=(0.1,), scales=(1.0, 4.0), linear=False)
"""A scale and a decay that undoes it within the budget: after 13,862 steps."""
_PUBLISHED = replace(_SIZES, sizes=(400, 800), steps=4000, scales=(10.0,), linear=False)
"""The published scale and decay, which takes 230,257 steps to undo the scale."""


def critical_data_cpu_text() -> TextStudy:
    """Film snippets by eight sizes, with scrambled labels, and with rescaled initial weights."""
    return TextStudy(
        name="critical_data_cpu_text",
        tier="cpu",
        summary="film snippets by eight sizes, scrambled labels, initial scale; 25 minutes",
        arms=("sizes", "scrambled", "late", "published"),
        texts={
            "sizes": _SIZES,
            "scrambled": _SCRAMBLED,
            "late": _LATE,
            "published": _PUBLISHED,
        },
    )
