"""Pairs of answers that people judged for help, honesty and harm (Askell et al. 2021).

BIG-bench carries them as its task `hhh_alignment`. The package that holds it on Python's index is a
source distribution, which an installer would build, so that code of it would be run. It is no part
of any fetch: who has the file puts it into the cache folder, where it is pinned by its SHA-256 and
four members are read, in memory.
"""

import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import BadInput, readable
from data.files import file_digest
from data.sources.fetching import cache_folder

FILE = "bigbench-1.0.0.tar.gz"
"""Name of the source distribution."""
SHA256 = "1bb398a5512c6d798cdebe0dfa0ac03f67f6033fa6b39c6ef71df978c7cbc5c2"
"""SHA-256 of the file."""
LICENCE = "Apache-2.0 (BIG-bench)"
PARTS = ("harmless", "helpful", "honest", "other")
"""Parts of the set, by what the answers were judged for."""
_MEMBER = "bigbench-1.0.0/bigbench/benchmark_tasks/hhh_alignment/{part}/task.json"


@dataclass(frozen=True, slots=True)
class HumanPair:
    """Two answers to one prompt, of which people preferred one."""

    part: str
    prompt: str
    chosen: str
    rejected: str
    first: bool
    """Whether the preferred answer stands first in the file."""
    source: str
    """Part and place in it, such as `hhh:honest:3`."""
    licence: str = LICENCE


@dataclass(frozen=True, slots=True)
class HumanLeaks:
    """How far answers tell by themselves which one people preferred."""

    n: int
    longer: float
    """Share of pairs whose preferred answer has more characters; equal ones count half."""
    first: float
    """Share of pairs whose preferred answer stands first."""

    def standard_error(self, share: float) -> float:
        """Binomial standard error of a share of the pairs."""
        return float(np.sqrt(share * (1 - share) / self.n))


def archive(path: Path | None = None) -> Path:
    """Where the source distribution lies, whatever is in it.

    Args:
        path: The file; None takes that in the cache folder.

    Raises:
        BadInput: It is not there.
    """
    place = path or cache_folder() / FILE
    if not place.is_file():
        raise BadInput(f"{place}: not there; put the source distribution {FILE} into that folder")
    return place


def read_hhh(path: Path | None = None) -> list[HumanPair]:
    """All pairs of the source distribution, part by part.

    Args:
        path: The file; None takes that in the cache folder.

    Raises:
        BadInput: It is not there, or is another file than is pinned.
    """
    place = archive(path)
    if (found := file_digest(place)) != SHA256:
        raise BadInput(
            f"{place}: SHA-256 is {found[:16]}..., pinned is {SHA256[:16]}...; get the file again"
        )
    return read_archive(place)


def read_archive(place: Path) -> list[HumanPair]:
    """The pairs in an archive, whatever its digest; its four members are read and no other.

    Raises:
        BadInput: A member is missing or damaged, or a pair has not one preferred answer.
    """
    wanted = {_MEMBER.format(part=part): part for part in PARTS}
    found: dict[str, Any] = {}
    with readable(place, "get the file again"), tarfile.open(place, "r|gz") as archive:
        for member in archive:
            if member.name in wanted and (file := archive.extractfile(member)) is not None:
                found[wanted[member.name]] = json.loads(file.read())
    if missing := [part for part in PARTS if part not in found]:
        raise BadInput(f"{place}: has no part {missing[0]!r}; get the file again")
    return [
        _pair(place, part, number, row)
        for part in PARTS
        for number, row in enumerate(found[part]["examples"])
    ]


def _pair(place: Path, part: str, number: int, row: dict[str, Any]) -> HumanPair:
    scores = row.get("target_scores", {})
    if sorted(scores.values()) != [0, 1]:
        raise BadInput(f"{place}, {part}, pair {number + 1}: not one of two answers is preferred")
    chosen, rejected = sorted(scores, key=lambda text: -float(scores[text]))
    is_first = next(iter(scores)) == chosen
    return HumanPair(part, str(row["input"]), chosen, rejected, is_first, f"hhh:{part}:{number}")


def human_leaks(lengths: Sequence[tuple[int, int]], first: Sequence[bool]) -> HumanLeaks:
    """Measure what length and place tell of which answer people preferred.

    Args:
        lengths: Characters of the preferred and of the other answer of every pair.
        first: Whether the preferred one stands first.

    Raises:
        BadInput: There is no pair.
    """
    if not lengths:
        raise BadInput("no pair; give at least one")
    longer = [(np.sign(one - other) + 1) / 2 for one, other in lengths]
    return HumanLeaks(len(lengths), float(np.mean(longer)), float(np.mean(first)))
