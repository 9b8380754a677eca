"""Table 2 with error bars over items, and each step that a claim of the paper rests on."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.pictures.files import save
from benchmarks.families.preference_data.audit import PUBLISHED
from benchmarks.families.preference_data.printed.rows import is_own
from benchmarks.families.preference_data.printed.steps import (
    CLEAR,
    MEAN,
    STEPS,
    Pair,
    row_error,
    step,
)

FIGURE = "table-02-steps"
COLORS = {"U1": "#2166ac", "U2": "#c1272d", "U3": "#e08214", "U4": "#1b7837"}
"""Color of the steps of each claim."""
WORDS = {
    "U1": "tuned on the instructions",
    "U2": "preference loss",
    "U3": "general data mixed in",
    "U4": "one more round",
}
"""What each step does."""
_ULTRA = ("8B Ultra", "70B Ultra")
_QUESTION = "Which of the paper's steps is more than sampling error?  (UltraMedical, Table 2)"


def draw_steps(folder: Path) -> list[Path]:
    """Draw the picture as PNG and PDF into a folder; return the files."""
    paths = [folder / f"{FIGURE}{suffix}" for suffix in (".png", ".pdf")]
    with mpl.rc_context({"font.size": 9, "font.family": "sans-serif"}):
        figure = Figure(figsize=(11.4, 8.2), layout="constrained")
        rows, steps = figure.subplots(1, 2, width_ratios=(1.1, 1))
        _draw_rows(rows)
        _draw_steps(steps)
        for axes in (rows, steps):
            axes.spines[["top", "right", "left"]].set_visible(False)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="x", color="#eeeeee")
            axes.set_axisbelow(True)
        figure.suptitle(_QUESTION, x=0.01, ha="left", fontsize=12)
        save(figure, paths, dpi=150)
    return paths


def _draw_rows(axes: Axes) -> None:
    """Every model with its mean and interval, and arrows for the steps at 8B."""
    table = PUBLISHED.tables["2"]
    places = {row: -k for k, row in enumerate(table.rows)}
    for row, place in places.items():
        mean = float(table.find(row, MEAN).value)
        color = "black" if row.startswith(_ULTRA) else "#777777"
        axes.errorbar(
            mean,
            place,
            xerr=CLEAR * row_error(row),
            fmt="o" if is_own(row) else "D",
            mfc=color if is_own(row) else "white",
            color=color,
            ms=4,
            capsize=2,
            lw=1,
        )
    for claim, pairs in STEPS.items():
        for k, pair in enumerate(pairs):
            if pair[1].startswith("8B"):
                _draw_arrow(axes, pair, places, COLORS[claim], 0.25 + 0.05 * k)
    axes.set_yticks(list(places.values()), list(places))
    axes.set_ylim(-len(places) + 0.4, 0.6)
    axes.set_xlabel("mean of nine sets, %, 95 % interval over items (hollow: quoted)")


def _draw_arrow(axes: Axes, pair: Pair, places: dict[str, int], color: str, bend: float) -> None:
    table = PUBLISHED.tables["2"]
    ends = [(float(table.find(row, MEAN).value), places[row]) for row in pair]
    axes.annotate(
        "",
        xy=ends[1],
        xytext=ends[0],
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "lw": 1,
            "alpha": 0.8,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )


def _draw_steps(axes: Axes) -> None:
    """Each step with its interval, the mean of a claim's steps at each size below them."""
    place, ticks = 0.0, {}
    for claim, pairs in STEPS.items():
        for size in ("8B", "70B"):
            mine = [pair for pair in pairs if pair[1].startswith(size)]
            for pair in mine:
                _draw_step(axes, (pair,), place, COLORS[claim], 1.0)
                ticks[place] = pair[1]
                place -= 1
            if len(mine) > 1:
                _draw_step(axes, tuple(mine), place, COLORS[claim], 2.4)
                ticks[place] = f"{claim} at {size}, mean"
                place -= 1
        place -= 0.6
    axes.axvline(0, color="black", lw=0.8)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.set_ylim(place + 1, 0.8)
    axes.set_xlabel("points over the row before, 95 % interval over items")
    handles = [axes.plot([], [], color=color, lw=2)[0] for color in COLORS.values()]
    names = [f"{claim}: {WORDS[claim]}" for claim in COLORS]
    axes.legend(
        handles, names, frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=9
    )


def _draw_step(axes: Axes, pairs: tuple[Pair, ...], place: float, color: str, width: float) -> None:
    one = step(*pairs)
    axes.errorbar(
        one.mean, place, xerr=CLEAR * one.stderr, fmt="o", ms=4, color=color, capsize=2, lw=width
    )
    axes.annotate(
        f"z {one.z:+.1f}",
        (one.mean + CLEAR * one.stderr, place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=color,
    )
