"""Figures of the leaderboard: curves of a track and of a method, ratios of speed over time."""

from collections.abc import Sequence

from markupsafe import Markup

from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.pictures.chart import Chart, Rule, Series, chart_svg
from benchmarks.comparing.pictures.colours import MARKERS, OTHER, Style, kind_of, style_of
from benchmarks.comparing.pictures.themed_svg import INK, SERIES
from benchmarks.leaderboard.ranking import Band, Standing, Track
from benchmarks.speed.history import MeasuredRatio, SpeedRun


def styles(track: Track) -> list[Style]:
    """How each method of a track is drawn, in their order."""
    others = tuple(s.workflow for s in track.standings if kind_of(s.workflow) is OTHER)
    return [style_of(standing.workflow, others) for standing in track.standings]


_WIDTH, _HEIGHT = 460, 290
"""Size of a curve over generations, in pixels."""


def track_svg(track: Track) -> Markup:
    """Excess over the control of every method of a track, with its band over generations."""
    drawn = zip(track.standings, styles(track), strict=True)
    chart = Chart(
        width=_WIDTH,
        height=_HEIGHT,
        series=[_series(standing.excess, style) for standing, style in drawn],
        rules=[Rule(at=0.0)],
        x_label="generation",
        y_label="excess bits per byte",
        x_ticks=_generations(track.control.curve),
    )
    return chart_svg(chart, f"Excess loss over generations in the track {track.name}")


def method_svg(standing: Standing, control: Standing) -> Markup:
    """Held-out loss of a method and of its control over generations, with their bands."""
    chart = Chart(
        width=_WIDTH,
        height=_HEIGHT,
        series=[
            _series(control.curve, style_of(CONTROL)),
            _series(standing.curve, style_of(standing.workflow)),
        ],
        x_label="generation",
        y_label="held-out bits per byte",
        x_ticks=_generations(control.curve),
    )
    return chart_svg(chart, f"Held-out loss of {standing.method} over generations")


def _series(band: Band, style: Style) -> Series:
    return Series(
        x=range(len(band.mean)),
        y=band.mean,
        low=band.low,
        high=band.high,
        color=style.color,
        marker=style.marker,
    )


def _generations(band: Band) -> dict[float, str]:
    return {float(generation): str(generation) for generation in range(len(band.mean))}


Point = tuple[SpeedRun, MeasuredRatio]


def by_machine(points: Sequence[Point]) -> dict[tuple[str, str, int], list[Point]]:
    """What was measured on each machine, device, and number of threads."""
    found: dict[tuple[str, str, int], list[Point]] = {}
    for run, measured in points:
        found.setdefault((run.machine, run.device, run.threads), []).append((run, measured))
    return found


def speed_svg(name: str, points: Sequence[Point]) -> Markup:
    """One ratio over time; a line for each machine."""
    lines = [
        Series(
            x=[run.date.timestamp() for run, _ in mine],
            y=[measured.ratio for _, measured in mine],
            color=SERIES[number % len(SERIES)],
            marker=MARKERS[number % len(MARKERS)],
        )
        for number, mine in enumerate(by_machine(points).values())
    ]
    goal = points[-1][1].goal
    goals = [] if goal is None else [Rule(at=goal, color=INK, dashes="2 3")]
    chart = Chart(
        width=345,
        height=210,
        series=lines,
        rules=[Rule(at=1.0), *goals],
        y_label="ratio",
        y_from=0.0,
        x_ticks={run.date.timestamp(): str(run.date.date()) for run, _ in (points[0], points[-1])},
    )
    return chart_svg(chart, f"Ratio over time: {name}")
