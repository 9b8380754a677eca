"""The collapse profile as a terminal table, as JSON, and as one self-contained HTML page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from html import escape
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from rich.markup import escape as escape_markup
from rich.table import Table

from benchmarks.comparing.differences import CONFIDENCE
from benchmarks.comparing.themed_svg import INK, NO, RULE, UNDECIDED, YES, as_svg, drawing
from benchmarks.profile.answers import Assessment, Measures, Profile, Replicates
from data.measures.statistics import Estimate

_STYLE = {"yes": "bold red", "no": "green", "undecided": "yellow"}
_COLOR = {"yes": YES, "no": NO, "undecided": UNDECIDED}
_OF_NUMBERS = ' class="number"'
_CURVES = ("loss", "tail_coverage", "judge_spread")
_CSS = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { max-width: 100%; height: auto; }
.panels { display: flex; flex-wrap: wrap; gap: 1rem; }
.scroll { overflow-x: auto; }
.note { color: #666; font-size: .9rem; }
"""


def profile_table(profile: Profile) -> Table:
    """One row per definition of collapse, for a terminal."""
    table = Table(
        title=f"Collapse profile of {profile.subject} against {profile.control}",
        caption=f"{CONFIDENCE:.0%} intervals over n replicates; one replicate: {profile.replicate}",
    )
    for name in ("definition", "answer", "effect", "interval", "threshold", "n"):
        table.add_column(name, justify="left" if name in ("definition", "answer") else "right")
    for assessment in profile.assessments:
        table.add_row(
            assessment.question,
            f"[{_STYLE[assessment.answer]}]{assessment.answer}[/]",
            _number(assessment.effect),
            _interval(assessment),
            f"{assessment.threshold:g}",
            str(assessment.n),
        )
    return table


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
    found = {name: asdict(health) for name, health in (profile.health or {}).items()}
    table.add_column("what")
    for name in found:
        table.add_column(escape_markup(name), justify="right")
    for key in next(iter(found.values()), {}):
        table.add_row(key, *(f"{values[key]:,.4g}" for values in found.values()))
    return table


def as_json(profiles: Sequence[Profile]) -> str:
    """All numbers of the profiles."""
    return json.dumps([_plain(profile) for profile in profiles], indent=1, allow_nan=False) + "\n"


def _plain(profile: Profile) -> dict[str, Any]:
    """The profile under the names that its files have: assessments are `findings` there."""
    return {
        "subject": profile.subject,
        "control": profile.control,
        "replicate": profile.replicate,
        "confidence": CONFIDENCE,
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
    title = "Collapse profile"
    body = "\n".join(_section(profile) for profile in profiles)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_CSS}</style></head>\n<body><h1>{title}</h1>\n{body}\n</body></html>\n"
    )


def _section(profile: Profile) -> str:
    return (
        f"<h2>{escape(profile.subject)} against {escape(profile.control)}</h2>"
        f"{answers_html(profile)}{panels_html(profile)}{measures_html(profile)}"
        f"{_health_section(profile)}"
    )


def answers_html(profile: Profile) -> str:
    """One row per definition of collapse, and what the answers mean."""
    rows = "".join(
        f"<tr><td>{escape(f.question)}</td>"
        f'<td style="color:var(--{f.answer}, {_COLOR[f.answer]});font-weight:600">{f.answer}</td>'
        f'<td class="number">{_number(f.effect)}</td><td class="number">{_interval(f)}</td>'
        f'<td class="number">{f.threshold:g}</td><td class="number">{f.n}</td>'
        f"<td>{escape(f.unit)}</td></tr>"
        for f in profile.assessments
    )
    names = ("definition", "answer", "effect", "interval", "threshold", "n", "what")
    head = _head(*names, texts=("definition", "answer", "what"))
    return (
        f"{_scrolling(f'Collapse profile of {profile.subject}', head, rows)}"
        f'<p class="note">{CONFIDENCE:.0%} intervals over n replicates; one replicate: '
        f"{escape(profile.replicate)}. Yes: the interval lies above the threshold; no: below; "
        "undecided: it holds the threshold.</p>"
    )


def _head(*names: str, texts: Sequence[str]) -> str:
    """Names of columns; all but those of texts stand above numbers."""
    cells = [
        f'<th scope="col"{"" if name in texts else _OF_NUMBERS}>{escape(name)}</th>'
        for name in names
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _scrolling(label: str, head: str, rows: str) -> str:
    """A table that scrolls by itself where it is wider than the page."""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
        f"<table><thead>{head}</thead><tbody>{rows}</tbody></table></div>"
    )


def _health_section(profile: Profile) -> str:
    found = {name: asdict(health) for name, health in (profile.health or {}).items()}
    if not found:
        return ""
    rows = "".join(
        f"<tr><td>{escape(key)}</td>"
        + "".join(f'<td class="number">{values[key]:,.4g}</td>' for values in found.values())
        + "</tr>"
        for key in next(iter(found.values()))
    )
    return f"<h3>Health</h3>{_scrolling('Health', _head('', *found, texts=('',)), rows)}"


def measures_html(profile: Profile) -> str:
    """Every diversity measure beside its human-human floor."""
    return "".join(map(_measures_section, profile.measures))


def _measures_section(measures: Measures) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{_estimate(value)}</td>'
        f'<td class="number">{_estimate(measures.floor[name])}</td>'
        f'<td class="number">{value.n_words:,}</td></tr>'
        for name, value in measures.values.items()
    )
    head = _head("measure", "value", "human floor", "words", texts=("measure",))
    return f"<h3>{escape(measures.name)}</h3>{_scrolling(measures.name, head, rows)}"


def panels_html(profile: Profile, place: str = "") -> str:
    """Effects over their thresholds, the curves of three measures, and histograms.

    Args:
        profile: What is drawn.
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
    panels = []
    for name, onto in draw.items():
        with drawing(4.2, 3.2) as figure:
            onto(figure.subplots())
            about = f"{name} of {profile.subject} against {profile.control} {place}"
            panels.append(as_svg(figure, about.strip()))
    return f'<div class="panels">{"".join(panels)}</div>'


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
