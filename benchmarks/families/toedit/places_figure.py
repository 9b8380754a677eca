"""The picture of where human text may be replaced: what as many edits cost, by probability."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import Difference
from benchmarks.comparing.pictures.colours import style_of
from benchmarks.comparing.pictures.files import save
from benchmarks.comparing.pictures.themed_svg import RULE
from benchmarks.families.toedit.claims.places.arms import WHAT
from benchmarks.families.toedit.claims.places.curve import DoseResponse, Effect

_COLORS = {
    "source": style_of("edit_source").color,
    "previous": style_of("edit_previous").color,
}
"""A text has the colour of the workflow that edits it."""
_MARKERS = {"source": "o", "previous": "s"}


def draw_where(curves: Sequence[DoseResponse], paths: Iterable[Path]) -> None:
    """Draw one panel for each text of a recipe, with bands of P from left to right.

    Filled markers with intervals are the excess over the same text unedited; beside them stands as
    many edits at random places, and hollow markers are what linear models say, in units of it. A
    panel has its own scale: edits of the last copy lie on top of each other, those of the source
    do not.

    Args:
        curves: The curves.
        paths: Files to draw into; PNG or PDF by suffix.
    """
    with mpl.rc_context({"font.size": 8.5, "font.family": "sans-serif", "legend.fontsize": 8}):
        figure = Figure(figsize=(4.8, 0.5 + 2.6 * len(curves)), layout="constrained")
        panels = figure.subplots(len(curves), 1, squeeze=False)
        for axes, curve in zip(panels.flat, curves, strict=True):
            _panel(axes, curve)
        figure.supylabel(
            "excess over the same text unedited, last generation, bits per byte", fontsize=8.5
        )
        figure.supxlabel("P of the replaced token (share of the tokens there)", fontsize=8.5)
        save(figure, paths, dpi=200)


def _panel(axes: Axes, curve: DoseResponse) -> None:
    _series(axes, curve)
    names = [*map(_name, curve.bands), "random\nplaces"]
    axes.set_xticks(range(len(names)), names)
    axes.axvline(len(curve.bands) - 0.5, color=RULE, lw=0.8, ls=(0, (1, 2)))
    axes.axhline(0.0, color=RULE, lw=0.8)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.spines[["top", "right"]].set_visible(False)
    legend = axes.legend(
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2,
        title=f"edits of {WHAT[curve.text]}, {100 * curve.anywhere.changed:.1f} % of the tokens "
        f"each,\nP by {curve.prior} ({len(curve.seeds)} seeds, 95 % intervals)",
        alignment="left",
        borderpad=0.0,
        borderaxespad=0.3,
        columnspacing=1.2,
    )
    legend.get_title().set_fontsize(8.5)


def _series(axes: Axes, curve: DoseResponse) -> None:
    color, marker = _COLORS[curve.text], _MARKERS[curve.text]
    points = (*curve.bands, curve.anywhere)
    places = np.arange(len(points))
    means = [one.excess.mean for one in points]
    last = len(curve.bands)
    axes.plot(places[:last], means[:last], color=color, lw=1.2, zorder=2)
    axes.plot(
        places, means, color=color, marker=marker, ms=4.5, ls="none", zorder=3, label="measured"
    )
    for place, one in zip(places, points, strict=True):
        _interval(axes, float(place), one.excess, color)
    foretold = [one.foretold * curve.anywhere.excess.mean for one in curve.bands if one.foretold]
    if len(foretold) == last:
        axes.plot(
            places[:last],
            foretold,
            color=color,
            marker=marker,
            mfc="white",
            ms=4.5,
            lw=0.9,
            ls=(0, (2, 2)),
            zorder=1,
            label="foretold, times what random places cost",
        )


def _interval(axes: Axes, place: float, number: Difference, color: str) -> None:
    if number.low is not None and number.high is not None:
        axes.plot([place, place], [number.low, number.high], color=color, lw=1.4, zorder=3)


def _name(one: Effect) -> str:
    """The band, and below it its share of the tokens."""
    band = one.words.removeprefix("P in ")
    return band if one.share is None else f"{band}\n{100 * one.share:.0f} %"
