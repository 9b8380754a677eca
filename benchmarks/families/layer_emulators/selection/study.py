"""A study of the layers of one model, and its recipe: SmolLM2-135M, whose weights a package has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.families.layer_emulators.selection.names import (
    BLOCK_INFLUENCE,
    CKA,
    NAMES,
    PERMUTED,
    RANDOM,
    SKIP_COST,
    UNIFORM,
)
from benchmarks.running.study import Study
from data.errors import BadInput, Count, Range, in_range
from lightning_modules.device import Device

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class SelectionStudy(Study):
    """Rules that select layers of one model, with what they rest on; an arm is a source of text."""

    model: str
    """The model: a packaged one, a folder, or a name on the hub."""
    rules: tuple[str, ...]
    """Rules, and the control, whose emulators are measured."""
    shared: tuple[str, ...]
    """Rules whose emulators are measured once more with shared layers."""
    kept: tuple[Count, ...]
    """Numbers of layers that emulators keep."""
    draws: Count
    """Emulators of the rule that draws layers at random, for each number of layers."""
    calibration_texts: Count
    """Texts on which layers and intervals of them are left out."""
    evaluation_texts: Annotated[int, Range(least=2)]
    """Other texts, on which emulators are measured."""
    read_texts: Annotated[int, Range(least=8)]
    """Further texts, whose states are read; blocks are found by one half and measured on the
    other."""
    tokens: Annotated[int, Range(least=2)]
    """First tokens of a text on which a loss is measured; shorter texts are not drawn."""
    read_tokens: Annotated[int, Range(least=2)]
    """First tokens of a text whose states are read."""
    longest: Count
    """Most layers of an interval that is left out at once."""
    blocks: Annotated[int, Range(least=2)]
    """Number of blocks that the layers are cut into."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is out of its range, a rule is unknown or named twice, there is
                nothing to measure, or more tokens are read than a text has.
        """
        in_range(self)
        for name in ("rules", "shared"):
            rules = getattr(self, name)
            if unknown := [rule for rule in rules if rule not in NAMES]:
                raise BadInput(f"unknown rule {unknown[0]!r}; use some of {', '.join(NAMES)}")
            if len(set(rules)) < len(rules):
                raise BadInput(f"{name} names a rule twice; name each once")
        if odd := {PERMUTED, RANDOM} & set(self.shared):
            raise BadInput(f"{min(odd)} cannot be among the rules with shared layers")
        if not self.rules or not self.kept:
            raise BadInput("rules and kept name no emulator; give at least one of each")
        if len(set(self.kept)) < len(self.kept):
            raise BadInput("kept names a number of layers twice; name each once")
        if self.read_tokens > self.tokens:
            raise BadInput(f"read_tokens is {self.read_tokens}, a text has {self.tokens}; lower it")

    def place(self, device: Device) -> Device:
        """The same device in fp32: small rises of the loss would be rounded."""
        return replace(device, full_precision=True)

    @property
    def n_emulators(self) -> int:
        """Number of emulators that are measured."""
        extra = self.draws - 1 if RANDOM in self.rules else 0
        return len(self.kept) * (len(self.rules) + extra + len(self.shared))

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Draw texts, measure the layers and let every rule choose, and measure the emulators."""
        from benchmarks.chains.models import named_model
        from benchmarks.families.layer_emulators.selection import work

        model = named_model(bench, self.model, 0)
        texts = bench.run(
            0,
            "texts",
            work.draw_texts,
            seed=seed,
            source=arm,
            model=model,
            tokens=self.tokens,
            read_tokens=self.read_tokens,
            counts=[self.calibration_texts, self.evaluation_texts, self.read_texts],
        )
        drawn = texts.file(work.TEXTS)
        n_read = self.read_texts * self.read_tokens
        layers = bench.run(
            0,
            "layers",
            work.measure_layers,
            progress=n_read,
            seed=seed,
            model=model,
            texts=drawn,
            rules=self.rules,
            shared=self.shared,
            kept=self.kept,
            draws=self.draws,
            longest=self.longest,
            blocks=self.blocks,
        )
        emulators = bench.run(
            0,
            "emulators",
            work.measure_emulators,
            progress=self.n_emulators * self.evaluation_texts * self.tokens,
            model=model,
            texts=drawn,
            chosen=layers.file(work.CHOSEN),
        )
        return [texts, layers, emulators]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """Every layer and every emulator, and the mean losses by name."""
        from benchmarks.families.layer_emulators.selection import work

        _, layers, emulators = stages
        return work.found(layers.facts, emulators.facts)


def layer_emulators_selection() -> SelectionStudy:
    """Eight rules choose 27 to 12 of the 30 layers of SmolLM2-135M; nothing is trained."""
    return SelectionStudy(
        name="layer_emulators_selection",
        tier="smoke",
        summary="eight rules choose layers of SmolLM2-135M, with costs and blocks; 3 minutes",
        arms=("vital_articles",),
        model="smollm2",
        rules=NAMES,
        shared=(UNIFORM, SKIP_COST, BLOCK_INFLUENCE, CKA),
        kept=(27, 24, 20, 16, 12),
        draws=3,
        calibration_texts=4,
        evaluation_texts=8,
        read_texts=256,
        tokens=64,
        read_tokens=32,
        longest=3,
        blocks=5,
    )
