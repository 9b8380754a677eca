"""The page of the text part."""

from collections.abc import Mapping, Sequence

from benchmarks.families.critical_data.text.shown import page_values
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import templates
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.critical_data"
PAGE = "text.md"


def text_page(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The page as Markdown.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    return (
        templates("markdown", _PACKAGE)
        .get_template(f"{PAGE}.jinja")
        .render(text=page_values(records), claims=claims, command=command("critical_data_cpu_text"))
    )
