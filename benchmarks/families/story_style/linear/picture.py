"""Pictures: probe and content against the weight of the loss, and how fast the loss works."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.families.story_style.linear.names import (
    ERASED,
    GAP,
    GAP_SCALED,
    NONE,
    PAIRS,
    WRITTEN,
)
from benchmarks.families.story_style.linear.statistics import CHANCE, best_probe, value
from benchmarks.families.story_style.linear.tables import PAIR_WORDS, Records
from benchmarks.running.record import StudyRecord
from theory.story_style.flow_claims import Descent, flowed, style_to_content
from theory.story_style.representations import hessian

WEIGHTS, RATES = "probe-against-weight", "rates"
_LOSS, _OTHERS = (
    "#2166ac",
    {GAP: ("#e08214", "D"), GAP_SCALED: ("#c1272d", "s"), ERASED: ("#1b7837", "*")},
)
_NAMES = {
    GAP: "gap of\nmeans, 1",
    GAP_SCALED: "same, one\nscale, 30",
    ERASED: "erasure",
}
Measure = Callable[[StudyRecord, str], float]
_STORIES = 4
"""Stories in each style of the picture of rates."""
_LONGEST = 12.0
"""Time of descent that is drawn."""


def draw_weights(arms: Mapping[str, Records]) -> Figure:
    """The better probe and R squared of content over the weight of the loss, by pair of authors.

    Args:
        arms: Records by arm, with both pairs of authors.
    """
    figure = Figure(figsize=(10.6, 6.6), layout="constrained")
    grid = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, arm in enumerate(PAIRS):
        _draw_measure(grid[0, column], arms[arm], best_probe)
        _draw_measure(grid[1, column], arms[arm], _content)
        grid[0, column].set_title(PAIR_WORDS[arm], loc="left")
        grid[0, column].axhline(CHANCE, color="black", lw=0.8, ls=":")
        grid[0, column].set_ylim(0.45, 1.02)
        grid[1, column].set_ylim(0, 0.8)
    grid[0, 0].set_ylabel("style that the better probe reads\n(dotted: chance)")
    grid[1, 0].set_ylabel("R² of content")
    grid[1, 0].set_xlabel("weight of the disentangling loss, and what else was tried", loc="left")
    seeds = max(len(records) for records in arms.values())
    figure.suptitle(
        f"Does the loss take style out of a representation?  ({seeds} seeds: points; lines: means)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _content(record: StudyRecord, name: str) -> float:
    return value(record, "content", name)


def _draw_measure(axes: Axes, records: Records, measure: Measure) -> None:
    """One measure at every weight, and after what else was tried."""
    names = [NONE, *WRITTEN.values(), *_OTHERS]
    labels = ["none", *(f"{weight:g}" for weight in WRITTEN), *(_NAMES[name] for name in _OTHERS)]
    values = np.array([[measure(record, name) for record in records] for name in names])
    places = np.arange(len(names))
    of_loss = len(WRITTEN) + 1
    axes.plot(places[:of_loss], values[:of_loss].mean(axis=1), "-", color=_LOSS, lw=1.5)
    for place, name, mine in zip(places, names, values, strict=True):
        color, marker = _OTHERS.get(name, (_LOSS, "o"))
        jitter = np.linspace(-0.12, 0.12, len(mine))
        axes.plot(place + jitter, mine, ".", ms=4, color=color, alpha=0.5)
        axes.plot(place, mine.mean(), marker, ms=11 if marker == "*" else 7, color=color)
    axes.axvline(of_loss - 0.5, color="#cccccc", lw=0.8)
    axes.set_xticks(places, labels, fontsize=8.5)
    _plain(axes)


def draw_rates() -> Figure:
    """The spectrum of the loss for four and four stories, and what descent on it leaves."""
    figure = Figure(figsize=(10.6, 3.9), layout="constrained")
    spectrum, curves = figure.subplots(1, 2)
    rates = np.linalg.eigvalsh(hessian((_STORIES, _STORIES)))
    colors = ["#888888", *["#2166ac"] * (2 * _STORIES - 2), "#c1272d"]
    spectrum.bar(range(len(rates)), rates, color=colors, width=0.6)
    spectrum.set_xticks(range(len(rates)), ["all", *["content"] * (2 * _STORIES - 2), "gap"])
    spectrum.tick_params(axis="x", labelsize=8)
    spectrum.set(ylabel="rate of descent")
    spectrum.set_title(f"directions of {_STORIES} and {_STORIES} stories", loc="left")
    _draw_descent(curves)
    _plain(spectrum)
    _plain(curves)
    figure.suptitle(
        "The disentangling loss spares nothing: the gap shrinks twice as fast as content  (exact)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _draw_descent(axes: Axes) -> None:
    """Squared gap, variance inside styles and their ratio over time, each over what it was."""
    times = np.linspace(0, _LONGEST, 49)
    first, second = (0.0, 1.0, -1.0, 2.0), (3.0, 2.0, 5.0, 4.0)
    gaps, inside, ratios = [], [], []
    for time in times:
        now = flowed(Descent(first=first, second=second, time=float(time)))
        one, two = np.split(now, 2)
        gaps.append((one.mean() - two.mean()) ** 2)
        inside.append(one.var() + two.var())
        ratios.append(style_to_content(now, len(first)))
    for mine, color, style, words in (
        (inside, "#2166ac", "-", "variance of content"),
        (gaps, "#c1272d", "-", "squared gap of styles"),
        (ratios, "black", "--", "gap over content"),
    ):
        axes.plot(times, np.array(mine) / mine[0], style, color=color, label=words)
    axes.set_yscale("log")
    axes.set(xlabel="time of descent", ylabel="of what there was")
    axes.set_title("descent on the loss alone", loc="left")
    axes.legend(frameon=False, fontsize=9)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
