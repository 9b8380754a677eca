"""Pictures of the rewriters: what their representations hold, and a paragraph as it becomes."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import paired
from benchmarks.families.story_style.floors.systems import APPENDED, BLIND, COPY, RANDOM, SWAP
from benchmarks.families.story_style.model import statistics as of
from benchmarks.families.story_style.model.examples import Example
from benchmarks.families.story_style.record import StoryRecord
from data.story_style.keywords import MASK

_KEYWORD, _PLACE, _PLAIN = "#c2410c", "#8a8a8a", "#222222"
"""Colours of keywords of the source, of masks, and of other words."""
_SYSTEM, _FLOOR = "#2a5be0", "#8a8a8a"
_COLUMNS = 62
"""Letters of a line in the picture of a paragraph."""
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
    figure = Figure(figsize=(12.6, 4.6), layout="constrained")
    inside, written = figure.subplots(1, 2)
    for arm, records in systems.items():
        _point(inside, arm, records, "probe/content", "probe/style", _SYSTEM)
        _point(written, arm, records, "final/released BLEU-1", "final/a-Acc/unseen", _SYSTEM)
    first = next(iter(systems.values()))
    for name in FLOORS:
        keys = f"{name}/released BLEU-1", f"{name}/a-Acc/unseen"
        _point(written, name, first, *keys, _FLOOR, marker="s")
    inside.axhline(0.5, color="#bbbbbb", lw=1, zorder=0)
    _name(inside, "representations", "content given back (R squared)", "style probe, balanced")
    _name(
        written, "final texts and floors (squares)", "BLEU-1 with the source", "a-Acc, unseen judge"
    )
    seeds = max(map(len, systems.values()))
    figure.suptitle(
        "Does a loss take style out, and what does it cost?  "
        f"(held-out stories, {seeds} seed{'s' if seeds > 1 else ''}; bars: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _point(
    axes: Axes,
    name: str,
    records: Sequence[StoryRecord],
    across: str,
    up: str,
    color: str,
    marker: str = "o",
) -> None:
    x, y = (paired(np.array([of.value(one, key) for one in records])) for key in (across, up))
    sides = [
        [[0.0], [0.0]]
        if one.low is None or one.high is None
        else [[one.mean - one.low], [one.high - one.mean]]
        for one in (x, y)
    ]
    axes.errorbar(
        [x.mean], [y.mean], xerr=sides[0], yerr=sides[1], fmt=marker, color=color, ms=5, lw=0.9
    )
    axes.annotate(
        name, (x.mean, y.mean), xytext=(5, 4), textcoords="offset points", fontsize=8, color=color
    )


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
    figure = Figure(figsize=(12.6, 7.2), layout="constrained")
    texts = {
        f"source: {example.author}": example.source,
        f"first stage, as {example.target}": example.first,
        "masks filled from the source's keywords": example.final,
        f"{example.target}'s own, another story": example.own,
    }
    keywords = frozenset(word.lower() for word in example.keywords)
    for axes, (title, text) in zip(figure.subplots(2, 2).flat, texts.items(), strict=True):
        axes.set_axis_off()
        axes.set_title(title, fontsize=10, loc="left", fontweight="bold")
        _write(axes, text, keywords)
    figure.suptitle(
        "A paragraph rewritten  (orange: keywords of the source; grey: masks)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _write(axes: Axes, text: str, keywords: Collection[str]) -> None:
    """Write a text in lines of letters of one width, word by word in colour."""
    lines = list(_lines(text))
    for row, line in enumerate(lines[:_LINES]):
        last = row == _LINES - 1 and len(lines) > _LINES
        for found in _WORD.finditer(f"{line} …" if last else line):
            axes.text(
                found.start() / _COLUMNS,
                1 - (row + 0.8) / _LINES,
                found[0],
                fontsize=11.4,
                family="monospace",
                color=_colour(found[0], keywords),
                transform=axes.transAxes,
            )


def _colour(word: str, keywords: Collection[str]) -> str:
    if MASK in word:
        return _PLACE
    core = word.strip(".,;:!?\"'()").lower()
    return _KEYWORD if core in keywords else _PLAIN


def _lines(text: str) -> Iterator[str]:
    """Lines of at most so many letters; a longer word has one of its own."""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > _COLUMNS:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        yield line
