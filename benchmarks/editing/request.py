"""What is asked of an edit: files, rule, prior, seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from benchmarks.running.packaged import prior_folder
from data.editing import EditRule
from data.errors import BadInput
from data.ledger import Passage
from data.prior import Prior, load_prior
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport, TextFile, shown
from lightning_modules.device import Device

Dtype = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, kw_only=True)
class EditRequest:
    """What decides the outcome of an edit."""

    inputs: tuple[Path, ...]
    fields: Fields
    prior: str
    """The model whose probabilities decide: a folder, a hub name, or the name of a packaged
    prior."""
    rule: EditRule
    seed: int
    context: int | None
    """Longest window of the prior in tokens; None for its own, 2048 at most."""
    prefix: bool | None
    """Whether the end-of-text token stands before every document; None asks the tokenizer."""
    dtype: Dtype
    device: Literal["auto", "cpu", "cuda"]
    characters_per_shard: int | None
    strict: bool

    def files(self) -> list[TextFile]:
        """The inputs, opened.

        Raises:
            BadInput: One is missing or unknown, or two have one name.
        """
        names = [shown(path.name) for path in self.inputs]
        if twice := {name for name in names if names.count(name) > 1}:
            raise BadInput(
                f"two inputs are named {min(twice)}; names identify documents: rename one"
            )
        return [open_text_file(path, self.fields, strict=self.strict) for path in self.inputs]

    def passages(self) -> Iterator[Passage]:
        """All documents of the inputs, in their order."""
        for file in self.files():
            for record in file.records(ReadReport()):
                yield Passage(record.id, record.text, record.context, file.holds_paragraphs)

    @property
    def accelerator(self) -> Literal["cpu", "gpu"]:
        """Processor or GPU that the prior runs on; `auto` takes a GPU where there is one."""
        return Device(name=self.device).accelerator

    def load_prior(self) -> Prior:
        """The prior, read into memory in the type of numbers that was asked for."""
        by_device = torch.float32 if self.accelerator == "cpu" else torch.bfloat16
        dtype = by_device if self.dtype == "auto" else getattr(torch, self.dtype)
        return load_prior(
            prior_folder(self.prior), context=self.context, prefix=self.prefix, dtype=dtype
        )
