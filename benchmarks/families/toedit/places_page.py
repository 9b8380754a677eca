"""The blocks of docs/workflows.md about where human text may be replaced, and their picture."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chains.record import Record
from benchmarks.families.toedit.claims.findings import Ledger
from benchmarks.families.toedit.claims.places.arms import WHAT
from benchmarks.families.toedit.claims.places.curve import DoseResponse, dose_response
from benchmarks.families.toedit.claims.places.tables import (
    bands_table,
    drift,
    foretold_table,
    places_table,
)
from benchmarks.families.toedit.claims.places.texts_words import on_texts, texts_table
from benchmarks.families.toedit.claims.places.words import (
    abstract,
    against_theory,
    by_law,
    curves,
    equivalence,
    not_run,
    reconciled,
)
from benchmarks.families.toedit.places_figure import draw_where
from benchmarks.families.toedit.recipes.bands import edit_bands, edit_bands_pretrained

FIGURE = "figures/where.png"
"""File of the picture, beside the page."""
_ALT = "What as many edits cost, by the probability of the tokens that they replace"


def dose_responses(records: Sequence[Record]) -> list[DoseResponse]:
    """The curves whose records are there: own prior on source and copy, SmolLM2 on the source."""
    asked = (
        dose_response(edit_bands, "source", records),
        dose_response(edit_bands, "previous", records),
        dose_response(edit_bands_pretrained, "source", records),
    )
    return [one for one in asked if one is not None]


def draw_places(records: Sequence[Record], file: Path) -> bool:
    """Draw the picture where there is something to see; tell whether there is."""
    found = dose_responses(records)
    if found:
        draw_where(found, [file])
    return bool(found)


def place_blocks(ledger: Ledger, records: Sequence[Record]) -> dict[str, str]:
    """The text of every block by its name, in Markdown.

    Args:
        ledger: All claims about chains, corrected together.
        records: All records of chains.
    """
    found = dose_responses(records)
    picture = [f"![{_ALT}]({FIGURE})"] if found else [not_run(edit_bands, edit_bands_pretrained)]
    parts = {
        "where-abstract": [abstract(ledger)],
        "where-bands": [
            *picture,
            *(f"- {paragraph}" for paragraph in curves(ledger)),
            *(part for one in found for part in (_heading(one), bands_table(one))),
        ],
        "where-places": [by_law(ledger), *places_table(records)],
        "where-long": [equivalence(ledger), *drift(records)],
        "where-texts": [*on_texts(ledger), *texts_table(records)],
        "where-reconciled": [reconciled(ledger)],
        "where-foretold": [against_theory(ledger), foretold_table(ledger)],
    }
    return {name: "\n\n".join(map(_wrapped, mine)) for name, mine in parts.items()}


def _wrapped(paragraph: str) -> str:
    """A paragraph broken into lines; tables and pictures stay as they are."""
    start = paragraph[:2]
    if start in ("| ", "!["):
        return paragraph
    return textwrap.fill(
        paragraph,
        width=120,
        subsequent_indent={"- ": "  ", "> ": "> "}.get(start, ""),
        break_long_words=False,
        break_on_hyphens=False,
    )


_LAID = {
    "source": ", one edit of the human text for every generation",
    "previous": ", every edit on top of those before",
}
"""How the edits of a text lie to each other."""


def _heading(one: DoseResponse) -> str:
    return (
        f"`{one.recipe.name}`: edits of {WHAT[one.text]}, P by {one.prior}, {len(one.seeds)} seeds"
        f"{_LAID[one.text]}. "
        "The excess over the same text unedited is in bits per byte at the last generation; beside "
        "it, and as linear models foretell it, that of random places is 1. The change of log2 P, "
        "KL, both in bits, and content words are for each changed token."
    )
