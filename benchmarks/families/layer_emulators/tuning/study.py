"""A study of tuning by emulators, and its recipe for a CPU: own models of twelve layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.chains.settings import HumanText
from benchmarks.running.study import Study
from data.errors import BadInput, Count, CountOrNone, Range, in_range
from lightning_modules.layers.layout import Layout
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

GATE, SPREAD, ENDS, CONTROLS = "gate", "spread", "ends", "controls"
"""Arms: what the layers of the model are worth; emulators whose trained layers are spread over the
depth, as CRaSh has them; emulators whose trained layers are the first two and the last two, as
offsite tuning has them; and what the arm `spread` is held against."""
RULES = ("uniform", "cka", "skip_cost", "block_influence", "intervals", "best", "worst")
"""Rules by which the frozen layers are kept; `random_0` and so on stand beside them."""


@dataclass(frozen=True, kw_only=True)
class TuningStudy(Study):
    """Emulators of a model of the suite that all keep as many layers and train the same ones.

    The model learns general text. Its owner chooses the layers of emulators by other general text,
    and whoever tunes an emulator has text of another domain.
    """

    general: HumanText
    """What the model learns first, and what emulators are chosen by."""
    target: HumanText
    """What is tuned to, and measured on."""
    shape: ModelShape
    first_fit: Optimization
    """How the model is fitted on general text, in one pass."""
    look_every: Count
    """Steps of that fit between two looks at what each layer is worth."""
    places: Mapping[str, tuple[int, ...]]
    """Places of the layers that are trained, in the arms `spread` and `ends`."""
    kept: Count
    """Number of layers that every emulator has, those that are trained included."""
    random_sets: CountOrNone
    """Number of emulators whose frozen layers are kept at random."""
    fit: Optimization
    """How every emulator is tuned, in one pass over the target's first text."""
    texts: Annotated[int, Range(least=4)]
    """Number of held-out texts that losses are measured on, each the beginning of a document."""
    chosen_by: Annotated[int, Range(least=4)]
    """Number of general texts that rules measure layers on, and as many for the looks."""
    coefficients: Count
    """Steps from one end of the line between two models to the other."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is out of its range, an arm is unknown or without places, places are
                none of the model's, or as many layers are trained as are kept.
        """
        in_range(self)
        known = (GATE, SPREAD, ENDS, CONTROLS)
        if unknown := [arm for arm in self.arms if arm not in known]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(known)}")
        if missing := [arm for arm in (SPREAD, ENDS) if arm not in self.places]:
            raise BadInput(f"places of the arm {missing[0]!r} are missing; name them")
        for arm, places in self.places.items():
            if list(places) != sorted(places):
                raise BadInput(f"places.{arm} are {places}; name them from the first to the last")
            Layout(n_layers=self.shape.layers, kept=tuple(range(self.shape.layers)),
                   trainable=places)  # fmt: skip
            if not 0 < len(places) < self.kept < self.shape.layers:
                raise BadInput(
                    f"places.{arm}: {len(places)} layers are trained, {self.kept} kept, of "
                    f"{self.shape.layers}; train some, keep more and leave some out"
                )

    def places_of(self, arm: str) -> tuple[int, ...]:
        """Places of the layers that are trained in an arm; controls have those of `spread`."""
        return self.places[arm if arm in self.places else SPREAD]

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
            first_tokens=1_536_000,
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
        first_fit=Optimization(learning_rate=5e-3, warmup_steps=100, windows_per_step=8),
        look_every=500,
        places={SPREAD: (0, 3, 7, 11), ENDS: (0, 1, 10, 11)},
        kept=6,
        random_sets=3,
        fit=Optimization(learning_rate=1e-3, warmup_steps=5, windows_per_step=16, weight_decay=0.0),
        texts=96,
        chosen_by=48,
        coefficients=8,
    )
