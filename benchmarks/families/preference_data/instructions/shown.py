"""What of instructions stands on the family's pages: a sentence, a section, a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.families.preference_data.instructions import tables
from benchmarks.families.preference_data.instructions.study import preference_data_cpu_instructions
from benchmarks.families.preference_data.showing import section_of
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

PICTURE = "instructions"
"""Name of the picture's files."""
SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.data_tuned",
        reproduced="A model of 135 M parameters answers an exam better after it has learnt its own "
        "right answers",
        not_reproduced="A model of 135 M parameters answers an exam worse after it has learnt its "
        "own right answers",
        subject="a model of 135 M parameters answers an exam better after it has learnt its own "
        "right answers",
    ),
)
"""What the study brings to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    arms = tables.arms_of(records)
    if not arms:
        return ""
    first = next(iter(arms.values()))
    return section_of(
        preference_data_cpu_instructions(),
        "instructions",
        claims,
        made=as_markdown(tables.made_frame(first)),
        annotators=as_markdown(tables.annotators_frame(first)),
        tuned=as_markdown(tables.tuned_frame(arms)),
        picture=PICTURE,
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    arms = tables.arms_of(records)
    if not arms:
        return []
    from benchmarks.comparing.pictures.files import save_all
    from benchmarks.families.preference_data.instructions.picture import instructions_picture

    return save_all({PICTURE: lambda: instructions_picture(arms)}, folder)
