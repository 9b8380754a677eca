"""What of reward models that are tuned whole stands on the family's pages: a section, a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.preference_data.reward.picture import draw_lengths
from benchmarks.families.preference_data.reward.tables import (
    SCORERS,
    Records,
    accuracy_row,
    over_seeds,
)
from benchmarks.families.preference_data.showing import by_arm, section_of
from benchmarks.families.preference_data.tuned_rewards.study import (
    READOUT,
    TUNED,
    preference_data_gpu_tuned,
)
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope, StudyRecord

PICTURE = "tuned-reward-length"
"""Name of the picture's files."""
SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.reward_readout",
        reproduced="Tuning all weights of a small model on exam pairs makes a better reward model "
        "than a readout of its states at rest",
        not_reproduced="Tuning all weights of a small model on exam pairs makes a worse reward "
        "model than a readout of its states at rest",
        subject="tuning all weights of a small model on exam pairs makes a better reward model "
        "than a readout of its states at rest",
    ),
)
"""What the study brings to the opening, the most important first."""
_SCORERS = {name: SCORERS[name] for name in ("cosine", "length", "position")}
_ARMS = {TUNED: "all weights tuned", READOUT: "readout of states at rest"}


def arms_of(records: Sequence[Envelope]) -> dict[str, list[StudyRecord]]:
    """The records of the recipe as it stands, by arm."""
    return by_arm(records, preference_data_gpu_tuned(), StudyRecord)


def accuracy_frame(arms: Mapping[str, Records]) -> pd.DataFrame:
    """Pair accuracy of each arm and baseline, and how rewards go with length."""
    first = next(iter(arms.values()))
    rows = [(words, arms[arm], "head") for arm, words in _ARMS.items() if arm in arms]
    rows += [(words, first, name) for name, words in _SCORERS.items()]
    return pd.DataFrame([accuracy_row(*row) for row in rows])


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    arms = arms_of(records)
    if not arms:
        return ""
    some = next(iter(arms.values()))
    recipe = preference_data_gpu_tuned()
    return section_of(
        recipe,
        "tuned_rewards",
        claims,
        accuracy=as_markdown(accuracy_frame(arms)),
        seeds=len(some),
        learnt=2 * recipe.per_question * recipe.passes * (recipe.questions - recipe.held_out),
        first=over_seeds(some, "loss/first", is_share=False),
        last=over_seeds(some, "loss/last", is_share=False),
        picture=PICTURE,
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    arms = {_ARMS[arm]: some for arm, some in arms_of(records).items()}
    return save_all({PICTURE: lambda: draw_lengths(arms)}, folder) if arms else []
