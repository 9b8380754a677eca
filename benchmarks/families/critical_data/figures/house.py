"""How the family's pictures look: the project's five colours, plain axes, written numbers."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.comparing.pictures.colours import KINDS

_LIGHT = {kind.name: kind.light for kind in KINDS}
TEST, TRAIN = _LIGHT["sampled"], _LIGHT["source"]
"""Colours of the questions that are asked, and of those that are learnt."""
FLOOR, LAZY, GREY = _LIGHT["kept"], _LIGHT["last-copy"], _LIGHT["human"]
"""Colours of what follows from theory, of other students, and of what is beside the point."""
WIDE = 10.4
"""Width of a picture of several panels, in inches."""
SMALL = 8.5
"""Size of the smallest letters, in points."""
Look = Mapping[str, Any]
"""Colour, marker and width of a line, by matplotlib's names."""


def plain(axes: Axes, title: str = "") -> None:
    """Leave the frame open, draw a faint grid, and set a title above the left edge."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    if title:
        axes.set_title(title, loc="left", fontsize=9)


def ticked(axes: Axes, *, x: Sequence[float] = (), y: Sequence[float] = ()) -> None:
    """Set ticks of logarithmic axes at round numbers, written out."""
    if x:
        axes.set_xticks(x, [f"{value:,g}" for value in x])
    if y:
        axes.set_yticks(y, [f"{value:,g}" for value in y])
    axes.minorticks_off()


def numbers(values: Sequence[float | None]) -> list[float]:
    """Numbers, and nan for none, which a line leaves out."""
    return [math.nan if value is None else value for value in values]


def named(axes: Axes, lines: Mapping[str, Look], **where: Any) -> None:
    """A legend of lines and markers by name, whatever else is drawn."""
    handles = [Line2D([], [], label=name, **look) for name, look in lines.items()]
    axes.legend(handles=handles, **{"fontsize": SMALL, "frameon": False, **where})


def named_below(figure: Figure, lines: Mapping[str, Look]) -> None:
    """The same in one row below all panels."""
    handles = [Line2D([], [], label=name, **look) for name, look in lines.items()]
    figure.legend(handles=handles, fontsize=SMALL, frameon=False, loc="outside lower center",
                  ncols=len(handles))  # fmt: skip
