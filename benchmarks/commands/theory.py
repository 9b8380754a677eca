"""The command `collapse theory`: every claim of every paper about models that can be solved."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands.options import number, try_places
from data.errors import BadInput, Seed
from data.files import write_atomic

app = typer.Typer()


@app.command()
def theory(
    json: Annotated[
        Path | None, typer.Option(help="Write every verdict with its evidence.")
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw error against generation.")] = None,
    claim: Annotated[str | None, typer.Option(help="Show one claim with all its evidence.")] = None,
    seed: Annotated[int, number(Seed, "--seed", help="Of the simulations.")] = 0,
) -> None:
    """Check every claim about linear models, worst first: verdict, margin, counter-example."""
    import numpy as np

    from benchmarks.families.catalogue import FAMILIES
    from theory import report
    from theory.claims import check_all

    try_places(files=[json], figures=[figure])
    console = Console(highlight=False, soft_wrap=True)
    known = [one for family in FAMILIES for one in family.theory()]
    chosen = tuple(one for one in known if claim in (None, one.id))
    if not chosen:
        raise BadInput(f"unknown claim {claim!r}; see: collapse list claims")
    verdicts = check_all(chosen, seed=seed)
    lines = report.detail_lines(verdicts[0]) if claim else report.ledger_lines(verdicts)
    for line in lines:
        console.print(line, markup=False)
    if claim is None:
        rng = np.random.default_rng(seed)
        console.print("\ntest error over sigma^2 d/(T-d-1), T = 1000, d = 10:")
        for line in report.table_lines(report.ratio_table(rng=rng)):
            console.print(line, markup=False)
    if json is not None:
        write_atomic(json, report.as_json(verdicts, seed=seed))
    if figure is not None:
        from theory.toedit.figure import draw

        draw(figure, rng=np.random.default_rng(seed))
