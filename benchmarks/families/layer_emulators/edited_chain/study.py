"""The recipe of chains whose text is edited, over and over, by a prior or by an emulator of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.chains.settings import HumanText
from benchmarks.chains.standard import standard_chain
from benchmarks.families.layer_emulators.edited_chain.settings import (
    ALL_LAYERS,
    FRESH_HUMAN,
    KEPT_16,
    KEPT_20,
    KEPT_24,
    SAME_HUMAN,
    SPOILT,
    EditedChainSettings,
    Editor,
)
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, in_range

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class EditedChainStudy(EditedChainSettings, Study):
    """Models trained one after the other on text that an editor goes over before each of them."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run.

        Raises:
            BadInput: A number is out of its range, or an arm is neither edited nor human text.
        """
        in_range(self)
        known = (*self.editors, SAME_HUMAN, FRESH_HUMAN)
        if unknown := [arm for arm in self.arms if arm not in known]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(known)}")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit generation 0, which all arms share, then edit, fit and measure round by round."""
        from benchmarks.families.layer_emulators.edited_chain.stages import ChainStages

        chain = ChainStages(self, arm, seed, bench)
        return [*chain.beginning(), *(s for n in range(self.rounds) for s in chain.round(n + 1))]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of every model, and of every edit, by the generation that they belong to."""
        measures: dict[str, Any] = {}
        for stage in stages:
            measures |= stage.facts.get("measures", {})
        return {"metrics": as_metrics(measures)}


def layer_emulators_edited_chain() -> EditedChainStudy:
    """The standard chain on a smaller text, edited by SmolLM2-135M with 30, 24, 20, 16 layers."""
    common = standard_chain("standard", "", (SAME_HUMAN,))
    human = {"held_out_bytes": 60_000, "generation_tokens": 16_384}
    return EditedChainStudy(
        name="layer_emulators_edited_chain",
        tier="cpu",
        summary="chains edited by SmolLM2-135M and emulators of 24 to 16 of its 30 layers",
        arms=(ALL_LAYERS, KEPT_16, KEPT_24, KEPT_20, SAME_HUMAN, FRESH_HUMAN, SPOILT),
        prior="smollm2",
        context=512,
        human=HumanText(**asdict(common.human) | human),
        shape=common.model,
        first_fit=common.first_fit,
        fit=common.fit,
        rounds=2,
        edit_rule=common.edit_rule,
        editors={
            ALL_LAYERS: Editor(kept=None),
            KEPT_24: Editor(kept=24),
            KEPT_20: Editor(kept=20),
            KEPT_16: Editor(kept=16),
            SPOILT: Editor(kept=16, rule="uniform"),
        },
        calibration_texts=8,
        calibration_tokens=128,
    )
