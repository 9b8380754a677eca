"""The picture of a run: what each workflow costs more than the control, over generations.

Lines are means over seeds of the excess over `fresh_human`, paired by seed, with the t interval at
95 %. Few workflows share one panel and are named at their ends; many have a panel for each kind,
with all others in grey behind. Without a control the picture shows the loss itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL, Curve, curves, gaps
from benchmarks.comparing.differences import CONFIDENCE, paired
from benchmarks.comparing.pictures.colours import KINDS, OTHER, Style, kind_of, style_of
from benchmarks.comparing.pictures.themed_svg import RULE
from data.workflow import label

Floats = NDArray[np.float64]

WIDTH = 4.8
"""Width in inches: shown at 358 pixels, letters of 8 points are 8 pixels high."""
_FEW = 6
_REST = "#c9ced4"
_ROW = 0.058
"""Least distance of two names at the ends of lines, as a share of the height of the axes."""
_NAME = 0.065
"""Height of a name in a legend, as a share of the height of the axes."""


@dataclass(frozen=True)
class Line:
    """One workflow, by generation."""

    workflow: str
    style: Style
    mean: Floats
    low: Floats | None
    """Lower ends of the t interval over seeds; None for one seed."""
    high: Floats | None


def draw_loss(records: Sequence[Record], path: Path) -> None:
    """Draw the records of one recipe; PNG or PDF by suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    loss_figure(curves(records), str(records[0].recipe["name"])).savefig(path, dpi=200)


def loss_figure(found: Sequence[Curve], name: str) -> Figure:
    """The picture of a study's curves: one panel, or one for each kind of workflow.

    Args:
        found: Held-out loss of each workflow.
        name: Name of the study.
    """
    lines, control = lines_of(found)
    with mpl.rc_context(
        {
            "font.size": 8.5,
            "font.family": "sans-serif",
            "axes.titlesize": 8.5,
            "axes.labelsize": 8.5,
            "legend.fontsize": 8,
        }
    ):
        figure = _one_panel(lines) if len(lines) <= _FEW else _panels(lines)
        what = f"excess over {CONTROL}" if control else "loss on held-out human text"
        n_seeds = max(len(curve.seeds) for curve in found)
        band = f", {CONFIDENCE:.0%} intervals".replace("%", " %") if n_seeds > 1 else ""
        seeds = f"{n_seeds} seeds{band}" if n_seeds > 1 else "1 seed"
        figure.supylabel(f"{what}, bits per byte", fontsize=8.5)
        figure.supxlabel(f"generation   ({name}: {seeds})", fontsize=8.5)
    return figure


def lines_of(found: Sequence[Curve]) -> tuple[list[Line], bool]:
    """One line per workflow, highest at the end first, and whether they are less a control."""
    control = next((curve for curve in found if curve.workflow == CONTROL), None)
    others = tuple(curve.workflow for curve in found if kind_of(curve.workflow) is OTHER)
    lines = []
    for curve in found:
        if control is not None and curve.workflow == CONTROL:
            continue
        values = curve.values if control is None else gaps(curve, control)
        if len(values):
            lines.append(_line(curve.workflow, style_of(curve.workflow, others), values))
    return sorted(lines, key=lambda line: -line.mean[-1]), control is not None


def _line(workflow: str, style: Style, values: Floats) -> Line:
    """A line from values of shape (seeds, generations)."""
    found = [paired(column) for column in values.T]
    mean = values.mean(axis=0)
    if all(one.low is None for one in found):
        return Line(workflow, style, mean, None, None)
    low = [one.mean if one.low is None else one.low for one in found]
    high = [one.mean if one.high is None else one.high for one in found]
    return Line(workflow, style, mean, np.array(low), np.array(high))


def _one_panel(lines: Sequence[Line]) -> Figure:
    figure = Figure(figsize=(WIDTH, 3.3), layout="constrained")
    axes = figure.subplots()
    for line in lines:
        _draw(axes, line)
    _finish(axes, lines)
    _name_ends(axes, lines)
    return figure


def _panels(lines: Sequence[Line]) -> Figure:
    kinds = [k for k in (*KINDS, OTHER) if any(line.style.kind == k for line in lines)]
    rows = (len(kinds) + 1) // 2
    figure = Figure(figsize=(WIDTH, 0.5 + 2.1 * rows), layout="constrained")
    grid = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False)
    for axes, kind in zip(grid.flat, kinds, strict=False):
        mine = [line for line in lines if line.style.kind == kind]
        for line in lines:
            if line not in mine:
                axes.plot(line.mean, color=_REST, lw=0.8, zorder=1)
        handles = [_draw(axes, line) for line in mine]
        _finish(axes, lines)
        axes.set_title(kind.words, loc="left", color=kind.light)
        axes.legend(
            handles,
            [label(line.workflow) for line in mine],
            loc="upper left",
            frameon=False,
            borderpad=0.0,
            labelspacing=0.25,
            handlelength=1.6,
        )
    for axes in list(grid.flat)[len(kinds) :]:
        axes.set_axis_off()
    _raise_top(grid.flat[0], max(_members(lines)))
    return figure


def _members(lines: Sequence[Line]) -> list[int]:
    names = [line.style.kind.name for line in lines]
    return [names.count(name) for name in set(names)]


def _raise_top(axes: Axes, n_names: int) -> None:
    """Leave room above all lines for a legend of so many names."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, low + (high - low) / max(1 - _NAME * n_names, 0.4))


def _draw(axes: Axes, line: Line) -> Line2D:
    color, marker = line.style.color, line.style.marker
    (drawn,) = axes.plot(line.mean, color=color, marker=marker, ms=4, lw=1.4, zorder=3)
    if line.low is not None and line.high is not None:
        generations = np.arange(len(line.mean))
        axes.fill_between(generations, line.low, line.high, color=color, alpha=0.15, lw=0, zorder=2)
    return drawn


def _finish(axes: Axes, lines: Sequence[Line]) -> None:
    if min(float(line.mean[0]) for line in lines) < 1e-9:
        axes.axhline(0.0, color=RULE, lw=0.8, zorder=1)
    axes.set_xticks(range(len(lines[0].mean)))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee", zorder=0)


def _name_ends(axes: Axes, lines: Sequence[Line]) -> None:
    """Names beside the ends of lines, moved apart where ends lie close to each other."""
    low, high = axes.get_ylim()
    last = len(lines[0].mean) - 1
    ends = spaced([float(line.mean[-1]) for line in lines], _ROW * (high - low), low, high)
    for line, end in zip(lines, ends, strict=True):
        axes.annotate(
            label(line.workflow),
            (last, end),
            xytext=(8, 0),
            textcoords="offset points",
            color=line.style.color,
            va="center",
            annotation_clip=False,
        )


def spaced(values: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Heights near `values`, in their order, that keep `gap` apart and stay within two ends.

    Values that lie too close are moved apart around their mean, which moves them least. Where
    there is no room for all, the gaps are even.

    Args:
        values: Heights that are wanted, highest first.
        gap: Least distance of two heights.
        low: Lower end.
        high: Upper end.
    """
    gap = min(gap, (high - low) / max(len(values) - 1, 1))
    groups: list[tuple[float, list[float]]] = []
    for value in values:
        groups.append((value, [value]))
        while len(groups) > 1 and _touch(groups[-2], groups[-1], gap):
            (_, above), (_, below) = groups.pop(-2), groups.pop()
            members = [*above, *below]
            half = gap * (len(members) - 1) / 2
            middle = min(max(float(np.mean(members)), low + half), high - half)
            groups.append((middle, members))
    return [
        middle + gap * ((len(members) - 1) / 2 - place)
        for middle, members in groups
        for place in range(len(members))
    ]


def _touch(above: tuple[float, list[float]], below: tuple[float, list[float]], gap: float) -> bool:
    bottom = above[0] - gap * (len(above[1]) - 1) / 2
    top = below[0] + gap * (len(below[1]) - 1) / 2
    return bottom - top < gap
