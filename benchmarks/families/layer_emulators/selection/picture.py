"""Pictures of the study of selection: blocks, rules over numbers of layers, what layers cost."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from benchmarks.comparing.pictures.colours import KINDS
from benchmarks.families.layer_emulators.selection import statistics as of
from benchmarks.families.layer_emulators.selection.blocks import labels_of
from benchmarks.families.layer_emulators.selection.names import (
    BLOCK_INFLUENCE,
    CKA,
    CKA_MEAN,
    CKA_REST,
    INTERVALS,
    RANDOM,
    SKIP_COST,
    UNIFORM,
)
from benchmarks.families.layer_emulators.selection.record import Selected
from benchmarks.families.layer_emulators.selection.study import layer_emulators_selection
from benchmarks.families.layer_emulators.selection.tables import RULES, over_seeds, selections
from benchmarks.running.record import Envelope

BLOCKS, SELECTION, COSTS = "blocks", "selection", "layer-costs"
"""Names of the pictures."""
_LIGHT = {kind.name: kind.light for kind in KINDS}
_LOOKS = {
    SKIP_COST: (_LIGHT["source"], "o", "-"),
    INTERVALS: (_LIGHT["source"], "s", "--"),
    BLOCK_INFLUENCE: (_LIGHT["last-copy"], "D", "-"),
    CKA: (_LIGHT["sampled"], "o", "-"),
    CKA_MEAN: (_LIGHT["sampled"], "s", "--"),
    CKA_REST: (_LIGHT["sampled"], "^", ":"),
    UNIFORM: (_LIGHT["kept"], "v", "-"),
    RANDOM: (_LIGHT["human"], "x", "-"),
}
"""Colour, marker and dashes of each rule."""
_SMALL = 8.5
Floats = NDArray[np.float64]


def selection_pictures(records: Sequence[Envelope]) -> Mapping[str, Callable[[], Figure]]:
    """The pictures whose records are there, by name, as what draws them."""
    if not (found := selections(records)):
        return {}
    return {
        BLOCKS: lambda: blocks_picture(found),
        SELECTION: lambda: rules_picture(found),
        COSTS: lambda: costs_picture(found),
    }


def square(found: Sequence[Selected], name: str) -> Floats:
    """CKA of every two layers, mean over seeds, shape (layers, layers).

    Args:
        found: What the study found.
        name: `cka` or `cka_rest`.
    """
    n = found[0].layers.n_layers
    whole = np.eye(n)
    for row in range(n - 1):
        values = [getattr(one.layers, name)[row] for one in found]
        whole[row, row + 1 :] = whole[row + 1 :, row] = np.mean(values, axis=0)
    return whole


def blocks_picture(found: Sequence[Selected]) -> Figure:
    """CKA of every two layers with the boundaries of its blocks, and without top directions."""
    figure = Figure(figsize=(10.4, 5.2), layout="compressed")  # squares, close together
    panels = figure.subplots(1, 2)
    n_blocks = layer_emulators_selection().blocks
    titles = {"cka": "as CRaSh computes it", "cka_rest": "without each layer's top direction"}
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        likeness = square(found, name)
        image = axes.imshow(likeness, vmin=0, vmax=1, cmap="viridis", origin="lower")
        edges = np.flatnonzero(np.diff(labels_of(likeness, n_blocks))) + 0.5
        for edge in edges:
            axes.axhline(edge, color="white", lw=1)
            axes.axvline(edge, color="white", lw=1)
        axes.set_xlabel("layer")
        axes.set_title(
            f"{title}; blocks begin at {', '.join(f'{edge + 0.5:.0f}' for edge in edges)}",
            loc="left",
            fontsize=9,
        )
    panels[0].set_ylabel("layer")
    figure.colorbar(image, ax=panels, label="linear CKA of two layers", shrink=0.85)
    _title(figure, f"Do the layers of SmolLM2-135M form blocks?  ({_seeds(found)})")
    return figure


def rules_picture(found: Sequence[Selected]) -> Figure:
    """Rise of the loss over the number of layers kept, a line a rule, band over texts."""
    figure = Figure(figsize=(10.4, 5.0), layout="constrained")
    axes = figure.subplots()
    numbers = of.numbers_kept(found[0])
    for rule, (color, marker, dashes) in _LOOKS.items():
        if not found[0].of(rule, numbers[0]):
            continue
        bands = [_band(found, rule, n) for n in numbers]
        mean, half = (np.array(column) for column in zip(*bands, strict=True))
        axes.plot(numbers, mean, marker=marker, ls=dashes, color=color, ms=4, label=RULES[rule])
        axes.fill_between(
            numbers, np.maximum(mean - half, 0.05), mean + half, color=color, alpha=0.1, lw=0
        )
    axes.invert_xaxis()
    axes.set_yscale("log")
    ticks = (0.25, 0.5, 1, 2, 4, 8, 16)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xticks(numbers)
    axes.set_xlabel(f"layers kept of {found[0].layers.n_layers}")
    axes.set_ylabel("loss above the whole model's, nats per token")
    axes.legend(frameon=False, fontsize=_SMALL, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_title("nothing is trained; bands: 95 % over texts", loc="left", fontsize=9)
    _plain(axes)
    _title(figure, f"Which layers should an emulator keep?  (SmolLM2-135M, {_seeds(found)})")
    return figure


def _band(found: Sequence[Selected], rule: str, n_kept: int) -> tuple[float, float]:
    """Mean rise of the loss over the texts of all seeds, and half of its 95 % interval."""
    rises = np.concatenate(
        [
            np.mean([emulator.losses for emulator in one.of(rule, n_kept)], axis=0) - one.full
            for one in found
        ]
    )
    return float(rises.mean()), float(stats.t.ppf(0.975, len(rises) - 1) * stats.sem(rises))


def costs_picture(found: Sequence[Selected]) -> Figure:
    """What every layer and every short interval costs, and what the sum of layers would say."""
    figure = Figure(figsize=(10.4, 6.0), layout="constrained")
    parts = figure.subplot_mosaic([["layers", "sums"], ["spans", "sums"]], width_ratios=(1.7, 1))
    _draw_layers(parts["layers"], found)
    _draw_spans(figure, parts["spans"], found)
    _draw_sums(parts["sums"], found)
    _title(figure, f"What does a layer cost that is left out?  (SmolLM2-135M, {_seeds(found)})")
    return figure


def _draw_layers(axes: Axes, found: Sequence[Selected]) -> None:
    """Bars of skip costs, of another colour where CKA does not see the layer do anything."""
    costs = over_seeds(found, lambda one: one.layers.skip_costs).mean(axis=0)
    likeness = over_seeds(found, lambda one: of.adjacent(one.layers)).mean(axis=0)
    is_unseen = np.array([False, *(likeness >= of.ALIKE)])
    for hidden, color, label in (
        (False, _LIGHT["human"], f"CKA of input and output below {of.ALIKE:g}"),
        (True, _LIGHT["sampled"], f"{of.ALIKE:g} and more: CKA sees no change"),
    ):
        at = np.flatnonzero(is_unseen == hidden)
        axes.bar(at, costs[at], color=color, label=label)
    axes.set_yscale("log")
    axes.set_yticks((0.1, 0.3, 1, 3, 10), ("0.1", "0.3", "1", "3", "10"))
    axes.minorticks_off()
    axes.set_xlim(-0.7, len(costs) - 0.3)
    axes.set_ylabel("rise of the loss, nats per token")
    axes.set_xlabel("layer")
    axes.set_title("one layer left out", loc="left", fontsize=9)
    axes.legend(frameon=False, fontsize=_SMALL, loc="upper center")
    _plain(axes)


def _draw_spans(figure: Figure, axes: Axes, found: Sequence[Selected]) -> None:
    """The costs of intervals by their first layer and their length."""
    spans = found[0].layers.intervals
    n, longest = found[0].layers.n_layers, max(length for _, length, _ in spans)
    grid = np.full((longest, n), np.nan)
    for place, (start, length, _) in enumerate(spans):
        grid[length - 1, start] = np.mean([one.layers.intervals[place][2] for one in found])
    shown = np.where(grid > 0, grid, np.nan)
    image = axes.imshow(
        shown, aspect="auto", origin="lower", cmap="magma_r", norm=LogNorm(vmin=0.1, vmax=10)
    )
    axes.set_yticks(range(longest), [str(length) for length in range(1, longest + 1)])
    axes.set_xlabel("first layer that is left out")
    axes.set_ylabel("layers left out")
    axes.set_title("neighbours left out together, nats per token", loc="left", fontsize=9)
    bar = figure.colorbar(image, ax=axes, location="bottom", shrink=0.6, aspect=40)
    bar.set_ticks((0.1, 0.3, 1, 3, 10), labels=("0.1", "0.3", "1", "3", "10"))
    bar.minorticks_off()


def _draw_sums(axes: Axes, found: Sequence[Selected]) -> None:
    """Cost of each interval of several layers against the sum of its layers' costs."""
    pairs = np.mean([of.interval_pairs(one.layers) for one in found], axis=0)
    lengths = np.array([length for _, length, _ in found[0].layers.intervals if length > 1])
    ends = (max(float(pairs.min()), 0.05), float(pairs.max()) * 1.2)
    for length, marker, color in zip(
        np.unique(lengths), "os^D", (_LIGHT["source"], _LIGHT["kept"], _LIGHT["last-copy"], "k"),
        strict=False,
    ):  # fmt: skip
        mine = pairs[lengths == length]
        axes.plot(mine[:, 1], mine[:, 0], marker, ms=4, color=color, label=f"{length} layers")
    axes.plot(ends, ends, color="black", lw=0.8, ls=":", label="the sum")
    axes.set(xscale="log", yscale="log", xlabel="sum of the costs of its layers")
    ticks = (0.1, 0.3, 1, 3, 10)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylabel("cost of the interval, nats per token")
    axes.set_title("do costs add up?", loc="left", fontsize=9)
    axes.legend(frameon=False, fontsize=_SMALL)
    _plain(axes)


def _seeds(found: Sequence[Selected]) -> str:
    return f"{len(found)} seed{'s' if len(found) > 1 else ''}"


def _title(figure: Figure, words: str) -> None:
    figure.suptitle(words, x=0.01, ha="left", fontsize=12)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
