"""What follows from the authors' evaluation files by arithmetic alone."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from scipy.stats import spearmanr

from benchmarks.families.story_style.history.rows import (
    AUTHORS,
    CHINESE,
    EARLIER,
    ENGLISH,
    LATER,
    SOURCE_WORDS,
    STORIES,
    Point,
    cells,
    column,
    find,
    points,
    rows,
)
from benchmarks.paper.audit import Interval, stands_for
from benchmarks.paper.published import Cell

RECORDED = " as recorded"
"""End of the columns whose BLEU stands in an evaluation file beside the recomputed one."""


@dataclass(frozen=True, slots=True)
class Drop:
    """What becomes of a-Acc where the sentence loss is left out."""

    what: str
    """Which runs are compared."""
    whole: Fraction
    """a-Acc with it."""
    without: Fraction
    """a-Acc without it."""

    @property
    def change(self) -> Fraction:
        """a-Acc without the loss less that with it."""
        return self.without - self.whole


_DROPS = (
    ("earlier variant, ZH", CHINESE, "Stage_2", "without sen_loss", "a-Acc"),
    (
        "later variant, ZH, epoch 69",
        LATER,
        "all four losses, run 1115, epoch 69",
        "without sen_loss, run 1127, epoch 69",
        "a-Acc",
    ),
)


def drops() -> tuple[Drop, ...]:
    """The sets in which a run with all losses and one without the sentence loss stand together."""
    found = []
    for what, group, whole, without, name in _DROPS:
        for author in AUTHORS:
            pair = [_there(group, row, column(name, author)) for row in (whole, without)]
            found.append(Drop(f"{what}, author {author}", *pair))
    english = [
        _there(ENGLISH, row, "a-Acc, stage II")
        for row in ("lambda .5, run 1127, epoch 79", "without sen_loss, run 1129, epoch 79")
    ]
    return (*found, Drop("EN, epoch 79", *english))


def _there(group: str, row: str, name: str) -> Fraction:
    found = find(group, row, name)
    if found is None:
        raise KeyError(f"{group}, {row}, {name}")
    return found


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A run whose outputs are hardly ever of the target style, with its relative accuracy."""

    row: str
    author: int
    relative: Fraction
    """r-Acc: share of outputs that are more like the target than their source is."""
    accuracy: Fraction
    bleu: Fraction


MOST_STYLE = Fraction(2, 100)
"""a-Acc up to which a run counts as one that transfers no style."""


def unchanged() -> tuple[Unchanged, ...]:
    """Chinese runs with an a-Acc of next to nothing, whatever their r-Acc."""
    found = []
    for row in rows(CHINESE):
        for author in AUTHORS:
            accuracy = find(CHINESE, row, column("a-Acc", author))
            relative = find(CHINESE, row, column("r-Acc", author))
            if accuracy is not None and relative is not None and accuracy <= MOST_STYLE:
                bleu = _there(CHINESE, row, column("BLEU-1", author))
                found.append(Unchanged(row, author, relative, accuracy, bleu))
    return tuple(found)


def trade(some: tuple[Point, ...] | None = None) -> dict[str, float]:
    """Rank correlation of a-Acc and BLEU-1 over the runs of each test set and target author."""
    found: dict[str, list[Point]] = {}
    for one in points() if some is None else some:
        key = EARLIER if one.author is None else f"{one.group}, author {one.author}"
        found.setdefault(key, []).append(one)
    return {
        key: float(spearmanr([p.accuracy for p in mine], [p.bleu for p in mine]).statistic)
        for key, mine in found.items()
    }


def lengths() -> dict[tuple[str, int], Fraction]:
    """Words of an output over those of its source, by Chinese run and target author."""
    found = {}
    for row in rows(CHINESE):
        for author in AUTHORS:
            words = find(CHINESE, row, column("words", author))
            if words is not None:
                found[row, author] = words / SOURCE_WORDS
    return found


def is_count(cell: Cell) -> bool:
    """Whether a share is that of a whole number of the group's test stories."""
    n, place = STORIES[cell.table], cell.last_place / 2
    low, high = (cell.value - place) * n, (cell.value + place) * n
    return ceil(low) <= floor(high)


def shares() -> tuple[Cell, ...]:
    """All shares of stories in the files."""
    return tuple(cell for cell in cells() if cell.unit == "share")


def recorded() -> tuple[tuple[Cell, Cell], ...]:
    """Each BLEU that was recorded by the authors, with the one that was recomputed from outputs."""
    by_place = {cell.key: cell for cell in cells()}
    pairs = []
    for cell in cells():
        name, mark, author = cell.column.partition(RECORDED)
        other = by_place.get((cell.table, cell.row, f"{name}{author}")) if mark else None
        if other is not None:
            pairs.append((cell, other))
    return tuple(pairs)


def agree(first: Cell, second: Cell) -> bool:
    """Whether two numbers may be one that was rounded or cut off at different places."""
    one: Interval = stands_for(first)
    return one.overlaps(stands_for(second))
