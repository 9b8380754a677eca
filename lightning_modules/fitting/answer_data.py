"""Windows of prompts with answers, and the loss that counts the answers alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerFast

from data.errors import BadInput
from data.text.answers import IGNORED, open_answers, pack_answers
from data.text.corpus import Corpus
from lightning_modules.fitting.likelihood import negative_log_likelihood
from lightning_modules.processes import on_lead, process_count


class AnswerBatch(NamedTuple):
    """Windows of documents with prompts, as `data.text.answers` packs them."""

    tokens: Tensor
    """Token ids, shape (batch, context + 1)."""
    labels: Tensor
    """Token ids that are learnt, and IGNORED elsewhere, same shape."""
    positions: Tensor
    """Place of each token in its document, same shape."""
    weight: Tensor
    """Weight of each window's summed loss, shape (batch,); see `AnswerWindows`."""


class AnswerWindows(Dataset[AnswerBatch]):
    """Windows with the weights by which the passes of a step add up to its mean over all labels.

    A mean of the means of unequal passes would count some answers more than others. The trainer
    divides by the number of passes and of processes, so a weight is that number over the labels of
    the whole step.

    Args:
        packed: Windows as `data.text.answers.pack_answers` returned them, one array per corpus.
    """

    def __init__(self, packed: Sequence[NDArray[np.int32]]) -> None:
        self.packed = packed
        self.begins = np.cumsum([0, *(len(windows) for windows in packed)])
        self.n_labels = np.concatenate(
            [np.count_nonzero(windows[:, 1] != IGNORED, axis=1) for windows in packed]
        )
        self.weights = np.zeros(len(self))

    def weigh(self, all_batches: Sequence[Sequence[int]], parts_per_step: int) -> None:
        """Set the weights for these steps.

        Args:
            all_batches: Windows of each step; no window in two of them.
            parts_per_step: Forward passes of a step, on each process.
        """
        for batch in all_batches:
            total = self.n_labels[list(batch)].sum()
            self.weights[list(batch)] = parts_per_step * process_count() / total

    def __len__(self) -> int:
        return int(self.begins[-1])

    def __getitem__(self, index: int) -> AnswerBatch:
        corpus = int(np.searchsorted(self.begins, index, side="right")) - 1
        window = self.packed[corpus][index - self.begins[corpus]].astype(np.int64)
        weight = torch.tensor(self.weights[index], dtype=torch.float32)
        tokens, labels, positions = torch.from_numpy(window)
        return AnswerBatch(tokens, labels, positions, weight)


def answer_windows(
    corpora: Sequence[Path], tokenizer: PreTrainedTokenizerFast, folder: Path, context: int
) -> AnswerWindows:
    """Pack corpora in the first process, and open them as windows in all.

    All documents are packed, so an edit that makes one longer pushes none out; a last step that the
    windows do not fill is left out (`text_data.batches`).

    Args:
        corpora: Files of the documents.
        tokenizer: Tokenizer of the model.
        folder: Folder that receives the windows.
        context: Number of tokens of a window.
    """

    def pack_all() -> None:
        for index, path in enumerate(corpora):
            pack_answers(Corpus.open(path), tokenizer, folder / f"answers-{index}", context)

    on_lead(pack_all)
    paths = [folder / f"answers-{index}" for index in range(len(corpora))]
    return AnswerWindows([open_answers(path, context) for path in paths])


@torch.no_grad()
def check_restarts(model: nn.Module) -> None:
    """Compare a document beside another with the same document alone.

    Args:
        model: Language model that gives logits.

    Raises:
        BadInput: The two differ: what stands in one window would be read together.
    """
    beside, alone = torch.arange(8)[None], torch.arange(4, 8)[None]
    device = next(model.parameters()).device
    trains = model.training
    model.eval()
    positions = torch.arange(4).repeat(2)[None]
    inputs = {"input_ids": beside.to(device), "position_ids": positions.to(device)}
    packed = model(**inputs, use_cache=False).logits[0, 4:].float()
    single = model(input_ids=alone.to(device), use_cache=False).logits[0].float()
    model.train(trains)
    if not torch.allclose(packed, single, atol=1e-3):
        raise BadInput(
            f"{type(model).__name__} does not restart attention where positions restart; prompts "
            "with answers cannot share a window in it"
        )


def answer_loss(model: nn.Module, batch: AnswerBatch, z_loss: float) -> Tensor:
    """Weighted negative log-likelihood of the labels in nats, and the z-loss over them if it is on.

    Args:
        model: Language model that gives logits; it restarts attention where positions restart.
        batch: Windows with the labels and weights of their tokens.
        z_loss: Weight of the squared log-normaliser.
    """
    logits = model(
        input_ids=batch.tokens[:, :-1], position_ids=batch.positions[:, :-1], use_cache=False
    ).logits
    labels = batch.labels[:, 1:]
    rows, columns = (labels != IGNORED).nonzero(as_tuple=True)
    logits = logits[rows, columns].float()
    each = negative_log_likelihood(logits, labels[rows, columns])
    if z_loss:
        each = each + z_loss * logits.logsumexp(dim=-1).square()
    return (each * batch.weight[rows]).sum()
