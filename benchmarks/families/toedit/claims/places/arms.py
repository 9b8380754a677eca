"""The arms of the studies of places: which chains edit where, by which law, from which text."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.chains.recipe import Recipe
from data.edits.places import Counted, Law, Place, Text, name_of, read_name

WHAT: Mapping[Text, str] = {"source": "the source", "previous": "the last copy"}
"""Texts that are edited, in words."""
LAWS: Mapping[Law, str] = {
    "prior": "draws of the prior",
    "unigram": "human tokens by their number",
    "follower": "human tokens by their number after the same token",
}
"""What replaces a token, in words."""
PLACES = (Place("flagged"), Place("random"))


class Band(NamedTuple):
    """A workflow that edits a text where the prior gives a token a probability inside a band."""

    workflow: str
    place: Place

    @property
    def name(self) -> str:
        """The band as it stands in the id of a claim: `10-50`, in per cent."""
        return f"{round(100 * self.place.low)}-{round(100 * self.place.high)}"


def band_arms(make: Callable[[], Recipe], text: Text) -> tuple[Band, ...]:
    """The workflows of a recipe that edit a band of a text, the least likely tokens first."""
    named = ((name, read_name(name)) for name in make().workflows)
    found = (Band(name, one.place) for name, one in named if one is not None and one.text == text)
    return tuple(
        sorted((band for band in found if band.place.kind == "band"), key=lambda b: b.place.low)
    )


def random_arm(text: Text) -> str:
    """The workflow that makes as many changes at random places of a text."""
    return name_of(Counted(text, Place("random"), "prior"))


def place_arm(place: Place, law: Law) -> str:
    """The workflow that edits some places of the source by some law."""
    return name_of(Counted("source", place, law))


def make(recipe: Callable[[], Recipe], seeds: Sequence[int]) -> str:
    """The command that makes the records of a recipe at the seeds that are planned."""
    return " ".join(["collapse run", recipe().name, *(f"--seed {seed}" for seed in seeds)])
