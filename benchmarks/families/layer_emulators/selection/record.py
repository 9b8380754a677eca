"""What the record of a selection holds beside its metrics: every layer, and every emulator."""

from itertools import pairwise
from typing import Annotated, Any

from pydantic import Field

from benchmarks.running.record import Amount, Count, RecordPart, Share, Whole
from data.errors import BadInput

Likeness = Annotated[float, Field(ge=-1.001, le=1.001)]
"""CKA of two layers, up to rounding."""
Triangle = tuple[tuple[Likeness, ...], ...]
"""CKA of every two different layers: of the first with all after it, of the second, and so on."""
Span = tuple[Whole, Count, float]
"""An interval of layers that was left out: first layer, number of layers, rise of the loss."""


class Blocks(RecordPart):
    """Blocks of layers by the texts of one half, measured on those of the other; mean of both."""

    boundaries: tuple[tuple[Count, ...], tuple[Count, ...]]
    """First layer of every block but the first, by the texts of each half."""
    strength: float
    """Mean CKA within blocks less that across them."""
    strength_at_distance: float
    """The same of pairs of layers that are equally far apart."""
    p: Share
    """Share of all partitions into as many blocks that are as strong."""
    agreement: float
    """Adjusted Rand index of the blocks of the two halves."""


class Layers(RecordPart):
    """What was measured of the layers of the model."""

    influence: tuple[Amount, ...]
    """1 less the cosine of what enters and what leaves each layer."""
    cka: Triangle
    """Of the states that leave two layers, as CRaSh computes it, by all texts."""
    cka_rest: Triangle
    """The same without each layer's direction of largest variance."""
    cka_unbiased: tuple[float, ...]
    """An estimate without bias, of every layer and the one before it, from the second layer on."""
    intervals: tuple[Span, ...]
    """Every interval whose cost was measured, single layers first."""
    blocks: Blocks
    blocks_rest: Blocks
    """Blocks without each layer's direction of largest variance."""

    @property
    def n_layers(self) -> int:
        """Number of layers of the model."""
        return len(self.influence)

    @property
    def skip_costs(self) -> tuple[float, ...]:
        """Rise of the loss without each layer."""
        return tuple(rise for _, length, rise in self.intervals if length == 1)


class OneEmulator(RecordPart):
    """An emulator of the model, and its loss on every text."""

    rule: str
    """Rule that named its layers."""
    draw: Whole
    """Number of the draw of a rule that draws; 0 of any other."""
    sharing: bool
    """Whether places that were left out hold the nearest kept layer."""
    kept: tuple[Whole, ...]
    """Its layers, in its order."""
    token_passes: Amount
    """Tokens that would have gone through the whole model for what the rule asked."""
    losses: tuple[Amount, ...]
    """Mean loss of every text, in nats per token."""

    @property
    def loss(self) -> float:
        """Mean loss over texts, in nats per token."""
        return sum(self.losses) / len(self.losses)


class Selected(RecordPart):
    """What one replicate of a selection found."""

    full: tuple[Amount, ...]
    """Mean loss of the whole model on every text, in nats per token."""
    layers: Layers
    emulators: tuple[OneEmulator, ...]

    @property
    def full_loss(self) -> float:
        """Mean loss of the whole model, in nats per token."""
        return sum(self.full) / len(self.full)

    def of(self, rule: str, n_kept: int, *, sharing: bool = False) -> tuple[OneEmulator, ...]:
        """The emulators of a rule with so many layers: one, or one for each draw."""
        return tuple(
            one
            for one in self.emulators
            if one.rule == rule and len(one.kept) == n_kept and one.sharing == sharing
        )


def check_selected(found: Selected, recipe: dict[str, Any]) -> None:
    """Hold what was found against the recipe.

    Raises:
        BadInput: An emulator is missing, has other layers than its rule can name, or no loss for
            some text; or a number is missing of some layer.
    """
    n = found.layers.n_layers
    if len(found.full) != recipe["evaluation_texts"]:
        raise BadInput("selection.full has not as many losses as the recipe has texts")
    for place, one in enumerate(found.emulators):
        if len(one.losses) != len(found.full):
            raise BadInput(f"selection.emulators.{place} has no loss for some text")
        layers = set(one.kept)
        if len(layers) != len(one.kept) or not layers <= set(range(n)):
            raise BadInput(f"selection.emulators.{place} has layers that the model has not")
    made = [(e.rule, len(e.kept), e.draw, e.sharing) for e in found.emulators]
    if made != planned(recipe):
        raise BadInput("selection.emulators are not those of the recipe")
    _check_layers(found.layers, recipe)


def planned(recipe: dict[str, Any]) -> list[tuple[str, int, int, bool]]:
    """Rule, number of layers, draw and sharing of every emulator of a recipe, in order."""
    drawn = {"random": recipe["draws"]}
    return [
        (rule, n_kept, draw, sharing)
        for n_kept in recipe["kept"]
        for sharing, rules in ((False, recipe["rules"]), (True, recipe["shared"]))
        for rule in rules
        for draw in range(drawn.get(rule, 1))
    ]


def _check_layers(layers: Layers, recipe: dict[str, Any]) -> None:
    n = layers.n_layers
    for name in ("cka", "cka_rest"):
        if [len(row) for row in getattr(layers, name)] != list(range(n - 1, 0, -1)):
            raise BadInput(f"selection.layers.{name} is no triangle of {n} layers")
    if len(layers.cka_unbiased) != n - 1:
        raise BadInput("selection.layers.cka_unbiased has not one number for two neighbours")
    spans = [(length, start) for start, length, _ in layers.intervals]
    longest = min(recipe["longest"], n - 1)
    if spans != [(k, s) for k in range(1, longest + 1) for s in range(n - k + 1)]:
        raise BadInput("selection.layers.intervals are not all that the recipe has")
    for cuts in (*layers.blocks.boundaries, *layers.blocks_rest.boundaries):
        inside = all(0 < cut < n for cut in cuts) and all(a < b for a, b in pairwise(cuts))
        if len(cuts) != recipe["blocks"] - 1 or not inside:
            raise BadInput("selection.layers.blocks has not as many blocks as the recipe")
