"""The picture of displacement: log-probability of chosen and rejected answers over the steps."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.preference_data.record import PreferenceRecord
from benchmarks.families.preference_data.showing import draw_band
from benchmarks.families.preference_data.tuning import statistics as of
from benchmarks.families.preference_data.tuning.study import DPO, KTO, NCA

_COLORS: Mapping[str, str] = {DPO: "#8a1020", NCA: "#1b7837", KTO: "#2a5be0"}


def displacement_picture(policies: Mapping[str, Sequence[PreferenceRecord]]) -> Figure:
    """Chosen and rejected answers over steps, margin, and accuracy on held-out pairs.

    Args:
        policies: Records by arm.
    """
    figure = Figure(figsize=(12.6, 4.2), layout="constrained")
    answers, margin, accuracy = figure.subplots(1, 3)
    for arm, color in _COLORS.items():
        records = policies.get(arm, ())
        if records:
            _draw(answers, records, "chosen", color, f"{arm}, chosen")
            _draw(answers, records, "rejected", color, f"{arm}, rejected", "--")
            _draw(margin, records, "margin", color, arm)
            _draw(accuracy, records, "accuracy", color, arm)
    answers.axhline(0, color="#bbbbbb", lw=1, zorder=0)
    accuracy.axhline(0.5, color="#bbbbbb", lw=1, zorder=0)
    _name(answers, "log-probability less that before tuning", "nats for each answer")
    _name(margin, "chosen less rejected", "nats")
    _name(accuracy, "held-out pairs with a positive margin", "share")
    answers.legend(frameon=False, fontsize=8)
    seeds = max(map(len, policies.values()))
    figure.suptitle(
        "Does preference tuning lower what it prefers?  "
        f"(held-out pairs, {seeds} seed{'s' if seeds > 1 else ''}; bands: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw(
    axes: Axes,
    records: Sequence[PreferenceRecord],
    measure: str,
    color: str,
    label: str,
    style: str = "-",
) -> None:
    names = of.looks(records[0])
    steps = [of.value(records[0], f"{name}/step") for name in names]
    values: list[Difference] = [
        paired(np.array([of.value(one, f"{name}/{measure}") for one in records])) for name in names
    ]
    axes.plot(steps, [one.mean for one in values], style, color=color, lw=1.6, label=label)
    draw_band(axes, steps, values, color)


def _name(axes: Axes, title: str, unit: str) -> None:
    axes.set(xlabel="step", ylabel=unit)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
