"""What thousands of records say of things that several of them name, in a few bytes each.

Checks between records ask whether all that name one thing (a stage, a text, a seed) say the same of
it. Records are read one after the other and not kept; of each statement 8 bytes of its digest stay.
Where all digests agree, so do the statements. Where they do not, the records are read again and
compared as a whole, so that a mark decides nothing but who is looked at twice.
"""

import hashlib
from array import array
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Numbers = NDArray[np.int64]
_PARTS = 16
"""Number of parts in which all marks are compared."""
_Number = TypeVar("_Number", np.int64, np.float64)


class Marks:
    """Statements of records, by what they are about."""

    def __init__(self) -> None:
        self._said = (array("q"), array("q"), array("q"))
        self._measured = (array("q"), array("d"), array("d"), array("q"))

    def say(self, record: int, thing: Hashable, what: str) -> None:
        """Note that a record says something of a thing.

        Args:
            record: Number of the record.
            thing: What it is about; equal things may be said by others.
            what: Statements that differ are different texts.
        """
        digest = hashlib.blake2b(what.encode(), digest_size=8).digest()
        row = hash(thing), int.from_bytes(digest, "little", signed=True), record
        for column, value in zip(self._said, row, strict=True):
            column.append(value)

    def measure(self, record: int, thing: Hashable, value: float, within: float) -> None:
        """Note that a record has measured a thing.

        Args:
            record: Number of the record.
            thing: What was measured.
            value: What was found.
            within: By how much others may differ.
        """
        keys, values, tolerances, records = self._measured
        keys.append(hash(thing))
        values.append(value)
        tolerances.append(within)
        records.append(record)

    def disagreeing(self) -> set[int]:
        """Numbers of all records that name a thing of which not all records say the same.

        Two things may share a hash: then records that agree are among them too.
        """
        found: set[int] = set()
        for part in range(_PARTS):
            found |= self._of_those_said(part) | self._of_those_measured(part)
        return found

    def _of_those_said(self, part: int) -> set[int]:
        keys, said, records = _part(self._said, part)
        order, starts = _by_key(keys)
        least, most = _ends(said[order], starts)
        return _members(records[order], starts, least != most)

    def _of_those_measured(self, part: int) -> set[int]:
        keys, values, tolerances, records = _part(self._measured, part)
        order, starts = _by_key(keys)
        lowest, highest = _ends(values[order], starts)
        within, _ = _ends(tolerances[order], starts)
        return _members(records[order], starts, highest - lowest > within)


def _part(columns: "Sequence[array[Any]]", part: int) -> list[NDArray[Any]]:
    """The rows of one part of all keys, so that little is copied at a time."""
    whole = [np.asarray(column) for column in columns]
    rows = np.flatnonzero(whole[0] % _PARTS == part)
    return [column[rows] for column in whole]


def _by_key(keys: _Numbers) -> tuple[_Numbers, _Numbers]:
    """The order that puts equal keys together, and where each of them begins in it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    return order, np.flatnonzero(np.r_[len(keys) > 0, ordered[1:] != ordered[:-1]])


def _ends(values: NDArray[_Number], starts: _Numbers) -> tuple[NDArray[_Number], NDArray[_Number]]:
    """The smallest and the largest value of each key."""
    return np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)


def _members(records: _Numbers, starts: _Numbers, chosen: NDArray[np.bool_]) -> set[int]:
    """Records of the chosen keys that more than one record names."""
    first, last = _ends(records, starts)
    sizes = np.diff(np.r_[starts, len(records)])
    return set(records[np.repeat(chosen & (first != last), sizes)].tolist())
