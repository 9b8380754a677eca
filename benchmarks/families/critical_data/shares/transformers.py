"""How much fresh human text chains of transformers need: two sizes of models, a coarse grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.running.study import Study
from data.editing import SHARE
from data.errors import BadInput, between
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

if TYPE_CHECKING:  # they load torch
    from benchmarks.chains.recipe import Recipe
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage
    from data.workflow import Workflow

_UNUSED = 0.5
"""Share of human text in the recipe of a control, which mixes nothing."""
CONTROLS = ("fresh_human", "same_human")
"""Workflows that are run beside the shares, once for each size and seed."""


@dataclass(frozen=True, kw_only=True)
class TransformerShares(Study):
    """Chains of transformers that mix a share of fresh human text into what the last one writes.

    Every model begins with fresh weights, so that it knows its corpus and no more, and every fit
    has as many steps: generation 0, the controls and all shares.
    """

    shapes: Mapping[str, ModelShape]
    """The models of each arm."""
    human: HumanText
    fit: Optimization
    sampling: SamplingRule
    evaluation: Evaluation
    shares: tuple[float, ...]
    """Shares of fresh human text in every corpus, growing."""
    horizons: tuple[int, ...]
    """Generations at which the excess is kept, growing; the last one ends the chains."""
    deltas: tuple[float, ...]
    """Excesses in bits per word that are allowed, fixed before any chain was run."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A share is not between 0 and 1, an order is wrong, arms are not those of the
                shapes, or the first corpus is larger than later ones.
        """
        between(0, 1, {f"shares.{place}": share for place, share in enumerate(self.shares)})
        for name in ("shares", "horizons", "deltas"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise BadInput(f"{name} are {values}; give some, growing")
        if odd := sorted(set(self.arms) ^ set(self.shapes)):
            raise BadInput(f"arm {odd[0]!r} has no shape, or is none; name each in both")
        if self.human.first_tokens != self.human.generation_tokens:
            raise BadInput(
                f"human.first_tokens is {self.human.first_tokens:,} and human.generation_tokens "
                f"{self.human.generation_tokens:,}; make them one, for equal compute"
            )

    def chain(self, arm: str, human_share: float) -> "Recipe":
        """The recipe of one chain: a size of model, and a share of human text."""
        from benchmarks.chains.recipe import Recipe

        return Recipe(
            name=self.name,
            summary=self.summary,
            tier="cpu",
            workflows=(*CONTROLS, "mix"),
            generations=max(self.horizons),
            start="scratch",
            human=self.human,
            model=self.shapes[arm],
            first_fit=self.fit,
            fit=self.fit,
            sampling=self.sampling,
            edit_rule=SHARE,
            prior_context=self.shapes[arm].context,
            human_share=human_share,
            evaluation=self.evaluation,
        )

    def chains(self, arm: str) -> "dict[str, tuple[Recipe, Workflow]]":
        """What is run of one size of model: the controls, then every share, growing."""
        controls: dict[str, tuple[Recipe, Workflow]] = {
            name: (self.chain(arm, _UNUSED), name) for name in CONTROLS
        }
        return controls | {
            share_key(share): (self.chain(arm, share), "mix") for share in self.shares
        }

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Run the chains of one size and seed, each fit, text and measurement in a stage."""
        from benchmarks.families.critical_data.shares.trained import chain_stages

        return chain_stages(self.chains(arm), seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The losses of all chains of an arm."""
        from benchmarks.families.critical_data.shares.trained import chain_metrics

        return {"metrics": chain_metrics(self.chains(arm), self.horizons, stages)}


def critical_data_cpu_shares() -> TransformerShares:
    """Excess of transformers of two sizes over five shares of fresh human text."""
    return TransformerShares(
        name="critical_data_cpu_shares",
        tier="cpu",
        summary="how much human text transformers need: five shares, two sizes; an hour",
        arms=("width_48", "width_96"),
        shapes={
            "width_48": ModelShape(
                layers=2, width=48, heads=3, feed_forward=128, context=128, vocabulary_size=1024
            ),
            "width_96": ModelShape(
                layers=3, width=96, heads=3, feed_forward=256, context=128, vocabulary_size=1024
            ),
        },
        human=HumanText(
            source="king_james",
            held_out_bytes=60_000,
            first_tokens=49_152,
            generation_tokens=49_152,
        ),
        fit=Optimization(learning_rate=3e-3, warmup_steps=16, windows_per_step=2),
        sampling=SamplingRule(max_tokens=256, documents_per_batch=512),
        evaluation=Evaluation(sample_tokens=512, document_tokens=64, sample_words=128),
        shares=(1 / 8, 1 / 4, 1 / 2, 3 / 4, 7 / 8),
        horizons=(1, 2, 3, 4, 5),
        deltas=(0.1, 0.5),
    )
