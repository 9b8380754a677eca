"""The picture of the chains: what each way of replacing text costs, and how much it replaces."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.story_style.chain import statistics as of
from benchmarks.families.story_style.chain.study import (
    EDITED,
    EDITED_AGAIN,
    FRESH,
    RANDOM,
    REWRITTEN,
    REWRITTEN_AGAIN,
    SAME,
)

_LOOKS: Mapping[str, tuple[str, str, str]] = {
    REWRITTEN: ("#1b7837", "o", "-"),
    EDITED: ("#2a5be0", "s", "-"),
    RANDOM: ("#b36b00", "D", "-"),
    REWRITTEN_AGAIN: ("#1b7837", "o", "--"),
    EDITED_AGAIN: ("#2a5be0", "s", "--"),
    FRESH: ("#333333", "v", "-"),
    SAME: ("#999999", "P", "-"),
}
"""Colour, marker and line of every workflow: a way to replace text has one colour, and a line with
dashes where it is the last copy that is replaced."""
_CHANGING = (REWRITTEN, EDITED, RANDOM, REWRITTEN_AGAIN, EDITED_AGAIN)
"""Workflows that replace tokens, whose number is shown."""


def chain_picture(chains: Mapping[str, Sequence[Record]]) -> Figure:
    """Cost in held-out loss and in rare human pairs of words, and the share that is changed.

    Args:
        chains: Records by workflow; without `same_human` nothing is drawn that is held against it.
    """
    figure = Figure(figsize=(12.6, 4.6), layout="constrained")
    loss, tail, share = figure.subplots(1, 3)
    control = chains.get(SAME, ())
    for workflow, records in chains.items():
        _draw(loss, workflow, excess(records, control, of.LOSS))
        _draw(tail, workflow, excess(records, control, of.TAIL))
        if workflow in _CHANGING:
            shares = over_generations(records, _changed)
            _draw(share, workflow, shares[1:], first=1)
    _name(loss, f"held-out loss less that of {SAME}", "bits per byte")
    _name(tail, f"rare human pairs written, less {SAME}", "share of them")
    _name(share, "tokens changed in each generation", "")
    share.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    share.set_ylim(bottom=0)
    handles, labels = loss.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=7, frameon=False, fontsize=8,
        handlelength=3.5,
    )  # fmt: skip
    seeds = max(map(len, chains.values()))
    figure.suptitle(
        "Does it matter how the same share of human text is replaced?  "
        f"({seeds} seed{'s' if seeds > 1 else ''}; bands: 95 % intervals; dashes: the last copy)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def excess(records: Sequence[Record], control: Sequence[Record], key: str) -> list[Difference]:
    """A metric of chains less that of the control of the same seed, at every generation.

    Args:
        records: Chains of one workflow.
        control: Chains of the control; seeds that it lacks are left out.
        key: Name of the metric.

    Returns:
        Means over seeds with intervals, from generation 0; none without a common seed.
    """
    of_seed = {record.seed: record for record in control}
    pairs = [(one, of_seed[one.seed]) for one in records if one.seed in of_seed]
    places = range(len(pairs[0][0].generations)) if pairs else ()
    return [
        paired(np.array([of.metric(key, a, place) - of.metric(key, b, place) for a, b in pairs]))
        for place in places
    ]


def _changed(record: Record, generation: int) -> float:
    """Share of tokens changed; none in generation 0."""
    return of.changed_share(record, generation) if generation else 0.0


def _draw(axes: Axes, workflow: str, values: Sequence[Difference], *, first: int = 0) -> None:
    color, marker, style = _LOOKS[workflow]
    places = range(first, first + len(values))
    means = [one.mean for one in values]
    axes.plot(places, means, style, marker=marker, ms=5, lw=1.6, color=color, label=workflow)
    if any(one.low is not None for one in values):
        # Of generation 0, which all workflows share, nothing is to be told apart.
        low, high = (
            [one.mean if end is None else end for one, end in zip(values, ends, strict=True)]
            for ends in ([one.low for one in values], [one.high for one in values])
        )
        axes.fill_between(places, low, high, color=color, alpha=0.12, lw=0)


def _name(axes: Axes, title: str, unit: str) -> None:
    axes.set(xlabel="generation", ylabel=unit)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
