"""The recipes about layer emulators: what linear CKA, by which layers are clustered, can see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.standard import standard_chain
from benchmarks.families.layer_emulators.depth.study import DepthStudy, layer_emulators_depth
from benchmarks.families.layer_emulators.edited_chain.study import (
    EditedChainStudy,
    layer_emulators_edited_chain,
)
from benchmarks.families.layer_emulators.edits.recipe import EditsStudy, layer_emulators_edits
from benchmarks.families.layer_emulators.selection.study import (
    SelectionStudy,
    layer_emulators_selection,
)
from benchmarks.families.layer_emulators.tuning.study import (
    TuningStudy,
    layer_emulators_cpu,
    layer_emulators_gpu,
    layer_emulators_gpu_smollm2,
)
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

BLIND = "cka_blind"
CHAIN = "cka_chain"


@dataclass(frozen=True, kw_only=True)
class EmulatorStudy(Study):
    """Layers that are linear in independent sources, sampled, and the CKA between them."""

    features: tuple[int, ...]
    """Numbers of features of the two layers that share one direction; each number is a case."""
    strengths: tuple[float, ...]
    """Standard deviations of the shared direction, a case each; that of every other direction is
    1."""
    chain_features: int
    """Number of features of each layer of the chain."""
    chain_steps: int
    """Number of steps from the first layer of the chain to the last."""
    samples: int
    """Number of texts in one sample."""
    repeats: int
    """Number of samples in one replicate."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is too small, or there is nothing to measure.
        """
        least = {"chain_features": 1, "chain_steps": 1, "samples": 4, "repeats": 2}
        for name, number in least.items():
            if getattr(self, name) < number:
                raise BadInput(f"{name} is {getattr(self, name)}; use at least {number}")
        if not self.features or not self.strengths:
            raise BadInput("features and strengths name no case; give at least one of each")
        if unknown := [arm for arm in self.arms if arm not in (BLIND, CHAIN)]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use {BLIND} or {CHAIN}")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Sample the layers of one arm and measure them, in one stage."""
        from benchmarks.families.layer_emulators import work

        size = {"seed": seed, "samples": self.samples, "repeats": self.repeats}
        if arm == BLIND:
            stage = bench.run(
                0, arm, work.blind, features=self.features, strengths=self.strengths, **size
            )
        else:
            stage = bench.run(
                0, arm, work.chain, features=self.chain_features, steps=self.chain_steps, **size
            )
        return [stage]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of an arm's only stage."""
        (stage,) = stages
        return {"metrics": as_metrics(stage.facts["measures"])}


def layer_emulators() -> EmulatorStudy:
    """CKA of layers with one shared direction, and of a chain of like neighbours."""
    return EmulatorStudy(
        name="layer_emulators",
        tier="smoke",
        summary="what linear CKA cannot see of two layers: one shared direction, a chain; seconds",
        arms=(BLIND, CHAIN),
        features=(6, 24, 96),
        strengths=(1.0, 3.0, 10.0),
        chain_features=16,
        chain_steps=12,
        samples=4096,
        repeats=32,
    )


def layer_emulators_chain() -> Recipe:
    """The standard chain, whose human text is edited with half of the layers of the prior."""
    return standard_chain(
        "layer_emulators_chain",
        "human text edited with every other layer of the prior, in the standard chain",
        ("edit_thinned",),
    )


_Any = (
    EmulatorStudy
    | EditsStudy
    | EditedChainStudy
    | DepthStudy
    | SelectionStudy
    | TuningStudy
    | Recipe
)

RECIPES: Mapping[str, Callable[[], _Any]] = {
    "layer_emulators": layer_emulators,
    "layer_emulators_chain": layer_emulators_chain,
    "layer_emulators_cpu": layer_emulators_cpu,
    "layer_emulators_depth": layer_emulators_depth,
    "layer_emulators_edited_chain": layer_emulators_edited_chain,
    "layer_emulators_edits": layer_emulators_edits,
    "layer_emulators_gpu": layer_emulators_gpu,
    "layer_emulators_gpu_smollm2": layer_emulators_gpu_smollm2,
    "layer_emulators_selection": layer_emulators_selection,
}
