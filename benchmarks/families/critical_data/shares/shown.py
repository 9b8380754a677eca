"""The table and the picture of shares of human text: levels against generations, with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.shares.levels import Level, level
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.statistics import excess_of
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.running.record import Envelope
from theory.critical_data.mix_share import enough_share, mixed_error

_COLORS = ("#2166ac", "#b2182b")
FIGURE = "shares"


def share_records(records: Sequence[Envelope], arm: str = "bigrams") -> list[AnyCriticalRecord]:
    """Records of the chains of shares as the recipe stands now, by seed."""
    digest = critical_data_shares().digest
    mine = [r for r in records if isinstance(r, AnyCriticalRecord) and r.digest == digest]
    return sorted((r for r in mine if r.arm == arm), key=lambda record: record.seed)


def level_of(records: Sequence[AnyCriticalRecord], horizon: int, delta: float) -> Level:
    """The share that is enough after some generations, over all seeds."""
    excess = np.stack([excess_of(record, horizon) for record in records])
    return level(records[0].recipe["shares"], excess, delta)


def shares_frame(records: Sequence[AnyCriticalRecord]) -> pd.DataFrame:
    """The share that is enough, by generations and by the excess that is allowed."""
    study = critical_data_shares()
    return pd.DataFrame(
        [
            {
                "generations": str(horizon),
                **{
                    f"share for {delta:g} bits": in_words(level_of(records, horizon, delta))
                    for delta in study.deltas
                },
            }
            for horizon in study.horizons
        ]
    )


def in_words(found: Level) -> str:
    """A share with its interval, in percent; where it lies outside the grid, on which side."""
    ends = ["…" if end is None else f"{100 * end:.1f}" for end in (found.low, found.high)]
    if found.share is None:
        return "less than was tried" if found.below else "more than was tried"
    return f"{100 * found.share:.1f} % [{ends[0]}, {ends[1]}]"


def shares_picture(records: Sequence[AnyCriticalRecord]) -> Figure:
    """Level sets of the excess over shares and generations, with those of a linear chain."""
    study = critical_data_shares()
    figure = Figure(figsize=(6.8, 4.4), layout="constrained")
    axes = figure.subplots()
    for delta, color in zip(study.deltas, _COLORS, strict=True):
        _draw(axes, records, study.horizons, delta, color)
    axes.set(xscale="log", yscale="log", xlabel="generations G")
    axes.set_ylabel("least share of fresh human text, s*(delta, G)")
    axes.set_xticks(study.horizons, list(map(str, study.horizons)))
    axes.set_yticks(ticks := [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2],
                    [f"{100 * t:.3g} %" for t in ticks])  # fmt: skip
    axes.minorticks_off()
    axes.set_title(
        f"How much human text is enough?  (bigram chains, {len(records)} seeds)\n"
        "dotted: a linear chain that needs as much at the last horizon",
        loc="left", fontsize=9,
    )  # fmt: skip
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    return figure


def _draw(
    axes: Axes,
    records: Sequence[AnyCriticalRecord],
    horizons: Sequence[int],
    delta: float,
    color: str,
) -> None:
    levels = {horizon: level_of(records, horizon, delta) for horizon in horizons}
    there = {h: one for h, one in levels.items() if one.share and one.low and one.high}
    if not there:
        return
    middle = np.array([one.share for one in there.values()], dtype=np.float64)
    ends = np.array([[one.low, one.high] for one in there.values()], dtype=np.float64)
    axes.errorbar(
        list(there), middle, yerr=np.abs(ends.T - middle), fmt="o-", color=color, capsize=3, ms=4,
        label=f"excess of {delta:g} bits per token",
    )  # fmt: skip
    last = max(there)
    same = mixed_error(float(middle[-1]), last) - 1
    grid = np.unique(np.geomspace(1, last, 40).round().astype(int))
    linear = {int(g): enough_share(same, int(g)) for g in grid}
    shown = {g: share for g, share in linear.items() if share > 0}
    axes.plot(list(shown), list(shown.values()), ":", color=color, lw=1.2)
