"""Scores every token of a set of documents with a prior, as a `Trainer.predict` run."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from data.prior import Prior, Scores, Window, check_head, score, windows

_TOKENS_PER_BATCH = 4096


class WindowBatch(NamedTuple):
    """Windows of similar length, padded on the right."""

    tokens: Tensor
    """Shape (batch, time)."""
    targets: Tensor
    """Where a token is scored, bool, same shape."""
    places: NDArray[np.int64]
    """Where these scores belong among all tokens, row by row."""


class WindowBatches(Dataset[WindowBatch]):
    """Cuts documents into windows, sorts them by length and packs them into batches."""

    def __init__(
        self, documents: Sequence[Sequence[int]], *, context: int, prefix: int | None
    ) -> None:
        self.shift = 0 if prefix is None else 1
        head = [] if prefix is None else [prefix]
        self.sequences = [np.array([*head, *ids], dtype=np.int64) for ids in documents]
        lengths = [len(sequence) for sequence in self.sequences]
        self.offsets = np.cumsum([0, *(len(ids) for ids in documents)])
        ordered = sorted(windows(lengths, context), key=lambda w: w.start - w.stop)
        self.groups: list[list[Window]] = []
        for window in ordered:
            group = self.groups[-1] if self.groups else []
            longest = group[0].stop - group[0].start if group else 0
            if not group or longest * (len(group) + 1) > _TOKENS_PER_BATCH:
                self.groups.append([])
            self.groups[-1].append(window)

    def __len__(self) -> int:
        return len(self.groups)

    def __getitem__(self, index: int) -> WindowBatch:
        group = self.groups[index]
        longest = max(w.stop - w.start for w in group)
        tokens = torch.zeros(len(group), longest, dtype=torch.long)
        targets = torch.zeros(len(group), longest, dtype=torch.bool)
        places = []
        for row, w in enumerate(group):
            tokens[row, : w.stop - w.start] = torch.from_numpy(
                self.sequences[w.document][w.start : w.stop]
            )
            targets[row, w.first - w.start : w.stop - w.start] = True
            start = self.offsets[w.document] - self.shift
            places.append(np.arange(start + w.first, start + w.stop))
        return WindowBatch(tokens, targets, np.concatenate(places))


class TokenScorer(pl.LightningModule):
    """Runs `data.prior.score` on batches of windows."""

    def __init__(self, prior: Prior, top_k: int) -> None:
        super().__init__()
        self.model = prior.model
        self.top_k = top_k

    def transfer_batch_to_device(
        self, batch: WindowBatch, device: torch.device, dataloader_idx: int
    ) -> WindowBatch:
        """Move the tensors; places stay on the host."""
        return WindowBatch(batch.tokens.to(device), batch.targets.to(device), batch.places)

    def predict_step(self, batch: WindowBatch, batch_idx: int) -> tuple[NDArray[np.int64], Scores]:
        """Scores of one batch and where they belong."""
        return batch.places, score(self.model, batch.tokens, batch.targets, self.top_k)


def score_documents(
    prior: Prior, documents: Sequence[Sequence[int]], *, top_k: int, trainer: pl.Trainer
) -> Scores:
    """Score all tokens of all documents.

    Args:
        prior: The model.
        documents: Token ids of each document, without prefix.
        top_k: Candidates per token.
        trainer: Runs the prediction.

    Returns:
        Scores aligned with the documents laid end to end. A document's first token has no
        probability (NaN) when the prior has no prefix to condition it on.
    """
    batches = WindowBatches(documents, context=prior.context, prefix=prior.prefix)
    check_head(prior.model, len(prior.tokenizer))
    loader = DataLoader(batches, batch_size=None)
    outcome = trainer.predict(TokenScorer(prior, top_k), loader) or []
    n_tokens = int(batches.offsets[-1])
    scores = Scores(
        np.full(n_tokens, np.nan, dtype=np.float32),
        np.zeros((n_tokens, top_k), dtype=np.int64),
        np.full((n_tokens, top_k), -np.inf, dtype=np.float32),
    )
    for places, part in outcome:
        scores.log_probability[places] = part.log_probability
        scores.candidates[places] = part.candidates
        scores.candidate_log_probability[places] = part.candidate_log_probability
    return scores
