"""The collapse profile as a terminal table, as JSON, and as one self-contained HTML page."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment as Templates
from markupsafe import Markup
from rich.markup import escape
from rich.table import Table

from benchmarks.comparing.differences import CONFIDENCE
from benchmarks.comparing.pictures.chart import Chart, Rule, Series, chart_svg
from benchmarks.comparing.pictures.themed_svg import INK, NO, SERIES, UNDECIDED, YES
from benchmarks.comparing.templates import templates
from benchmarks.profile.answers import Assessment, Measures, Profile, Replicates
from benchmarks.profile.promise import promise
from data.measures.health import Health
from data.measures.statistics import Estimate

_STYLE = {"yes": "bold red", "no": "green", "undecided": "yellow"}
_COLOR = {"yes": YES, "no": NO, "undecided": UNDECIDED}
_CURVES = ("loss", "tail_coverage", "judge_spread")


def profile_table(profile: Profile) -> Table:
    """One row per definition of collapse, for a terminal."""
    table = Table(
        title=f"Collapse profile of {profile.subject} against {profile.control}",
        caption=(
            f"{CONFIDENCE:.0%} intervals over n replicates; one replicate: {profile.replicate}. "
            f"{promise([profile])}"
        ),
    )
    for name in ("definition", "answer", "effect", "interval", "threshold", "n"):
        table.add_column(name, justify="left" if name in ("definition", "answer") else "right")
    for assessment in profile.assessments:
        table.add_row(
            assessment.question,
            f"[{_STYLE[assessment.answer]}]{answer_of(assessment)}[/]",
            _number(assessment.effect),
            _interval(assessment),
            f"{assessment.threshold:g}",
            str(assessment.n),
        )
    return table


def answer_of(assessment: Assessment) -> str:
    """The answer, with a star where it stands when all are corrected together."""
    return f"{assessment.answer}{' *' if assessment.stands else ''}"


def measures_table(measures: Measures) -> Table:
    """Every diversity measure beside its human-human floor, for a terminal."""
    table = Table(title=f"{measures.name}: measures beside the human-human floor")
    for name in ("measure", "value", "human floor", "words or documents"):
        table.add_column(name, justify="left" if name == "measure" else "right")
    for name, value in measures.values.items():
        floor = measures.floor[name]
        table.add_row(name, _estimate(value), _estimate(floor), f"{value.n_words:,}")
    return table


def health_table(profile: Profile) -> Table:
    """What is wrong with each corpus, one column per corpus, for a terminal."""
    table = Table(title="Health of the corpora, beside human text (shares of documents)")
    found = profile.health or {}
    table.add_column("what")
    for name in found:
        table.add_column(escape(name), justify="right")
    for what, values in _health_rows(found):
        table.add_row(what, *values)
    return table


def _health_rows(health: Mapping[str, Health]) -> list[tuple[str, list[str]]]:
    """What may be wrong, and how much of it every corpus has."""
    found = [asdict(one) for one in health.values()]
    return [(what, [f"{one[what]:,.4g}" for one in found]) for what in next(iter(found), {})]


def as_json(profiles: Sequence[Profile]) -> str:
    """All numbers of the profiles as JSON."""
    return json.dumps([_plain(profile) for profile in profiles], indent=1, allow_nan=False) + "\n"


def _plain(profile: Profile) -> dict[str, Any]:
    """The profile under the names that its files have: assessments are `findings` there."""
    return {
        "subject": profile.subject,
        "control": profile.control,
        "replicate": profile.replicate,
        "confidence": CONFIDENCE,
        "together": profile.together,
        "library_warnings": [asdict(one) for one in profile.library_warnings],
        "findings": [asdict(assessment) for assessment in profile.assessments],
        "evidence": {
            name: {"values": e.values.tolist(), "control": e.control.tolist()}
            for name, e in profile.by_measure.items()
        },
        "measures": [asdict(measures) for measures in profile.measures],
        "histograms": dict(profile.histograms or {}),
        "health": {name: asdict(health) for name, health in (profile.health or {}).items()},
    }


def as_html(profiles: Sequence[Profile]) -> str:
    """One page without any other file."""
    shown = [(profile, panels(profile)) for profile in profiles]
    return _templates().get_template("profile.html.jinja").render(profiles=shown)


def sections_html(profile: Profile) -> Markup:
    """Answers, panels and measures, as a part of another page."""
    sections: Any = _templates().get_template("profile_sections.html.jinja").module
    parts = (
        sections.answers(profile),
        sections.panels(panels(profile)),
        sections.measures(profile),
    )
    return Markup("").join(parts)


@cache
def _templates() -> Templates:
    found = templates(keep_trailing_newline=True)
    found.globals.update(colors=_COLOR, confidence=CONFIDENCE, promise=promise)
    found.filters.update(
        signed=_number,
        interval=_interval,
        estimate=_estimate,
        health_rows=_health_rows,
        answer=answer_of,
    )
    return found


_WIDTH, _HEIGHT = 400, 300
"""Size of a panel, in pixels."""
_POWERS = range(10)
"""Powers of ten that an effect over its threshold may have a tick at."""


def panels(profile: Profile) -> list[Markup]:
    """Effects over their thresholds, the curves of three measures, and histograms."""
    charts = {"answers": _effects(profile.assessments)}
    for name in _CURVES:
        if name in profile.by_measure:
            charts[name] = _curve(name, profile.by_measure[name])
    if profile.histograms:
        charts["perplexity histogram"] = _histograms(profile.histograms)
    about = f"of {profile.subject} against {profile.control}"
    return [chart_svg(chart, f"{name} {about}") for name, chart in charts.items()]


def _effects(assessments: Sequence[Assessment]) -> Chart:
    shown = [
        (f, [_squeezed(one / f.threshold) for one in (f.low, f.effect, f.high)])
        for f in reversed(assessments)
        if f.low is not None and f.effect is not None and f.high is not None
    ]
    lines = []
    for height, (f, (low, effect, high)) in enumerate(shown):
        color = _COLOR[f.answer]
        lines.append(Series(x=[low, high], y=[height] * 2, color=color))
        lines.append(Series(x=[effect], y=[height], color=color, marker="o", width=0))
    return Chart(
        width=_WIDTH,
        height=_HEIGHT,
        series=lines,
        rules=[Rule(at=_squeezed(1.0), axis="x", dashes="6 3")],
        title="Answers",
        x_label="effect over threshold (dashed)",
        x_ticks=_powers(max((abs(at) for line in lines for at in line.x), default=1.0)),
        y_ticks={float(height): f.id for height, (f, _) in enumerate(shown)},
    )


def _squeezed(value: float) -> float:
    """A value on a scale that is linear up to 1 and logarithmic beyond, to base 10."""
    return math.copysign(1 + math.log10(abs(value)), value) if abs(value) > 1 else value


def _powers(reach: float) -> dict[float, str]:
    """Ticks at 0 and at powers of ten on both sides, as many as a panel has room for."""
    shown = _POWERS[:: 1 + int(reach) // 3]
    words = {1.0 + power: f"{10**power:,}" if power < 5 else f"1e{power}" for power in shown}
    return {0.0: "0"} | words | {-at: f"\u2212{word}" for at, word in words.items()}


def _curve(name: str, replicates: Replicates) -> Chart:
    """A measure of the profile and of its control: means over replicates, and all between ends."""
    generations = range(replicates.values.shape[1])
    lines = [
        Series(
            x=generations,
            y=values.mean(axis=0).tolist(),
            low=values.min(axis=0).tolist(),
            high=values.max(axis=0).tolist(),
            color=color,
            marker="o",
            name=words,
        )
        for values, color, words in (
            (replicates.values, YES, "this"),
            (replicates.control, NO, "control"),
        )
    ]
    ticks = {float(generation): str(generation) for generation in generations}
    return Chart(
        width=_WIDTH, height=_HEIGHT, series=lines, title=name, x_label="generation", x_ticks=ticks
    )


def _histograms(found: Mapping[str, tuple[list[int], list[float]]]) -> Chart:
    lines = []
    for place, (name, (counts, edges)) in enumerate(found.items()):
        share = np.array(counts) / max(sum(counts), 1)
        is_human = name == "human"
        lines.append(
            Series(
                x=np.repeat(edges, 2).tolist(),
                y=[0.0, *np.repeat(share, 2).tolist(), 0.0],
                color=INK if is_human else SERIES[place % len(SERIES)],
                width=2.5 if is_human else 1.5,
                name=name,
            )
        )
    return Chart(
        width=_WIDTH,
        height=_HEIGHT,
        series=lines,
        title="Perplexity histogram",
        x_label="bits per byte of a document under the fixed judge",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}"


def _interval(assessment: Assessment) -> str:
    if assessment.low is None or assessment.high is None:
        return "none" if assessment.n < 2 else "unbounded"
    return f"[{assessment.low:+.4f}, {assessment.high:+.4f}]"


def _estimate(estimate: Estimate) -> str:
    error = "" if estimate.stderr is None else f" ± {estimate.stderr:.4f}"
    return f"{estimate.value:.4f}{error}"
