"""What rules ask of a model, measured once: losses without layers, states, likeness of layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedModel

from data.errors import BadInput
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import Sharing
from lightning_modules.layers.selection.intervals import Interval
from lightning_modules.layers.selection.passes import Passes
from lightning_modules.layers.selection.readings import Pooling, Readings, read_layers
from lightning_modules.layers.selection.similarity import cka_matrix, without_top

Floats = NDArray[np.float64]
Texts = Sequence[Sequence[int]]
"""Token ids of each text."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule asks of a model before it names layers."""

    layer_tokens: int
    """Tokens that go through a layer, summed over layers. The output layer is left out."""
    n_layers: int
    """Number of layers of the model."""

    @property
    def token_passes(self) -> float:
        """Number of tokens that would have gone through all layers for as much."""
        return self.layer_tokens / self.n_layers

    def __add__(self, other: "Cost") -> "Cost":
        """Both, one after the other."""
        return Cost(self.layer_tokens + other.layer_tokens, self.n_layers)


class Measures:
    """What rules ask of a model; measured when it is first asked for, and kept.

    Args:
        model: Any decoder-only model; it stays as it is.
        texts: Texts that losses are measured on, each of two tokens and more.
        read: Texts whose states are read for CKA and block influence; None for the same ones.
        pooling: How the states of a text's tokens become one.
        longest: Most layers of an interval whose cost is measured.
        rows: Number of texts that go through the model at once.

    Raises:
        BadInput: The model has no list of layers, or `longest` is below 1.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        texts: Texts,
        read: Texts | None = None,
        *,
        pooling: Pooling = "weighted",
        longest: int = 3,
        rows: int = 64,
    ) -> None:
        if longest < 1:
            raise BadInput(f"intervals of at most {longest} layers; use at least 1")
        self._model, self._texts, self._read = model, texts, read or texts
        self._pooling, self._rows = pooling, rows
        self.longest = longest
        self._losses: dict[tuple[tuple[int, ...], Sharing | None], Floats] = {}
        self.n_layers = len(blocks(model))

    @cached_property
    def _passes(self) -> Passes:
        """Passes over the texts that losses are measured on."""
        return Passes(self._model, self._texts, rows=self._rows)

    @property
    def full(self) -> Floats:
        """Mean loss of the whole model on each text, in nats per token."""
        return self._passes.full

    def losses(self, kept: Sequence[int], sharing: Sharing | None = None) -> Floats:
        """Mean loss of an emulator on each text, in nats per token; the same one is run once.

        Args:
            kept: Layers that stay, in the emulator's order.
            sharing: How places that are left out are filled; None where they stay out.
        """
        key = tuple(kept), sharing
        if key not in self._losses:
            self._losses[key] = self._passes.losses(*key)
        return self._losses[key]

    @cached_property
    def skip_costs(self) -> Floats:
        """Rise of the mean loss when a layer is left out, for each layer."""
        return np.array(list(self._costs(1).values()))

    @cached_property
    def interval_costs(self) -> dict[Interval, float]:
        """Rise of the mean loss when an interval is left out, of up to `longest` layers.

        One layer is always kept.
        """
        longest = min(self.longest, self.n_layers - 1)
        return {
            interval: cost
            for length in range(1, longest + 1)
            for interval, cost in self._costs(length).items()
        }

    def cost_of_intervals(self, longest: int) -> Cost:
        """What it takes to measure every interval of at most so many layers.

        A pass begins at the first layer that is left out; the whole pass comes once.
        """
        n, run = self.n_layers, self.n_layers
        for length in range(1, min(longest, n - 1) + 1):
            for start in range(n - length + 1):
                # The last layer that is kept runs again where none comes after.
                run += max(n - length - start, 1)
        return Cost(run * sum(map(len, self._texts)), n)

    @cached_property
    def readings(self) -> Readings:
        """States and influence of the layers."""
        return read_layers(self._model, self._read, pooling=self._pooling, rows=self._rows)

    @property
    def cost_of_reading(self) -> Cost:
        """What one pass over the texts that are read takes."""
        return Cost(sum(map(len, self._read)) * self.n_layers, self.n_layers)

    @cached_property
    def cka(self) -> Floats:
        """Linear CKA of the states that leave every two layers, as CRaSh computes it."""
        return cka_matrix(self.readings.outputs)

    @cached_property
    def cka_rest(self) -> Floats:
        """The same without each layer's direction of largest variance."""
        return cka_matrix(without_top(self.readings.outputs))

    def _costs(self, length: int) -> dict[Interval, float]:
        """Rise of the mean loss without each interval of so many layers."""
        n, whole = self.n_layers, float(self.full.mean())
        if n <= length:
            raise BadInput(f"a model of {n} layers without {length} has none left")
        return {
            (start, length): float(self.losses(_without(n, start, length)).mean()) - whole
            for start in range(n - length + 1)
        }


def _without(n_layers: int, start: int, length: int) -> tuple[int, ...]:
    return (*range(start), *range(start + length, n_layers))
