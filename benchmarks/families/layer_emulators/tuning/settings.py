"""What a study of tuning by emulators says of its models, its texts and its emulators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from benchmarks.chains.settings import HumanText
from data.errors import BadInput, Count, CountOrNone, Range, in_range
from lightning_modules.layers.layout import Layout
from lightning_modules.settings import ModelShape, Optimization

GATE, SPREAD, ENDS, CONTROLS = "gate", "spread", "ends", "controls"
"""Arms: what the layers of the model are worth; emulators whose trained layers are spread over the
depth, as CRaSh has them; emulators whose trained layers are the first two and the last two, as
offsite tuning has them; and what the arm `spread` is held against."""
RULES = ("uniform", "cka", "skip_cost", "block_influence", "intervals", "best", "worst")
"""Rules by which the frozen layers are kept; `random_0` and so on stand beside them."""


@dataclass(frozen=True, kw_only=True)
class TuningSettings:
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
    prior: str | None = None
    """A model that is taken as it is in place of one that is fitted: a packaged one, a folder, or a
    name on the hub. Then `shape` says its size, and nothing is learnt of general text."""
    look_every: Count
    """Steps of that fit between two looks at what each layer is worth."""
    places: Mapping[str, tuple[int, ...]]
    """Places of the layers that are trained, in the arms `spread` and `ends`."""
    kept: Count
    """Number of layers that every emulator has, those that are trained included."""
    random_sets: CountOrNone
    """Number of emulators whose frozen layers are kept at random."""
    tried: Count
    """Number of sets of frozen layers whose loss is measured to find the best and the worst; all of
    them where there are no more."""
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
            BadInput: A number is out of its range, an arm has no places, places are none of the
                model's, or as many layers are trained as are kept.
        """
        in_range(self)
        if missing := [arm for arm in (SPREAD, ENDS) if arm not in self.places]:
            raise BadInput(f"places of the arm {missing[0]!r} are missing; name them")
        whole = tuple(range(self.shape.layers))
        for arm, places in self.places.items():
            if list(places) != sorted(places):
                raise BadInput(f"places.{arm} are {places}; name them from the first to the last")
            Layout(n_layers=len(whole), kept=whole, trainable=places)
            if not 0 < len(places) < self.kept < len(whole):
                raise BadInput(
                    f"places.{arm}: {len(places)} layers are trained, {self.kept} kept, of "
                    f"{len(whole)}; train some, keep more and leave some out"
                )

    def places_of(self, arm: str) -> tuple[int, ...]:
        """Places of the layers that are trained in an arm; controls have those of `spread`."""
        return self.places[arm if arm in self.places else SPREAD]
