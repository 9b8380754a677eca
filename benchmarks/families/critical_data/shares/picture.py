"""The picture of shares of human text: level sets over generations, points, curves of theory."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.shares.levels import Level
from benchmarks.families.critical_data.shares.predicted import predicted_share
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.shown import Records, level_of
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.families.critical_data.shares.transformers import critical_data_cpu_shares

FIGURE = "shares"
_COLORS = ("#2166ac", "#b2182b")
_MARKERS, _CURVES = ("s", "D"), ("--", "-.")
_TICKS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)


def shares_picture(
    bigrams: Sequence[AnyCriticalRecord], transformers: Mapping[str, Records]
) -> Figure:
    """Level sets of the excess over shares and generations, with those of a linear chain.

    Args:
        bigrams: Records of bigram chains, whose levels are lines with intervals.
        transformers: Records of transformers by size in words, whose levels are points.
    """
    study = critical_data_shares()
    figure = Figure(figsize=(7.6, 4.8), layout="constrained")
    axes = figure.subplots()
    for delta, color in zip(study.deltas, _COLORS, strict=True):
        _draw_bigrams(axes, bigrams, study.horizons, delta, color)
        for place, (size, records) in enumerate(transformers.items()):
            _draw_transformers(axes, records, delta, color, place, size)
    axes.set(
        xscale="log", yscale="log", xlabel="generations G", xlim=(0.85, 24), ylim=(1 / 80, 1.1)
    )
    axes.set_ylabel("least share of fresh human text, s*(delta, G)")
    ticks = sorted({*study.horizons, *critical_data_cpu_shares().horizons})
    axes.set_xticks(ticks, list(map(str, ticks)))
    axes.set_yticks(_TICKS, [f"{100 * t:.3g} %" for t in _TICKS])
    axes.minorticks_off()
    axes.set_title(_title(bigrams, transformers), loc="left", fontsize=9)
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    return figure


def _title(bigrams: Records, transformers: Mapping[str, Records]) -> str:
    seeds = f"bigrams: {len(bigrams)} seeds"
    if transformers:
        seeds += f", transformers: {max(map(len, transformers.values()))}; arrows: outside the grid"
    return (
        f"How much human text is enough?  ({seeds})\n"
        "dotted, dashed: a linear chain that errs as much as bigrams, transformers in generation 1"
    )


def _draw_bigrams(
    axes: Axes,
    records: Records,
    horizons: Sequence[int],
    delta: float,
    color: str,
) -> None:
    if not records:
        return
    there = _inside({horizon: level_of(records, horizon, delta) for horizon in horizons})
    if not there:
        return
    _points(axes, there, f"bigrams, {delta:g} bits per word", "o-", color, shift=1.0)
    _curve(axes, records, max(horizons), delta, ":", color)


def _curve(axes: Axes, records: Records, last: int, delta: float, style: str, color: str) -> None:
    """The share that a linear chain needs that errs as much in the first generation."""
    grid = np.unique(np.geomspace(1, last, 40).round().astype(int))
    linear = {int(g): predicted_share(records, int(g), delta) for g in grid}
    shown = {g: share for g, share in linear.items() if share > 0}
    axes.plot(list(shown), list(shown.values()), style, color=color, lw=1.2)


def _draw_transformers(
    axes: Axes, records: Records, delta: float, color: str, place: int, size: str
) -> None:
    """Points of one size; beyond the largest share or below the least an arrow at it."""
    horizons, shares = records[0].recipe["horizons"], records[0].recipe["shares"]
    levels = {int(g): level_of(records, int(g), delta) for g in horizons}
    shift = 0.97 if place == 0 else 1.03
    label = f"transformers, {size}, {delta:g} bits"
    _points(axes, _inside(levels), label, _MARKERS[place], color, shift=shift, hollow=place == 0)
    _curve(axes, records, max(horizons), delta, _CURVES[place], color)
    for generation, found in levels.items():
        if found.share is None:
            end, arrow = (shares[0], "v") if found.below else (shares[-1], "^")
            axes.plot(generation * shift, end, arrow, color=color, mfc="none", ms=6)


def _inside(levels: Mapping[int, Level]) -> dict[int, Level]:
    return {horizon: one for horizon, one in levels.items() if one.share}


def _points(
    axes: Axes,
    levels: Mapping[int, Level],
    label: str,
    style: str,
    color: str,
    *,
    shift: float,
    hollow: bool = False,
) -> None:
    """Levels with their intervals; an end outside the grid has no whisker."""
    middle = np.array([one.share for one in levels.values()], dtype=np.float64)
    ends = np.array([[one.low, one.high] for one in levels.values()], dtype=np.float64)
    reach = np.nan_to_num(np.abs(ends.reshape(-1, 2).T - middle))
    axes.errorbar(
        [shift * horizon for horizon in levels], middle, yerr=reach, fmt=style, color=color,
        capsize=3, ms=5, mfc="white" if hollow else color, label=label, lw=1.2,
    )  # fmt: skip
