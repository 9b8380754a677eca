"""The command `collapse show`: the comparison of the records of a recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.commands.folders import RecordFolders, read_of_recipe
from benchmarks.commands.options import AsJson, Row, Settings, show_rows, try_places, wide_console
from data.errors import BadInput
from data.files import home, write_atomic

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.chains.record import Record
    from benchmarks.running.record import Envelope

app = typer.Typer()


@app.command(epilog="Example: collapse show smoke; collapse show smoke --json > smoke.json")
def show(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    settings: Settings = None,
    records: RecordFolders = None,
    figure: Annotated[Path | None, typer.Option(help="Where to draw. (outputs/RECIPE.png)")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table as Markdown.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the comparison of all records of a recipe; run nothing."""
    from benchmarks.families.catalogue import find_recipe
    from benchmarks.variants import read_settings, with_settings

    chosen = with_settings(find_recipe(recipe), read_settings(settings or ()))
    if as_json:
        show_rows(metric_rows(read_of_recipe(chosen, records)), as_json=True)
        return
    drawn = figure or home() / f"{chosen.name}-{chosen.digest}.png"
    try_places(files=[markdown], figures=[drawn])
    found = read_of_recipe(chosen, records)
    show_done(found, drawn, wide_console())
    if markdown is not None:
        from benchmarks.chains.record import Record
        from benchmarks.comparing.tables import markdown as as_markdown

        chains = [record for record in found if isinstance(record, Record)]
        if not chains:
            raise BadInput("--markdown writes the table of chains; leave it out of this recipe")
        write_atomic(markdown, as_markdown(chains))


def metric_rows(records: "Sequence[Envelope]") -> list[Row]:
    """Every number of some records as a row of its own: arm, seed, generation, metric, value."""
    from benchmarks.chains.record import Record
    from benchmarks.running.record import StudyRecord

    found = []
    for record in records:
        if isinstance(record, Record):
            places = [(one.generation, one.metrics) for one in record.generations]
        else:
            assert isinstance(record, StudyRecord), "records are those of chains or of studies"
            places = [(0, record.metrics)]
        run = {"record": record.name, "arm": record.arm, "seed": record.seed}
        found += [
            {**run, "generation": at, "metric": key, **metric.model_dump()}
            for at, metrics in places
            for key, metric in metrics.items()
        ]
    return found


def show_done(done: "Sequence[Envelope]", figure: Path, console: Console) -> None:
    """Show the records of one recipe, of whatever family."""
    from benchmarks.chains.record import Record

    chains = [record for record in done if isinstance(record, Record)]
    if chains:
        show_chains(chains, figure, console)
    else:
        console.print(study_table(done))


def study_table(done: "Sequence[Envelope]") -> Table:
    """Table of what the runs of a study measured: mean over seeds, and its interval."""
    import numpy as np

    from benchmarks.comparing.differences import paired
    from benchmarks.running.record import StudyRecord

    table = Table()
    for column in ("arm", "measure", "mean", "95 % interval", "seeds"):
        table.add_column(column, justify="left" if column in ("arm", "measure") else "right")
    values: dict[tuple[str, str], list[float]] = {}
    for record in done:
        assert isinstance(record, StudyRecord)
        for key, metric in record.metrics.items():
            values.setdefault((record.arm, key), []).append(metric.value)
    for (arm, key), found in values.items():
        estimate = paired(np.array(found))
        interval = "" if estimate.low is None else f"[{estimate.low:.4g}, {estimate.high:.4g}]"
        table.add_row(arm, key, f"{estimate.mean:.4g}", interval, str(estimate.n))
    return table


def show_chains(records: "Sequence[Record]", figure: Path, console: Console) -> None:
    """Print tables and verdicts of the records of one recipe, and draw its figure."""
    from benchmarks.comparing.curves import CONTROL
    from benchmarks.comparing.pictures.loss import draw_loss
    from benchmarks.comparing.tables import (
        LEGEND,
        comparison_table,
        downstream_table,
        health_line,
        loss_table,
        sentences,
        text_table,
    )

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
