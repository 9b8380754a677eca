"""How far two edits of one text agree: what they flag, draw, and leave there; loads without torch.

Both are ledgers of edits (`data.ledger`), of the same documents and tokens.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

Measure = dict[str, float | int | None]
ALL_TEXTS = "all texts"
"""Name of the measures over all texts together."""


class Row(NamedTuple):
    """What an edit did to one flagged token."""

    observed: int
    drawn: int
    changed: bool
    change_probability: float
    """Exact probability of a change by the draw."""


@dataclass(frozen=True)
class Agreement:
    """Counts of the tokens that two edits of one text flagged."""

    flagged_first: int
    flagged_second: int
    flagged_both: int
    drawn_alike: int
    """Of those flagged by both, tokens for which both drew the same."""
    changed_first: int
    changed_second: int
    changed_both: int
    """Tokens that both changed, to whatever."""
    left_alike: int
    """Of those flagged by either, tokens where both texts read the same afterwards."""
    expected_first: float
    """Number of changes that the first is expected to make, over its draws."""
    expected_second: float

    @property
    def flagged_either(self) -> int:
        """Number of tokens that at least one of them flagged."""
        return self.flagged_first + self.flagged_second - self.flagged_both

    @property
    def changed_either(self) -> int:
        """Number of tokens that at least one of them changed."""
        return self.changed_first + self.changed_second - self.changed_both

    def __add__(self, other: "Agreement") -> "Agreement":
        """Counts over both pairs of edits."""
        return Agreement(*(a + b for a, b in zip(_counts(self), _counts(other), strict=True)))

    def measures(self) -> dict[str, Measure]:
        """Shares by name, those of no token left out."""
        shares = {
            "flagged_jaccard": (self.flagged_both, self.flagged_either),
            "drawn_alike": (self.drawn_alike, self.flagged_both),
            "changed_jaccard": (self.changed_both, self.changed_either),
            "left_alike": (self.left_alike, self.flagged_either),
        }
        found = {name: share(part, of) for name, (part, of) in shares.items() if of}
        if self.flagged_second:
            found["change_probability"] = _exact(self.expected_second, self.flagged_second)
        if self.flagged_first:
            found["change_probability_whole"] = _exact(self.expected_first, self.flagged_first)
        return found


def _exact(total: float, n: int) -> Measure:
    """A mean of numbers that are no draws."""
    return {"value": total / n, "stderr": None, "n": n}


def _counts(agreement: Agreement) -> tuple[Any, ...]:
    return tuple(vars(agreement).values())


def share(part: int, of: int) -> Measure:
    """A share with its binomial standard error, as a metric of a record."""
    value = part / of
    return {"value": value, "stderr": math.sqrt(value * (1 - value) / of), "n": of}


def agree(first: pa.Table, second: pa.Table) -> Agreement:
    """Compare two ledgers of one text.

    Args:
        first: Ledger of an edit.
        second: Ledger of another edit of the same documents, cut into the same tokens.
    """
    ours, theirs = _rows(first), _rows(second)
    both = ours.keys() & theirs.keys()
    return Agreement(
        flagged_first=len(ours),
        flagged_second=len(theirs),
        flagged_both=len(both),
        drawn_alike=sum(ours[place].drawn == theirs[place].drawn for place in both),
        changed_first=sum(row.changed for row in ours.values()),
        changed_second=sum(row.changed for row in theirs.values()),
        changed_both=sum(ours[place].changed and theirs[place].changed for place in both),
        left_alike=sum(
            _left(ours.get(place)) == _left(theirs.get(place))
            for place in ours.keys() | theirs.keys()
        ),
        expected_first=sum(row.change_probability for row in ours.values()),
        expected_second=sum(row.change_probability for row in theirs.values()),
    )


Rows = Mapping[tuple[int, int], Row]
"""What was done to each flagged token, by its document and its place there."""


def _rows(table: pa.Table) -> Rows:
    places = zip(*(table.column(n).to_pylist() for n in ("document", "position")), strict=True)
    names = ("observed_token", "drawn_token", "changed", "change_probability")
    rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    return {place: Row(*row) for place, row in zip(places, rows, strict=True)}


def _left(row: Row | None) -> int | None:
    """The token that an edit put in the place of another; None where that one stays."""
    return row.drawn if row is not None and row.changed else None
