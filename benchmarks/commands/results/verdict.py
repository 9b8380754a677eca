"""What every run says at its end: whether it found what is on record."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.paper.family import AnyRecipe
    from benchmarks.reproducing.comparison import Reproduction
    from benchmarks.running.record import Envelope


def compared_with(
    recipe: "AnyRecipe", done: "Sequence[Envelope]", committed: Path
) -> "Reproduction":
    """The runs of a recipe beside the records of the same recipe in a folder."""
    from benchmarks.families.catalogue import read_all
    from benchmarks.reproducing.comparison import compare
    from benchmarks.reproducing.reruns import read_reruns

    known = read_all(committed) if committed.is_dir() else []
    mine = [record for record in known if record.digest == recipe.digest]
    return compare(done, mine, read_reruns(known))


def show_reproduction(found: "Reproduction", console: Console) -> None:
    """Say whether runs found what is on record, chain by chain."""
    from benchmarks.reproducing.words import lines, loss_table

    console.print()
    if (table := loss_table(found)) is not None:
        console.print(table)
    for line in lines(found):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
