"""The command `collapse list`: what there is to run, to compare and to check."""

from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from benchmarks.commands.data import list_sources
from benchmarks.commands.options import wide_console

app = typer.Typer()


@app.command(name="list")
def list_(
    what: Annotated[
        Literal["families", "recipes", "workflows", "claims", "tables", "sources"], typer.Argument()
    ] = "recipes",
) -> None:
    """List families, recipes, workflows, claims of the theory, tables of papers, or human text."""
    from benchmarks.families.catalogue import FAMILIES, RECIPES
    from data.workflow import MEANING

    table = Table()
    if what == "families":
        for column in ("family", "paper", "asks", "recipes", "pages"):
            table.add_column(column, overflow="fold")
        for family in FAMILIES:
            paper, pages = family.paper, f"docs/{family.docs}"
            told = f"{paper.title} ({paper.authors}, {paper.venue}, arXiv {paper.arxiv})"
            table.add_row(family.name, told, family.question, str(len(family.recipes)), pages)
    elif what == "recipes":
        for column in ("recipe", "tier", "arms", "generations", "digest", "summary"):
            table.add_column(column)
        for name, make in RECIPES.items():
            it = make()
            last = str(getattr(it, "generations", ""))
            table.add_row(name, it.tier, " ".join(it.arms), last, it.digest, it.summary)
    elif what == "workflows":
        table.add_column("workflow")
        table.add_column("the next corpus is")
        for workflow, meaning in MEANING.items():
            table.add_row(workflow, meaning)
    elif what == "claims":
        for column in ("claim", "statement", "source"):
            table.add_column(column)
        for family in FAMILIES:
            for claim in family.theory():
                table.add_row(escape(claim.id), escape(claim.statement), escape(claim.source))
    elif what == "tables":
        for column in ("family", "table", "title"):
            table.add_column(column)
        for family in FAMILIES:
            audit = family.audit()
            for name, published in ({} if audit is None else audit.published.tables).items():
                table.add_row(family.name, name, published.title)
    else:
        list_sources()
        return
    wide_console().print(table)
