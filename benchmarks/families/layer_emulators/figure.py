"""Table 1 as differences to uniform layer dropping, with error bars over items."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.comparing.pictures.files import save
from benchmarks.families.layer_emulators.audit import (
    CRASH,
    DISTILLED,
    FULL,
    PUBLISHED,
    SPREAD,
    UNIFORM,
    UNSHARED,
    ZERO_SHOT,
)
from benchmarks.families.layer_emulators.printed.contrasts import LEFT_OUT, contrast
from benchmarks.paper.accuracies import Gain, gain_of

FIGURE = "table-01-differences"
_HALF = 1.96
"""Number of standard errors in half of a 95 % interval."""
_ROWS = {
    FULL: ("fine-tuning the full model", "#555555"),
    DISTILLED: ("distilled emulator", "#1b7837"),
    CRASH: ("CRaSh", "#c1272d"),
    SPREAD: ("uniform, tuned layers spread", "#e08214"),
    UNSHARED: ("CRaSh without sharing", "#2166ac"),
    ZERO_SHOT: ("full model, not tuned", "#555555"),
}
_QUESTION = "How far above dropping layers uniformly?  (CRaSh, Table 1, OPT-1.3B, one seed)"
_BY_TASK = (CRASH, UNSHARED)


def draw_gains(folder: Path) -> list[Path]:
    """Draw the picture as PNG and PDF into a folder; return the files."""
    paths = [folder / f"{FIGURE}{suffix}" for suffix in (".png", ".pdf")]
    with mpl.rc_context({"font.size": 10, "font.family": "sans-serif"}):
        figure = Figure(figsize=(10.4, 4.8), layout="constrained")
        means, tasks = figure.subplots(1, 2, width_ratios=(1, 1.15))
        _draw_means(means)
        _draw_tasks(tasks)
        for axes in (means, tasks):
            axes.axvline(0, color="black", lw=0.8)
            axes.spines[["top", "right", "left"]].set_visible(False)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="x", color="#eeeeee")
            axes.set_axisbelow(True)
        figure.supxlabel(
            "points above dropping layers uniformly, 95 % interval over items", fontsize=10
        )
        figure.suptitle(_QUESTION, x=0.01, ha="left", fontsize=12)
        save(figure, paths, dpi=150)
    return paths


def _draw_means(axes: Axes) -> None:
    """The mean of the eight tasks, one line per row of the table, and of all but one below it."""
    for place, (row, (_, color)) in enumerate(_ROWS.items()):
        one = contrast(row, UNIFORM)
        _draw_mean(axes, one.items, -place, color, marker="o")
        _draw_mean(axes, one.rest, -place - 0.22, color, marker="D", mfc="white", ms=4, lw=0.9)
        axes.annotate(
            f"{one.items.mean:+.1f}, {one.items.up} of {one.items.tasks} tasks",
            (one.items.mean, -place),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=color,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
    handles = [
        Line2D([], [], color="#555555", marker="o", lw=1.5, label="all eight tasks"),
        Line2D(
            [],
            [],
            color="#555555",
            marker="D",
            mfc="white",
            ms=4,
            lw=0.9,
            label=f"without {LEFT_OUT}",
        ),
    ]
    axes.set_yticks([-k for k in range(len(_ROWS))], [name for name, _ in _ROWS.values()])
    axes.set_ylim(-len(_ROWS) + 0.5, 0.7)
    axes.set_title("mean of tasks", loc="left", fontsize=10)
    axes.legend(
        handles=handles,
        frameon=False,
        loc="upper left",
        borderpad=0.2,
        handlelength=1.6,
        fontsize=9,
    )


def _draw_mean(axes: Axes, gain: Gain, place: float, color: str, **looks: Any) -> None:
    assert gain.stderr is not None, "all eight evaluation sets are known"
    axes.errorbar(gain.mean, place, xerr=_HALF * gain.stderr, color=color, capsize=3, **looks)


def _draw_tasks(axes: Axes) -> None:
    """Each task, for CRaSh and for its clusters alone."""
    table = PUBLISHED.tables["1"]
    for row, shift in zip(_BY_TASK, (0.14, -0.14), strict=True):
        name, color = _ROWS[row]
        for place, column in enumerate(table.columns):
            before, after = table.row(UNIFORM, [column]), table.row(row, [column])
            gain = gain_of(before, after, PUBLISHED.items_of)
            assert gain.stderr is not None, "all eight evaluation sets are known"
            axes.errorbar(
                gain.mean,
                shift - place,
                xerr=_HALF * gain.stderr,
                fmt="o" if row == CRASH else "s",
                color=color,
                capsize=2,
                ms=5,
                label=name if place == 0 else None,
            )
    axes.set_yticks([-k for k in range(len(table.columns))], table.columns)
    axes.set_title("task by task", loc="left", fontsize=10)
    axes.legend(
        frameon=False,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=2,
        borderpad=0,
        handlelength=1.2,
    )
