"""The picture of the students: what each solves beside its floor, and what a share of data does."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import Difference
from benchmarks.families.program_distillation.students.shown import WORDS, Arms, share_of

_PROGRAM, _THOUGHT, _ANSWER, _FLOOR = "#2166ac", "#b2182b", "#777777", "#bbbbbb"
_COLORS = {"thought": _THOUGHT, "answer": _ANSWER}
_LINES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "programs": (_PROGRAM, "o", ("program_4.5", "program_35", "program")),
    "chains of thought": (_THOUGHT, "D", ("thought_4.5", "thought_35", "thought_tokens")),
    "answers alone": (_ANSWER, "s", ("answer_4.5", "answer_35", "answer_tokens")),
}
"""Targets with the arms that learnt them at equal tokens, by the share of the problems."""


def students_picture(arms: Arms, seeds: Mapping[str, Sequence[float]]) -> Figure:
    """Accuracy by arm with intervals and floors; beside it accuracy over the number of problems.

    Args:
        arms: Means of each arm.
        seeds: Share that each student solves, by arm; drawn as small dots.
    """
    figure = Figure(figsize=(10.8, 5.0), layout="constrained")
    by_arm, by_share = figure.subplots(1, 2, width_ratios=(1.5, 1))
    _draw_arms(by_arm, arms, seeds)
    _draw_shares(by_share, arms, seeds)
    numbers = sorted({len(one) for one in seeds.values()})
    words = " or ".join(str(n) for n in numbers)
    figure.suptitle(
        "What does a small student solve, and of what?  "
        f"(fresh numbers; small dots: {words} seeds, bars: 95 % intervals)",
        x=0.01, ha="left", fontsize=12,
    )  # fmt: skip
    return figure


def _color(arm: str) -> str:
    return _COLORS.get(arm.partition("_")[0], _PROGRAM)


def _bars(values: Sequence[Difference]) -> list[list[float]]:
    """Lengths of the intervals below and above, in percent; none where there is no interval."""
    return [
        [100 * (one.mean - (one.mean if one.low is None else max(one.low, 0))) for one in values],
        [100 * ((one.mean if one.high is None else min(one.high, 1)) - one.mean) for one in values],
    ]


def _draw_arms(axes: Axes, arms: Arms, seeds: Mapping[str, Sequence[float]]) -> None:
    for place, (arm, found) in enumerate(arms.items()):
        one, color = found["fresh/right"], _color(arm)
        axes.barh(-place, 100 * found["fresh/floor"].mean, color=_FLOOR, height=0.62,
                  label="copies of the nearest solution" if place == 0 else None)  # fmt: skip
        axes.plot([100 * value for value in seeds[arm]], [0.2 - place] * len(seeds[arm]), "o",
                  ms=3, color=color, alpha=0.6)  # fmt: skip
        axes.errorbar(100 * one.mean, -place, xerr=_bars([one]), fmt="o", ms=6, capsize=3,
                      color=color, label="student" if place == 0 else None)  # fmt: skip
        helped = found.get("fresh/calculator/right")
        if helped is not None:
            axes.errorbar(100 * helped.mean, -place - 0.2, xerr=_bars([helped]), fmt="^", ms=6,
                          capsize=3, mfc="white", color=color)  # fmt: skip
    axes.plot([], [], "^", mfc="white", color=_THOUGHT, label="with a calculator")
    axes.set_yticks([-k for k in range(len(arms))], [WORDS[arm] for arm in arms])
    axes.set(xlim=(-2, 102), ylim=(-len(arms) + 0.3, 0.7), xlabel="% of problems solved")
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0),
                borderpad=0, columnspacing=1, handlelength=1.2)  # fmt: skip
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)


def _draw_shares(axes: Axes, arms: Arms, seeds: Mapping[str, Sequence[float]]) -> None:
    """Means joined by lines, with every seed beside them, each target a little aside."""
    for place, (words, (color, marker, names)) in enumerate(_LINES.items()):
        there = [name for name in names if name in arms]
        aside = 1 + 0.05 * (place - 1)
        shares = [100 * share_of(name) * aside for name in there]
        means = [100 * arms[name]["fresh/right"].mean for name in there]
        axes.plot(shares, means, marker=marker, ms=6, color=color, label=words)
        for share, name in zip(shares, there, strict=True):
            axes.plot([share] * len(seeds[name]), [100 * value for value in seeds[name]], "o",
                      ms=3, color=color, alpha=0.6)  # fmt: skip
    axes.set(xscale="log", xlabel="% of the problems, at equal tokens", ylabel="% solved",
             ylim=(-2, 102))  # fmt: skip
    axes.set_xticks([4.5, 35, 100], ["4.5", "35", "100"])
    axes.minorticks_off()
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
