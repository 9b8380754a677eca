"""The picture of the chains: loss, diversity, and what both reward models think of them."""

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.chains.record import Record
from benchmarks.chains.rewarding.stages import SELECTING, UNSEEN
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference
from benchmarks.families.preference_data.chain import statistics as of
from benchmarks.families.preference_data.chain.study import (
    BEST_2,
    BEST_8,
    FRESH,
    RANDOM_8,
    REPLACED,
    SAME,
)

_LOOKS: Mapping[str, tuple[str, str]] = {
    BEST_8: ("#8a1020", "o"),
    BEST_2: ("#e8703c", "s"),
    RANDOM_8: ("#2a5be0", "^"),
    REPLACED: ("#1b7837", "D"),
    FRESH: ("#333333", "v"),
    SAME: ("#999999", "P"),
}
"""Colour and marker of every workflow."""


def chain_picture(chains: Mapping[str, Sequence[Record]]) -> Figure:
    """Loss, different pairs of words and wins over human text, over generations.

    Args:
        chains: Records by workflow.
    """
    figure = Figure(figsize=(12.6, 4.4), layout="constrained")
    loss, distinct, rewards = figure.subplots(1, 3)
    for workflow, records in chains.items():
        _draw(
            loss, workflow, over_generations(records, partial(of.metric, of.LOSS)), label=workflow
        )
        _draw(distinct, workflow, over_generations(records, partial(of.metric, of.DISTINCT)))
    for workflow in (BEST_8, RANDOM_8):
        if workflow in chains:
            for name, style in ((SELECTING, "-"), (UNSEEN, "--")):
                values = over_generations(chains[workflow], partial(of.wins, name=name))
                _draw(rewards, workflow, values, style=style)
    rewards.axhline(0.5, color="#bbbbbb", lw=1, zorder=0)
    _name(loss, "loss on held-out human text", "bits per byte")
    _name(distinct, "different pairs of words in 2,000 written words", "share")
    _name(rewards, "wins over human text: selecting (line), unseen (dashes)", "share")
    handles, labels = loss.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", ncols=6, frameon=False, fontsize=8)
    seeds = max(map(len, chains.values()))
    figure.suptitle(
        "Does a reward model that selects keep a chain from collapsing?  "
        f"({seeds} seed{'s' if seeds > 1 else ''}; bands: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw(
    axes: Axes,
    workflow: str,
    values: Sequence[Difference],
    *,
    style: str = "-",
    label: str | None = None,
) -> None:
    color, marker = _LOOKS[workflow]
    means = [one.mean for one in values]
    axes.plot(means, style, marker=marker, ms=5, lw=1.6, color=color, label=label)
    ends = [(one.low, one.high) for one in values if one.low is not None and one.high is not None]
    if len(ends) == len(values):
        low, high = zip(*ends, strict=True)
        axes.fill_between(range(len(means)), low, high, color=color, alpha=0.12, lw=0)


def _name(axes: Axes, title: str, unit: str) -> None:
    axes.set(xlabel="generation", ylabel=unit)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
