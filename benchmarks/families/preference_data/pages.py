"""The pages of the family: what was found, and what its rooms add."""

from collections.abc import Mapping, Sequence

from benchmarks.families.preference_data.parts import ROOMS
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import templates
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.preference_data"


def pages(
    records: Sequence[Envelope], ledger: Sequence[Entry], citation: str = ""
) -> dict[str, str]:
    """The family's own pages, by file name; the first takes the place of the index.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
        citation: The paper, as Markdown.
    """
    render = templates("markdown", _PACKAGE).get_template
    claims: Mapping[str, Entry] = {entry.claim.id: entry for entry in ledger}
    found = {
        "README.md": render("opening.md.jinja").render(
            citation=citation,
            sections=[text for room in ROOMS if (text := room.section(records, claims))],
        )
    }
    for room in ROOMS:
        found |= room.pages(records, claims)
    return found
