"""Figures of the paper drawn again from records, beside what is printed."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from benchmarks.comparing.pictures.files import save
from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.cells import INTERVALS
from benchmarks.paper.cells import Measured
from benchmarks.paper.published import Key
from data.errors import BadInput


def draw_u_shape(ours: dict[Key, Measured], paths: Iterable[Path]) -> None:
    """Figure 5: share of tokens by the probability that the prior gives them, Table 6 and ours.

    Args:
        ours: Our numbers for the cells of Table 6, by cell.
        paths: Files to draw into; PNG or PDF by suffix.

    Raises:
        BadInput: No record says anything about Table 6.
    """
    found = [ours.get(("Table 6", interval, "share")) for interval in INTERVALS]
    measured = [number for number in found if number is not None]
    if len(measured) < len(INTERVALS):
        raise BadInput("no record fills Table 6; run: collapse run repeated_editing")
    table = PUBLISHED.tables["6"]
    printed = [float(table.find(interval, "share").value) for interval in INTERVALS]
    place = np.arange(len(INTERVALS))
    with mpl.rc_context({"font.size": 10, "font.family": "sans-serif"}):
        figure = Figure(figsize=(7.5, 3.8), layout="constrained")
        axes = figure.subplots()
        axes.bar(place - 0.2, printed, 0.4, color="#9ecae1", label="Table 6, biomedicine")
        seeds = f"{measured[0].seeds} seed" + ("s" if measured[0].seeds > 1 else "")
        label = f"ours, King James Bible, SmolLM2-135M ({seeds})"
        axes.bar(place + 0.2, [m.mean for m in measured], 0.4, color="#c1272d", label=label)
        spans = [m for m in measured if m.low is not None and m.high is not None]
        if len(spans) == len(measured):
            low = [m.mean - (m.low or 0) for m in measured]
            high = [(m.high or 0) - m.mean for m in measured]
            axes.errorbar(
                place + 0.2, [m.mean for m in measured], [low, high], fmt="none", color="black"
            )
        axes.set_xticks(place, INTERVALS, rotation=35, ha="right")
        axes.set_xlabel("probability of the token under the prior")
        axes.set_ylabel("tokens (%)")
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        save(figure, paths, dpi=150)
