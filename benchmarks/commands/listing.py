"""The command `collapse list`: what there is to run, to compare and to check."""

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.commands.data import list_sources

app = typer.Typer()


@app.command(name="list")
def list_(
    what: Annotated[
        Literal["recipes", "workflows", "claims", "tables", "sources"], typer.Argument()
    ] = "recipes",
) -> None:
    """List recipes, workflows, claims of the theory, tables of the paper, or human text."""
    from benchmarks.families.catalogue import RECIPES
    from data.workflow import MEANING

    table = Table()
    if what == "recipes":
        for column in ("recipe", "tier", "workflows", "generations", "digest", "summary"):
            table.add_column(column)
        for name, make in RECIPES.items():
            it = make()
            workflows = " ".join(it.workflows)
            table.add_row(name, it.tier, workflows, str(it.generations), it.digest, it.summary)
    elif what == "workflows":
        table.add_column("workflow")
        table.add_column("the next corpus is")
        for workflow, meaning in MEANING.items():
            table.add_row(workflow, meaning)
    elif what == "claims":
        from theory.claims import CLAIMS

        for column in ("claim", "statement", "source"):
            table.add_column(column)
        for claim in CLAIMS:
            table.add_row(escape(claim.id), escape(claim.statement), escape(claim.source))
    elif what == "tables":
        from benchmarks.paper.published import published_tables

        for column in ("table", "title"):
            table.add_column(column)
        for name, published in published_tables().items():
            table.add_row(name, published.title)
    else:
        list_sources()
        return
    Console().print(table)
