"""The picture of a run: held-out loss against generation, one line per workflow."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.chains.record import Record
from benchmarks.comparing.tables import worst_first
from data.workflow import label

_COLORS: dict[str, str] = {
    "replace": "#c1272d",
    "accumulate": "#e08214",
    "edit_previous": "#7b5ea7",
    "edit_source": "#2166ac",
    "accumulate_subsample": "#b8860b",
    "mix": "#8c6d31",
    "edit_random": "#74add1",
    "edit_random_previous": "#b39ddb",
    "redraw": "#a6a6a6",
    "reencode": "#bdbdbd",
    "importance": "#d6604d",
    "verified": "#c51b7d",
    "long_tail": "#e78ac3",
    "truncated_loss": "#80391e",
    "same_human": "#7f7f7f",
    "fresh_human": "#1b7837",
}
_OTHER = "#333333"
_CONTROLS = (
    "same_human",
    "fresh_human",
    "edit_random",
    "edit_random_previous",
    "redraw",
    "reencode",
)
_FEW = 8
_MIN_GAP = 0.045
"""Least distance of two labels, as a share of the axis."""


def draw_loss(records: Sequence[Record], path: Path) -> None:
    """Draw bits per byte against generation, mean and range over seeds; PNG or PDF by suffix."""
    found = worst_first(records)
    n_seeds = max(len(curve.seeds) for curve in found)
    generations = range(found[0].values.shape[1])
    shade = 0.14 if len(found) <= _FEW else 0.03  # many bands would hide the lines
    with mpl.rc_context({"font.size": 11, "font.family": "sans-serif"}):
        figure = Figure(figsize=(8.4, 4.8), layout="constrained")
        axes = figure.subplots()
        for curve in found:
            color = _color(curve.workflow)
            style = "--" if curve.workflow in _CONTROLS else "-"
            axes.plot(generations, curve.mean, style, color=color, marker="o", ms=4, lw=2)
            if n_seeds > 1:
                low, high = curve.values.min(axis=0), curve.values.max(axis=0)
                axes.fill_between(generations, low, high, color=color, alpha=shade, lw=0)
        low, high = axes.get_ylim()
        ends = _spaced([float(c.mean[-1]) for c in found], _MIN_GAP * (high - low))
        for curve, end in zip(found, ends, strict=True):
            axes.annotate(
                label(curve.workflow),
                (generations[-1], curve.mean[-1]),
                xytext=(generations[-1] + 0.06 * generations[-1], end),
                color=_color(curve.workflow),
                va="center",
                arrowprops={"arrowstyle": "-", "color": "#bbbbbb", "lw": 0.6},
            )
        axes.set_xlim(-0.05, generations[-1] * 1.32)
        axes.set_xticks(list(generations))
        axes.set_xlabel("generation")
        axes.set_ylabel("bits per byte on held-out human text")
        recipe = records[0].recipe["name"]
        seeds = f"mean and range of {n_seeds} seeds" if n_seeds > 1 else "1 seed"
        axes.set_title(
            f"Which chains of language models collapse?  ({recipe}, {seeds})",
            loc="left",
            fontsize=12,
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#eeeeee")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=160)


def _color(workflow: str) -> str:
    return _COLORS.get(workflow, _OTHER)


def _spaced(values: list[float], gap: float) -> list[float]:
    """Label heights near `values` (sorted downwards) that keep `gap` apart."""
    placed: list[float] = []
    for value in values:
        placed.append(min(value, placed[-1] - gap) if placed else value)
    shift = sum(v - p for v, p in zip(values, placed, strict=True)) / len(values)
    return [p + shift for p in placed]
