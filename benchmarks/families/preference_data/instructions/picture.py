"""The picture of instructions: annotators and their liking, and the model before and after."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import paired
from benchmarks.families.preference_data.instructions.names import ANNOTATORS
from benchmarks.families.preference_data.instructions.tables import ANNOTATOR_WORDS, Arms
from benchmarks.running.record import StudyRecord

_CHANCE = 0.25
_SHORT = {"alone": "model alone", "example": "with an example", "encoder": "encoder"}
_COLORS = {"accuracy": "#2a5be0", "first place": "#c1272d"}
_WORDS = {"accuracy": "right", "first place": "takes the first option"}
assert _SHORT.keys() == ANNOTATOR_WORDS.keys()


def instructions_picture(arms: Arms) -> Figure:
    """How annotators answer, and how the model answers the exam before and after tuning.

    Args:
        arms: Records by arm.
    """
    figure = Figure(figsize=(11.4, 4.2), layout="constrained")
    who, before_after = figure.subplots(1, 2, sharey=True)
    first = next(iter(arms.values()))
    _draw(who, [(_SHORT[name], first, f"answers/exam/{name}") for name in ANNOTATORS])
    _draw(
        before_after,
        [
            ("before", first, "before/exam"),
            *((f"after, {arm}", records, "after/exam") for arm, records in arms.items()),
        ],
    )
    who.set_title("annotators, on questions of the exam", loc="left", fontsize=10)
    before_after.set_title("the model, on held-out questions", loc="left", fontsize=10)
    who.set_ylabel("share of questions")
    before_after.legend(frameon=False, fontsize=8)
    seeds = max(map(len, arms.values()))
    figure.suptitle(
        "Does a model learn an exam from its own right answers?  "
        f"(points: seeds; bars: 95 % intervals of {seeds} seed{'s' if seeds > 1 else ''}; grey: "
        "chance)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw(axes: Axes, groups: Sequence[tuple[str, Sequence[StudyRecord], str]]) -> None:
    for at, (_, records, place) in enumerate(groups):
        for shift, (measure, color) in zip((-0.12, 0.12), _COLORS.items(), strict=True):
            values = np.array([one.metrics[f"{place}/{measure}"].value for one in records])
            one = paired(values)
            axes.plot(np.full(len(values), at + shift), values, ".", color=color, alpha=0.4, ms=5)
            error = None
            if one.low is not None and one.high is not None:
                error = [[one.mean - one.low], [one.high - one.mean]]
            label = _WORDS[measure] if at == 0 else None
            axes.errorbar(
                at + shift, one.mean, yerr=error, fmt="o", color=color, capsize=3, label=label
            )
    axes.axhline(_CHANCE, color="#bbbbbb", lw=1, zorder=0)
    axes.set_xticks(range(len(groups)), [name for name, _, _ in groups])
    axes.set_ylim(0, 1)
    axes.spines[["top", "right"]].set_visible(False)
