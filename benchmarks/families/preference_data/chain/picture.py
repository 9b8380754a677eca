"""The picture of the chains: loss, diversity, and what both reward models think of them."""

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.chains.record import Record
from benchmarks.chains.rewarding.stages import SELECTING, UNSEEN
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference, of_share
from benchmarks.families.preference_data.chain import statistics as of
from benchmarks.families.preference_data.chain.study import (
    BEST_2,
    BEST_8,
    FRESH,
    RANDOM_8,
    REPLACED,
    SAME,
)
from benchmarks.families.preference_data.showing import draw_band

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
    """Loss, different pairs of words and wins by each reward model, over generations.

    The first two are less those of fresh human text of the same seed, where that was run: what
    seeds have in common, their text and their first model, is taken off.

    Args:
        chains: Records by workflow.
    """
    figure = Figure(figsize=(11.4, 8.0), layout="constrained")
    (loss, distinct), (selecting, unseen) = figure.subplots(2, 2)
    for workflow, records in chains.items():
        _draw(loss, workflow, _beside(chains, workflow, of.LOSS), label=workflow)
        _draw(distinct, workflow, _beside(chains, workflow, of.DISTINCT))
        for axes, name in ((selecting, SELECTING), (unseen, UNSEEN)):
            values = over_generations(records, partial(of.wins, name=name))
            _draw(axes, workflow, [of_share(one) for one in values])
    selecting.sharey(unseen)
    for axes in (selecting, unseen):
        axes.axhline(0.5, color="#bbbbbb", lw=1, zorder=0)
    less = f", less {FRESH}" if FRESH in chains else ""
    _name(loss, f"loss of human text{less}", "bits per byte")
    _name(distinct, f"different pairs of words{less}", "share of 2,000 words")
    _name(selecting, "wins over human text by the reward model that selects", "share")
    _name(unseen, "wins over human text by the unseen one, of another kind", "share")
    for axes in (loss, distinct) if less else ():
        axes.axhline(0, color="#bbbbbb", lw=1, zorder=0)
    handles, labels = loss.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", ncols=6, frameon=False, fontsize=8)
    seeds = max(map(len, chains.values()))
    figure.suptitle(
        "How much of its loss does a chain keep where a reward model selects?  "
        f"({seeds} seed{'s' if seeds > 1 else ''}; bands: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _beside(chains: Mapping[str, Sequence[Record]], workflow: str, key: str) -> list[Difference]:
    """A metric of a workflow over generations, less that of fresh human text, seed by seed."""
    fresh = {one.seed: one for one in chains.get(FRESH, ())}
    records = [one for one in chains[workflow] if not fresh or one.seed in fresh]

    def less(record: Record, generation: int) -> float:
        other = of.metric(key, fresh[record.seed], generation) if fresh else 0.0
        return of.metric(key, record, generation) - other

    return over_generations(records, less) if records else []


def _draw(
    axes: Axes,
    workflow: str,
    values: Sequence[Difference],
    *,
    label: str | None = None,
) -> None:
    color, marker = _LOOKS[workflow]
    means = [one.mean for one in values]
    axes.plot(means, marker=marker, ms=5, lw=1.6, color=color, label=label)
    draw_band(axes, range(len(means)), values, color)


def _name(axes: Axes, title: str, unit: str) -> None:
    axes.set(xlabel="generation", ylabel=unit)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
