"""The pages of the family: what was found, a section and pages of each room, what is not tried."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.families.story_style.findings import opening
from benchmarks.families.story_style.linear.claims import CONSTRUCTED
from benchmarks.families.story_style.linear.shown import leading, numbers
from benchmarks.families.story_style.parts import ROOMS
from benchmarks.families.story_style.proved import CLAIMS as PROVED
from benchmarks.families.story_style.stated import CLAIMS as STATED
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.by_theory import proved_frame
from benchmarks.paper.common.rooms import own_pages, sections
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.running.record import Envelope

PACKAGE = "benchmarks.families.story_style"
"""Where the templates of the family lie."""


def pages(
    records: Sequence[Envelope], ledger: Sequence[Entry], citation: str = ""
) -> dict[str, str]:
    """The family's own pages, by file name; the first takes the place of the index.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
        citation: The paper, as Markdown.
    """
    claims: Mapping[str, Entry] = {entry.claim.id: _as_shown(entry) for entry in ledger}
    template = templates("markdown", PACKAGE).get_template("opening.md.jinja")
    return {
        "README.md": template.render(
            citation=citation,
            sentences=opening(claims, numbers(records)),
            sections=sections(ROOMS, records, claims),
            picture=leading(records),
            stated=[claims[one.id] for one in STATED],
            proved=as_markdown(proved_frame(PROVED, claims)),
        ),
        **own_pages(ROOMS, records, claims),
    }


def _as_shown(entry: Entry) -> Entry:
    """An entry as the pages quote it: of what follows by construction, that it does.

    How many records agree would read as evidence, and no record could have differed.
    """
    words = CONSTRUCTED.get(entry.claim.id)
    if words is None or entry.judgement.verdict != "reproduced":
        return entry
    return replace(entry, judgement=replace(entry.judgement, observed=words))
