"""What a recipe would run and what its records say, in a terminal; loads without torch."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import CONTROL
from benchmarks.figure import draw_loss
from benchmarks.recipe import Recipe
from benchmarks.record import Record, records_of
from benchmarks.report import (
    LEGEND,
    comparison_table,
    downstream_table,
    health_line,
    loss_table,
    markdown,
    sentences,
    text_table,
)


def show_plan(recipe: Recipe, seeds: Sequence[int], console: Console) -> None:
    """Print what a run would do."""
    table = Table(title=f"{recipe.name}-{recipe.digest}: {recipe.summary}", show_header=False)
    for key, value in recipe.as_dict().items():
        table.add_row(key, str(value))
    console.print(table)
    for seed in seeds:
        for workflow in recipe.workflows:
            console.print(f"chain {workflow}-seed{seed}: generations 0 to {recipe.generations}")


def show(records: Sequence[Record], figure: Path, console: Console) -> None:
    """Print tables and verdicts of the records of one recipe, and draw its figure."""
    console.print(loss_table(records))
    console.print(text_table(records))
    console.print(LEGEND + "\n", highlight=False, style="dim")
    has_control = any(record.workflow == CONTROL for record in records)
    if has_control and len({record.seed for record in records}) > 1:
        console.print(comparison_table(records))
    if any(record.last.downstream for record in records):
        console.print(downstream_table(records))
    console.print(health_line(records), highlight=False, soft_wrap=True)
    for line in sentences(records):
        console.print(line, highlight=False, soft_wrap=True)
    draw_loss(records, figure)
    console.print(f"figure {figure}", highlight=False, soft_wrap=True)


def show_records(
    recipe: Recipe, folder: Path, figure: Path, table: Path | None, console: Console
) -> None:
    """Show all records of a recipe that lie in a folder; write its table as Markdown if asked.

    Raises:
        ValueError: There is none.
    """
    found = records_of(recipe, folder)
    show(found, figure, console)
    if table is not None:
        table.write_text(markdown(found), encoding="utf-8")
