"""Length of the weights over steps for several initial scales, with the line of decay alone."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from benchmarks.families.critical_data.figures.house import (
    FLOOR,
    TEST,
    TRAIN,
    Look,
    named,
    numbers,
    plain,
    ticked,
)
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.summaries import decay_lines

_COLORS = (TRAIN, FLOOR, TEST)


def decay_picture(records: Sequence[CriticalRecord]) -> Figure:
    """Length of the weights over steps by initial scale; where a model generalised, a point."""
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    axes = figure.subplots()
    scales = sorted({run.scale for run in records[0].runs})
    colors = dict(zip(scales, _COLORS, strict=True))
    for record in records:
        for run in record.runs:
            color, lengths = colors[run.scale], numbers(run.norm)
            axes.plot(run.looks, lengths, color=color, lw=0.8, alpha=0.6)
            is_done = run.generalised is not None
            axes.plot(
                run.looks[-1], lengths[-1], "o", ms=4.5, color=color,
                mfc=color if is_done else "white",
            )  # fmt: skip
    for _, steps, decayed in decay_lines(records):
        axes.plot(steps, decayed, color="black", lw=1.2, ls=":")
    names: dict[str, Look] = {
        f"initial weights times {scale:g}": {"color": color} for scale, color in colors.items()
    }
    named(
        axes,
        {
            **names,
            "decay alone, (1 - lr wd)^t": {"color": "black", "ls": ":"},
            "generalised": {"color": "black", "marker": "o", "ls": "", "ms": 4.5},
            "not within the budget": {
                "color": "black", "marker": "o", "ls": "", "ms": 4.5, "mfc": "white",
            },
        },
        loc="upper right",
    )  # fmt: skip
    sweep = records[0].recipe["sweeps"][records[0].arm]
    axes.set(yscale="log", xlabel="steps", ylabel="length of all weights")
    ticked(axes, y=(20, 30, 40, 60, 80, 100))
    plain(
        axes,
        f"addition modulo {sweep['modulus']}, n = {sweep['sizes'][0]}, lr "
        f"{sweep['learning_rate']:g}, wd {sweep['decays'][0]:g}, {len(records)} seeds",
    )
    return figure
