"""What `collapse emulate` was asked for, and the texts on which layers and losses are measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from benchmarks.chains.settings import HumanText
from benchmarks.chains.text.human_text import read_human
from data.errors import BadInput, Count, Range, Seed, in_range
from data.prior import Prior
from data.randomness import stream
from data.text.tokens import encode
from lightning_modules.layers.layout import SHARINGS, Sharing
from lightning_modules.layers.selection.rules import RULES

Dtype = Literal["auto", "float32", "bfloat16"]
"""Type of an emulator's weights; `auto` is that of the checkpoint."""
Tokens = Annotated[int, Range(least=2)]
"""Tokens of a text: one that is seen, and one that is scored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmulateRequest:
    """Everything that decides an emulator."""

    model: str
    """The full model: a folder, a hub name, or a packaged one."""
    keep: Count
    """Number of layers that stay."""
    rule: str
    """Rule that names them."""
    sharing: Sharing | None = None
    """How places that are left out are filled; None where they stay out."""
    text: str = "king_james"
    """Text that the rule measures layers on: a named source, a file, or `hub:owner/name`."""
    field: str = "text"
    """Text field of a file."""
    texts: Count = 8
    """Documents that the rule measures layers on, and as many others that it never sees."""
    tokens: Tokens = 128
    """First tokens of each document that are read."""
    seed: Seed = 0
    """Draws the documents, and the layers of the rule `random`."""
    dtype: Dtype = "auto"
    """Type of the weights, of the emulator's too."""

    def __post_init__(self) -> None:
        """Refuse what needs no model to be refused.

        Raises:
            BadInput: A number is out of its range, or the rule or the sharing is unknown.
        """
        in_range(self)
        if self.rule not in RULES:
            raise BadInput(f"unknown rule {self.rule!r}; use one of {', '.join(RULES)}")
        if self.sharing is not None and self.sharing not in SHARINGS:
            raise BadInput(f"unknown sharing {self.sharing!r}; use one of {', '.join(SHARINGS)}")

    def documents(self) -> list[str]:
        """All texts to draw from.

        Raises:
            BadInput: There is no such text, or it has too few documents.
        """
        human = HumanText(
            source=self.text,
            field=self.field,
            held_out_bytes=1,
            first_tokens=1,
            generation_tokens=1,
        )
        corpus, _ = read_human(human)
        if len(corpus) < 2 * self.texts:
            raise BadInput(
                f"{self.text}: {len(corpus)} documents; {self.texts} are to be measured on and as "
                "many others held out: give more text, or lower --texts"
            )
        return list(corpus.texts())

    def split(self, prior: Prior) -> tuple[list[list[int]], list[list[int]]]:
        """Tokens of the documents that layers are measured on, and of others.

        Raises:
            BadInput: Too few documents have two tokens.
        """
        texts = self.documents()
        order = stream(self.seed, "emulate/texts").permutation(len(texts))
        found: list[list[int]] = []
        for index in order:
            (ids,) = encode(prior.tokenizer, [texts[index]])
            before = [] if prior.prefix is None else [prior.prefix]
            if len(ids) > 1:
                found.append([*before, *ids][: min(self.tokens, prior.context)])
            if len(found) == 2 * self.texts:
                return found[: self.texts], found[self.texts :]
        raise BadInput(
            f"{self.text}: {len(found)} documents have two tokens or more, {2 * self.texts} are "
            "needed; give more text, or lower --texts"
        )


def refuse_taken(output: Path) -> None:
    """Refuse a place where something is; an emulator is never written over another model.

    Raises:
        BadInput: Something is there.
    """
    if output.exists() or output.is_symlink():
        raise BadInput(f"{output}: is there already; name a folder that is not")
