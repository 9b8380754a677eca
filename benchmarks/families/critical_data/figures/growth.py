"""How the critical size grows: over the modulus with three hypotheses, and over the width."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import paired
from benchmarks.families.critical_data.estimates import HYPOTHESES
from benchmarks.families.critical_data.figures.house import (
    FLOOR,
    GREY,
    LAZY,
    TEST,
    TRAIN,
    Look,
    named,
    plain,
    ticked,
)
from benchmarks.families.critical_data.summaries import Bracket
from theory.critical_data.identify import finite_point

_HYPOTHESES: Mapping[str, Look] = {
    "p ln p": {"color": TRAIN, "ls": "--"},
    "p^(5/3)": {"color": LAZY, "ls": "-."},
    "p^2": {"color": GREY, "ls": ":"},
}
Found = Mapping[int, Sequence[Bracket]]
"""Where the critical size of every seed lies, by modulus or by width."""


def moduli_picture(found: Found) -> Figure:
    """Critical sizes over the modulus, with the slopes of the hypotheses and the floor."""
    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    axes = figure.subplots()
    moduli = np.array(sorted(found))
    known = {p: [one.size for one in found[p] if one.size is not None] for p in found}
    centre = float(np.exp(np.mean(np.log(moduli))))
    level = float(np.exp(np.mean([np.mean(np.log(known[p])) for p in moduli])))
    for name, law in HYPOTHESES.items():
        sizes = [level * law(float(p)) / law(centre) for p in moduli]
        axes.plot(moduli, sizes, lw=1.3, **_HYPOTHESES[name])
    _draw_brackets(axes, found, 0.03)
    axes.plot(moduli, [finite_point(int(p)) for p in moduli], color=FLOOR, lw=1.3)
    axes.set(xscale="log", yscale="log", xlabel="modulus p", ylabel="critical size n")
    ticked(axes, x=[float(p) for p in moduli], y=(100, 200, 500, 1000, 2000))
    named(
        axes,
        {
            **{f"slope of {name}": look for name, look in _HYPOTHESES.items()},
            "examples that determine half of all tables": {"color": FLOOR},
            **_looks(found),
        },
        loc="upper left",
    )
    plain(axes, f"{_seeds(found)}; budgets: six times the steps of the largest size")
    return figure


def widths_picture(found: Found, modulus: int, budget: int) -> Figure:
    """Critical sizes over the width of the model, at one budget."""
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.subplots()
    _draw_brackets(axes, found, 0.06)
    widths = sorted(found)
    axes.set(xscale="log", yscale="log", xlabel="width of the model", ylabel="critical size n")
    tried = sorted({end for seeds in found.values() for one in seeds for end in one.ends})
    axes.set_ylim(tried[0] * 0.78, tried[-1] * 1.1)
    ticked(axes, x=[float(width) for width in widths], y=[float(end) for end in tried])
    named(axes, _looks(found), loc="lower left")
    plain(axes, f"addition modulo {modulus}, budget of {budget:,} steps, {_seeds(found)}")
    return figure


_BEYOND = "beyond the largest or the least size"
_SEEDS: Mapping[str, Look] = {
    "a seed, between the sizes that bound it": {
        "color": TEST, "marker": "o", "ms": 4, "lw": 0.8, "alpha": 0.7,
    },
    _BEYOND: {
        "color": TEST, "marker": "^", "ms": 5, "ls": "", "mfc": "white",
    },
    "mean of the seeds inside, with 95 % interval": {
        "color": "black", "marker": "D", "ms": 5, "ls": "",
    },
}  # fmt: skip


def _looks(found: Found) -> Mapping[str, Look]:
    """What the legend names: sizes beyond those that were tried where there are some alone."""
    is_beyond = any(one.size is None for seeds in found.values() for one in seeds)
    return {name: look for name, look in _SEEDS.items() if is_beyond or name != _BEYOND}


def _seeds(found: Found) -> str:
    counts = sorted({len(seeds) for seeds in found.values()})
    many = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{many} seed{'' if counts == [1] else 's'}"


def _draw_brackets(axes: Axes, found: Found, spread: float) -> None:
    """Seeds side by side, each between the sizes that bound it, and their mean."""
    for place, seeds in found.items():
        sides = np.exp(np.linspace(-spread, spread, len(seeds) + 2)[1:-1])
        for x, one in zip(place * sides, seeds, strict=True):
            if one.size is None:
                marker, end = ("^", one.ends[1]) if one.above else ("v", one.ends[0])
                axes.plot(x, end * (1.05 if one.above else 0.95), marker, ms=5, color=TEST,
                          mfc="white")  # fmt: skip
                continue
            axes.plot([x, x], one.ends, color=TEST, lw=0.8, alpha=0.7)
            axes.plot(x, one.size, "o", ms=4, color=TEST, alpha=0.7)
        inside = [one.size for one in seeds if one.size is not None]
        if len(inside) > 1:
            mean, x = paired(np.log(inside)), place * np.exp(1.5 * spread)
            axes.plot(x, np.exp(mean.mean), "D", ms=5, color="black")
            if mean.low is not None and mean.high is not None:
                axes.plot([x, x], np.exp([mean.low, mean.high]), color="black", lw=1.5)
