"""Tables of the linear study, as means over seeds with their intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import paired
from benchmarks.families.story_style.linear.names import (
    ERASED,
    GAP,
    GAP_SCALED,
    INPUTS,
    INPUTS_ERASED,
    NONE,
    ONE_AUTHOR,
    PAIRS,
    PERMUTED,
    RELEASED,
    TWO_NOVELS,
    WRITTEN,
    WRITTEN_SCALED,
)
from benchmarks.families.story_style.linear.statistics import best_probe, removed, value
from benchmarks.families.story_style.linear.study import story_style_linear
from benchmarks.running.record import Envelope, StudyRecord

Records = Sequence[StudyRecord]
WORDS: Mapping[str, str] = {
    NONE: "none",
    RELEASED: "disentangling as released, weight 1",
    **{name: f"disentangling with its gradient, weight {w:g}" for w, name in WRITTEN.items()},
    WRITTEN_SCALED: "the same at one scale, weight 1",
    GAP: "gap of means, weight 1",
    GAP_SCALED: "gap of means at one scale, weight 30",
    ERASED: "erasure in closed form of `none`",
    INPUTS: "the 40 directions themselves",
    INPUTS_ERASED: "erasure of the 40 directions",
}
"""What is added to the error of reconstruction, or done after it."""
PARTS: Mapping[str, str] = {
    "train": "learnt",
    "validation": "of the other probe",
    "test": "asked",
}
"""What the stories of each part are for."""
PAIR_WORDS: Mapping[str, str] = {
    PAIRS[0]: "Melville, Austen",
    PAIRS[1]: "T. Roosevelt, Cleveland",
    TWO_NOVELS: "two novels of Austen",
    ONE_AUTHOR: "halves of Melville's chapters",
    PERMUTED: "Melville, Austen, labels drawn",
}
"""Whose stories are told apart, by arm."""


def by_arm(records: Sequence[Envelope]) -> dict[str, list[StudyRecord]]:
    """Records of the study as it stands, by arm in its order; arms without one are left out."""
    study = story_style_linear()
    mine = [r for r in records if isinstance(r, StudyRecord) and r.digest == study.digest]
    found = {arm: [record for record in mine if record.arm == arm] for arm in study.arms}
    return {arm: some for arm, some in found.items() if some}


def most_removed(record: StudyRecord) -> float:
    """Share of style removed at the weight of the loss that removes most, of one pair."""
    return max(removed(record, name) for name in WRITTEN.values())


def _cell(values: Sequence[float], digits: int = 3) -> str:
    """Mean with its 95 % interval over seeds; the mean alone where no seed differs."""
    estimate = paired(np.array(values))
    if len(values) < 2 or max(values) - min(values) < 10**-digits:
        return f"{np.mean(values):.{digits}f}"
    return f"{estimate.mean:.{digits}f} [{estimate.low:.{digits}f}, {estimate.high:.{digits}f}]"


def objectives_frame(records: Records) -> pd.DataFrame:
    """Each objective with what probes read of its representation, and how large that is."""
    return pd.DataFrame(
        [
            {
                "beside reconstruction": words,
                "probe": _cell([value(r, "probe", name) for r in records]),
                "probe of other works": _cell([value(r, "other probe", name) for r in records]),
                "R² of content": _cell([value(r, "content", name) for r in records]),
                "R² of directions": _cell([value(r, "directions", name) for r in records]),
                "variance inside": _mean(records, "variance inside", name),
                "squared gap": _mean(records, "squared gap", name),
            }
            for name, words in WORDS.items()
        ]
    )


def _mean(records: Records, what: str, name: str) -> str:
    return f"{np.mean([value(r, what, name) for r in records]):.4f}"


def controls_frame(arms: Mapping[str, Records]) -> pd.DataFrame:
    """The probe of the plain representation, for pairs of authors and for controls."""
    return pd.DataFrame(
        [
            {
                "told apart": PAIR_WORDS[arm],
                "probe": _cell([value(r, "probe", NONE) for r in records]),
                "better probe": _cell([best_probe(r, NONE) for r in records]),
                **{
                    f"{what} {words}": f"{np.mean([value(r, what, part) for r in records]):.0f}"
                    for part, words in PARTS.items()
                    for what in ("stories", "works")
                },
            }
            for arm, records in arms.items()
        ]
    )
