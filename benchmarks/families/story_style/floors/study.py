"""The recipes of floors: judges of style by view, and what systems without a model reach."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.families.story_style.floors.names import OF_ONE_GENRE, PAIRINGS, Pairing
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, Range, in_range
from data.sources.packaged_encoder import MINILM
from lightning_modules.device import Device

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class FloorStudy(Study):
    """Judges of two styles or more, and systems without a model; one arm per pair of styles."""

    pairings: Mapping[str, Pairing]
    """Whose works make the styles of each arm. Of more than two authors views alone are judged."""
    most: Count
    """Stories of a style that judges are fitted on, at most."""
    asked: Count
    """Held-out stories of a style that are judged and rewritten, at most."""
    encoded: Annotated[int, Range(least=0)]
    """Of those, stories whose content is compared by sentence embeddings; 0 needs no encoder."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: A number is out of its range, an arm has no authors or authors no arm, or an
                arm has a single style.
        """
        in_range(self)
        if odd := sorted(set(self.arms) ^ set(self.pairings)):
            raise BadInput(f"arm {odd[0]!r} has no authors, or is none; name each in both")
        for arm, pairing in self.pairings.items():
            if pairing.deal == "as they are" and len(set(pairing.authors)) < 2:
                raise BadInput(f"arm {arm!r} has a single author; name two, or deal in halves")

    def place(self, device: Device) -> Device:
        """The same device in fp32 at least; judges are fitted in double on any."""
        return replace(device, full_precision=True)

    def check_data(self) -> None:
        """Refuse to begin where the works of an author are not at hand."""
        from data.story_style.authors import check_at_hand

        check_at_hand(tuple(one for arm in self.arms for one in self.pairings[arm].authors))

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit the judges and measure the systems."""
        from benchmarks.families.story_style.floors.work import measure_many, measure_pair
        from benchmarks.running.bench import Pinned
        from benchmarks.running.packaged import unpack_encoder
        from data.story_style.authors import carriers

        pairing = self.pairings[arm]
        files = carriers(pairing.authors)
        common: dict[str, Any] = {
            "seed": seed,
            "authors": pairing.authors,
            "most": self.most,
            "asked": self.asked,
            "carriers": Pinned(files, [file.sha256 for file in files]),
        }
        if pairing.deal == "as they are" and len(pairing.authors) > 2:
            return [bench.run(0, "judged", measure_many, **common)]
        if self.encoded:
            encoder = bench.run(0, "encoder", unpack_encoder, sha256=MINILM.sha256)
            common["model"] = encoder.file("model")
        return [
            bench.run(0, "judged", measure_pair, deal=pairing.deal, encoded=self.encoded, **common)
        ]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of judges and systems."""
        return {"metrics": as_metrics(stages[-1].facts["measures"])}


def story_style() -> FloorStudy:
    """Two pairs of authors, two null pairs and permuted labels, without an encoder."""
    return FloorStudy(
        name="story_style",
        tier="smoke",
        summary="judges of style by view, and floors of every metric; a minute",
        arms=tuple(PAIRINGS),
        pairings=PAIRINGS,
        most=400,
        asked=100,
        encoded=0,
    )


def story_style_cpu_floors() -> FloorStudy:
    """The same pairs with content by embeddings, more pairs of presidents, and all of them."""
    return replace(
        story_style(),
        name="story_style_cpu_floors",
        tier="cpu",
        summary="floors with content by embeddings; pairs of presidents, and 40 presidents",
        arms=tuple(OF_ONE_GENRE),
        pairings=OF_ONE_GENRE,
        encoded=20,
    )


STUDIES: tuple[type[Study], ...] = (FloorStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    "story_style": story_style,
    "story_style_cpu_floors": story_style_cpu_floors,
}
"""Recipes by name."""
