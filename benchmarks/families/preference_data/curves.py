"""Pictures of what the theory says: choosing by reward against a vote, and how far it goes."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtri

from benchmarks.comparing.pictures.files import save
from benchmarks.families.preference_data.audit import PUBLISHED
from theory.preference_data.best_of_n import best_of_n_distribution, kl_bound, kl_of
from theory.preference_data.voting import (
    auc_to_match,
    best_of_n_accuracy,
    majority_accuracy,
    turning_point,
)

FIGURE = "best-of-n"
_SAMPLES = (1, 2, 4, 8, 16, 32, 64)
_MANY = tuple(2**k for k in range(13))
_POLICIES = {0.5: "#2166ac", 0.8: "#c1272d"}
_VOTERS = {4: "#9ecae1", 10: "#2166ac", 40: "#08306b"}
_SPREADS = {1.0: "#1b7837", 1.3: "#e08214", 1.6: "#c1272d"}
_ALPHABETS = {4: "#c1272d", 64: "#e08214", 4096: "#2166ac"}
_PAIRS = 0.75
"""AUC of the reward in the first panel."""
_SHIFT, _RIGHT = 1.0, 0.65


def draw_selection(folder: Path) -> list[Path]:
    """Draw the picture as PNG and PDF into a folder; return the files."""
    paths = [folder / f"{FIGURE}{suffix}" for suffix in (".png", ".pdf")]
    panels: tuple[Callable[[Axes], None], ...] = (_accuracies, _needed, _overdone, _divergences)
    with mpl.rc_context({"font.size": 9.5, "font.family": "sans-serif"}):
        figure = Figure(figsize=(10.6, 7.6), layout="constrained")
        for axes, draw in zip(figure.subplots(2, 2).flat, panels, strict=True):
            draw(axes)
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(color="#eeeeee")
            axes.set_axisbelow(True)
            axes.legend(frameon=False, fontsize=8.5)
        figure.suptitle(
            "When does choosing by a reward beat a vote, and how far can it go?  (exact)",
            x=0.01,
            ha="left",
            fontsize=12,
        )
        save(figure, paths, dpi=150)
    return paths


def _accuracies(axes: Axes) -> None:
    """Best of N against the vote, for a weak and a strong policy and one reward."""
    shift = float(np.sqrt(2) * ndtri(_PAIRS))
    for p, color in _POLICIES.items():
        best = [best_of_n_accuracy(p, n, shift=shift) for n in _SAMPLES]
        vote = [majority_accuracy(p, n) for n in _SAMPLES]
        axes.plot(_SAMPLES, best, "o-", ms=4, color=color, label=f"best of N, p = {p:g}")
        axes.plot(
            _SAMPLES, vote, "s--", ms=4, mfc="white", color=color, label=f"vote of N, p = {p:g}"
        )
    axes.set_xscale("log", base=2)
    axes.set(xlabel="N", ylabel="right answers")
    axes.set_title(
        f"a reward that is right on {100 * _PAIRS:.0f} % of pairs; p: one answer is right",
        loc="left",
    )


def _needed(axes: Axes) -> None:
    """What a reward must be worth to match the vote, with the paper's reward models beside it."""
    policies = np.linspace(0.3, 0.92, 32)
    for n, color in _VOTERS.items():
        needed = [auc_to_match(float(p), n) for p in policies]
        axes.plot(policies, needed, color=color, label=f"N = {n}")
    hard = [float(c.value) / 100 for c in PUBLISHED.tables["4"].cells if c.column == "Hard"]
    axes.axhspan(min(hard), max(hard), color="#dddddd", label="five reward models, hard pairs")
    axes.set(xlabel="chance that one answer is right", ylabel="pairs that it must have right")
    axes.set_title("a reward worth as much as the vote", loc="left")


def _overdone(axes: Axes) -> None:
    """Accuracy over N where wrong answers have tails of rewards of three weights."""
    for spread, color in _SPREADS.items():
        curve = [best_of_n_accuracy(_RIGHT, n, shift=_SHIFT, spread=spread) for n in _MANY]
        axes.plot(_MANY, curve, "o-", ms=3, color=color, label=f"wrong ones spread {spread:g}")
        if spread > 1:
            turn = turning_point(_RIGHT, shift=_SHIFT, spread=spread)
            height = best_of_n_accuracy(_RIGHT, turn, shift=_SHIFT, spread=spread)
            axes.plot(turn, height, "v", ms=8, color=color)
    axes.set_xscale("log", base=2)
    axes.set(xlabel="N", ylabel="right answers")
    axes.set_title("too much of it: triangles are where more does harm", loc="left")


def _divergences(axes: Axes) -> None:
    """Divergence of the best of N from one sample, over alphabets, and the formula."""
    for size, color in _ALPHABETS.items():
        even, rewards = np.full(size, 1 / size), np.arange(size, dtype=np.float64)
        found = [kl_of(best_of_n_distribution(even, rewards, n), even) for n in _MANY]
        axes.plot(_MANY, found, "o-", ms=3, color=color, label=f"{size:,} outcomes")
    formula = [kl_bound(n) for n in _MANY]
    axes.plot(_MANY, formula, color="black", lw=1, ls="--", label="log N - (N - 1)/N")
    axes.set_xscale("log", base=2)
    axes.set(xlabel="N", ylabel="nats from one sample")
    axes.set_title("the formula is a bound", loc="left")
