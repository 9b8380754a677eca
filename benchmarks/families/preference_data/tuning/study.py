"""The study of policies that are tuned on pairs, and its recipe for a CPU."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.chains.settings import Base, HumanText
from benchmarks.families.preference_data.tuning.settings import PolicySettings, Tuned
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from lightning_modules.preference_data.tuning.settings import TuningSettings
from lightning_modules.rewarding.settings import RewardSettings
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class PolicyStudy(PolicySettings):
    """Policies from one start: human answers preferred to the policy's own, by three losses."""

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit the start, which arms of a seed share, make pairs, tune one policy, measure it."""
        from benchmarks.families.preference_data.tuning.stages import Arm

        return Arm(self, self.policies[arm], seed, bench).run()

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """Looks at held-out pairs, and what was measured of the start and of the policy."""
        from benchmarks.families.preference_data.tuning.stages import gathered

        return {"metrics": as_metrics(gathered(stages))}


DPO, NCA, KTO, MIXED, AGAIN = "dpo", "nca", "kto", "mixed", "again"
POLICIES: Mapping[str, Tuned] = {
    DPO: Tuned(),
    NCA: Tuned(loss="nca"),
    KTO: Tuned(loss="kto"),
    MIXED: Tuned(mixed=True),
    AGAIN: Tuned(again=True),
}
"""Policies by the name of their arm, those first whose records decide most."""


def preference_data_cpu() -> PolicyStudy:
    """Five policies a seed: three losses from one start, mixed text, and a second round."""
    return PolicyStudy(
        name="preference_data_cpu",
        tier="cpu",
        summary="a small policy of biomedical text tuned on pairs by DPO, NCA and KTO",
        arms=tuple(POLICIES),
        policies=POLICIES,
        base=Base(
            source="vital_articles",
            held_out_bytes=60_000,
            tokens=250_000,
            fit=Optimization(learning_rate=3e-3, warmup_steps=100, windows_per_step=4),
        ),
        domain=HumanText(
            source="medical_abstracts",
            held_out_bytes=80_000,
            first_tokens=98_304,
            generation_tokens=65_536,
        ),
        model=ModelShape(
            layers=3, width=96, heads=3, feed_forward=256, context=128, vocabulary_size=1024
        ),
        fit=Optimization(learning_rate=1e-3, warmup_steps=16, windows_per_step=4),
        prompt_tokens=32,
        answer_tokens=48,
        pairs=480,
        held_pairs=240,
        tuning=TuningSettings(
            beta=0.1,
            passes=2,
            looks=8,
            fit=Optimization(
                learning_rate=2e-4, warmup_steps=5, windows_per_step=8, weight_decay=0.0
            ),
        ),
        candidates=4,
        rewards=RewardSettings(passes=4),
    )


def preference_data_cpu_judge() -> PolicyStudy:
    """The second round once more, judged too by a reward model of the kind of the one that ranks.

    All but that judge and the measures are the stages of `preference_data_cpu`.
    """
    cpu = preference_data_cpu()
    arms = (AGAIN, DPO)
    return replace(
        cpu,
        name="preference_data_cpu_judge",
        summary="the second round on a policy's own answers, by a judge like the one that ranks",
        arms=arms,
        policies={arm: POLICIES[arm] for arm in arms},
        judge_alike=True,
    )


def preference_data_gpu() -> PolicyStudy:
    """The same policies at 55 M parameters, with more pairs; minutes on one GPU."""
    cpu = preference_data_cpu()
    return replace(
        cpu,
        name="preference_data_gpu",
        tier="gpu",
        summary="a policy of 55 M parameters tuned on pairs by DPO, NCA and KTO",
        base=replace(
            cpu.base,
            tokens=400_000,
            fit=Optimization(learning_rate=1e-3, warmup_steps=100, windows_per_step=16),
        ),
        model=ModelShape(
            layers=10, width=640, heads=10, feed_forward=1728, context=128, vocabulary_size=4096
        ),
        domain=replace(cpu.domain, first_tokens=65_536, generation_tokens=49_152),
        fit=Optimization(learning_rate=3e-4, warmup_steps=16, windows_per_step=16),
        tuning=replace(
            cpu.tuning,
            fit=Optimization(
                learning_rate=2e-5, warmup_steps=5, windows_per_step=8, weight_decay=0.0
            ),
        ),
    )


STUDIES: tuple[type[Study], ...] = (PolicyStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    preference_data_cpu.__name__: preference_data_cpu,
    preference_data_cpu_judge.__name__: preference_data_cpu_judge,
    preference_data_gpu.__name__: preference_data_gpu,
}
"""Recipes by name."""
