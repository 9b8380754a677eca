"""What a judge found in text of another model and in human text: Figures 3 and 10 to 13.

One line per corpus: how likely the judge finds its documents, how varied its bigrams are, and how
well a model that learns it does on human text that was held out.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import LOSS
from benchmarks.comparing.differences import paired
from benchmarks.comparing.pictures.colours import style_of
from benchmarks.comparing.pictures.files import save
from benchmarks.comparing.pictures.forest import WIDTH
from benchmarks.families.toedit.claims.statistics import of_text
from benchmarks.families.toedit.recipes.written import TEXT, written_by_smollm2
from benchmarks.paper.cells import command
from benchmarks.paper.evidence import Evidence
from benchmarks.running.record import Envelope
from data.errors import BadInput
from data.workflow import Workflow

CORPORA: dict[Workflow, str] = {
    "fresh_human": "new human text",
    "same_human": "human text",
    "mix": "25 % human, 75 % SmolLM2",
    "importance": "SmolLM2, chosen by DSIR",
    "replace": "SmolLM2",
}
"""What the page calls the corpus of each workflow, in the order of the page."""
MAKE = (
    f"collapse synthesize biographies {Path(TEXT).parent} --documents 240 --held-out-bytes 120000 "
    "--at-once 64; " + command(written_by_smollm2().name)
)
"""Commands that make the text and then the records."""
_COLUMNS = {
    "perplexity_low": "perplexity, 2.5 %",
    "perplexity_median": "median",
    "perplexity_high": "97.5 %",
    "top_bigrams": "40 commonest bigrams (%)",
    "distinct_2": "distinct bigrams (%)",
}
_ENDS = ("low", "median", "high")
_PER_CENT = ("top_bigrams", "distinct_2")
_TITLES = (
    "perplexity: 95 % range, median, by seed",
    "40 commonest bigrams, % of all",
    "different bigrams, % of all",
)


def chains_of_written_text(records: Iterable[Envelope]) -> dict[Workflow, list[Record]]:
    """The chains of each corpus, in the order of their seeds; empty where there is none."""
    evidence, recipe = Evidence(tuple(records)), written_by_smollm2()
    found = {workflow: evidence.runs(recipe, workflow) for workflow in CORPORA}
    return {workflow: [by[seed] for seed in sorted(by)] for workflow, by in found.items()}


def is_whole(chains: dict[Workflow, list[Record]]) -> bool:
    """Whether every corpus has a record."""
    return all(chains.values())


def written_frame(chains: dict[Workflow, list[Record]]) -> pd.DataFrame:
    """One line per corpus: means over seeds, and the loss with its t interval.

    Raises:
        BadInput: A corpus has no record.
    """
    _refuse_missing(chains)
    rows = []
    for workflow, mine in chains.items():
        means = {title: f"{_values(mine, name).mean():.1f}" for name, title in _COLUMNS.items()}
        loss = paired(np.array([record.last.metrics[LOSS].value for record in mine]))
        span = "" if loss.low is None else f" [{loss.low:.3f}, {loss.high:.3f}]"
        rows.append(
            {
                "corpus": CORPORA[workflow],
                **means,
                "held-out bits per byte": f"{loss.mean:.3f}{span}",
                "seeds": str(loss.n),
            }
        )
    return pd.DataFrame(rows)


def draw_written(chains: dict[Workflow, list[Record]], paths: Iterable[Path]) -> None:
    """Perplexity under the judge, and bigrams: one mark per seed and corpus.

    Args:
        chains: Records of every corpus, by workflow; see `chains_of_written_text`.
        paths: Files to draw into; PNG or PDF by suffix.

    Raises:
        BadInput: A corpus has no record.
    """
    save(written_figure(chains), paths, dpi=200)


def written_figure(chains: dict[Workflow, list[Record]]) -> Figure:
    """The figure of `draw_written`: three panels, one below the other.

    Raises:
        BadInput: A corpus has no record.
    """
    _refuse_missing(chains)
    with mpl.rc_context({"font.size": 8.5, "font.family": "sans-serif"}):
        figure = Figure(figsize=(WIDTH, 5.4), layout="constrained")
        ranges, *bigrams = figure.subplots(3, 1, height_ratios=(1.3, 1, 1))
        for place, (workflow, mine) in enumerate(chains.items()):
            style = style_of(workflow)
            low, middle, high = (_values(mine, f"perplexity_{end}") for end in _ENDS)
            at = place + np.linspace(-0.22, 0.22, len(mine))
            ranges.hlines(at, low, high, color=style.color, linewidth=1.6)
            for axes, values in (
                (ranges, middle),
                *zip(bigrams, (_values(mine, name) for name in _PER_CENT), strict=True),
            ):
                axes.plot(values, at, ls="none", marker=style.marker, color=style.color, ms=4)
        ranges.set_xscale("log")
        ranges.set_xticks([5, 10, 20, 50, 100, 200], ["5", "10", "20", "50", "100", "200"])
        ranges.minorticks_off()
        for axes, title in zip((ranges, *bigrams), _TITLES, strict=True):
            _name_corpora(axes, list(chains))
            _finish(axes, title)
    return figure


def _name_corpora(axes: Axes, workflows: Sequence[Workflow]) -> None:
    axes.set_yticks(range(len(workflows)), [CORPORA[workflow] for workflow in workflows])
    for name, workflow in zip(axes.get_yticklabels(), workflows, strict=True):
        name.set_color(style_of(workflow).color)
    axes.set_ylim(len(workflows) - 0.5, -0.5)


def _finish(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=8.5)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _values(chains: Sequence[Record], name: str) -> NDArray[np.float64]:
    scale = 100.0 if name in _PER_CENT else 1.0
    return np.array([scale * of_text(record, name) for record in chains])


def _refuse_missing(chains: dict[Workflow, list[Record]]) -> None:
    if missing := [workflow for workflow, mine in chains.items() if not mine]:
        raise BadInput(f"no record of {', '.join(missing)}; run: {MAKE}")
