"""Tables of instructions, of their annotators and of what tuning on them did: means over seeds."""

from collections.abc import Mapping, Sequence

import pandas as pd

from benchmarks.comparing.differences import with_interval
from benchmarks.families.preference_data.instructions.names import ANNOTATORS
from benchmarks.families.preference_data.instructions.study import preference_data_cpu_instructions
from benchmarks.families.preference_data.showing import by_arm
from benchmarks.running.record import Envelope, StudyRecord
from data.preference_data.instructions import KINDS

Arms = Mapping[str, Sequence[StudyRecord]]
"""Records of the recipe as it stands, by arm and in the order of seeds."""
KIND_WORDS = {
    "exam": "of the exam",
    "evolved": "rewritten as a case",
    "abstract": "asked about an abstract",
}
"""Kinds of instructions in words."""
ANNOTATOR_WORDS = {
    "alone": "SmolLM2 alone",
    "example": "SmolLM2 after a like question with its answer",
    "encoder": "MiniLM: the option nearest to the question",
}
"""Annotators in words."""


def arms_of(records: Sequence[Envelope]) -> dict[str, list[StudyRecord]]:
    """The records of the recipe by arm, in its order; none without a record."""
    return by_arm(records, preference_data_cpu_instructions(), StudyRecord)


def over_seeds(
    records: Sequence[StudyRecord], key: str, digits: int = 3, *, is_share: bool = True
) -> str:
    """Mean and interval of a measure over seeds; where a seed lacks it, of the others.

    Args:
        records: One record for each seed.
        key: Name of the measure.
        digits: Digits behind the point.
        is_share: Whether it is a share, whose interval ends at 0 and 1.
    """
    values = [one.metrics[key].value for one in records if key in one.metrics]
    return with_interval(values, digits, is_share=is_share) if values else "—"


def _count(records: Sequence[StudyRecord], key: str) -> str:
    """Mean of a count over seeds, 0 where it is not named."""
    counts = [one.metrics[key].value if key in one.metrics else 0.0 for one in records]
    return f"{sum(counts) / len(counts):.1f}"


def made_frame(records: Sequence[StudyRecord]) -> pd.DataFrame:
    """Of each kind: how many there are, what was left out and why, and the score of complexity."""
    recipe = preference_data_cpu_instructions()
    asked = {"exam": recipe.questions, "evolved": recipe.questions, "abstract": recipe.abstracts}
    return pd.DataFrame(
        [
            {
                "instructions": KIND_WORDS[kind],
                "made": str(asked[kind]),
                "usable": str(recipe.questions)
                if kind == "exam"
                else _count(records, f"written/{kind}, usable"),
                "a copy": _count(records, f"written/{kind}, a copy"),
                "says the answer": _count(records, f"written/{kind}, says the answer"),
                "too short": _count(records, f"written/{kind}, too short"),
                "complexity, of 9": over_seeds(records, f"complexity/{kind}", 2, is_share=False),
                "learnt": _count(records, f"rows/kept, {kind}"),
            }
            for kind in KINDS
        ]
    )


def annotators_frame(records: Sequence[StudyRecord]) -> pd.DataFrame:
    """How each annotator answers the exam's questions and the rewritten ones."""
    return pd.DataFrame(
        [
            {
                "annotator": ANNOTATOR_WORDS[name],
                "questions": KIND_WORDS[kind],
                "right, likeliest option": over_seeds(records, f"answers/{kind}/{name}/accuracy"),
                "right, drawn option": over_seeds(records, f"answers/{kind}/{name}/expected"),
                "first option": over_seeds(records, f"answers/{kind}/{name}/first place"),
                "answers learnt": _count(records, f"rows/kept, by {name}"),
            }
            for name in ANNOTATORS
            for kind in ("exam", "evolved")
        ]
    )


def tuned_frame(arms: Arms) -> pd.DataFrame:
    """The model before, and after tuning on the answers of each arm."""
    first = next(iter(arms.values()))
    lines = [_line("before", first, "before")]
    return pd.DataFrame(
        [*lines, *(_line(f"`{arm}`", records, "after") for arm, records in arms.items())]
    )


def _line(name: str, records: Sequence[StudyRecord], when: str) -> dict[str, str]:
    learnt = "0" if when == "before" else _count(records, "rows/kept")
    return {
        "model": name,
        "answers learnt": learnt,
        "accuracy": over_seeds(records, f"{when}/exam/accuracy"),
        "loss, nats": over_seeds(records, f"{when}/exam/loss", is_share=False),
        "first option": over_seeds(records, f"{when}/exam/first place"),
        "seeds": str(len(records)),
    }
