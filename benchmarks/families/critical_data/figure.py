"""The pictures of the family, each from records: thresholds, curves, decay, exponents."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.families.critical_data.estimates import HYPOTHESES, median_steps
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.shares.picture import FIGURE as SHARES
from benchmarks.families.critical_data.shares.picture import shares_picture
from benchmarks.families.critical_data.shares.shown import share_records, transformer_records
from benchmarks.families.critical_data.summaries import (
    P,
    decay_lines,
    moduli_thresholds,
    of_arm,
    pooled_threshold,
    runs_by_size,
    sizes_records,
)
from benchmarks.running.record import Envelope
from theory.critical_data.identify import completeness_point, finite_point
from theory.critical_data.linear_student import law_time

TEST, TRAIN, FLOOR, GREY = "#b2182b", "#2166ac", "#1b7837", "#666666"


def draw_all(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw every picture whose records are there, as PNG and PDF; return the files."""
    mine = [record for record in records if isinstance(record, CriticalRecord)]
    sizes = sizes_records(mine)
    pictures: dict[str, Callable[[], Figure]] = {}
    if sizes:
        pictures["threshold"] = lambda: threshold_picture(sizes)
        pictures["curves"] = lambda: curves_picture(sizes)
    if scales := of_arm(mine, "critical_data_cpu", "scales"):
        pictures["decay"] = lambda: decay_picture(scales)
    if len(moduli_thresholds(mine)) > 1:
        pictures["moduli"] = lambda: moduli_picture(moduli_thresholds(mine))
    if shares := share_records(records):
        transformers = transformer_records(records)
        pictures[SHARES] = lambda: shares_picture(shares, transformers)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with mpl.rc_context({"font.size": 10, "font.family": "sans-serif"}):
        for name, draw in pictures.items():
            figure = draw()
            for suffix in (".png", ".pdf"):
                written.append(folder / f"{name}{suffix}")
                figure.savefig(written[-1], dpi=150, metadata=_undated(suffix))
    return written


def _undated(suffix: str) -> dict[str, None] | None:
    """Leaves out when a picture was drawn, so that equal pictures are equal files."""
    return {"CreationDate": None} if suffix == ".pdf" else None


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)


def threshold_picture(records: Sequence[CriticalRecord]) -> Figure:
    """Steps to memorise and to generalise over n, and beside it the linear student's."""
    figure = Figure(figsize=(10.4, 4.6), layout="constrained")
    ours, linear = figure.subplots(1, 2, width_ratios=(1.6, 1))
    _draw_steps(ours, records)
    _draw_linear(linear)
    figure.suptitle(
        f"When does a model of one layer generalise?  (addition modulo {P}, "
        f"{len(records)} seed{'s' if len(records) > 1 else ''})",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw_steps(axes: Axes, records: Sequence[CriticalRecord]) -> None:
    by_size = runs_by_size(records)
    found = pooled_threshold(records)
    for size, runs in by_size.items():
        jitter = np.linspace(0.985, 1.015, len(runs))
        _points(axes, size * jitter, runs, "memorised", TRAIN, "s")
        _points(axes, size * jitter, runs, "generalised", TEST, "o")
    _medians(axes, by_size, "memorised", TRAIN, "99 % of the learnt questions")
    _medians(axes, by_size, "generalised", TEST, "95 % of the other questions")
    axes.axhline(found.budget, color=GREY, lw=0.8, ls=":")
    axes.annotate("budget", (100, found.budget), color=GREY, va="bottom", fontsize=8)
    floors = {"2 p": 2 * P, "3 p": 3 * P, "table known": finite_point(P)}
    for name, place in floors.items():
        axes.axvline(place, color=FLOOR, lw=0.9, ls="--")
        axes.annotate(
            name, (place, 0.02), xycoords=("data", "axes fraction"), rotation=90, color=FLOOR,
            ha="right", va="bottom", fontsize=8,
        )  # fmt: skip
    if found.size and found.low and found.high:
        axes.axvspan(found.low, found.high, color=TEST, alpha=0.12, lw=0)
        axes.axvline(found.size, color=TEST, lw=1)
        words = f"critical size\n{found.size:.0f} [{found.low:.0f}, {found.high:.0f}]"
        axes.annotate(
            words, (found.size, 0.40), xycoords=("data", "axes fraction"), color=TEST,
            ha="right", fontsize=8, xytext=(-4, 0), textcoords="offset points",
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="examples n", ylabel="steps")
    axes.set_xticks(ticks := [62, 93, 144, 216, 288, 384, 480, 720], list(map(str, ticks)))
    axes.minorticks_off()
    axes.set_xlim(55, 800)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(0.01, 0.72), framealpha=1)
    axes.set_title("seeds as points (open: not within the budget), lines: medians", loc="left",
                   fontsize=9)  # fmt: skip
    _plain(axes)


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


def _medians(
    axes: Axes, by_size: Mapping[int, Sequence[OneRun]], event: str, color: str, label: str
) -> None:
    found = {
        size: median_steps([getattr(run, event) for run in runs], budget=runs[0].budget).median
        for size, runs in by_size.items()
    }
    there = {size: step for size, step in found.items() if step is not None}
    axes.plot(list(there), list(there.values()), color=color, lw=1.2, label=label)


def _draw_linear(axes: Axes) -> None:
    """Time of the linear student to 1 % test error over n / d, in closed form."""
    ratios = np.geomspace(0.99, 6, 120)
    times = [law_time(float(ratio), 0.01) for ratio in ratios]
    axes.plot(ratios, times, color=TEST, lw=1.5)
    axes.axvline(1, color=TEST, lw=1)
    axes.axvspan(0.2, 1, color=GREY, alpha=0.08, lw=0)
    axes.annotate("never", (0.42, 100), color=GREY, ha="center")
    axes.set(xscale="log", yscale="log", xlabel="examples over dimensions, n / d", ylabel="time")
    axes.set_xticks(ticks := [0.2, 0.5, 1, 2, 5], list(map(str, ticks)))
    axes.minorticks_off()
    axes.set_xlim(0.2, 6)
    axes.set_title("a linear student: time to 1 % test error", loc="left", fontsize=9)
    _plain(axes)


def curves_picture(records: Sequence[CriticalRecord]) -> Figure:
    """Accuracies over steps under, at and over the critical size."""
    by_size, found = runs_by_size(records), pooled_threshold(records)
    sizes = sorted(by_size)
    middle = min(sizes, key=lambda n: abs(math.log(n / (found.size or sizes[-1]))))
    chosen = (sizes[max(sizes.index(middle) - 3, 0)], middle, sizes[-1])
    figure = Figure(figsize=(10.4, 3.6), layout="constrained")
    for axes, size in zip(figure.subplots(1, 3, sharey=True), chosen, strict=True):
        for run in by_size[size]:
            looks = np.array(run.looks) + 1
            axes.plot(looks, run.train, color=TRAIN, lw=1, alpha=0.8)
            axes.plot(looks, run.test, color=TEST, lw=1, alpha=0.8)
            axes.plot(looks, _numbers(run.test_apart), color=FLOOR, lw=0.8, ls="--", alpha=0.8)
        axes.set(xscale="log", xlabel="steps", title=f"n = {size}")
        _plain(axes)
        if size == chosen[0]:
            axes.set_ylabel("share right")
            axes.plot([], [], color=TRAIN, label="learnt questions")
            axes.plot([], [], color=TEST, label="other questions")
            axes.plot([], [], color=FLOOR, ls="--", label="others, b + a not learnt")
            axes.legend(frameon=False, fontsize=8)
    return figure


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def decay_picture(records: Sequence[CriticalRecord]) -> Figure:
    """Length of the weights over steps for three initial scales, with the line of decay alone."""
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    colors = {1.0: TRAIN, 2.0: FLOOR, 4.0: TEST}
    for record in records:
        for run in record.runs:
            axes.plot(run.looks, _numbers(run.norm), color=colors[run.scale], lw=0.8, alpha=0.7)
            if run.generalised:
                place = run.looks.index(run.generalised)
                length = _numbers(run.norm)[place]
                axes.plot(run.generalised, length, "o", ms=4, color=colors[run.scale])
    for scale, steps, lengths in decay_lines(records):
        axes.plot(steps, lengths, color="black", lw=0.9, ls=":")
        axes.annotate(f"alpha {scale:g}", (steps[0], lengths[0]), color=colors[scale], va="bottom")
    axes.set(yscale="log", xlabel="steps", ylabel="length of all weights")
    axes.set_title("dotted: decay alone; points: generalised", loc="left", fontsize=9)
    _plain(axes)
    return figure


def moduli_picture(found: Mapping[int, Sequence[float]]) -> Figure:
    """Critical sizes of seeds over the modulus, with the slopes of the named hypotheses."""
    figure = Figure(figsize=(6.0, 4.4), layout="constrained")
    axes = figure.subplots()
    moduli = np.array(sorted(found))
    centre = float(np.exp(np.mean(np.log(moduli))))
    level = float(np.exp(np.mean([np.nanmean(np.log(found[p])) for p in moduli])))
    for name, law in HYPOTHESES.items():
        sizes = [level * law(float(p)) / law(centre) for p in moduli]
        axes.plot(moduli, sizes, lw=1, ls="--", label=name)
    for p in moduli:
        seeds = np.array(found[int(p)])
        axes.plot(np.full(len(seeds), p), seeds, "o", ms=4, color=TEST, alpha=0.7)
    axes.plot(moduli, [completeness_point(int(p)) for p in moduli], color=FLOOR, lw=1,
              label="examples that determine the table")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="modulus p", ylabel="critical size n")
    axes.set_xticks(moduli, list(map(str, moduli)))
    axes.minorticks_off()
    axes.legend(frameon=False, fontsize=8)
    _plain(axes)
    return figure
