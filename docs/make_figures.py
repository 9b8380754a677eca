"""Draws the figures of docs that show committed records: `python docs/make_figures.py`.

A test compares. `collapse leaderboard --picture` draws that of the leaderboard.
"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.pictures.loss import draw_loss
from benchmarks.families.catalogue import find_chains
from benchmarks.families.toedit.places_page import FIGURE as WHERE
from benchmarks.families.toedit.places_page import draw_places

ROOT = Path(__file__).resolve().parents[1]
FIGURES = {"workflows": "docs/figures/workflows.png"}
"""File of the figure of each recipe that has one, below the root."""


def draw(records: Sequence[Record], root: Path) -> list[Path]:
    """Draw every figure that has records below a folder; return the files."""
    for recipe, file in FIGURES.items():
        digest = find_chains(recipe).digest
        draw_loss([record for record in records if record.digest == digest], root / file)
    found = [root / file for file in FIGURES.values()]
    where = root / "docs" / WHERE
    return [*found, where] if draw_places(records, where) else found


if __name__ == "__main__":
    draw(read_records(ROOT / "benchmarks" / "records"), ROOT)
