"""The study of a reward model that is tuned whole, and its recipe for a GPU."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.paper.family import AnyRecipe
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, Range, in_range
from data.preference_data.exams import EXAMS
from data.sources.packaged_encoder import MINILM
from lightning_modules.device import Device
from lightning_modules.settings import Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

TUNED, READOUT = "tuned", "readout"
"""Arms: all weights are tuned, or those of the readout alone, whose states rest."""


@dataclass(frozen=True, kw_only=True)
class TunedRewardStudy(Study):
    """A language model becomes a reward model on exam pairs, and is asked of other questions."""

    exam: str
    """Exam that the pairs are made of."""
    model: str
    """A packaged language model, or a folder of one."""
    questions: Count
    """Questions that are used, of which a seed holds some out."""
    held_out: Count
    """Questions that nothing learns from."""
    per_question: Annotated[int, Range(least=1)]
    """Hard pairs of a question that are learnt from, drawn by the seed, and as many easy ones."""
    context: Annotated[int, Range(least=2)]
    """Tokens of a question with an answer that are read at most."""
    passes: Count
    """How often the pairs are read."""
    fits: Mapping[str, Optimization]
    """How each arm is fitted; windows are pairs."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: A number is out of its range, the exam or an arm is unknown, or an arm has no
                fit.
        """
        in_range(self)
        if unknown := [arm for arm in self.arms if arm not in (TUNED, READOUT)]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {TUNED}, {READOUT}")
        if set(self.arms) != set(self.fits):
            odd = sorted(set(self.arms) ^ set(self.fits))
            raise BadInput(f"arm {odd[0]!r} has no fit, or is none; name each in both")
        if self.exam not in EXAMS:
            raise BadInput(f"unknown exam {self.exam!r}; use one of {', '.join(EXAMS)}")
        if self.held_out >= self.questions:
            raise BadInput(
                f"{self.questions} questions leave none beside {self.held_out} held-out ones; "
                "lower held_out"
            )

    def place(self, device: Device) -> Device:
        """The same device in fp32, so that rewards are the same everywhere but for rounding."""
        return replace(device, full_precision=True)

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Make the exam and its baselines once for all seeds; fit one arm, and ask it."""
        from benchmarks.chains.models import named_model
        from benchmarks.families.preference_data.reward.stages import (
            encoded_sentences,
            exam_items,
        )
        from benchmarks.families.preference_data.reward.work import encoding
        from benchmarks.families.preference_data.reward.work.items import ITEMS
        from benchmarks.families.preference_data.tuned_rewards import work
        from benchmarks.running.packaged import unpack_encoder

        encoder = bench.run(0, "encoder", unpack_encoder, sha256=MINILM.sha256).file("model")
        made = exam_items(bench, self.exam, self.questions)
        small = encoded_sentences(bench, encoder, made, self.questions)
        pairs = 2 * self.per_question * self.passes * (self.questions - self.held_out)
        fitted = bench.run(
            0, arm, work.tune, progress=pairs, seed=seed, items=made.file(ITEMS),
            model=named_model(bench, self.model, 0), held_out=self.held_out,
            per_question=self.per_question, context=self.context, passes=self.passes,
            rests=arm == READOUT, fit=self.fits[arm],
        )  # fmt: skip
        reward = fitted.file(work.REWARD)
        asked = bench.run(
            0, "exam", work.ask_exam, seed=seed, reward=reward, items=made.file(ITEMS),
            questions=small.file(encoding.QUESTIONS), candidates=small.file(encoding.CANDIDATES),
            held_out=self.held_out,
        )  # fmt: skip
        return [made, fitted, asked]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of the exam, of the fit, and of the reward model on all that it is asked."""
        measures = [stage.facts["measures"] for stage in stages]
        return {"metrics": as_metrics({k: v for some in measures for k, v in some.items()})}


def preference_data_gpu_tuned() -> TunedRewardStudy:
    """SmolLM2-135M on all pairs of the exam; some minutes a seed on one GPU."""
    return TunedRewardStudy(
        name="preference_data_gpu_tuned",
        tier="gpu",
        summary="SmolLM2 tuned whole as a reward model, beside a readout of its states at rest",
        arms=(TUNED, READOUT),
        exam="medmcqa",
        model="smollm2",
        questions=4100,
        held_out=1000,
        per_question=3,
        context=512,
        passes=2,
        fits={
            TUNED: Optimization(learning_rate=5e-5, warmup_steps=50, windows_per_step=32),
            READOUT: Optimization(learning_rate=3e-3, warmup_steps=50, windows_per_step=32),
        },
    )


STUDIES: tuple[type[Study], ...] = (TunedRewardStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    preference_data_gpu_tuned.__name__: preference_data_gpu_tuned
}
"""Recipes by name."""
