"""A study of tuning by emulators, and its recipes: own models of 12 layers, and of 24."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.chains.settings import HumanText
from benchmarks.families.layer_emulators.tuning.settings import (
    CONTROLS,
    ENDS,
    GATE,
    SPREAD,
    TuningSettings,
)
from benchmarks.running.study import Study
from data.errors import BadInput
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class TuningStudy(TuningSettings, Study):
    """Emulators are chosen, tuned, put back, mixed and held against controls."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: An arm is unknown, or see `TuningSettings`.
        """
        super().__post_init__()
        known = (GATE, SPREAD, ENDS, CONTROLS)
        if unknown := [arm for arm in self.arms if arm not in known]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(known)}")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit the model, choose emulators, tune them, and put them back; the model serves all."""
        from benchmarks.families.layer_emulators.tuning.work import stages

        return stages.arm_stages(self, arm, seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What the record of an arm holds: of every arm, what the last look at the model said."""
        from benchmarks.families.layer_emulators.tuning.work import stages as work

        return work.arm_found(self, arm, stages)


def layer_emulators_cpu() -> TuningStudy:
    """Twelve layers of width 64 that learn an encyclopedia, tuned to abstracts of medicine."""
    context = 64
    return TuningStudy(
        name="layer_emulators_cpu",
        tier="cpu",
        summary="own models of 12 layers, tuned by emulators of 6; 8 minutes a seed",
        arms=(GATE, SPREAD, CONTROLS, ENDS),
        general=HumanText(
            source="vital_articles",
            held_out_bytes=60_000,
            first_tokens=2_048_000,
            generation_tokens=1024,
        ),
        target=HumanText(
            source="medical_abstracts",
            held_out_bytes=200_000,
            first_tokens=65_536,
            generation_tokens=1024,
        ),
        shape=ModelShape(
            layers=12, width=64, heads=4, feed_forward=168, context=context, vocabulary_size=512
        ),
        first_fit=Optimization(learning_rate=3e-3, warmup_steps=100, windows_per_step=16),
        look_every=250,
        places={SPREAD: (0, 3, 7, 11), ENDS: (0, 1, 10, 11)},
        kept=6,
        random_sets=3,
        tried=28,
        fit=Optimization(learning_rate=1e-3, warmup_steps=5, windows_per_step=16, weight_decay=0.0),
        texts=96,
        chosen_by=48,
        coefficients=8,
    )


def layer_emulators_gpu() -> TuningStudy:
    """Twenty-four layers of width 128, emulators of twelve, four of which are trained."""
    common = layer_emulators_cpu()
    return replace(
        common,
        name="layer_emulators_gpu",
        tier="gpu",
        summary="own models of 24 layers, tuned by emulators of 12; minutes a seed on one GPU",
        arms=(GATE, SPREAD, CONTROLS, ENDS),
        target=replace(common.target, first_tokens=131_072),
        shape=replace(common.shape, layers=24, width=128, feed_forward=336),
        places={SPREAD: (0, 7, 15, 23), ENDS: (0, 1, 22, 23)},
        kept=12,
        tried=60,
        fit=replace(common.fit, windows_per_step=32),
    )


def layer_emulators_gpu_smollm2() -> TuningStudy:
    """SmolLM2-135M as it is, emulators of 16 of its 30 layers, four of which are trained."""
    common = layer_emulators_cpu()
    return replace(
        common,
        name="layer_emulators_gpu_smollm2",
        tier="gpu",
        summary="SmolLM2-135M tuned by emulators of 16 of its 30 layers; minutes a seed on one GPU",
        prior="smollm2",
        general=replace(common.general, held_out_bytes=400_000, first_tokens=1024),
        target=replace(common.target, first_tokens=98_304),
        shape=ModelShape(
            layers=30,
            width=576,
            heads=9,
            feed_forward=1536,
            context=256,
            vocabulary_size=49_152,
        ),
        places={SPREAD: (0, 9, 19, 29), ENDS: (0, 1, 28, 29)},
        kept=16,
        tried=60,
        fit=replace(common.fit, learning_rate=1e-4, windows_per_step=4),
    )
