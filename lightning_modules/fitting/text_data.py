"""Batches of token windows, in an order that is a pure function of the seed and can be resumed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.accelerators import CUDAAccelerator
from torch import Tensor
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Sampler
from transformers import PreTrainedTokenizerFast

from data.errors import BadInput
from data.text.corpus import Corpus
from data.text.tokens import pack
from lightning_modules.processes import on_lead, process_count, process_rank


class PackedWindows(Dataset[Tensor]):
    """Windows of context + 1 tokens of one stream; neighbours share a token.

    Every token of the stream but the first is predicted once; a rest shorter than a window is left
    out.

    Raises:
        BadInput: The stream is shorter than one window.
    """

    def __init__(self, stream: NDArray[np.int32], context: int) -> None:
        self.stream = stream
        self.context = context
        if len(self) == 0:
            raise BadInput(
                f"the corpus has {len(stream):,} tokens, less than one window of {context + 1}"
            )

    def __len__(self) -> int:
        return (len(self.stream) - 1) // self.context

    def __getitem__(self, index: int) -> Tensor:
        if not 0 <= index < len(self):
            raise IndexError(f"window {index} of {len(self)}")
        start = index * self.context
        window = self.stream[start : start + self.context + 1]
        return torch.from_numpy(window.astype(np.int64))


def plain_windows(
    corpora: Sequence[Path],
    tokenizer: PreTrainedTokenizerFast,
    folder: Path,
    context: int,
    part_tokens: Sequence[int],
) -> ConcatDataset[Tensor]:
    """Pack corpora in the first process, and open them as windows in all.

    Args:
        corpora: Files of the documents.
        tokenizer: Tokenizer of the model.
        folder: Folder that receives the tokens.
        context: Number of tokens of a window.
        part_tokens: Number of tokens that are used of each corpus at most.
    """

    def pack_all() -> None:
        for index, path in enumerate(corpora):
            pack(Corpus.open(path), tokenizer, folder / f"tokens-{index}")

    on_lead(pack_all)
    streams = [
        np.memmap(folder / f"tokens-{index}", dtype=np.int32, mode="r")[: limit + 1]
        for index, limit in enumerate(part_tokens)
    ]
    return ConcatDataset([PackedWindows(stream, context) for stream in streams])


def batches(n_windows: int, windows_per_step: int, rng: np.random.Generator) -> list[list[int]]:
    """One epoch in random order, cut into full batches; a rest smaller than a batch is left out.

    Raises:
        BadInput: There is no full batch.
    """
    n_steps = n_windows // windows_per_step
    if n_steps == 0:
        raise BadInput(
            f"the corpus fills {n_windows} windows, less than one batch of {windows_per_step}; "
            "give more text or lower the recipe's windows_per_step"
        )
    order = rng.permutation(n_windows)[: n_steps * windows_per_step]
    return [list(map(int, batch)) for batch in order.reshape(n_steps, windows_per_step)]


def parts(all_batches: list[list[int]], size: int | None) -> list[list[int]]:
    """Every batch cut into parts of `size` windows; None leaves it whole."""
    return [
        batch[at : at + (size or len(batch))]
        for batch in all_batches
        for at in range(0, len(batch), size or len(batch))
    ]


def share(all_parts: list[list[int]]) -> list[list[int]]:
    """This process's windows of every part, as many as any other's.

    Raises:
        BadInput: A part cannot be divided among the processes.
    """
    count, rank = process_count(), process_rank()
    if any(len(part) % count for part in all_parts):
        raise BadInput(
            f"{len(all_parts[0])} windows cannot be divided among {count} processes; change the "
            "recipe's windows_per_step or windows_at_once, or the number of devices"
        )
    return [part[rank::count] for part in all_parts]


class _Remaining(Sampler[list[int]]):
    """The batches from a step on; its length is that of all, which is how Lightning counts."""

    def __init__(self, all_batches: list[list[int]]) -> None:
        self.all_batches = all_batches
        self.start = 0

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.all_batches[self.start :])

    def __len__(self) -> int:
        return len(self.all_batches)


class ResumableLoader(DataLoader[Any]):
    """A loader whose position Lightning saves in its checkpoints and restores from them."""

    def __init__(
        self, dataset: Dataset[Any], all_batches: list[list[int]], *, pinned: bool = False
    ) -> None:
        self.remaining = _Remaining(all_batches)
        self.served = 0
        super().__init__(dataset, batch_sampler=self.remaining, pin_memory=pinned)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        for batch in super().__iter__():
            self.served += 1
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """Number of batches served so far, in this run and those before it."""
        return {"served": self.served}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue after the batches that a checkpoint counts as served."""
        self.served = self.remaining.start = int(state["served"])


class TextData(pl.LightningDataModule):
    """Training batches of one fit, each of shape (windows, context + 1), or `AnswerBatch`es."""

    def __init__(self, windows: Dataset[Any], all_batches: list[list[int]]) -> None:
        super().__init__()
        self.windows = windows
        self.all_batches = all_batches

    def train_dataloader(self) -> ResumableLoader:
        """One pass over this process's share, from where a checkpoint left off."""
        # From pinned memory a batch is copied while the GPU still computes the one before.
        on_gpu = self.trainer is not None and isinstance(self.trainer.accelerator, CUDAAccelerator)
        return ResumableLoader(self.windows, share(self.all_batches), pinned=on_gpu)
