"""The evaluation files that stood in the public history of the authors' repository, as numbers.

They were removed there on 2023-05-13. They are runs of the authors, not the paper's table, which
was found nowhere; years of runs are not stated. BLEU in the unit `recomputed` was computed again
from stored outputs with the released definition, before this project held the numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from benchmarks.paper.published import Cell, PublishedNumbers

PUBLISHED = PublishedNumbers(Path(__file__).parents[1] / "published", versions=())
"""Numbers from the history alone; none is printed."""
CHINESE, LATER, ENGLISH, EARLIER = "ZH", "ZH, later variant", "EN", "EN, earlier variant"
"""Groups of runs: two of 729 Chinese stories, two of 290 English ones."""
STORIES: Mapping[str, int] = {CHINESE: 729, LATER: 729, ENGLISH: 290, EARLIER: 290}
"""Test stories of each group."""
SOURCE_WORDS = Fraction("109.0")
"""Mean words of a Chinese source story."""
AUTHORS = (0, 1)
"""The two Chinese target authors, as outputs are numbered."""


@dataclass(frozen=True, slots=True)
class Point:
    """One run with its share of outputs in the target style and its overlap with the source."""

    group: str
    row: str
    author: int | None
    """Target author of a Chinese run; None of an English one, which has one direction."""
    accuracy: Fraction
    """a-Acc: share of outputs whose most probable style is the target."""
    bleu: Fraction
    """BLEU-1 against the source."""

    @property
    def name(self) -> str:
        """Run and target author."""
        return self.row if self.author is None else f"{self.row} (.{self.author})"


@cache
def cells() -> tuple[Cell, ...]:
    """All numbers in the order of the file."""
    return tuple(PUBLISHED.history.values())


def find(group: str, row: str, column: str) -> Fraction | None:
    """The number at a place, or None where the files have none."""
    cell = PUBLISHED.history.get((group, row, column))
    return None if cell is None else cell.value


def rows(group: str) -> tuple[str, ...]:
    """Runs of a group in the order of the file."""
    return tuple(dict.fromkeys(cell.row for cell in cells() if cell.table == group))


def column(name: str, author: int | None) -> str:
    """Name of a column of one target author."""
    return name if author is None else f"{name}, author {author}"


def points() -> tuple[Point, ...]:
    """Runs that have both a-Acc and BLEU-1, one point for each target author."""
    found = []
    for group, authors in ((CHINESE, AUTHORS), (EARLIER, (None,))):
        for row in rows(group):
            for author in authors:
                accuracy = find(group, row, column("a-Acc", author))
                bleu = find(group, row, column("BLEU-1", author))
                if accuracy is not None and bleu is not None:
                    found.append(Point(group, row, author, accuracy, bleu))
    return tuple(found)


def front(some: tuple[Point, ...]) -> tuple[Point, ...]:
    """Points that no other one is at least as good as in both numbers and better in one."""
    return tuple(
        one
        for one in some
        if not any(
            other.accuracy >= one.accuracy
            and other.bleu >= one.bleu
            and (other.accuracy, other.bleu) != (one.accuracy, one.bleu)
            for other in some
        )
    )
