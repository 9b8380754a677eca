"""The pictures of the tuning study: does a better emulator make a better plug-in, and the lines."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.comparing.pictures.colours import KINDS
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning import statistics as of
from benchmarks.families.layer_emulators.tuning.gate import LEAST
from benchmarks.families.layer_emulators.tuning.settings import CONTROLS, ENDS, GATE, SPREAD
from benchmarks.families.layer_emulators.tuning.study import layer_emulators_cpu
from benchmarks.families.layer_emulators.tuning.tables import looks_of, tuning_records
from benchmarks.running.record import Envelope
from lightning_modules.layers.tuning.middle import middle_cost

TUNING, LINES = "tuning", "lines"
"""Names of the two pictures."""
_LIGHT = {kind.name: kind.light for kind in KINDS}
_SHARED, _UNSHARED, _GREY = _LIGHT["sampled"], _LIGHT["source"], _LIGHT["human"]
_PAIRS = {
    f"{of.PAPER} to same_layers": ("CKA + sharing to inside the model", _SHARED, "-"),
    "uniform to same_layers": ("uniform to inside the model", _UNSHARED, "-"),
    "uniform to other_order": ("uniform to other layers, other order", _LIGHT["kept"], "--"),
    "fresh_start to same_layers": ("fresh start to inside the model", _GREY, ":"),
}
_SMALL = 8.5
Records = Sequence[EmulatorRecord]


def tuning_pictures(records: Sequence[Envelope]) -> Mapping[str, Callable[[], Figure]]:
    """The pictures whose records are there, by name, as what draws them."""
    gate, spread, ends, controls = (
        tuning_records(records, arm) for arm in (GATE, SPREAD, ENDS, CONTROLS)
    )
    found: dict[str, Callable[[], Figure]] = {}
    if spread:
        found[TUNING] = lambda: tuning_picture({SPREAD: spread, ENDS: ends})
    if gate:
        found[LINES] = lambda: lines_picture(gate, controls)
    return found


def tuning_picture(found: Mapping[str, Records]) -> Figure:
    """Loss of an emulator against that of its plug-in, both above the model's own; a dot each.

    Args:
        found: Records by arm; an arm without any is left out.
    """
    arms = {arm: records for arm, records in found.items() if records}
    figure = Figure(figsize=(5.4 * len(arms), 4.8), layout="constrained")
    panels = figure.subplots(1, len(arms), squeeze=False)[0]
    for axes, (arm, records) in zip(panels, arms.items(), strict=True):
        _draw_emulators(axes, records)
        places = ", ".join(map(str, layer_emulators_cpu().places_of(arm)))
        rank = np.nanmean([of.predicts([record], "zero_shot") for record in records])
        axes.set_title(
            f"layers {places} are trained; rank correlation {rank:.2f}", loc="left", fontsize=9
        )
    panels[0].set_ylabel("loss of the plug-in above the model's own, nats per token")
    panels[0].legend(frameon=False, fontsize=_SMALL)
    figure.suptitle("Does a better emulator make a better plug-in?", x=0.01, ha="left", fontsize=12)
    return figure


def _draw_emulators(axes: Axes, records: Records) -> None:
    for shared, color, label in ((False, _UNSHARED, "layers left out"), (True, _SHARED, "shared")):
        x, y = _above_model(records, shared=shared)
        axes.plot(x, y, "s" if shared else "o", ms=4, color=color, alpha=0.7, label=label)
    ceiling = [of.number(r, "full/same_layers less full/zero_shot") for r in records]
    axes.axhline(float(np.mean(ceiling)), color=_GREY, lw=1, ls="--", label="inside the model")
    axes.axhline(0, color=_GREY, lw=0.8, ls=":")
    axes.annotate(
        "the model as it was", (0.01, 0), xycoords=("axes fraction", "data"), va="bottom",
        fontsize=_SMALL, color=_GREY,
    )  # fmt: skip
    axes.set_xlabel("loss of the emulator above the model's own, nats per token")
    _plain(axes)


def _above_model(records: Records, *, shared: bool) -> tuple[list[float], list[float]]:
    """Losses of emulators before they are tuned, and of their plug-ins, less the model's own."""
    x, y = [], []
    for record in records:
        whole = of.number(record, "full/zero_shot")
        for name in of.different(record):
            if name.endswith(of.SHARED) == shared:
                x.append(of.number(record, f"{name}/zero_shot") - whole)
                y.append(of.number(record, f"{name}/plug_in") - whole)
    return x, y


def lines_picture(gate: Records, controls: Records) -> Figure:
    """What a middle layer is worth while the model learns, and losses along lines with the chord.

    Args:
        gate: Records of the looks at the model.
        controls: Records with lines; none leaves the right half out.
    """
    figure = Figure(figsize=(10.4 if controls else 5.2, 4.4), layout="constrained")
    panels = figure.subplots(1, 2 if controls else 1, squeeze=False)[0]
    _draw_gate(panels[0], gate)
    if controls:
        _draw_lines(panels[1], controls)
    return figure


def _draw_gate(axes: Axes, gate: Records) -> None:
    for number, record in enumerate(gate):
        looks = looks_of(record)
        costs = [middle_cost(one) for one in looks.skip_costs]
        label = f"median of the middle layers, {len(gate)} seeds" if number == 0 else None
        axes.plot(looks.steps, costs, "o-", ms=3, lw=1.2, color=_UNSHARED, alpha=0.8, label=label)
    axes.axhline(LEAST, color=_SHARED, lw=1, ls="--", label=f"the gate, {LEAST:g}")
    axes.set(xlabel="steps on general text", ylabel="rise of the loss without the layer, nats")
    axes.set_title("what a middle layer is worth", loc="left", fontsize=9)
    axes.legend(frameon=False, fontsize=_SMALL)
    _plain(axes)


def _draw_lines(axes: Axes, controls: Records) -> None:
    for pair, (label, color, style) in _PAIRS.items():
        curves = np.array([_above_chord(record, pair) for record in controls])
        shares = np.linspace(0, 1, curves.shape[1])
        for curve in curves:
            axes.plot(shares, curve, color=color, lw=0.6, ls=style, alpha=0.4)
        axes.plot(shares, curves.mean(axis=0), color=color, lw=1.6, ls=style, label=label)
    axes.axhline(0, color="black", lw=0.8)
    axes.annotate("chord", (1, 0), ha="right", va="top", fontsize=_SMALL)
    axes.set(xlabel="share of the second model", ylabel="loss above the chord, nats per token")
    axes.set_title("lines between tuned models; thin: seeds", loc="left", fontsize=9)
    axes.set_yscale("symlog", linthresh=0.02)
    axes.legend(frameon=False, fontsize=_SMALL, loc="lower left", bbox_to_anchor=(0.12, 0.46))
    _plain(axes)


def _above_chord(record: EmulatorRecord, pair: str) -> NDArray[np.float64]:
    """Losses along a line, less those of the straight line between its ends."""
    assert record.tuning is not None, "the arm walks lines"
    losses = np.array(record.tuning.curves[pair])
    above: NDArray[np.float64] = losses - np.linspace(losses[0], losses[-1], len(losses))
    return above


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
