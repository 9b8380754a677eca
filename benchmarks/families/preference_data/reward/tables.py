"""Tables of reward heads and of decontamination, from their records: means over seeds."""

from collections.abc import Sequence

import pandas as pd

from benchmarks.comparing.differences import with_interval
from benchmarks.decontaminating.planted import KINDS
from benchmarks.families.preference_data.reward import statistics as of
from benchmarks.families.preference_data.reward.names import HEADS, JUDGED, PLANTED
from benchmarks.families.preference_data.reward.study import (
    preference_data,
    preference_data_cpu_people,
    preference_data_cpu_reward,
)
from benchmarks.families.preference_data.showing import by_arm
from benchmarks.running.record import Envelope, StudyRecord
from data.preference_data.hhh import PARTS

Records = Sequence[StudyRecord]
SCORERS = {
    "head": "reward head",
    "balanced": "trained on length-balanced pairs",
    "option alone": "option without its question",
    "permuted 1": "labels drawn (first of four)",
    "cosine": "cosine with the question",
    "length": "longer is right",
    "position": "earlier is right",
}
"""Scorers in words, in the order shown."""
PAIRS = {
    "easy": "Easy",
    "hard": "Hard",
    "length": "Length",
    "matched": "equally long",
    "item": "all four options",
}
"""Kinds of pairs in words."""
PEOPLE = {
    "head": "reward head of the exam",
    "cosine": "cosine with the prompt",
    "length": "the longer answer",
    "position": "the first answer",
}
"""Scorers of human pairs in words."""
EDITS = (*KINDS, "no copy")
"""Planted edits, and what is no copy, in the order shown."""
RULES = {
    "published": "published rule",
    "chosen": "chosen distance",
    "words": "chosen share of runs",
    "either": "either",
    "gate": "13 words in a row",
}
"""Rules of decontamination in words."""


def of_arm(records: Sequence[Envelope], arm: str) -> Records:
    """The records of one arm of the recipe as it stands, by seed."""
    return by_arm(records, preference_data(), StudyRecord).get(arm, [])


def heads(records: Sequence[Envelope]) -> Records:
    """Records of reward heads."""
    return of_arm(records, HEADS)


def reading_heads(records: Sequence[Envelope]) -> Records:
    """Records of heads on what a language model makes of question and option together."""
    return by_arm(records, preference_data_cpu_reward(), StudyRecord).get(HEADS, [])


def judged(records: Sequence[Envelope]) -> Records:
    """Records of the same heads that were asked of human pairs."""
    return by_arm(records, preference_data_cpu_people(), StudyRecord).get(HEADS, [])


def planted(records: Sequence[Envelope]) -> Records:
    """Records of planted copies."""
    return of_arm(records, PLANTED)


def over_seeds(records: Records, name: str, digits: int = 3, *, is_share: bool = True) -> str:
    """Mean and interval of a measure over seeds; a dash where it is not measured.

    Args:
        records: One record for each seed.
        name: Name of the measure.
        digits: Digits behind the point.
        is_share: Whether it is a share, whose interval ends at 0 and 1.
    """
    if any(name not in one.metrics for one in records):
        return "—"
    values = [one.metrics[name].value for one in records]
    return with_interval(values, digits, is_share=is_share)


def mean_of(records: Records, name: str) -> float:
    """Mean of a measure over seeds."""
    return sum(one.metrics[name].value for one in records) / len(records)


def leaks_frame(records: Records) -> pd.DataFrame:
    """What length and place tell of the labels of the whole exam, which no seed changes."""
    names = [name for name in records[0].metrics if name.startswith("leak/")]
    rows = [(name.removeprefix("leak/"), records[0].metrics[name]) for name in names]
    return pd.DataFrame(
        [
            {"of all questions": name, "share": f"{one.value:.3f}", "standard error": _error(one)}
            for name, one in rows
        ]
    )


def _error(one: object) -> str:
    stderr = getattr(one, "stderr", None)
    return "—" if stderr is None else f"{stderr:.3f}"


def accuracy_frame(records: Records) -> pd.DataFrame:
    """Pair accuracy of every scorer that there is, beside how its rewards go with length."""
    return pd.DataFrame(
        [
            accuracy_row(words, records, name)
            for name, words in SCORERS.items()
            if f"hard/{name}" in records[0].metrics
        ]
    )


def accuracy_row(words: str, records: Records, name: str) -> dict[str, str]:
    """A line of such a table.

    Args:
        words: The scorer in words.
        records: One record for each seed.
        name: Name of the scorer in their measures.
    """
    shares = {title: over_seeds(records, f"{kind}/{name}") for kind, title in PAIRS.items()}
    along = over_seeds(records, f"length correlation/{name}", 2, is_share=False)
    return {"scorer": words, **shares, "correlation with length": along}


def people_frame(records: Records) -> pd.DataFrame:
    """Share of human pairs that a head tells right, and simple baselines, by what was judged."""
    kinds = {"people": "all pairs", **{f"people {part}": part for part in PARTS}}
    return pd.DataFrame(
        [
            {
                "scorer": PEOPLE[name],
                **{title: over_seeds(records, f"{kind}/{name}") for kind, title in kinds.items()},
            }
            for name in PEOPLE
        ]
    )


def choices_frame(records: Records) -> pd.DataFrame:
    """Best of N and majority of N by policy, where more begins to harm, and by which p."""
    study = preference_data()
    rows = []
    for kind in ("hard", "easy"):
        for p in study.policies:
            place = f"{kind} items"
            turn = f"{place}/turning point/p {p:g}"
            ends = [mean_of(records, f"{turn}/{end}") for end in ("low", "high")]
            rows.append(
                {
                    "items": kind,
                    "right by policy": f"{p:g}",
                    "best of 2": over_seeds(records, f"{place}/best of 2/p {p:g}"),
                    f"best of {JUDGED}": over_seeds(records, f"{place}/best of {JUDGED}/p {p:g}"),
                    f"majority of {JUDGED}": f"{mean_of(records, _majority(JUDGED, p)):.3f}",
                    "best of 64": over_seeds(records, f"{place}/best of 64/p {p:g}"),
                    "turning point": f"{mean_of(records, turn):.1f} [{ends[0]:.1f}, {ends[1]:.1f}]",
                }
            )
    return pd.DataFrame(rows)


def _majority(n: int, p: float) -> str:
    return f"majority of {n}/p {p:g}"


def crossover_frame(records: Records) -> pd.DataFrame:
    """The p at which the majority overtakes, and what normal rewards of equal AUC foretell."""
    rows = []
    for kind in ("hard", "easy"):
        auc = [one.metrics[f"{kind} items/auc within questions"].value for one in records]
        rows.append(
            {
                "items": kind,
                "AUC within questions": with_interval(auc, is_share=True),
                "majority overtakes at p": over_seeds(records, f"{kind} items/crossover"),
                "foretold from the AUC": with_interval(
                    [of.foretold_crossover(one) for one in auc], is_share=True
                ),
            }
        )
    return pd.DataFrame(rows)


def planted_frame(records: Records) -> pd.DataFrame:
    """What each rule removes of each kind of edit, and of what is no copy."""
    return pd.DataFrame(
        [
            {
                "edit": edit,
                "median distance": over_seeds(
                    records, f"{edit}/median distance", 2, is_share=False
                ),
                **{title: over_seeds(records, f"{edit}/{rule}") for rule, title in RULES.items()},
            }
            for edit in EDITS
        ]
    )
