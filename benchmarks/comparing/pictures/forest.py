"""Forest plots: one row for each method, its excess with an interval, and a word beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import Difference
from benchmarks.comparing.pictures.colours import Style
from benchmarks.comparing.pictures.themed_svg import INK, RULE

WIDTH = 4.8
"""Width in inches: shown at 358 pixels, letters of 8.5 points are over 8 pixels high."""
_ROW_HEIGHT = 0.17
_EDGES = 0.75
"""Height of all that is no row, in inches."""
_POINTS = 8.5


@dataclass(frozen=True)
class Row:
    """One method."""

    name: str
    style: Style
    difference: Difference
    """Excess in bits per byte, with its interval where there is one."""
    word: str
    """Word beside the row; may be empty."""


@dataclass(frozen=True)
class Group:
    """Rows below one heading."""

    heading: str
    rows: tuple[Row, ...]


def height(groups: Sequence[Group]) -> float:
    """Height that the plot needs, in inches."""
    return _EDGES + _ROW_HEIGHT * sum(1 + len(group.rows) for group in groups)


def draw_forest(figure: Figure, groups: Sequence[Group], *, margin: float, unit: str) -> None:
    """Draw a forest plot on an empty figure of `WIDTH` and `height`.

    Args:
        figure: Figure that is drawn on.
        groups: Rows, from the top.
        margin: Difference that counts as a rise; a dotted line stands there.
        unit: What the axis shows, in words.
    """
    axes = figure.subplots()
    place, names = 0, []
    for group in groups:
        _write(axes, place, group.heading, 0.0, weight="bold")
        beside = [place + 0.5, place + len(group.rows) + 0.5]
        axes.plot([0.0, 0.0], beside, color=RULE, lw=0.8, zorder=1)
        axes.plot([margin, margin], beside, color=RULE, lw=0.8, ls=(0, (1, 2)), zorder=1)
        for row in group.rows:
            place += 1
            names.append((place, row))
            _draw_row(axes, place, row)
        place += 1
    axes.set_ylim(place - 0.3, -0.7)
    axes.set_yticks([at for at, _ in names], [row.name for _, row in names], fontsize=_POINTS)
    for label, (_, row) in zip(axes.get_yticklabels(), names, strict=True):
        label.set_color(row.style.color)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=_POINTS)
    axes.locator_params(axis="x", nbins=3)  # the longest words beside rows leave little room
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel(unit, fontsize=_POINTS)


def _draw_row(axes: Axes, place: int, row: Row) -> None:
    color, mean = row.style.color, row.difference.mean
    if row.difference.low is not None and row.difference.high is not None:
        axes.plot([row.difference.low, row.difference.high], [place] * 2, color=color, lw=1.4)
    axes.plot([mean], [place], color=color, marker=row.style.marker, ms=4.5, ls="none")
    _write(axes, place, row.word, 1.02, weight="normal")


def _write(axes: Axes, place: int, text: str, at: float, *, weight: str) -> None:
    """Write beside a row, at a share of the width of the axes."""
    axes.annotate(
        text,
        (at, place),
        xycoords=("axes fraction", "data"),
        fontsize=_POINTS,
        fontweight=weight,
        color=INK,
        va="center",
        annotation_clip=False,
    )
