"""The picture of what a filter is worth: how pure a corpus it leaves, by the share of faults.

Lines are Bayes's rule for three chances that a faulty program passes, each measured: without a
filter, of the kind of fault that passes most often, and of all kinds in a simulated round. Points
are corpora that were really filtered: that round, and the solutions of real models.
"""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.families.program_distillation.statistics import PROGRAMS
from benchmarks.families.program_distillation.summaries import CLASS, TEACHER_WORDS, Found
from benchmarks.families.program_distillation.work.measures import UNFINISHED
from benchmarks.families.program_distillation.work.taught import ANOTHER
from benchmarks.profile.calibration import clopper_pearson
from data.executing.outcome import OutcomeClass
from data.program_distillation.faults import KINDS
from theory.program_distillation.filtering import faulty_after

PRECISION = "precision"
ALL_KINDS = "all kinds together"
_COLORS = ("#888888", "#b2182b", "#2166ac")
_MARKERS = ("o", "s", "D", "^", "v")
_SHADES = ("#2166ac", "#1b7837", "#7fbf7b", "#762a83", "#b47fc0")
_LEAST = 2e-5
"""Smallest faulty share that is drawn; what is below lies at the upper edge."""


class Corpus(NamedTuple):
    """A filtered corpus: shares of faulty programs before and after."""

    words: str
    before: float
    after: float
    low: float
    """Ends of the 95 % interval of `after`: over seeds, or of counts (Clopper and Pearson 1934)."""
    high: float


def chances(faults: Found) -> dict[str, float]:
    """Three chances that a faulty program passes, by what they are of; without a filter it is 1."""
    passed = {kind: 1 - faults[f"{kind}/recall"].mean for kind in PROGRAMS}
    worst = max(passed, key=lambda kind: passed[kind])
    return {
        "no filter": 1.0,
        f"{KINDS[worst]}: the worst kind": passed[worst],
        ALL_KINDS: faults["round/spurious"].mean,
    }


def corpora(faults: Found, teachers: Found) -> list[Corpus]:
    """The round, and the solutions of each real model."""
    before, after = faults["round/faulty"], faults["round/kept_faulty"]
    low, high = (after.mean if end is None else end for end in (after.low, after.high))
    one_round = Corpus("a simulated round", before.mean, after.mean, max(low, 0.0), high)
    return [one_round, *(_of_teacher(teachers, name) for name in TEACHER_WORDS)]


def _of_teacher(found: Found, name: str) -> Corpus:
    """Solutions of one model that came to a value, before and after the filter by answers."""
    kept = sum(_class(found, name, kind) for kind in (OutcomeClass.RIGHT, ANOTHER))
    faulty = found[f"{name}/wrong/kept"].mean
    rejected = _class(found, name, OutcomeClass.WRONG_VALUE)
    unfinished = _class(found, name, UNFINISHED)
    written = kept + rejected + unfinished
    return Corpus(
        TEACHER_WORDS[name],
        (faulty + rejected) / written,
        faulty / kept,
        *clopper_pearson(round(faulty), round(kept)),
    )


def _class(found: Found, name: str, kind: str) -> float:
    """How many solutions of a model are of a class, of which there may be none."""
    one = found.get(f"{name}/{CLASS}{kind}")
    return 0.0 if one is None else one.mean


def precision_picture(faults: Found, teachers: Found) -> Figure:
    """Precision of what a filter keeps over the share of faults before it."""
    figure = Figure(figsize=(7.6, 4.8), layout="constrained")
    axes = figure.subplots()
    shares = np.linspace(0.005, 0.995, 400)
    for color, (words, chance) in zip(_COLORS, chances(faults).items(), strict=True):
        after = [faulty_after(share, chance) for share in shares]
        axes.plot(100 * shares, after, color=color, lw=1.6)
        place = (27, faulty_after(0.27, chance) / 2.5)
        if words != ALL_KINDS:  # points lie between that line and the others, words outside
            place = (8, min(2.2 * faulty_after(0.6, chance), 0.5))
        axes.annotate(f"{words} (s = {chance:.2g})", place, color=color, fontsize=8.5)
    for marker, color, one in zip(_MARKERS, _SHADES, corpora(faults, teachers), strict=True):
        _draw(axes, one, marker, color)
    axes.set_yscale("log")
    axes.set(xlim=(0, 100), ylim=(1, _LEAST), xlabel="% of written programs that are faulty")
    ticks = (0.5, 0.1, 0.01, 0.001, 0.0001)
    axes.set_yticks(ticks, [f"{100 * (1 - tick):.4g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylabel("% of kept programs that are right")
    axes.grid(color="#eeeeee")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8.5)
    figure.suptitle("How pure is what a filter by answers keeps?", x=0.01, ha="left", fontsize=12)
    return figure


def _draw(axes: Axes, one: Corpus, marker: str, color: str) -> None:
    """A corpus with its interval; one without a faulty program stands at its upper limit."""
    place = one.after or one.high
    ends = [[place - max(one.low, _LEAST)], [one.high - place]]
    words = one.words if one.after else f"{one.words}: none is faulty, 95 % limit"
    axes.errorbar(100 * one.before, place, yerr=ends, fmt=marker, color=color, ms=6, capsize=3,
                  lw=1.1, label=words, zorder=3)  # fmt: skip
