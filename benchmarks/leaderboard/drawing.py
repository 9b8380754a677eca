"""Figures of the leaderboard: curves of a track and of a method, ratios of speed over time."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.pictures.colours import MARKERS, OTHER, Style, kind_of, style_of
from benchmarks.comparing.pictures.themed_svg import INK, RULE, SERIES, as_svg, drawing
from benchmarks.leaderboard.ranking import Band, Standing, Track
from benchmarks.speed.history import MeasuredRatio, SpeedRun


def styles(track: Track) -> list[Style]:
    """How each method of a track is drawn, in their order."""
    others = tuple(s.workflow for s in track.standings if kind_of(s.workflow) is OTHER)
    return [style_of(standing.workflow, others) for standing in track.standings]


def track_svg(track: Track) -> str:
    """Excess over the control of every method of a track, with its band over generations."""
    with drawing(4.8, 3.0) as figure:
        axes = figure.subplots()
        axes.axhline(0.0, color=RULE, lw=1)
        for standing, style in zip(track.standings, styles(track), strict=True):
            _draw_band(axes, standing.excess, style)
        axes.set_ylabel("excess bits per byte")
        return as_svg(figure, f"Excess loss over generations in the track {track.name} {track.id}")


def method_svg(standing: Standing, control: Standing, anchor: str) -> str:
    """Held-out loss of a method and of its control over generations, with their bands."""
    with drawing(4.8, 3.0) as figure:
        axes = figure.subplots()
        _draw_band(axes, control.curve, style_of(CONTROL))
        _draw_band(axes, standing.curve, style_of(standing.workflow))
        axes.set_ylabel("held-out bits per byte")
        return as_svg(figure, f"Held-out loss of {standing.method} over generations ({anchor})")


def _draw_band(axes: Axes, band: Band, style: Style) -> None:
    generations = np.arange(len(band.mean))
    color = style.color
    axes.plot(generations, band.mean, color=color, marker=style.marker, ms=5, lw=1.6)
    if band.low is not None and band.high is not None:
        axes.fill_between(generations, band.low, band.high, color=color, alpha=0.16, lw=0)
    axes.set_xticks(generations)
    axes.set_xlabel("generation")


Point = tuple[SpeedRun, MeasuredRatio]


def by_machine(points: Sequence[Point]) -> dict[tuple[str, str, int], list[Point]]:
    """What was measured on each machine, device, and number of threads."""
    found: dict[tuple[str, str, int], list[Point]] = {}
    for run, measured in points:
        found.setdefault((run.machine, run.device, run.threads), []).append((run, measured))
    return found


def speed_svg(name: str, points: Sequence[Point]) -> str:
    """One ratio over time; a line for each machine."""
    with drawing(3.6, 2.2) as figure:
        axes = figure.subplots()
        axes.axhline(1.0, color=RULE, lw=1)
        for number, mine in enumerate(by_machine(points).values()):
            axes.plot(
                [run.date.timestamp() for run, _ in mine],
                [measured.ratio for _, measured in mine],
                color=SERIES[number % len(SERIES)],
                marker=MARKERS[number % len(MARKERS)],
                ms=4,
                lw=1.4,
            )
        goal = points[-1][1].goal
        if goal is not None:
            axes.axhline(goal, color=INK, lw=1, ls="dotted")
        axes.margins(y=0.2)
        axes.set_ylim(bottom=0.0)
        axes.set_ylabel("ratio")
        ends = {run.date.timestamp(): str(run.date.date()) for run, _ in (points[0], points[-1])}
        axes.set_xticks(list(ends), labels=list(ends.values()))
        return as_svg(figure, f"Ratio over time: {name}")
