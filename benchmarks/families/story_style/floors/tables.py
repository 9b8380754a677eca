"""What the records of judges and floors say, as tables: accuracy by view, metrics by system."""

from collections.abc import Mapping, Sequence
from statistics import mean

import pandas as pd

from benchmarks.comparing.differences import with_interval
from benchmarks.families.story_style.floors.metrics import front, moves_words_alone
from benchmarks.families.story_style.floors.names import (
    ALL,
    HALVES,
    NOVELISTS,
    NOVELS,
    PERMUTED,
    PRESIDENTS,
)
from benchmarks.families.story_style.floors.study import FloorStudy
from benchmarks.families.story_style.floors.systems import COPY, SYSTEMS
from benchmarks.running.record import Envelope, StudyRecord
from data.story_style.views import VIEWS

Arms = Mapping[str, Sequence[StudyRecord]]
"""Records of a recipe as it stands, by arm and in the order of seeds."""
TITLES = {
    NOVELISTS: "Melville / Austen",
    PRESIDENTS: "T. Roosevelt / Cleveland",
    "jackson_polk": "Jackson / Polk",
    "harrison_mc_kinley": "B. Harrison / McKinley",
    "truman_eisenhower": "Truman / Eisenhower",
    "clinton_obama": "Clinton / Obama",
    NOVELS: "Emma / Mansfield Park",
    HALVES: "Moby-Dick in halves",
    PERMUTED: "permuted labels",
    ALL: "all presidents at once",
}
"""What an arm is called on the page."""
COLUMNS = {
    "r-Acc": "r-Acc/unseen",
    "a-Acc, seen judge": "a-Acc/seen",
    "unseen judge": "a-Acc/unseen",
    "masked text": "a-Acc/masked",
    "function words": "a-Acc/function_words",
    "BLEU-1, sacrebleu": "BLEU-1",
    "BLEU-1, released": "released BLEU-1",
    "BLEU-4, sacrebleu": "BLEU-4",
    "BLEU-4, released": "released BLEU-4",
    "order": "order",
    "content": "content",
}
"""Metrics of a system by the heads of their columns."""
STYLE, CONTENT = "a-Acc/unseen", "BLEU-1"
"""Metrics by which a system dominates another."""


def arms_of(records: Sequence[Envelope], recipe: FloorStudy) -> dict[str, list[StudyRecord]]:
    """Records of a recipe by arm, in the order of the recipe and of seeds; arms without are left.

    Args:
        records: Records of any family.
        recipe: As it stands.
    """
    mine = sorted(
        (one for one in records if isinstance(one, StudyRecord) and one.digest == recipe.digest),
        key=lambda record: record.seed,
    )
    found = {arm: [one for one in mine if one.arm == arm] for arm in recipe.arms}
    return {arm: some for arm, some in found.items() if some}


def values(records: Sequence[StudyRecord], name: str) -> list[float]:
    """A measure of each record; none where one lacks it."""
    if any(name not in one.metrics for one in records):
        return []
    return [one.metrics[name].value for one in records]


def views_frame(arms: Arms) -> pd.DataFrame:
    """Accuracy on held-out works by view, a line for each arm."""
    return pd.DataFrame(
        [
            {
                "styles": TITLES.get(arm, arm),
                **{
                    view.replace("_", " "): with_interval(
                        values(records, f"accuracy/{view}"), is_share=True
                    )
                    for view in VIEWS
                },
                "stories": str(next(iter(records)).metrics["accuracy/words"].n),
                "seeds": str(len(records)),
            }
            for arm, records in arms.items()
        ]
    )


def floors_frame(records: Sequence[StudyRecord]) -> pd.DataFrame:
    """Metrics of each system without a model, mean over both directions and seeds.

    A system that no other dominates in a-Acc by the unseen judge and BLEU-1 has a star, and one
    that moves the easiest view of style alone a dagger.
    """
    means = {system: _means(records, system) for system in SYSTEMS}
    best = front({name: (own[STYLE], own[CONTENT]) for name, own in means.items()})
    return pd.DataFrame(
        [
            {
                "system": _marked(system, system in best, moves_words_alone(own, means[COPY])),
                **{
                    head: f"{own[name]:.3f}" if name in own else ""
                    for head, name in COLUMNS.items()
                    if any(name in one for one in means.values())
                },
            }
            for system, own in means.items()
        ]
    )


def _marked(system: str, is_best: bool, is_shortcut: bool) -> str:
    return f"{system}{' *' * is_best}{' †' * is_shortcut}"


def short_of_human(arms: Sequence[Sequence[StudyRecord]]) -> dict[str, str]:
    """What a-Acc of the word swap falls short of the target's own text by, for each judge.

    Args:
        arms: Records of each pair of authors; a seed counts where all pairs have it.

    Returns:
        By judge, the mean over pairs and seeds with its interval over seeds.
    """
    found = {}
    for judge in ("unseen", "masked"):
        by_arm = [{one.seed: _short_of_human(one, judge) for one in records} for records in arms]
        seeds = sorted(set.intersection(*(set(own) for own in by_arm))) if by_arm else []
        if seeds:
            found[judge] = with_interval([mean(own[seed] for own in by_arm) for seed in seeds])
    return found


def _short_of_human(record: StudyRecord, judge: str) -> float:
    own, swap = (
        record.metrics[f"{system}/a-Acc/{judge}"].value for system in ("random target", "word swap")
    )
    return own - swap


def _means(records: Sequence[StudyRecord], system: str) -> dict[str, float]:
    found = {name: values(records, f"{system}/{name}") for name in COLUMNS.values()}
    return {name: sum(some) / len(some) for name, some in found.items() if some}
