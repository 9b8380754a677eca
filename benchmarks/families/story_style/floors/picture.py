"""The picture of views: how well an author is told by each, for every pair of styles."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from benchmarks.comparing.differences import paired
from benchmarks.families.story_style.floors.tables import TITLES, Arms, values
from benchmarks.running.record import StudyRecord
from data.story_style.views import VIEWS

VIEWS_PICTURE = "style-by-view"
"""Name of the picture's files."""
_COLOURS = ("#2166ac", "#5e3c99", "#1b7837", "#b35806", "#777777")
_HATCHES = ("", "//", "..", "xx", "")
_WIDTH = 0.16
_CHANCE = 0.5
"""Where bars begin: accuracy of a judge that knows nothing of two styles."""


def draw_views(arms: Arms) -> Figure:
    """Bars of accuracy by view for each arm of two styles, above and below chance."""
    figure = Figure(figsize=(max(7.0, 2.1 * len(arms) + 1), 4.4), layout="constrained")
    axes = figure.subplots()
    for at, view in enumerate(VIEWS):
        places = np.arange(len(arms)) + (at - (len(VIEWS) - 1) / 2) * _WIDTH
        means, errors = _bars([one for one in arms.values()], view)
        axes.bar(
            places,
            [mean - _CHANCE for mean in means],
            _WIDTH * 0.92,
            bottom=_CHANCE,
            yerr=errors,
            capsize=2,
            color=_COLOURS[at],
            hatch=_HATCHES[at],
            edgecolor="white",
            error_kw={"elinewidth": 1, "ecolor": "#222222"},
            label=_label(view),
        )
    axes.axhline(_CHANCE, color="#222222", lw=1)
    axes.text(-0.53, _CHANCE - 0.008, "chance", ha="left", va="top", fontsize=8.5)
    axes.set_xticks(
        np.arange(len(arms)), [TITLES.get(arm, arm).replace(" / ", " /\n") for arm in arms]
    )
    axes.set_ylim(0.4, 1.02)
    axes.set_xlim(-0.55, len(arms) - 0.45)
    axes.set_ylabel("accuracy on held-out works")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8.5, ncols=len(VIEWS), loc="upper center",
                bbox_to_anchor=(0.5, -0.16))  # fmt: skip
    figure.suptitle(
        "By what is an author told?  (bars: mean over splits by work; lines: 95 % intervals)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _label(view: str) -> str:
    return {
        "words": "all words",
        "function_words": "function words alone",
        "masked": "without names and keywords",
        "punctuation": "punctuation alone",
        "lengths": "lengths of sentences",
    }[view]


def _bars(arms: Sequence[Sequence[StudyRecord]], view: str) -> tuple[list[float], list[float]]:
    """Mean of each arm and half of its interval, 0 where there is none."""
    found = [paired(np.array(values(records, f"accuracy/{view}"))) for records in arms]
    halves = [0.0 if one.high is None else one.high - one.mean for one in found]
    return [one.mean for one in found], halves
