"""What of reward models stands on the family's pages: sentences, a section, pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pandas import DataFrame

from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.preference_data.reward import tables
from benchmarks.families.preference_data.reward.picture import (
    CHOICES,
    LENGTHS,
    RECALL,
    has_lengths,
    pictures,
)
from benchmarks.families.preference_data.reward.study import (
    preference_data,
    preference_data_cpu_people,
    preference_data_cpu_reward,
)
from benchmarks.families.preference_data.showing import five_seeds, section_of
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.reward",
        reproduced="A linear reward head on exam pairs is better than length and cosine on hard "
        "ones",
        not_reproduced="A linear reward head on exam pairs does not lead the length of an option "
        "and its cosine with the question by two standard errors on hard ones",
        subject="a linear reward head on exam pairs is better than length and cosine on hard ones",
    ),
    Sentence(
        claim="um.decontaminate",
        reproduced="The published rule of decontamination finds nine of ten questions with one "
        "word swapped",
        not_reproduced="The published rule of decontamination misses most questions with one word "
        "swapped",
        subject="the published rule of decontamination finds nine of ten questions with one word "
        "swapped",
    ),
    Sentence(
        claim="um.crossover_foretold",
        reproduced="Where a vote overtakes a reward head follows from the head's AUC",
        not_reproduced="Where a vote overtakes a reward head does not follow from its AUC, for "
        "equal answers share their error",
        subject="where a vote overtakes a reward head follows from the head's AUC",
    ),
)
"""What the study brings to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    heads, planted = tables.heads(records), tables.planted(records)
    reading, by_people = tables.reading_heads(records), tables.judged(records)
    if not heads and not planted:
        return ""
    frames: dict[str, DataFrame] = {}
    if heads:
        frames |= {
            "leaks": tables.leaks_frame(heads),
            "accuracy": tables.accuracy_frame(heads),
            "choices": tables.choices_frame(heads),
            "crossover": tables.crossover_frame(heads),
        }
    if reading:
        frames["reading"] = tables.accuracy_frame(reading)
    if by_people:
        frames["people"] = tables.people_frame(by_people)
    if planted:
        frames["planted"] = tables.planted_frame(planted)
    return section_of(
        preference_data(),
        "reward",
        claims,
        heads=bool(heads),
        planted=bool(planted),
        n_reading=len(reading),
        reading_command=five_seeds(preference_data_cpu_reward().name),
        people_command=five_seeds(preference_data_cpu_people().name),
        lengths=has_lengths(records),
        n_heads=len(heads),
        n_planted=len(planted),
        tables={name: as_markdown(frame) for name, frame in frames.items()},
        pictures={"choices": CHOICES, "recall": RECALL, "lengths": LENGTHS},
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name: none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the pictures where their records are there; return the files."""
    return save_all(pictures(records), folder)
