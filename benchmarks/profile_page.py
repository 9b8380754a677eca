"""The collapse profile as a terminal table, as JSON, and as one self-contained HTML page."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.markup import escape as escape_markup
from rich.table import Table

from benchmarks.comparison import CONFIDENCE
from benchmarks.profile import Evidence, Finding, Measures, Profile
from data.statistics import Estimate

_STYLE = {"yes": "bold red", "no": "green", "undecided": "yellow"}
_COLOR = {"yes": "#c1272d", "no": "#1b7837", "undecided": "#b8860b"}
_CURVES = ("loss", "tail_coverage", "judge_spread")
_CSS = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ddd; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { max-width: 100%; height: auto; }
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
    for finding in profile.findings:
        table.add_row(
            finding.question,
            f"[{_STYLE[finding.answer]}]{finding.answer}[/]",
            _number(finding.effect),
            _interval(finding),
            f"{finding.threshold:g}",
            str(finding.n),
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
    return {
        "subject": profile.subject,
        "control": profile.control,
        "replicate": profile.replicate,
        "confidence": CONFIDENCE,
        "findings": [asdict(finding) for finding in profile.findings],
        "evidence": {
            name: {"values": e.values.tolist(), "control": e.control.tolist()}
            for name, e in profile.evidence.items()
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
    rows = "".join(
        f"<tr><td>{escape(f.question)}</td>"
        f'<td style="color:{_COLOR[f.answer]};font-weight:600">{f.answer}</td>'
        f'<td class="number">{_number(f.effect)}</td><td class="number">{_interval(f)}</td>'
        f'<td class="number">{f.threshold:g}</td><td class="number">{f.n}</td>'
        f"<td>{escape(f.unit)}</td></tr>"
        for f in profile.findings
    )
    head = "<tr><th>definition<th>answer<th>effect<th>interval<th>threshold<th>n<th>what</tr>"
    return (
        f"<h2>{escape(profile.subject)} against {escape(profile.control)}</h2>"
        f"<table>{head}{rows}</table>"
        f'<p class="note">{CONFIDENCE:.0%} intervals over n replicates; one replicate: '
        f"{escape(profile.replicate)}. Yes: the interval lies above the threshold; no: below; "
        "undecided: it holds the threshold.</p>"
        f"{_svg(profile)}{''.join(map(_measures_section, profile.measures))}"
        f"{_health_section(profile)}"
    )


def _health_section(profile: Profile) -> str:
    found = {name: asdict(health) for name, health in (profile.health or {}).items()}
    if not found:
        return ""
    head = "".join(f"<th>{escape(name)}" for name in ("", *found))
    rows = "".join(
        f"<tr><td>{escape(key)}</td>"
        + "".join(f'<td class="number">{values[key]:,.4g}</td>' for values in found.values())
        + "</tr>"
        for key in next(iter(found.values()))
    )
    return f"<h3>Health</h3><table><tr>{head}</tr>{rows}</table>"


def _measures_section(measures: Measures) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{_estimate(value)}</td>'
        f'<td class="number">{_estimate(measures.floor[name])}</td>'
        f'<td class="number">{value.n_words:,}</td></tr>'
        for name, value in measures.values.items()
    )
    head = "<tr><th>measure<th>value<th>human floor<th>words</tr>"
    return f"<h3>{escape(measures.name)}</h3><table>{head}{rows}</table>"


def _svg(profile: Profile) -> str:
    """Effects over their thresholds, the curves of three measures, and histograms."""
    curves = [name for name in _CURVES if name in profile.evidence]
    panels = 1 + len(curves) + bool(profile.histograms)
    with mpl.rc_context({"font.size": 9, "svg.fonttype": "path", "svg.hashsalt": "profile"}):
        figure = Figure(figsize=(4.2 * min(panels, 3), 3.4 * -(-panels // 3)), layout="constrained")
        axes = list(np.atleast_1d(figure.subplots(-(-panels // 3), min(panels, 3))).ravel())
        _draw_effects(axes[0], profile.findings)
        for place, name in enumerate(curves, start=1):
            _draw_curve(axes[place], name, profile.evidence[name])
        if profile.histograms:
            _draw_histograms(axes[panels - 1], profile)
        for unused in axes[panels:]:
            unused.set_axis_off()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _draw_effects(axes: Axes, findings: Sequence[Finding]) -> None:
    shown = [
        (f, np.array([f.low, f.effect, f.high], dtype=np.float64) / f.threshold)
        for f in reversed(findings)
        if None not in (f.low, f.effect, f.high)
    ]
    for height, (f, (low, effect, high)) in enumerate(shown):
        axes.plot([low, high], [height, height], color=_COLOR[f.answer], lw=2)
        axes.plot([effect], [height], "o", color=_COLOR[f.answer])
    axes.axvline(1.0, color="#999999", ls="--", lw=1)
    axes.set_yticks(range(len(shown)), [f.id for f, _ in shown])
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlabel("effect over threshold (dashed)")
    axes.set_title("Answers", loc="left")


def _draw_curve(axes: Axes, name: str, evidence: Evidence) -> None:
    generations = range(evidence.values.shape[1])
    for values, color, label in (
        (evidence.values, "#c1272d", "this"),
        (evidence.control, "#1b7837", "control"),
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
        style = {"color": "black", "lw": 2} if name == "human" else {"lw": 1.2}
        axes.stairs(share, edges, label=name, **style)
    axes.set_xlabel("bits per byte of a document under the fixed judge")
    axes.set_title("Perplexity histogram", loc="left")
    axes.legend(frameon=False, fontsize=7)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}"


def _interval(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return "none" if finding.n < 2 else "unbounded"
    return f"[{finding.low:+.4f}, {finding.high:+.4f}]"


def _estimate(estimate: Estimate) -> str:
    error = "" if estimate.stderr is None else f" ± {estimate.stderr:.4f}"
    return f"{estimate.value:.4f}{error}"
