"""The recipe that asks how blocks of layers grow with the depth of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.chains.settings import HumanText
from benchmarks.families.layer_emulators.depth.settings import PRIOR, DepthSettings
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, in_range
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class DepthStudy(DepthSettings, Study):
    """Models of several depths are fitted, and looked at layer by layer."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is out of its range, an arm is unknown, or a model has fewer layers
                than blocks are looked for.
        """
        in_range(self)
        known = (*self.layers, PRIOR)
        if unknown := [arm for arm in self.arms if arm not in known]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(known)}")
        if few := [arm for arm, n_layers in self.layers.items() if n_layers <= self.blocks]:
            raise BadInput(
                f"{few[0]} has {self.layers[few[0]]} layers, {self.blocks} blocks are looked for; "
                "use more layers than blocks"
            )

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit the arm's model, or take it, and look at its layers."""
        from benchmarks.families.layer_emulators.depth.stages import depth_stages

        return depth_stages(self, arm, seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What was seen of the layers."""
        return {"metrics": as_metrics(stages[-1].facts["measures"])}


def layer_emulators_depth() -> DepthStudy:
    """Own models of 4 to 24 layers of width 64, and SmolLM2-135M."""
    depths = (4, 8, 12, 16, 24)
    layers = {f"layers_{n}": n for n in depths}
    return DepthStudy(
        name="layer_emulators_depth",
        tier="cpu",
        summary="blocks and early predictions in own models of 4 to 24 layers; minutes a seed",
        arms=(*layers, PRIOR),
        general=HumanText(
            source="vital_articles",
            held_out_bytes=120_000,
            first_tokens=1_024_000,
            generation_tokens=1024,
        ),
        shape=ModelShape(
            layers=depths[-1],
            width=64,
            heads=4,
            feed_forward=168,
            context=64,
            vocabulary_size=512,
        ),
        layers=layers,
        first_fit=Optimization(learning_rate=3e-3, warmup_steps=100, windows_per_step=16),
        prior="smollm2",
        blocks=3,
        texts=96,
        predicted=8,
        length=64,
    )
