"""Steps to memorise and to generalise over n, beside a linear student; accuracies over steps."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.families.critical_data.estimates import Threshold, median_steps
from benchmarks.families.critical_data.figures.house import (
    FLOOR,
    GREY,
    SMALL,
    TEST,
    TRAIN,
    WIDE,
    named,
    named_below,
    numbers,
    plain,
    ticked,
)
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.summaries import P, pooled_threshold, runs_by_size
from theory.critical_data.identify import finite_point
from theory.critical_data.linear_student import law_time

_ENDS = (55, 800)
"""Numbers of examples at which the axis begins and ends."""


def threshold_picture(records: Sequence[CriticalRecord]) -> Figure:
    """Steps to memorise and to generalise over n, and beside it the linear student's.

    Both panels cover as many critical sizes, each its own.
    """
    figure = Figure(figsize=(WIDE, 4.6), layout="constrained")
    ours, linear = figure.subplots(1, 2)
    found = pooled_threshold(records)
    _draw_steps(ours, records, found)
    critical = found.size or math.sqrt(_ENDS[0] * _ENDS[1])
    _draw_linear(linear, _ENDS[0] / critical, _ENDS[1] / critical)
    figure.suptitle(
        f"When does a model of one layer generalise?  (addition modulo {P}, "
        f"{len(records)} seed{'s' if len(records) > 1 else ''})",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw_steps(axes: Axes, records: Sequence[CriticalRecord], found: Threshold) -> None:
    by_size = runs_by_size(records)
    for size, runs in by_size.items():
        jitter = np.linspace(0.985, 1.015, len(runs))
        _points(axes, size * jitter, runs, "memorised", TRAIN, "s")
        _points(axes, size * jitter, runs, "generalised", TEST, "o")
    _medians(axes, by_size, "memorised", TRAIN)
    _medians(axes, by_size, "generalised", TEST)
    axes.axhline(found.budget, color=GREY, lw=0.8, ls=":")
    axes.annotate("budget", (100, found.budget), color=GREY, va="bottom", fontsize=SMALL)
    floors = {"2 p": 2 * P, "3 p": 3 * P, "table known": finite_point(P)}
    for name, place in floors.items():
        axes.axvline(place, color=FLOOR, lw=0.9, ls="--")
        axes.annotate(
            name, (place, 0.3), xycoords=("data", "axes fraction"), rotation=90, color=FLOOR,
            ha="right", va="center", fontsize=SMALL,
        )  # fmt: skip
    if found.size and found.low and found.high:
        axes.axvspan(found.low, found.high, color=TEST, alpha=0.12, lw=0)
        axes.axvline(found.size, color=TEST, lw=1)
        axes.annotate(
            f"critical size\n{found.size:.0f} [{found.low:.0f}, {found.high:.0f}]",
            (found.low, 0.40), xycoords=("data", "axes fraction"), color=TEST,
            ha="right", fontsize=SMALL, xytext=(-4, 0), textcoords="offset points",
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="examples n", ylabel="steps", xlim=_ENDS)
    ticked(axes, x=(62, 93, 144, 216, 288, 384, 480, 720), y=(50, 100, 200, 500, 1000, 2000))
    look = {"lw": 1.2, "ms": 4}
    named(
        axes,
        {
            "99 % of the learnt": {"color": TRAIN, "marker": "s", **look},
            "95 % of the others": {"color": TEST, "marker": "o", **look},
        },
        loc="center left", bbox_to_anchor=(0.01, 0.72), frameon=True, framealpha=1,
    )  # fmt: skip
    plain(axes, "seeds as points (open: not within the budget), lines: medians")


def _points(
    axes: Axes,
    places: NDArray[np.float64],
    runs: Sequence[OneRun],
    event: str,
    color: str,
    marker: str,
) -> None:
    for place, run in zip(places, runs, strict=True):
        step = getattr(run, event)
        axes.plot(
            place, step or run.budget, marker, ms=4, color=color,
            mfc=color if step else "white", alpha=0.8,
        )  # fmt: skip


def _medians(axes: Axes, by_size: Mapping[int, Sequence[OneRun]], event: str, color: str) -> None:
    found = {
        size: median_steps([getattr(run, event) for run in runs], budget=runs[0].budget).median
        for size, runs in by_size.items()
    }
    there = {size: step for size, step in found.items() if step is not None}
    axes.plot(list(there), list(there.values()), color=color, lw=1.2)


def _draw_linear(axes: Axes, low: float, high: float) -> None:
    """Time of the linear student to 1 % test error over n / d, in closed form."""
    ratios = np.geomspace(1, high, 120)
    axes.plot(ratios, [law_time(float(ratio), 0.01) for ratio in ratios], color=TEST, lw=1.5)
    axes.axvline(1, color=TEST, lw=1)
    axes.axvspan(low, 1, color=GREY, alpha=0.08, lw=0)
    axes.annotate(
        "never", ((low + 1) / 3, 0.5), xycoords=("data", "axes fraction"), color=GREY, ha="center"
    )
    axes.set(xscale="log", yscale="log", xlabel="examples over dimensions, n / d", ylabel="time")
    ticked(axes, x=(0.2, 0.3, 0.5, 0.7, 1, 1.5), y=(10, 30, 100, 300, 1000))
    axes.set_xlim(low, high)
    plain(axes, "a linear student, as far from its own critical size: time to 1 % error")


def curves_picture(records: Sequence[CriticalRecord]) -> Figure:
    """Accuracies over steps under, at and over the critical size."""
    by_size, found = runs_by_size(records), pooled_threshold(records)
    sizes = sorted(by_size)
    middle = min(sizes, key=lambda n: abs(math.log(n / (found.size or sizes[-1]))))
    chosen = (sizes[max(sizes.index(middle) - 3, 0)], middle, sizes[-1])
    figure = Figure(figsize=(WIDE, 3.8), layout="constrained")
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    for axes, size, side in zip(panels, chosen, ("under", "at", "over"), strict=True):
        for run in by_size[size]:
            looks = np.array(run.looks) + 1
            axes.plot(looks, run.train, color=TRAIN, lw=1, alpha=0.8)
            axes.plot(looks, run.test, color=TEST, lw=1, alpha=0.8)
            axes.plot(looks, numbers(run.test_apart), color=FLOOR, lw=0.8, ls="--", alpha=0.8)
        axes.set(xscale="log", xlabel="1 + steps")
        ticked(axes, x=(1, 10, 100, 1000))
        plain(axes, f"n = {size}, {side} the critical size; {len(by_size[size])} seeds")
    panels[0].set_ylabel("share right")
    named_below(
        figure,
        {
            "learnt questions": {"color": TRAIN},
            "other questions": {"color": TEST},
            "others of which b + a was not learnt": {"color": FLOOR, "ls": "--"},
        },
    )
    return figure
