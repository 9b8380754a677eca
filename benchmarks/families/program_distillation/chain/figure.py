"""The picture of the tail: what becomes of hard problems, by records and by theory."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference
from benchmarks.comparing.pictures.colours import style_of
from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.found import (
    LAWS,
    Chains,
    easy_gained,
    expected,
    fifths,
    hard_gained,
)
from benchmarks.families.program_distillation.chain.recipe import (
    ANEW,
    EXECUTED,
    FRESH,
    KEPT,
    POOLED,
    REPLACED,
    SAME,
)
from data.executing.verification import FIFTHS

_COLORS = {
    EXECUTED: "#8a1020",
    REPLACED: "#e8703c",
    ANEW: "#2a5be0",
    KEPT: "#1b7837",
    POOLED: "#8c6bb1",
    FRESH: "#333333",
    SAME: "#999999",
}
"""Colours of the workflows here, where most are of one kind; their markers are those of all
pictures."""
_FIRST, _LAW = "#bbbbbb", "black"


def tail_picture(chains: Chains) -> Figure:
    """Problems by difficulty before and after, the harder half over generations, and accuracy.

    Args:
        chains: Records by workflow, those of `executed` among them.
    """
    figure = Figure(figsize=(12.6, 4.4), layout="constrained")
    histogram, shares, accuracy = figure.subplots(1, 3, width_ratios=(1.15, 1, 1))
    _draw_difficulty(histogram, chains[EXECUTED])
    _draw_shares(shares, chains)
    _draw_accuracy(accuracy, chains)
    handles, labels = accuracy.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", ncols=7, frameon=False, fontsize=8)
    seeds = len(chains[EXECUTED])
    figure.suptitle(
        "Does a chain of verified programs lose its hard problems?  "
        f"({seeds} seed{'s' if seeds > 1 else ''}; bars at the end: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw_difficulty(axes: Axes, chains: Sequence[Record]) -> None:
    """Share of each fifth of types, from the hardest: human text, the last corpus, the law."""
    last = len(chains[0].generations) - 1
    bars = {"human text": (_FIRST, 0), f"generation {last}": (_COLORS[EXECUTED], last)}
    places = np.arange(FIFTHS)
    for side, (words, (color, at)) in zip((-0.2, 0.2), bars.items(), strict=True):
        values = 100 * np.mean([fifths(one, tail.shares(one, at)) for one in chains], axis=0)
        axes.bar(places + side, values, 0.38, color=color, label=words)
    law = 100 * np.mean([fifths(one, tail.expected_shares(one, last)) for one in chains], axis=0)
    axes.plot(places + 0.2, law, "D", color=_LAW, ms=5, label="p aᵗ, pass rates of generation 0")
    names = ("hardest", "2nd", "3rd", "4th", "easiest")
    rates = np.mean([fifths(one, tail.passing(one, 0)) for one in chains], axis=0)
    n_each = tail.parts(chains[0]) // FIFTHS
    axes.set_xticks(
        places, [f"{name}\n{100 * r / n_each:.0f} %" for name, r in zip(names, rates, strict=True)]
    )
    axes.set(ylabel="% of the corpus", xlabel="fifth of types, with generation 0's accuracy")
    axes.set_title(f"what is in the corpus, {EXECUTED}", loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    _plain(axes)


def _draw_shares(axes: Axes, chains: Chains) -> None:
    """Share of the harder half over generations, of records and of the theory."""
    for place, (workflow, records) in enumerate(chains.items()):
        _draw_line(axes, workflow, over_generations(records, tail.half_share), place)
        if workflow in LAWS:
            law = [one.mean for one in over_generations(records, partial(expected, workflow))]
            axes.plot(100 * np.array(law), ls=":", lw=1.6, color=_COLORS[workflow])
    axes.set(xlabel="generation", ylabel="% of the corpus", ylim=(0, None))
    axes.set_title("the harder half in the corpus (dotted: theory)", loc="left", fontsize=10)
    _plain(axes)


def _draw_accuracy(axes: Axes, chains: Chains) -> None:
    """Accuracy on the hardest fifth of held-out problems less that of generation 0, seed by seed.

    That of the easiest fifth is drawn as a thin line.
    """
    for place, (workflow, records) in enumerate(chains.items()):
        _draw_line(axes, workflow, over_generations(records, hard_gained), place, workflow)
        easy = [one.mean for one in over_generations(records, easy_gained)]
        axes.plot(100 * np.array(easy), lw=0.8, color=_COLORS[workflow])
    axes.axhline(0, color="black", lw=0.8)
    axes.set(xlabel="generation", ylabel="points, less generation 0")
    axes.set_title("right of the hardest fifth (thin: easiest)", loc="left", fontsize=10)
    _plain(axes)


def _draw_line(
    axes: Axes, workflow: str, values: Sequence[Difference], place: int, label: str | None = None
) -> None:
    """Means over generations, and at their end the interval of the last one, a little aside."""
    means = np.array([100 * one.mean for one in values])
    axes.set_xticks(range(len(values)))
    color, marker = _COLORS[workflow], style_of(workflow).marker
    axes.plot(means, marker=marker, ms=5, lw=1.6, color=color, label=label)
    last = values[-1]
    if last.low is not None and last.high is not None:
        ends = [[100 * (last.mean - last.low)], [100 * (last.high - last.mean)]]
        axes.errorbar(len(values) - 0.75 + 0.14 * place, means[-1], yerr=ends, fmt=marker, ms=4,
                      capsize=2, lw=1.2, color=color)  # fmt: skip


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
