"""What a lazy student knows over the share of the table that it learnt, beside trained models."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from benchmarks.families.critical_data.figures.house import (
    FLOOR,
    GREY,
    LAZY,
    TEST,
    Look,
    named,
    plain,
)
from benchmarks.families.critical_data.lazy.statistics import HALF, best_right
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.summaries import P, runs_by_size
from theory.critical_data.lazy_student import mirrored_share

_MARKERS = "osD^"


def lazy_picture(
    found: Mapping[str, Sequence[CriticalRecord]], trained: Sequence[CriticalRecord]
) -> Figure:
    """Share right of the other questions over the share learnt, seeds' means.

    Args:
        found: Records of lazy students by arm.
        trained: Records of the trained models' sizes, of which each end is a point.
    """
    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    axes = figure.subplots()
    grid = np.linspace(0.05, 0.95, 40)
    axes.plot(grid, [mirrored_share(P, round(x * P * P)) for x in grid], color=FLOOR, lw=4,
              alpha=0.4)  # fmt: skip
    names: dict[str, Look] = {}
    for place, (arm, records) in enumerate(found.items()):
        student = records[0].recipe["students"][arm]
        is_one = student["embedding"] == "one"
        look: Look = {
            "color": LAZY if is_one else GREY,
            "marker": _MARKERS[place] if is_one else "X",
            "ms": 4.5,
            "lw": 1,
        }
        shares = records[0].recipe["learnt"]
        means = [np.mean([best_right(one, share) for one in records]) for share in shares]
        axes.plot(shares, means, **look)
        places = "" if is_one else ", an embedding for each place"
        names[f"lazy, p = {student['modulus']}{places}"] = look
    for size, runs in runs_by_size(trained).items():
        spread = size / P**2 + np.linspace(-0.006, 0.006, len(runs))
        axes.plot(spread, [run.test[-1] for run in runs], ".", ms=5, color=TEST, alpha=0.6)
    axes.axhline(HALF, color=GREY, lw=0.8, ls=":")
    axes.set(xlabel="share of all questions that is learnt", ylabel="share right of the others")
    axes.set(xlim=(0, 1), ylim=(-0.03, 1.03))
    named(
        axes,
        {
            f"trained, p = {P}: seeds at their end": {
                "color": TEST, "marker": ".", "ls": "", "ms": 6,
            },
            **names,
            "mirror images, (1 - 1/p) n / (p^2 - 1)": {"color": FLOOR, "lw": 4, "alpha": 0.4},
        },
        loc="lower right", bbox_to_anchor=(1.0, 0.05),
    )  # fmt: skip
    seeds = max(map(len, found.values()))
    plain(axes, f"lazy students: {seeds} seeds; the better of two penalties at each share")
    return figure
