"""Small charts inside a page, as one `<svg>` element from a template: lines, bands, markers, rules.

A page has a handful of charts for every method, and a library of figures takes longer for one than
all the rest of a method's page. Values become points of the element here, and a template writes
them; ticks and the shapes of markers are matplotlib's, so that a marker is the same everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from jinja2 import Template
from markupsafe import Markup
from matplotlib.markers import MarkerStyle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from benchmarks.comparing.pictures.themed_svg import INK, RULE, themed
from benchmarks.comparing.templates import templates

FONT = 12
"""Size of letters in pixels."""
_LETTER = 0.56 * FONT
"""Mean width of a letter of sans-serif fonts, in pixels."""
_LINE = FONT + 5
"""Height of a line of words, in pixels."""
_EDGE = 8
_TICK = 4
_MARGIN = 0.05
"""Share of the range of values that stays free at its ends."""
_SWATCH = 18
"""Width of the piece of line in a legend, in pixels."""
_N_TICKS = 5


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line with its markers, and the band around it."""

    x: Sequence[float]
    y: Sequence[float]
    color: str
    low: Sequence[float] | None = None
    """Lower ends of the band; None for no band."""
    high: Sequence[float] | None = None
    marker: str | None = None
    """Marker of every point, as matplotlib names it; None for a bare line."""
    width: float = 2.0
    """Width of the line in pixels; 0 for markers alone."""
    name: str = ""
    """Name in the legend; empty for none."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A straight line through the whole chart, to compare with."""

    at: float
    axis: Literal["x", "y"] = "y"
    """The axis that `at` is a value of."""
    color: str = RULE
    dashes: str = ""
    """Lengths of dashes and gaps in pixels, as SVG writes them; empty for a whole line."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What a chart shows; sizes are in pixels of the page."""

    series: Sequence[Series]
    width: int
    height: int
    rules: Sequence[Rule] = ()
    x_label: str = ""
    y_label: str = ""
    title: str = ""
    x_ticks: Mapping[float, str] | None = None
    """Words at values of x; None for round numbers."""
    y_ticks: Mapping[float, str] | None = None
    y_from: float | None = None
    """Value at which the axis of y begins; None for a little below the least value."""


def chart_svg(chart: Chart, about: str) -> Markup:
    """The chart as one `<svg>` element, without ids, so that any number fits into a page.

    Args:
        chart: What it shows.
        about: Words for those who cannot see it.
    """
    return Markup(_template().render(about=about, **_drawn(chart)))


@cache
def _template() -> Template:
    return templates().get_template("chart.svg.jinja")


class _Scale(NamedTuple):
    """Where the values of one axis lie in the element."""

    low: float
    high: float
    start: float
    """Pixel of the lower end; that of y is the larger one, for SVG counts from the top."""
    end: float

    def __call__(self, value: float) -> float:
        """Pixel of a value, to a tenth."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def _drawn(chart: Chart) -> dict[str, object]:
    """What the template needs: points, words and their places."""
    x_low, x_high = _range(chart, "x")
    y_low, y_high = _range(chart, "y")
    if chart.y_from is not None:
        y_low = chart.y_from
    x_ticks = _within(chart.x_ticks or round_ticks(x_low, x_high), x_low, x_high)
    y_ticks = _within(chart.y_ticks or round_ticks(y_low, y_high), y_low, y_high)
    legend, n_rows = _legend(chart)
    top = _EDGE + FONT / 2 + _LINE * (n_rows + bool(chart.title))
    widest = max(map(len, y_ticks.values()), default=0)
    left = _EDGE + _TICK + 3 + _LETTER * widest + (_LINE if chart.y_label else 0)
    bottom = chart.height - _EDGE - _TICK - _LINE * (1 + bool(chart.x_label))
    right = chart.width - _EDGE - FONT
    x = _Scale(x_low, x_high, round(left, 1), right)
    y = _Scale(y_low, y_high, bottom, round(top, 1))
    return {
        "chart": chart,
        "font": FONT,
        "ink": themed(INK),
        "x": x,
        "y": y,
        "tick": _TICK,
        "x_ticks": [(x(at), word) for at, word in x_ticks.items()],
        "y_ticks": [(y(at), word) for at, word in y_ticks.items()],
        "rules": [(rule, themed(rule.color), (x, y)[rule.axis == "y"](rule.at))
                  for rule in chart.rules],
        "bands": [(themed(s.color), _band(s, x, y)) for s in chart.series if s.low is not None],
        "lines": [(themed(s.color), s.width, _line(s.x, s.y, x, y), _marks(s, x, y))
                  for s in chart.series],
        "legend": [(themed(s.color), s, place, row) for s, place, row in legend],
        "legend_top": _EDGE + FONT / 2 + _LINE * bool(chart.title),
        "line_height": _LINE,
        "swatch": _SWATCH,
    }  # fmt: skip


def _range(chart: Chart, axis: Literal["x", "y"]) -> tuple[float, float]:
    """Ends of an axis: all values of it, and some room."""
    found = [rule.at for rule in chart.rules if rule.axis == axis]
    for one in chart.series:
        for values in (one.x,) if axis == "x" else (one.y, one.low, one.high):
            found += [] if values is None else list(values)
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    room = _MARGIN * (high - low) or _MARGIN * abs(low) or _MARGIN
    return low - room, high + room


def round_ticks(low: float, high: float) -> dict[float, str]:
    """Round numbers from one value to another, as few digits as tell them apart."""
    locator = MaxNLocator(nbins=_N_TICKS, steps=[1, 2, 2.5, 5, 10])
    places = [float(at) for at in locator.tick_values(low, high)]
    steps = {after - before for before, after in pairwise(places)}
    digits = next(n for n in range(18) if all(_is_whole(step * 10**n) for step in steps) or n == 17)
    return {at: f"{at + 0.0:.{digits}f}".replace("-", "\u2212") for at in places}


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6 * max(abs(value), 1.0) and round(value) != 0


def _within(ticks: Mapping[float, str], low: float, high: float) -> dict[float, str]:
    return {at: word for at, word in ticks.items() if low <= at <= high}


def _line(xs: Sequence[float], ys: Sequence[float], x: _Scale, y: _Scale) -> str:
    """Points of a `<polyline>`."""
    return " ".join(f"{x(a):g},{y(b):g}" for a, b in zip(xs, ys, strict=True))


def _band(series: Series, x: _Scale, y: _Scale) -> str:
    """Points of the `<polygon>` between the ends of a band."""
    low, high = series.low or (), series.high or ()
    there = _line(series.x, low, x, y)
    return f"{there} {_line([*reversed(series.x)], [*reversed(high)], x, y)}"


def _marks(series: Series, x: _Scale, y: _Scale) -> str:
    """All markers of a line as one path."""
    if series.marker is None:
        return ""
    shape = _shape(series.marker)
    places = zip(series.x, series.y, strict=True)
    return "".join(f"M{x(a):g},{y(b):g}{shape}" for a, b in places)


@cache
def _shape(marker: str, size: float = 7.0) -> str:
    """Outline of a marker as steps of a path that begins in its middle."""
    if marker == "o":  # two arcs in place of many short lines
        r = size / 2
        return f"m{-r:g},0a{r:g},{r:g} 0 1,0 {size:g},0a{r:g},{r:g} 0 1,0 {-size:g},0z"
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    polygons = [np.asarray(outline, dtype=np.float64) for outline in path.to_polygons()]
    return "".join(f"{_steps(outline * (size, -size))}z" for outline in polygons)


def _steps(outline: NDArray[np.float64]) -> str:
    points = np.round(outline, 2)
    first, steps = points[0], np.diff(points, axis=0)
    return f"m{first[0]:g},{first[1]:g}l" + " ".join(f"{a:.2g},{b:.2g}" for a, b in steps)


def _legend(chart: Chart) -> tuple[list[tuple[Series, float, int]], int]:
    """Named lines with their places from the left and their rows, and the number of rows."""
    found = list(_flow(chart))
    return found, found[-1][2] + 1 if found else 0


def _flow(chart: Chart) -> Iterator[tuple[Series, float, int]]:
    place, row = float(_EDGE), 0
    for one in chart.series:
        if not one.name:
            continue
        width = _SWATCH + 4 + _LETTER * len(one.name) + 12
        if place > _EDGE and place + width > chart.width:
            place, row = float(_EDGE), row + 1
        yield one, round(place, 1), row
        place += width
