"""The command `collapse list`: what there is to run, to compare and to check."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import typer

from benchmarks.commands.data import sources
from benchmarks.commands.options import AsJson, Row, show_rows

app = typer.Typer()
What = Literal["families", "recipes", "workflows", "claims", "tables", "sources"]


@app.command(name="list", epilog="Example: collapse list recipes --json")
def list_(
    what: Annotated[What, typer.Argument()] = "recipes",
    as_json: AsJson = False,
) -> None:
    """List families, recipes, workflows, claims of the theory, tables of papers, or human text."""
    show_rows(LISTS[what](), as_json=as_json)


def _families() -> list[Row]:
    from benchmarks.families.catalogue import FAMILIES

    return [
        {
            "family": family.name,
            "paper": f"{family.paper.title} ({family.paper.authors}, {family.paper.venue}, "
            f"arXiv {family.paper.arxiv})",
            "asks": family.question,
            "recipes": len(family.recipes),
            "pages": f"docs/{family.docs}",
        }
        for family in FAMILIES
    ]


def _recipes() -> list[Row]:
    from benchmarks.families.catalogue import RECIPES

    return [
        {
            "recipe": name,
            "tier": it.tier,
            "arms": list(it.arms),
            "generations": getattr(it, "generations", None),
            "digest": it.digest,
            "summary": it.summary,
        }
        for name, it in ((name, make()) for name, make in RECIPES.items())
    ]


def _workflows() -> list[Row]:
    from data.workflow import MEANING

    return [
        {"workflow": workflow, "the next corpus is": meaning}
        for workflow, meaning in MEANING.items()
    ]


def _claims() -> list[Row]:
    from benchmarks.families.catalogue import FAMILIES

    return [
        {"claim": claim.id, "statement": claim.statement, "source": claim.source}
        for family in FAMILIES
        for claim in family.theory()
    ]


def _tables() -> list[Row]:
    from benchmarks.families.catalogue import FAMILIES

    return [
        {"family": family.name, "table": name, "title": published.title}
        for family in FAMILIES
        if (audit := family.audit()) is not None
        for name, published in audit.published.tables.items()
    ]


LISTS: Mapping[str, Callable[[], list[Row]]] = {
    "families": _families,
    "recipes": _recipes,
    "workflows": _workflows,
    "claims": _claims,
    "tables": _tables,
    "sources": sources,
}
"""What makes the rows of each list."""
