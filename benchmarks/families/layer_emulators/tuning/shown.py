"""What of the tuning study stands on the family's page: sentences, a section, two pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.layer_emulators.tuning.picture import LINES, TUNING, tuning_pictures
from benchmarks.families.layer_emulators.tuning.tables import page_values
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.layer_emulators"

SENTENCES = (
    Sentence(
        claim="le.predict",
        reproduced="Over emulators that keep as many layers and train the same ones, the less one "
        "loses before it is tuned, the better its plug-in tends to be, by rank correlation",
        not_reproduced="Over emulators that keep as many layers and train the same ones, the less "
        "one loses before it is tuned, the worse its plug-in tends to be, by rank correlation",
        subject="of emulators that keep as many layers and train the same ones, that which loses "
        "less before it is tuned tends to make the better plug-in, by rank correlation",
    ),
    Sentence(
        claim="le.share_plug_in",
        reproduced="Sharing lowers the loss of the plug-in on own models too",
        not_reproduced="Sharing raises the loss of the plug-in on own models",
        subject="sharing lowers the loss of the plug-in on own models",
    ),
    Sentence(
        claim="le.equalised",
        reproduced="CKA's layers make better plug-ins than uniform ones there",
        not_reproduced="CKA's layers make worse plug-ins than uniform ones there",
        subject="CKA's layers make better plug-ins than uniform ones there",
    ),
)
"""What the study brings to the opening."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    values = page_values(records)
    if not values["gate"] and not values["spread"]:
        return ""
    template = templates("markdown", _PACKAGE).get_template("tuning.md.jinja")
    pictures = {"tuning": TUNING, "lines": LINES}
    return template.render(tuning=values, claims=claims, pictures=pictures).strip()


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the pictures whose records are there; return the files."""
    return save_all(tuning_pictures(records), folder)
