"""The picture of the text part: accuracy over ln n beside arithmetic, and a late understanding."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.families.critical_data.figures.house import (
    FLOOR,
    GREY,
    SMALL,
    TEST,
    TRAIN,
    WIDE,
    plain,
)
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.text.record import FamilyRecord, TextRun
from benchmarks.families.critical_data.text.shown import alike, ends, linear_ends

FIGURE = "text"
_STYLES = ("-", "--", ":")


def text_picture(
    sizes: Sequence[FamilyRecord],
    late: Sequence[FamilyRecord],
    arithmetic: Sequence[CriticalRecord],
) -> Figure:
    """Accuracy of text and of addition over ln n on one axis, and text over steps by scale.

    Args:
        sizes: Records of the sizes of text.
        late: Records of the scales on text; none leaves the right half out.
        arithmetic: Records of the sizes of modular addition; may be none.
    """
    figure = Figure(figsize=(WIDE if late else WIDE / 2, 4.4), layout="constrained")
    axes = figure.subplots(1, 2 if late else 1, squeeze=False)[0]
    _over_sizes(axes[0], sizes, arithmetic)
    if late:
        _over_steps(axes[1], late)
    return figure


def _over_sizes(
    axes: Axes, sizes: Sequence[FamilyRecord], arithmetic: Sequence[CriticalRecord]
) -> None:
    by_size = {size: runs for (size, _, _), runs in alike(sizes).items()}
    seeds = f"{len(sizes)} seed{'s' if len(sizes) > 1 else ''}"
    shares = {n: ends(runs) for n, runs in by_size.items()}
    _line(axes, shares, TEST, "o", f"film snippets, {seeds}")
    kernel = {n: linear_ends(runs) for n, runs in by_size.items() if linear_ends(runs)}
    _line(axes, kernel, GREY, "s", "a linear kernel, the same texts")
    addition: dict[int, list[float]] = {}
    for record in arithmetic:
        for run in record.runs:
            addition.setdefault(run.size, []).append(run.test[-1])
    if addition:
        p = arithmetic[0].recipe["sweeps"][arithmetic[0].arm]["modulus"]
        _line(axes, addition, FLOOR, "^", f"addition modulo {p}, {len(arithmetic)} seeds")
        axes.axhline(1 / p, color=FLOOR, lw=0.8, ls=":")
    axes.axhline(0.5, color=TEST, lw=0.8, ls=":")
    axes.annotate("chance", (min(by_size), 0.5), color=TEST, fontsize=SMALL, va="top")
    axes.set(xscale="log", xlabel="examples n", ylabel="share right of what was set aside")
    ticks = sorted(by_size)
    axes.set_xticks(ticks, [f"{n:,}" for n in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, 1)
    axes.set_title("at the last step; points: seeds, lines: means", loc="left", fontsize=9)
    axes.legend(frameon=False, fontsize=SMALL, loc="lower right", bbox_to_anchor=(1.0, 0.06))
    plain(axes)


def _line(axes: Axes, found: dict[int, list[float]], color: str, marker: str, label: str) -> None:
    for n, shares in found.items():
        axes.plot([n] * len(shares), shares, marker, ms=3, color=color, alpha=0.5)
    places = sorted(found)
    means = [float(np.mean(found[n])) for n in places]
    axes.plot(places, means, marker=marker, ms=4, color=color, lw=1.4, label=label)


def _over_steps(axes: Axes, late: Sequence[FamilyRecord]) -> None:
    groups = alike(late)
    for style, ((_, _, scale), runs) in zip(_STYLES, groups.items(), strict=False):
        steps = np.array(runs[0].looks) + 1
        for run in runs:
            axes.plot(steps, run.train, color=TRAIN, lw=0.6, ls=style, alpha=0.25)
            axes.plot(steps, run.test, color=TEST, lw=0.6, ls=style, alpha=0.25)
        axes.plot(steps, _middle(runs, "train"), color=TRAIN, lw=1.5, ls=style,
                  label=f"learnt texts, alpha {scale:g}")  # fmt: skip
        axes.plot(steps, _middle(runs, "test"), color=TEST, lw=1.5, ls=style,
                  label=f"other texts, alpha {scale:g}")  # fmt: skip
    size, decay, _ = next(iter(groups))
    rate = late[0].recipe["texts"][late[0].arm]["learning_rate"]
    for scale in {scale for _, _, scale in groups if scale > 1}:
        undone = math.log(scale) / -math.log1p(-rate * decay)
        axes.axvline(undone, color=GREY, lw=0.9, ls="--")
        axes.annotate(f"decay has undone {scale:g}", (undone, 0.47), color=GREY, fontsize=SMALL,
                      ha="right", xytext=(-4, 0), textcoords="offset points")  # fmt: skip
    axes.axhline(0.5, color=GREY, lw=0.8, ls=":")
    axes.set(xscale="log", xlabel="steps", ylabel="share right", ylim=(0.45, 1.02))
    axes.set_title(f"film snippets, n = {size:,}, decay {decay:g}", loc="left", fontsize=9)
    axes.legend(frameon=False, fontsize=SMALL, loc="center left", bbox_to_anchor=(0.0, 0.72))
    plain(axes)


def _middle(runs: Sequence[TextRun], name: str) -> NDArray[np.float64]:
    """Mean over seeds, look by look; all have the looks of one budget."""
    found: NDArray[np.float64] = np.mean([getattr(run, name) for run in runs], axis=0)
    return found
