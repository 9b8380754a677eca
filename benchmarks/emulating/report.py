"""What an emulator is and what it costs, as facts, as lines and as the card of its folder."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.emulating.request import EmulateRequest

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Mean loss of the whole model and of its emulator on some texts, in nats per token."""

    whole: float
    emulator: float
    stderr: float | None
    """Standard error of the difference, over texts; None for one text."""
    texts: int
    tokens: int

    @classmethod
    def of(cls, whole: Floats, emulator: Floats, texts: Sequence[Sequence[int]]) -> "Loss":
        """From the mean losses of each text, shape (texts,), every text counting alike."""
        rise = emulator - whole
        return cls(
            whole=float(whole.mean()),
            emulator=float(emulator.mean()),
            stderr=float(rise.std(ddof=1) / len(rise) ** 0.5) if len(rise) > 1 else None,
            texts=len(texts),
            tokens=sum(map(len, texts)),
        )

    @property
    def words(self) -> str:
        """Both, and the rise with its standard error."""
        error = "" if self.stderr is None else f" (standard error {self.stderr:.3f})"
        rise = self.emulator - self.whole
        return f"{self.whole:.3f} to {self.emulator:.3f} nats per token, {rise:+.3f}{error}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was made, of what, by which rule, and how good it is."""

    request: EmulateRequest
    weights: str
    """Digest of the whole model's weights, 16 hex digits."""
    n_layers: int
    kept: tuple[int, ...]
    """Layers of the whole model that stay, from 0."""
    parameters: int
    """Number of weights of the emulator, shared ones once."""
    parameters_written: int
    """Number of weights in its file, shared layers once a place."""
    parameters_whole: int
    calibration: Loss
    """On the texts that the rule measured layers on; it has seen them."""
    held_out: Loss
    """On other texts."""
    token_passes: float
    """What choosing took: tokens that would have gone through all layers for as much."""
    seconds: float

    @property
    def dropped(self) -> tuple[int, ...]:
        """Layers of the whole model that are left out, from 0."""
        return tuple(place for place in range(self.n_layers) if place not in self.kept)

    def as_json(self) -> dict[str, Any]:
        """All facts as plain values."""
        return {**asdict(self), "dropped": self.dropped}

    @property
    def lines(self) -> list[str]:
        """What a user is told, a line each."""
        request = self.request
        filled = "" if request.sharing is None else f", shared over all places ({request.sharing})"
        measured, others = self.calibration, self.held_out
        return [
            f"kept {len(self.kept)} of {self.n_layers} layers by {request.rule}{filled}: "
            f"{spans(self.kept)}",
            f"left out: {spans(self.dropped) or 'none'}",
            self._weights,
            f"loss on {others.texts} other texts of {request.text}: {others.words}",
            f"loss on the {measured.texts} texts that the rule saw: {measured.words}",
            f"choosing cost as much as {self.token_passes:,.0f} tokens through the whole model, "
            f"{self.seconds:.0f} s in all",
        ]

    @property
    def _weights(self) -> str:
        """How many weights it has, and how many its file holds where they are more."""
        share = 100 * self.parameters / self.parameters_whole
        said = f"weights: {self.parameters:,} of {self.parameters_whole:,} ({share:.0f} %)"
        if self.parameters_written == self.parameters:
            return said
        return f"{said}; {self.parameters_written:,} in its file, which holds a layer once a place"

    def card(self, name: str) -> str:
        """The README of the folder: what it is, what it costs, how to use it.

        Args:
            name: Name of the folder.
        """
        said = "\n".join(f"- {line}" for line in self.lines)
        model = self.request.model
        again = shlex.join(["collapse", "emulate", model, name, *_options(self.request)])
        return _CARD.format(name=name, model=model, weights=self.weights, said=said, again=again)


def _options(request: EmulateRequest) -> Iterator[str]:
    """The options of the command that ask for the same, but for what is its default."""
    for entry in fields(request):
        value = getattr(request, entry.name)
        if entry.name != "model" and (entry.default is MISSING or value != entry.default):
            yield from (f"--{entry.name}", f"{value}")


_CARD = """# {name}

An emulator of `{model}` (weights `{weights}`): the same model with some of its layers. Nothing was
trained.

{said}

It is an ordinary checkpoint. `emulator.json` says which layer of the whole model each one is, and
`report.json` has all numbers.

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("{name}")
tokenizer = AutoTokenizer.from_pretrained("{name}")
```

The licence of `{model}` holds for it. Made by:

```sh
{again}
```
"""


def spans(places: Sequence[int]) -> str:
    """Layers in words, neighbours together: `0-3, 7, 9-29`."""
    found: list[list[int]] = []
    for place in places:
        if found and place == found[-1][-1] + 1:
            found[-1].append(place)
        else:
            found.append([place])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in found)
