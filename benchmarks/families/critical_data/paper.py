"""The tier `paper`: the published runs on text, what they need, and what they would cost."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.errors import BadInput

_WIDTH, _INNER, _VOCABULARY = 128, 512, 30_522
_WINDOWS, _CONTEXT, _STEPS = 128, 256, 700_000
_STEP_SECONDS = 0.004
"""Seconds of such a step on one H100, as a guess: it is bound by the start of its kernels."""


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Runs of a one-layer encoder on labelled text, as published."""

    summary: str
    data: tuple[str, ...]
    """Names of the data sets on the hub."""
    runs: int
    """Fits for one seed."""
    width: int = _WIDTH
    tables: tuple[str, ...] = ("figures",)
    """Tables whose cells it fills, by name."""

    @property
    def weights(self) -> int:
        """Weights of one encoder beside its embeddings."""
        return 4 * self.width**2 + 2 * self.width * _INNER

    @property
    def flops(self) -> float:
        """Operations of all fits of one seed: six for each weight and token, and attention."""
        tokens = _STEPS * _WINDOWS * _CONTEXT
        attention = 12 * _CONTEXT * self.width
        return float(self.runs * tokens * (6 * self.weights + attention))

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        hours = self.runs * _STEPS * _STEP_SECONDS / 3600
        return [
            f"{name}: {self.summary}",
            f"tables: {', '.join(self.tables)}",
            f"model: encoder of one layer, width {self.width}, vocabulary {_VOCABULARY:,}, initial "
            "weights times 10",
            f"data: {', '.join(self.data)}, at most {_CONTEXT} tokens each",
            f"one run: {_STEPS:,} steps of {_WINDOWS} texts, AdamW, learning rate .001, weight "
            f"decay .01; {self.runs} runs per seed",
            "chosen: the step at which accuracy is read is taken on a held-out part; the paper "
            "takes the largest accuracy on the test set",
            "not run: no encoder of text is in this version",
            f"training: {self.flops:.3g} FLOP",
            f"time: {hours:,.0f} hours of one H100, at {1000 * _STEP_SECONDS:g} ms a step, one run "
            "after the other; many at once divide it",
        ]


PLANS: Mapping[str, TextPlan] = {
    "critical_data_paper": TextPlan(
        summary="IMDB, a tenth of Yelp and task846, and the grid of 16 widths by 10 data sizes",
        data=("imdb", "yelp_polarity", "task846 of Natural Instructions, a file"),
        runs=1 + 2 + 1 + 160,
    ),
}


def start(name: str) -> tuple[()]:
    """Refuse to run: the texts are in no package, and no encoder of text is here.

    Raises:
        BadInput: Always, with the reason.
    """
    data = ", ".join(PLANS[name].data)
    raise BadInput(
        f"{name} cannot run here: {data} are in no package, and this version trains no encoder "
        "of text; see its plan with --dry-run"
    )
