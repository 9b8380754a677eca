"""The collapse profile as a terminal table, as JSON, and as one self-contained HTML page."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache, partial
from typing import Any

import numpy as np
from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from rich.markup import escape
from rich.table import Table

from benchmarks.comparing.differences import CONFIDENCE
from benchmarks.comparing.pictures.themed_svg import INK, NO, RULE, UNDECIDED, YES, as_svg, drawing
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


def sections_html(profile: Profile, place: str) -> Markup:
    """Answers, panels and measures, as a part of another page.

    Args:
        profile: Profile that the sections show.
        place: Words for the descriptions of figures where a page shows several profiles of one
            subject.
    """
    sections: Any = _templates().get_template("profile_sections.html.jinja").module
    parts = (
        sections.answers(profile),
        sections.panels(panels(profile, place)),
        sections.measures(profile),
    )
    return Markup("").join(parts)


@cache
def _templates() -> Templates:
    found = Templates(
        loader=PackageLoader("benchmarks"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals.update(colors=_COLOR, confidence=CONFIDENCE, promise=promise)
    found.filters.update(
        signed=_number,
        interval=_interval,
        estimate=_estimate,
        health_rows=_health_rows,
        answer=answer_of,
    )
    return found


def panels(profile: Profile, place: str = "") -> list[Markup]:
    """Effects over their thresholds, the curves of three measures, and histograms.

    Args:
        profile: Profile that the panels show.
        place: Words for the descriptions where a page shows several profiles of one subject.
    """
    draw: dict[str, Callable[[Axes], None]] = {
        "answers": lambda axes: _draw_effects(axes, profile.assessments)
    }
    for name in _CURVES:
        if name in profile.by_measure:
            draw[name] = partial(_draw_curve, name=name, replicates=profile.by_measure[name])
    if profile.histograms:
        draw["perplexity histogram"] = lambda axes: _draw_histograms(axes, profile)
    found = []
    for name, onto in draw.items():
        with drawing(4.2, 3.2) as figure:
            onto(figure.subplots())
            about = f"{name} of {profile.subject} against {profile.control} {place}"
            found.append(Markup(as_svg(figure, about.strip())))
    return found


def _draw_effects(axes: Axes, assessments: Sequence[Assessment]) -> None:
    shown = [
        (f, np.array([f.low, f.effect, f.high], dtype=np.float64) / f.threshold)
        for f in reversed(assessments)
        if None not in (f.low, f.effect, f.high)
    ]
    for height, (f, (low, effect, high)) in enumerate(shown):
        axes.plot([low, high], [height, height], color=_COLOR[f.answer], lw=2)
        axes.plot([effect], [height], "o", color=_COLOR[f.answer])
    axes.axvline(1.0, color=RULE, ls="--", lw=1)
    axes.set_yticks(range(len(shown)), [f.id for f, _ in shown])
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlabel("effect over threshold (dashed)")
    axes.set_title("Answers", loc="left")


def _draw_curve(axes: Axes, name: str, replicates: Replicates) -> None:
    generations = range(replicates.values.shape[1])
    for values, color, label in (
        (replicates.values, YES, "this"),
        (replicates.control, NO, "control"),
    ):
        axes.plot(generations, values.mean(axis=0), marker="o", ms=3, color=color, label=label)
        low, high = values.min(axis=0), values.max(axis=0)
        axes.fill_between(generations, low, high, color=color, alpha=0.15, lw=0)
    axes.set_xticks(list(generations))
    axes.set_xlabel("generation")
    axes.set_title(name, loc="left")
    axes.legend(frameon=False)


def _draw_histograms(axes: Axes, profile: Profile) -> None:
    for name, (counts, edges) in (profile.histograms or {}).items():
        share = np.array(counts) / max(sum(counts), 1)
        style = {"color": INK, "lw": 2} if name == "human" else {"lw": 1.2}
        axes.stairs(share, edges, label=name, **style)
    axes.set_xlabel("bits per byte of a document under the fixed judge")
    axes.set_title("Perplexity histogram", loc="left")
    axes.legend(frameon=False, fontsize=7)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}"


def _interval(assessment: Assessment) -> str:
    if assessment.low is None or assessment.high is None:
        return "none" if assessment.n < 2 else "unbounded"
    return f"[{assessment.low:+.4f}, {assessment.high:+.4f}]"


def _estimate(estimate: Estimate) -> str:
    error = "" if estimate.stderr is None else f" ± {estimate.stderr:.4f}"
    return f"{estimate.value:.4f}{error}"
