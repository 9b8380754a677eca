"""The page of the tuning study."""

from collections.abc import Mapping, Sequence

from benchmarks.families.layer_emulators.tuning.claims import TUNING_CLAIMS
from benchmarks.families.layer_emulators.tuning.picture import LINES, TUNING
from benchmarks.families.layer_emulators.tuning.shown import page_values
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import templates
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.layer_emulators"
PAGE = "tuning.md"


def tuning_page(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The page as Markdown.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    return (
        templates("markdown", _PACKAGE)
        .get_template(f"{PAGE}.jinja")
        .render(
            tuning=page_values(records),
            claims=claims,
            command=TUNING_CLAIMS[0].command,
            pictures={"tuning": TUNING, "lines": LINES},
        )
    )
