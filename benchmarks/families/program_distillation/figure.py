"""The pictures of the family, each from records: what a round loses where, and what faults pass."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.program_distillation.chain.figure import tail_picture
from benchmarks.families.program_distillation.chain.found import chains_of
from benchmarks.families.program_distillation.chain.page import TAIL
from benchmarks.families.program_distillation.chain.recipe import EXECUTED
from benchmarks.families.program_distillation.precision import PRECISION, precision_picture
from benchmarks.families.program_distillation.recipes import FAULTS, TEACHERS, TWINS
from benchmarks.families.program_distillation.students.page import STUDENTS_PICTURE
from benchmarks.families.program_distillation.students.picture import students_picture
from benchmarks.families.program_distillation.students.shown import arms_of, solved_by_seed
from benchmarks.families.program_distillation.summaries import (
    TEACHER_WORDS,
    Found,
    classes,
    of_arm,
)
from benchmarks.families.program_distillation.work.faulty import BY_ACCIDENT
from benchmarks.families.program_distillation.work.measures import UNFINISHED
from benchmarks.families.program_distillation.work.taught import ANOTHER
from benchmarks.running.record import Envelope
from data.executing.outcome import OutcomeClass
from data.program_distillation.faults import KINDS

FUNNEL, RECALL = "funnel", "recall"
_REJECTED, _EQUIVALENT, _SPURIOUS = "#2166ac", "#bbbbbb", "#b2182b"
_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("written", ()),
    ("parsed", (OutcomeClass.REFUSED, OutcomeClass.SYNTAX, OutcomeClass.OUTSIDE)),
    ("ran", (OutcomeClass.UNDEFINED_NAME, OutcomeClass.ZERO_DIVISION, OutcomeClass.TIME,
             OutcomeClass.MEMORY, OutcomeClass.ERROR)),
    ("gave the answer", (OutcomeClass.WRONG_VALUE,)),
    ("and with other numbers", (BY_ACCIDENT,)),
)  # fmt: skip
"""Steps of the funnel, each with the classes that are lost before it."""
_SHADES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("gives the answer", "#1b7837", (OutcomeClass.RIGHT,)),
    ("by another computation than the person's", "#7fbf7b", (ANOTHER,)),
    ("right in words alone", "#fdb863", (UNFINISHED,)),
    ("wrong value", "#b2182b", (OutcomeClass.WRONG_VALUE,)),
    ("no program that runs", "#666666", ()),
)
"""Classes of real solutions with their colours; the last one takes all others."""


def draw_all(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw every picture whose records are there, as PNG and PDF; return the files."""
    faults = of_arm(records, FAULTS)
    people, teachers = of_arm(records, TWINS), of_arm(records, TEACHERS)
    pictures: dict[str, Callable[[], Figure]] = {}
    if faults and people and teachers:
        pictures[FUNNEL] = lambda: funnel_picture(faults, people, teachers)
    if faults and teachers:
        pictures[PRECISION] = lambda: precision_picture(faults, teachers)
    if faults:
        pictures[RECALL] = lambda: recall_picture(faults)
    if "program" in (students := arms_of(records)):
        pictures[STUDENTS_PICTURE] = lambda: students_picture(students, solved_by_seed(records))
    if EXECUTED in (chains := chains_of(records)):
        pictures[TAIL] = lambda: tail_picture(chains)
    return save_all(pictures, folder)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)


def funnel_picture(faults: Found, people: Found, teachers: Found) -> Figure:
    """What is left of a simulated round step by step, and beside it what becomes of real ones."""
    figure = Figure(figsize=(10.4, 4.2), layout="constrained")
    one_round, real = figure.subplots(1, 2, width_ratios=(1, 1.25))
    _draw_round(one_round, classes(faults, "round"), faults["round/faulty"].mean)
    sources = {"a person": classes(people, "test")}
    sources |= {words: classes(teachers, name) for name, words in TEACHER_WORDS.items()}
    _draw_sources(real, sources)
    figure.legend(loc="outside lower right", ncols=5, frameon=False, fontsize=8, columnspacing=1.2,
                  handlelength=1.2)  # fmt: skip
    figure.suptitle("Where are faulty programs lost?", x=0.01, ha="left", fontsize=12)
    return figure


def _draw_round(axes: Axes, found: Mapping[str, float], faulty: float) -> None:
    left = 1.0
    for place, (_, lost) in enumerate(_STEPS):
        parts = {kind: found[kind] for kind in lost if found.get(kind)}
        gone = sum(parts.values())
        left -= gone
        axes.barh(-place, 100 * left, color=_REJECTED, height=0.62)
        axes.barh(-place, 100 * gone, left=100 * left, color=_SPURIOUS, alpha=0.35, height=0.62)
        axes.annotate(f"{100 * left:.1f} %", (2, -place), va="center", color="white", fontsize=9)
        words = ", ".join(f"{kind} {100 * share:.2g} %" for kind, share in parts.items())
        axes.annotate(words, (100, -place - 0.48), ha="right", va="center", fontsize=7.5,
                      color=_SPURIOUS)  # fmt: skip
    axes.set_yticks([-k for k in range(len(_STEPS))], [name for name, _ in _STEPS])
    axes.set(xlim=(0, 100), ylim=(-len(_STEPS) + 0.4, 0.6), xlabel="% of programs left")
    axes.set_title(f"a simulated round, {100 * faulty:.0f} % faulty", loc="left", fontsize=10)
    _plain(axes)


def _draw_sources(axes: Axes, sources: Mapping[str, Mapping[str, float]]) -> None:
    named = {kind for _, _, kinds in _SHADES for kind in kinds}
    for place, found in enumerate(sources.values()):
        start = 0.0
        for words, color, kinds in _SHADES:
            mine = kinds or tuple(set(found) - named)
            width = 100 * sum(found.get(kind, 0) for kind in mine)
            label = words if place == 0 else None
            axes.barh(-place, width, left=start, color=color, height=0.62, label=label)
            if width > 6:
                axes.annotate(f"{width:.0f}", (start + width / 2, -place), ha="center",
                              va="center", color="white", fontsize=8)  # fmt: skip
            start += width
    axes.set_yticks([-k for k in range(len(sources))], list(sources))
    axes.set(xlim=(0, 100), ylim=(-len(sources) + 0.4, 0.6), xlabel="% of the 1,319 test questions")
    axes.set_title("solutions in words, run as programs", loc="left", fontsize=10)
    _plain(axes)


def recall_picture(faults: Found) -> Figure:
    """By kind of fault: rejected, accepted and equivalent, accepted and not; beside it recall."""
    figure = Figure(figsize=(11.2, 4.8), layout="constrained")
    parts, recall = figure.subplots(1, 2, width_ratios=(1.25, 1), sharey=True)
    _draw_parts(parts, faults)
    _draw_recall(recall, faults)
    figure.suptitle(
        f"Which faults does the answer let pass?  (one in each program of GSM8K, {_seeds(faults)})",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _seeds(found: Found) -> str:
    n = found["round/faulty"].n
    return f"{n} seed{'s' if n > 1 else ''}"


def _draw_parts(axes: Axes, faults: Found) -> None:
    for place, kind in enumerate(KINDS):
        rejected, same = (faults[f"{kind}/{key}"].mean for key in ("rejected", "equivalent"))
        parts = {
            "rejected": (rejected, _REJECTED),
            "accepted: computes the same": (same, _EQUIVALENT),
            "accepted: another computation": (1 - rejected - same, _SPURIOUS),
        }
        start = 0.0
        for words, (width, color) in parts.items():
            label = words if place == 0 else None
            axes.barh(-place, 100 * width, left=100 * start, color=color, height=0.62, label=label)
            start += width
        axes.annotate(f"{100 * rejected:.1f}", (2, -place), va="center", color="white", fontsize=8)
    axes.set_yticks([-k for k in range(len(KINDS))], list(KINDS.values()))
    axes.tick_params(axis="y", labelsize=9)
    axes.set(xlim=(0, 100), ylim=(-len(KINDS) + 0.4, 0.6), xlabel="% of programs with the fault")
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1.02, 1),
                borderpad=0, columnspacing=1, handlelength=1.2)  # fmt: skip
    _plain(axes)


def _draw_recall(axes: Axes, faults: Found) -> None:
    filters = {
        "recall": ("the answer", _REJECTED, "o", 0.12),
        "recall_reassigned": ("the answer, and one re-assignment", "#1b7837", "D", -0.12),
    }
    for key, (words, color, marker, shift) in filters.items():
        for place, kind in enumerate(KINDS):
            one = faults[f"{kind}/{key}"]
            ends = [[0.0], [0.0]]
            if one.low is not None and one.high is not None:
                ends = [[100 * (one.mean - one.low)], [100 * (one.high - one.mean)]]
            axes.errorbar(100 * one.mean, shift - place, xerr=ends, fmt=marker, ms=5, capsize=2,
                          color=color, label=words if place == 0 else None)  # fmt: skip
    axes.axvline(98, color="black", lw=0.8, ls=":")
    axes.axvline(100, color="black", lw=0.8)
    axes.set(xlabel="% rejected of faults that matter")
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1.02, 1),
                borderpad=0, columnspacing=1, handlelength=1.2)  # fmt: skip
    _plain(axes)
