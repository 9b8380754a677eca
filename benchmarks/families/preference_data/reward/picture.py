"""Pictures of reward heads and of decontamination."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from benchmarks.comparing.differences import paired
from benchmarks.decontaminating.rules import PUBLISHED_DISTANCE
from benchmarks.families.preference_data.reward.names import JUDGED
from benchmarks.families.preference_data.reward.study import preference_data
from benchmarks.families.preference_data.reward.tables import (
    EDITS,
    Records,
    heads,
    mean_of,
    planted,
    reading_heads,
)
from benchmarks.running.record import Envelope
from theory.preference_data.voting import majority_accuracy

CHOICES, RECALL, LENGTHS = "reward-choices", "decontamination", "reward-length"
_POLICIES = ("#5e3c99", "#2166ac", "#1b7837", "#c1272d", "#7f3b08", "#444444")
_BY_LENGTH = "by length/"
_LINES = ("-", "--", "-.", ":")


def pictures(records: Sequence[Envelope]) -> Mapping[str, Callable[[], Figure]]:
    """What draws each picture, by the name of its files; none without its records."""
    found: dict[str, Callable[[], Figure]] = {}
    if some := heads(records):
        found[CHOICES] = partial(draw_choices, some)
    if some := planted(records):
        found[RECALL] = partial(draw_recall, some)
    if has_lengths(records):
        found[LENGTHS] = partial(draw_lengths, _with_lengths(records))
    return found


def has_lengths(records: Sequence[Envelope]) -> bool:
    """Whether records tell rewards by length; older ones do not."""
    return bool(_with_lengths(records))


def _with_lengths(records: Sequence[Envelope]) -> dict[str, Records]:
    """Records that tell rewards by length, by what the heads read."""
    kinds = {
        "MiniLM's points of question and option": heads(records),
        "SmolLM2's states of both together": reading_heads(records),
    }
    told = {
        name: [one for one in some if any(key.startswith(_BY_LENGTH) for key in one.metrics)]
        for name, some in kinds.items()
    }
    return {name: some for name, some in told.items() if some}


def draw_lengths(kinds: Mapping[str, Records]) -> Figure:
    """Mean reward over the length of an option, of right and of wrong ones.

    Args:
        kinds: Records by what their heads read.
    """
    figure = Figure(figsize=(5.4 * len(kinds), 4.2), layout="constrained")
    both = figure.subplots(1, len(kinds), squeeze=False)[0]
    for axes, (name, records) in zip(both, kinds.items(), strict=True):
        for kind, color in (("right", _POLICIES[2]), ("wrong", _POLICIES[3])):
            _draw_length(axes, records, kind, color)
        axes.axhline(0, color="#dddddd", zorder=0)
        axes.set_title(name, loc="left", fontsize=10)
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.set_xlabel("characters of an option")
        axes.spines[["top", "right"]].set_visible(False)
    both[0].set_ylabel("reward, less the mean of its question")
    both[-1].legend(frameon=False, fontsize=8.5)
    figure.suptitle(
        "Does a reward head read the answer, or its length?\n(bars: 95 % intervals over seeds)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _draw_length(axes: Axes, records: Records, kind: str, color: str) -> None:
    begin, end = f"{_BY_LENGTH}{kind}/", "/reward"
    shared = set.intersection(*(set(one.metrics) for one in records))
    bins = sorted(
        (key.removesuffix(end) for key in shared if key.startswith(begin) and key.endswith(end)),
        key=lambda key: int(key.rpartition("/")[2]),
    )
    estimates = [
        paired(np.array([one.metrics[f"{key}/reward"].value for one in records])) for key in bins
    ]
    low, high = (
        [abs((end if end is not None else one.mean) - one.mean) for one, end in ends]
        for ends in (
            [(one, one.low) for one in estimates],
            [(one, one.high) for one in estimates],
        )
    )
    axes.errorbar(
        [mean_of(records, f"{key}/characters") for key in bins],
        [one.mean for one in estimates],
        yerr=[low, high],
        fmt="o-",
        ms=4,
        lw=1.4,
        capsize=2,
        color=color,
        label=f"{kind} options",
    )


def draw_choices(records: Records) -> Figure:
    """Accuracy over the number of answers: best of N by a real head, and the majority."""
    figure = Figure(figsize=(10.4, 4.4), layout="constrained")
    both = figure.subplots(1, 2, sharey=True)
    for axes, kind in zip(both, ("hard", "easy"), strict=True):
        _draw_kind(axes, records, kind)
    both[0].set_ylabel("accuracy")
    both[0].set_title("options of the same question", loc="left")
    both[1].set_title("right options of other questions", loc="left")
    figure.suptitle(
        "Does choosing by a real reward head beat a vote?  "
        f"(lines: seeds; p: share of right answers; grey: N = {JUDGED}, the claims')",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    both[1].legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _draw_kind(axes: Axes, records: Records, kind: str) -> None:
    study = preference_data()
    for p, color in zip(study.policies, _POLICIES, strict=False):
        for at, record in enumerate(records):
            curve = [
                record.metrics[f"{kind} items/best of {n}/p {p:g}"].value for n in study.numbers
            ]
            label = f"best of N, p = {p:g}" if at == 0 else None
            axes.plot(study.numbers, curve, color=color, linewidth=1.0, alpha=0.7, label=label)
        wrong = 3
        majority = [majority_accuracy(p, n, wrong=wrong) for n in study.numbers]
        axes.plot(
            study.numbers, majority, color=color, linestyle=":", label=f"majority of N, p = {p:g}"
        )
    axes.axvline(JUDGED, color="#dddddd", zorder=0)
    axes.set_xscale("log", base=2)
    axes.set_xlabel("answers, N")
    axes.set_ylim(0, 1.02)
    axes.spines[["top", "right"]].set_visible(False)


def draw_recall(records: Records) -> Figure:
    """Share removed over the L2 distance, by kind of edit, and the nearest question that is none.

    The published threshold and the chosen one are lines.
    """
    distances = preference_data().distances
    figure = Figure(figsize=(8.6, 4.6), layout="constrained")
    axes = figure.subplots()
    for at, edit in enumerate(EDITS):
        shares = [mean_of(records, f"at {distance:g}/{edit}") for distance in distances]
        is_last = edit == EDITS[-1]
        axes.plot(
            distances,
            shares,
            color="black" if is_last else _POLICIES[at % len(_POLICIES)],
            linewidth=2.4 if is_last else 1.4,
            linestyle="-" if is_last else _LINES[at // len(_POLICIES)],
            marker="osv^DPX*."[at],
            markersize=4,
            label=edit,
        )
    chosen = mean_of(records, "threshold/distance")
    nearest = float(np.min([one.metrics["nearest unrelated"].value for one in records]))
    for place, words, style in (
        (PUBLISHED_DISTANCE, "published", ":"),
        (chosen, "chosen", "--"),
        (nearest, "nearest two questions", "-."),
    ):
        axes.axvline(place, color="#888888", linestyle=style, label=f"{words}: {place:.2f}")
    axes.set_xlabel("L2 distance up to which a text is removed")
    axes.set_ylabel("share removed")
    figure.suptitle(
        f"How near is a copy of an exam question?  ({len(records)} seeds, planted edits)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
