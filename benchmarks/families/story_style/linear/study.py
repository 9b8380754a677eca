"""The recipe of the linear study: does the disentangling loss take style out of representations?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.families.story_style.linear.names import AUTHORS, OBJECTIVES, PERMUTED
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, in_range
from lightning_modules.device import Device
from lightning_modules.story_style.linear_settings import LinearSettings, Objective

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class LinearStudy(Study):
    """Linear autoencoders of stories of two authors, one for each objective; one arm per pair."""

    authors: Mapping[str, tuple[str, str]]
    """Keys of the two authors of each arm; the same one twice is divided by work at random."""
    most: Count
    """Stories of a style that are kept of each part, at most."""
    directions: Count
    """Directions of words by TF-IDF that stories are points in."""
    objectives: Mapping[str, Objective]
    """What is added to the error of reconstruction, by name."""
    linear: LinearSettings
    """How each autoencoder is fitted."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: A number is out of its range, an arm has no authors or authors no arm, or the
                representation is not narrower than the points.
        """
        in_range(self)
        if odd := sorted(set(self.arms) ^ set(self.authors)):
            raise BadInput(f"arm {odd[0]!r} has no authors, or is none; name each in both")
        if self.linear.width >= self.directions:
            raise BadInput(
                f"a representation of {self.linear.width} keeps all of {self.directions} "
                "directions; make it narrower"
            )

    def place(self, device: Device) -> Device:
        """The same device in fp32 at least; points and weights are double on any."""
        return replace(device, full_precision=True)

    def check_data(self) -> None:
        """Refuse to begin where the works of an author are not at hand."""
        from data.story_style.authors import check_at_hand

        check_at_hand(tuple(one for arm in self.arms for one in self.authors[arm]))

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Make points of the stories, then fit and measure every objective on them."""
        from benchmarks.families.story_style.linear.work.features import POINTS, make_points
        from benchmarks.families.story_style.linear.work.measuring import fit_and_measure
        from benchmarks.running.bench import Pinned
        from data.story_style.authors import carriers

        own = self.authors[arm]
        files = carriers(own)
        made = bench.run(
            0,
            "points",
            make_points,
            seed=seed,
            authors=own,
            most=self.most,
            directions=self.directions,
            carriers=Pinned(files, [file.sha256 for file in files]),
        )
        measured = bench.run(
            0,
            "measured",
            fit_and_measure,
            seed=seed,
            points=made.file(POINTS),
            permuted=arm == PERMUTED,
            objectives=self.objectives,
            settings=self.linear,
        )
        return [made, measured]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of every objective, and how many stories and works they rest on."""
        made, measured = stages
        counts = {
            f"{what}/{part}": {"value": float(n), "stderr": None, "n": n}
            for what in ("stories", "works")
            for part, n in made.facts[what].items()
        }
        return {"metrics": as_metrics({**measured.facts["measures"], **counts})}


def story_style_linear() -> LinearStudy:
    """The disentangling loss of three weights beside none, its parts, and erasure."""
    return LinearStudy(
        name="story_style_linear",
        tier="smoke",
        summary="the disentangling loss on linear representations, beside erasure; a minute",
        arms=tuple(AUTHORS),
        authors=AUTHORS,
        most=600,
        directions=40,
        objectives=OBJECTIVES,
        linear=LinearSettings(),
    )


STUDIES: tuple[type[Study], ...] = (LinearStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {"story_style_linear": story_style_linear}
"""Recipes by name."""
