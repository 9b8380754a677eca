"""Pictures of the rewriters: what their representations hold, and a paragraph as it becomes."""

import re
import textwrap
from collections.abc import Collection, Mapping, Sequence
from statistics import mean

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import paired
from benchmarks.families.story_style.floors.metrics import front
from benchmarks.families.story_style.floors.systems import APPENDED, BLIND, COPY, RANDOM, SWAP
from benchmarks.families.story_style.model import statistics as of
from benchmarks.families.story_style.model.examples import Example
from benchmarks.families.story_style.record import StoryRecord
from data.story_style.keywords import MASK

_KEYWORD, _PLACE, _PLAIN = "#c2410c", "#8a8a8a", "#222222"
"""Colours of keywords of the source, of masks, and of other words."""
_FLOOR = "#8a8a8a"
_SYSTEMS = (
    "#2a5be0", "#e07b2a", "#1b7837", "#c1272d", "#7a4fbf",
    "#7f3b08", "#d65db1", "#0f8b8d", "#a89400", "#111111", "#e05299",
)  # fmt: skip
"""Colours of systems; none is that of floors."""
_MARKS = "osD^v<>PXhd"
"""Shapes of points, so that systems are told apart without colour."""
_COLUMNS = 62
"""Letters of a line in the picture of a paragraph."""
_LETTERS = 11.9
"""Size of letters, by which so many fill the width of a text."""
_LINES = 15
"""Lines of a text in it at most."""
_WORD = re.compile(r"\S+")
FLOORS = (COPY, RANDOM, SWAP, APPENDED, BLIND)
"""Texts that no model wrote, by name."""


def systems_picture(systems: Mapping[str, Sequence[StoryRecord]]) -> Figure:
    """Style and content in representations by system; and a-Acc against BLEU-1 with the floors.

    Args:
        systems: Records by arm.
    """
    figure = Figure(figsize=(13.4, 4.8), layout="constrained")
    inside, written = figure.subplots(1, 2)
    first = next(iter(systems.values()))
    for place, (arm, records) in enumerate(systems.items()):
        look = _SYSTEMS[place % len(_SYSTEMS)], _MARKS[place % len(_MARKS)]
        _point(inside, arm, records, ("probe/content", "probe/style"), look)
        _point(written, arm, records, ("final/released BLEU-1", "final/a-Acc/unseen"), look)
    for place, name in enumerate(FLOORS):
        keys = f"{name}/released BLEU-1", f"{name}/a-Acc/unseen"
        _point(written, f"floor: {name}", first, keys, (_FLOOR, _MARKS[place % len(_MARKS)]))
    _draw_front(written, systems, first)
    inside.axhline(0.5, color="#bbbbbb", lw=1, zorder=0)
    inside.annotate("chance", (0.01, 0.5), xycoords=("axes fraction", "data"), fontsize=8, va="top")
    _name(inside, "representations", "content given back (R squared)", "style probe, balanced")
    _name(
        written,
        "final texts, and floors (grey); dashes: nothing is better in both",
        "BLEU-1 with the source",
        "a-Acc, unseen judge",
    )
    written.legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    seeds = max(map(len, systems.values()))
    figure.suptitle(
        "Does a loss take style out, and does what is written beat texts of no model?  "
        f"(held-out stories, {seeds} seed{'s' if seeds > 1 else ''}; bars: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _draw_front(
    axes: Axes, systems: Mapping[str, Sequence[StoryRecord]], floors: Sequence[StoryRecord]
) -> None:
    """Join the texts that none is better than in both measures, by their means over seeds."""
    measures = "released BLEU-1", "a-Acc/unseen"
    texts = {arm: (records, "final") for arm, records in systems.items()}
    texts |= {name: (floors, name) for name in FLOORS}
    means = {
        name: tuple(mean(of.value(one, f"{text}/{key}") for one in records) for key in measures)
        for name, (records, text) in texts.items()
    }
    best = sorted(means[name] for name in front(means))
    axes.plot(*zip(*best, strict=True), "--", color="#bbbbbb", lw=1, zorder=0)


def _point(
    axes: Axes,
    name: str,
    records: Sequence[StoryRecord],
    keys: tuple[str, str],
    look: tuple[str, str],
) -> None:
    """Draw means of two measures with their intervals over seeds, in a colour and a shape."""
    x, y = (paired(np.array([of.value(one, key) for one in records])) for key in keys)
    sides = [
        [[0.0], [0.0]]
        if one.low is None or one.high is None
        else [[one.mean - one.low], [one.high - one.mean]]
        for one in (x, y)
    ]
    axes.errorbar(
        [x.mean], [y.mean], xerr=sides[0], yerr=sides[1],
        color=look[0], fmt=look[1], ms=6, lw=0.9, label=name,
    )  # fmt: skip


def _name(axes: Axes, title: str, across: str, up: str) -> None:
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(False)


def paragraph_picture(example: Example) -> Figure:
    """A story side by side: source, first stage, final text, and one of the target author's own.

    Keywords of the source are coloured wherever they stand, and so are masks.

    Args:
        example: A rewritten story of a record.
    """
    texts = {
        f"source: {_name_of(example.author)}": example.source,
        f"first stage, as {_name_of(example.target)}": example.first,
        "second stage, masks filled from the source's keywords": example.final,
        f"{_name_of(example.target)}'s own, another story": example.own,
    }
    keywords = frozenset(word.lower() for word in example.keywords)
    lines = [_lines(text) for text in texts.values()]
    heights = [max(map(len, lines[:2])), max(map(len, lines[2:]))]
    figure = Figure(figsize=(12.6, 0.21 * sum(heights) + 1.2), layout="constrained")
    grid = figure.subplots(2, 2, height_ratios=heights)
    for place, (axes, title, mine) in enumerate(zip(grid.flat, texts, lines, strict=True)):
        axes.set_axis_off()
        axes.set_title(title, fontsize=10, loc="left", fontweight="bold")
        _write(axes, mine, heights[place // 2], keywords)
    figure.suptitle(
        "A paragraph rewritten  (orange: keywords of the source; grey: masks)",
        x=0.004, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _name_of(author: str) -> str:
    """An author's key as a name."""
    return author.replace("_", " ").capitalize()


def _write(axes: Axes, lines: Sequence[str], height: int, keywords: Collection[str]) -> None:
    """Write lines of letters of one width, word by word in colour, into axes so many lines high."""
    for row, line in enumerate(lines):
        for found in _WORD.finditer(line):
            axes.text(
                found.start() / _COLUMNS,
                1 - (row + 0.8) / height,
                found[0],
                fontsize=_LETTERS,
                family="monospace",
                color=_colour(found[0], keywords),
                transform=axes.transAxes,
            )


def _colour(word: str, keywords: Collection[str]) -> str:
    if MASK in word:
        return _PLACE
    core = word.strip(".,;:!?\"'()").lower()
    return _KEYWORD if core in keywords else _PLAIN


def _lines(text: str) -> list[str]:
    """Lines of at most so many letters, and so many of them; an ellipsis stands for the rest."""
    return textwrap.wrap(
        text,
        _COLUMNS,
        max_lines=_LINES,
        placeholder=" …",
        break_long_words=False,
        break_on_hyphens=False,
    )
