"""How many right answers each printed accuracy of Table 1 may be."""

import pandas as pd

from benchmarks.families.layer_emulators.audit import PUBLISHED
from benchmarks.paper.audit import can_fail, possible_counts
from benchmarks.paper.published import Cell

PAGE = "right_answers.md"
"""The page that shows them."""


def counts_of(cell: Cell) -> range:
    """The whole numbers of right answers that print as a cell; empty where none does."""
    n_items = PUBLISHED.items_of[cell.column]
    counts = possible_counts(cell, n_items)  # 0.0 % stands for less than nothing too
    return range(max(0, counts.start), min(n_items + 1, counts.stop))


def in_words(counts: range) -> str:
    """The counts as text: `117`, `1,350 to 1,353`, or `none`."""
    if not counts:
        return "none"
    if len(counts) == 1:
        return f"{counts[0]:,}"
    return f"{counts[0]:,} to {counts[-1]:,}"


def counts_frame() -> pd.DataFrame:
    """The counts of every cell, a row for each setting, with the number of items below the task."""
    table = PUBLISHED.tables["1"]
    items = PUBLISHED.items_of
    return pd.DataFrame(
        [
            {
                "setting": row,
                **{
                    f"{cell.column} (of {items[cell.column]:,})": in_words(counts_of(cell))
                    for cell in table.row(row)
                },
            }
            for row in table.rows
        ]
    )


def reached() -> tuple[int, int, int]:
    """Number of cells that some count prints as, of all cells, and of cells that could miss."""
    cells = PUBLISHED.tables["1"].cells
    able = sum(can_fail(cell, PUBLISHED.items_of[cell.column]) for cell in cells)
    return sum(bool(counts_of(cell)) for cell in cells), len(cells), able
