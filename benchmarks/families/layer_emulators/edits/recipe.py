"""The recipe that edits one text with a prior and with emulators of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.editing import SHARE, EditRule
from data.errors import BadInput, Count, Range, in_range

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

AGAIN = "again"
"""Arm of the whole prior, with other draws: what two edits share that differ by nothing else."""
SKIP_COST, BLOCK_INFLUENCE, UNIFORM = "skip_cost", "block_influence", "uniform"
ARMS = (SKIP_COST, BLOCK_INFLUENCE, UNIFORM, AGAIN)
"""The rules by which layers are kept, and the control."""


@dataclass(frozen=True, kw_only=True)
class EditsStudy(Study):
    """Edits of one text by a prior and by emulators of it, which keep fewer and fewer layers."""

    prior: str
    """The prior: a packaged one, a folder, or a name on the hub."""
    context: Annotated[int, Range(least=2)]
    """Longest window that the prior scores, in tokens."""
    sources: tuple[str, ...]
    """Human texts that are edited, each by itself, so that each has a threshold of its own."""
    tokens: Count
    """Tokens of each text that are edited, at least; documents stay whole."""
    calibration_texts: Annotated[int, Range(least=4)]
    """Other documents of all sources together, on which the rules measure layers."""
    calibration_tokens: Annotated[int, Range(least=2)]
    """First tokens of each of those documents that are read."""
    kept: tuple[int, ...]
    """Numbers of layers that emulators keep."""
    edit_rule: EditRule = SHARE
    """Which tokens are redrawn, and from what."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is out of its range, an arm is unknown, or there is nothing to edit.
        """
        in_range(self)
        if unknown := [arm for arm in self.arms if arm not in ARMS]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(ARMS)}")
        if not self.sources or not self.kept:
            raise BadInput("sources and kept name no case; give at least one of each")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Choose the texts, edit them with the whole prior, and again as the arm says."""
        from benchmarks.chains.models import named_model
        from benchmarks.families.layer_emulators.edits import work

        prior: dict[str, Any] = {
            "model": named_model(bench, self.prior, 0),
            "context": self.context,
            "rule": self.edit_rule,
            "seed": seed,
        }
        texts = bench.run(
            0,
            "texts",
            work.choose_texts,
            seed=seed,
            model=prior["model"],
            sources=self.sources,
            tokens=self.tokens,
            calibration_texts=self.calibration_texts,
        )
        n_tokens = self.tokens * len(self.sources)
        edited = texts.file("edited")
        whole = bench.run(
            0, "whole", work.edit_whole, progress=n_tokens, texts=edited, again=False, **prior
        )
        if arm == AGAIN:
            again = bench.run(
                0, AGAIN, work.edit_whole, progress=n_tokens, texts=edited, again=True, **prior
            )
            compared = bench.run(
                0,
                "compare",
                work.compare_again,
                whole=whole.file(work.LEDGERS),
                again=again.file(work.LEDGERS),
            )
            return [texts, whole, again, compared]
        emulated = bench.run(
            0,
            arm,
            work.edit_emulated,
            progress=n_tokens * len(self.kept),
            texts=edited,
            calibration=texts.file("calibration"),
            calibration_tokens=self.calibration_tokens,
            whole=whole.file(work.LEDGERS),
            layer_rule=arm,
            kept=self.kept,
            **prior,
        )
        return [texts, whole, emulated]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of an arm's last stage."""
        return {"metrics": as_metrics(stages[-1].facts["measures"])}


def layer_emulators_edits() -> EditsStudy:
    """SmolLM2-135M edits Bible and abstracts with all of its 30 layers, and with 29 to 16."""
    return EditsStudy(
        name="layer_emulators_edits",
        tier="smoke",
        summary="edits by SmolLM2-135M and by emulators of 29 to 16 of its 30 layers; minutes",
        arms=ARMS,
        prior="smollm2",
        context=512,
        sources=("king_james", "medical_abstracts"),
        tokens=1024,
        calibration_texts=4,
        calibration_tokens=64,
        kept=(29, 27, 24, 20, 16),
    )
