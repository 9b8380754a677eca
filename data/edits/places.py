"""Where a counted edit falls, and the names of workflows that say so.

`edit_source_50_90_prior` changes tokens of the source that the prior gives a probability in
[.5, .9), to tokens that the prior draws; `edit_previous_random_unigram` those of the last corpus,
anywhere, to tokens by their frequency. How many are changed is a setting of the recipe, the same
for all: such workflows differ in the place, or in the law, and in nothing else.
"""

import re
from dataclasses import replace
from typing import Literal, NamedTuple, get_args

from data.editing import EditRule

Text = Literal["source", "previous"]
"""The human text of the chain, or the last corpus."""
Law = Literal["prior", "unigram", "follower"]
"""What a replacement is drawn from: the prior's candidates, as the edit rule says; the tokens of
human text by their number; or the tokens that human text has after the same token, by their
number."""

_NAME = re.compile(
    rf"edit_({'|'.join(get_args(Text))})_(flagged|random|(\d{{1,2}})_(\d{{1,3}}))"
    rf"_({'|'.join(get_args(Law))})"
)
_WHOLE = 100
"""Percent of all."""


class Place(NamedTuple):
    """The tokens that may be changed."""

    kind: Literal["flagged", "random", "band"]
    """Those that the edit rule flags, all that can be edited, or those in a band of probability."""
    low: float = 0.0
    """Least probability of a band."""
    high: float = 1.0
    """Probability from which a token is above the band; 1 sets no end."""

    def rule(self, rule: EditRule) -> EditRule:
        """The rule by which a token of this place is drawn: it always becomes another one."""
        if self.kind == "flagged":
            return replace(rule, replaces=True)
        return replace(
            rule,
            share=None,
            threshold=self.low,
            below=None if self.high >= 1 else self.high,
            inclusive=True,
            side="above",
            replaces=True,
        )

    def __str__(self) -> str:
        if self.kind == "band":
            return f"P in [{self.low:g}, {self.high:g}{']' if self.high >= 1 else ')'}"
        return f"{self.kind} places"


class Counted(NamedTuple):
    """What the name of a workflow of counted edits says."""

    text: Text
    place: Place
    law: Law


def read_name(workflow: str) -> Counted | None:
    """The counted edit that a workflow's name describes; None where it describes none.

    The ends of a band are whole percents, the lower one first, each written without zeros before
    it, so that a band has one name.
    """
    found = _NAME.fullmatch(workflow)
    if found is None:
        return None
    text, kind, low, high, law = found.groups()
    if low is None:
        place = Place(kind)  # type: ignore[arg-type]
    else:
        ends = int(low), int(high)
        if not ends[0] < ends[1] <= _WHOLE or (low, high) != tuple(map(str, ends)):
            return None
        place = Place("band", ends[0] / _WHOLE, ends[1] / _WHOLE)
    return Counted(text, place, law)  # type: ignore[arg-type]


def name_of(counted: Counted) -> str:
    """The workflow's name of a counted edit; see `read_name`."""
    place = counted.place
    ends = f"{round(place.low * _WHOLE)}_{round(place.high * _WHOLE)}"
    return f"edit_{counted.text}_{ends if place.kind == 'band' else place.kind}_{counted.law}"


def band_end(rule: EditRule) -> str:
    """The upper end of the band that a rule flags, in words; empty where it has none."""
    return "" if rule.below is None or rule.below == 1 else f" and P < {rule.below:.6g}"
