"""Scores every token of a set of documents with a prior, as a `Trainer.predict` run."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.accelerators import CUDAAccelerator
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from data.prior import (
    NO_TOKEN,
    Prior,
    ScoresLater,
    Window,
    check_head,
    score_later,
    windows,
)

TOKENS_PER_BATCH = {"cpu": 4096, "cuda": 65_536}
"""Number of tokens of a batch at most, by kind of device: a GPU is done with few before the host
has the next."""
_LEAST_FILL = 0.75
"""A batch holds no window shorter than this share of its longest."""


Batch = TypeVar("Batch")
TokenIds = Sequence[int] | NDArray[np.int64]


class WindowBatch(NamedTuple):
    """Windows of similar length, padded on the right."""

    tokens: Tensor
    """Token ids, shape (batch, time)."""
    targets: Tensor
    """Bool of the same shape, true where a token is scored."""
    places: NDArray[np.int64]
    """Places of these scores among all tokens, row by row."""


class WindowBatches(Dataset[WindowBatch]):
    """Cuts documents into windows, sorts them by length and packs them into batches.

    Args:
        documents: Token ids of each document that are scored.
        context: Number of tokens of the longest window.
        prefix: Token that stands before every document, if there is one.
        before: Token ids that stand between prefix and document and are only read; none by default.
        tokens_per_batch: Number of tokens of a batch at most, padding included.
    """

    def __init__(
        self,
        documents: Sequence[TokenIds],
        *,
        context: int,
        prefix: int | None,
        before: Sequence[TokenIds] | None = None,
        tokens_per_batch: int = TOKENS_PER_BATCH["cpu"],
    ) -> None:
        head = [] if prefix is None else [prefix]
        heads = [np.array([*head, *ids], dtype=np.int64) for ids in before or [[]] * len(documents)]
        self.sequences = [
            np.concatenate([head, np.asarray(ids, dtype=np.int64)])
            for head, ids in zip(heads, documents, strict=True)
        ]
        self.shifts = [len(head) for head in heads]
        self.offsets = np.cumsum([0, *(len(ids) for ids in documents)])
        lengths = [len(sequence) for sequence in self.sequences]
        begins = [max(shift, 1) for shift in self.shifts]
        ordered = sorted(windows(lengths, context, begins), key=lambda w: w.start - w.stop)
        self.groups: list[list[Window]] = []
        for window in ordered:
            length = window.stop - window.start
            longest = self.groups[-1][0].stop - self.groups[-1][0].start if self.groups else 0
            too_short = length < _LEAST_FILL * longest
            if not longest or too_short or longest * (len(self.groups[-1]) + 1) > tokens_per_batch:
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
            start = self.offsets[w.document] - self.shifts[w.document]
            places.append(np.arange(start + w.first, start + w.stop))
        return WindowBatch(tokens, targets, np.concatenate(places))


class TokenScorer(pl.LightningModule):
    """Runs `data.prior.score` on batches of windows."""

    def __init__(self, prior: Prior) -> None:
        super().__init__()
        self.model = prior.model
        self._latest: ScoredBatch | None = None

    def transfer_batch_to_device(
        self, batch: WindowBatch, device: torch.device, dataloader_idx: int
    ) -> WindowBatch:
        """Move the tokens; targets and places stay on the host, which counts them."""
        return on_device(batch, device)

    def predict_step(self, batch: WindowBatch, batch_idx: int) -> "ScoredBatch":
        """Log-probabilities of one batch, perhaps still on their way, and where they belong."""
        later = score_later(self.model, batch.tokens, batch.targets, 0, NO_TOKEN)
        if self._latest is not None:  # its memory is needed no more once it has arrived
            self._latest.later.scores()
        self._latest = ScoredBatch(batch.places, later)
        return self._latest


class ScoredBatch:
    """Scores of a batch; no tuple, which the trainer would take apart and wait for."""

    def __init__(self, places: NDArray[np.int64], later: ScoresLater) -> None:
        self.places = places
        self.later = later

    def arrived(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Places and log-probabilities, on the host."""
        return self.places, self.later.scores().log_probability

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process is what has arrived."""
        self.later.scores()
        return self.__dict__


def on_device(batch: WindowBatch, device: torch.device) -> WindowBatch:
    """The batch with its tokens on the device; the host does not wait for pinned ones."""
    return batch._replace(tokens=batch.tokens.to(device, non_blocking=True))


def runs_on_gpu(trainer: pl.Trainer) -> bool:
    """Whether a trainer's device is a GPU."""
    return isinstance(trainer.accelerator, CUDAAccelerator)


def tokens_per_batch(trainer: pl.Trainer) -> int:
    """Number of tokens of a batch at most that suits a trainer's device."""
    return TOKENS_PER_BATCH["cuda" if runs_on_gpu(trainer) else "cpu"]


def as_it_is(batch: Batch) -> Batch:
    """Keep a loader from turning the arrays of a batch into tensors."""
    return batch


def score_documents(
    prior: Prior,
    documents: Sequence[TokenIds],
    *,
    before: Sequence[TokenIds] | None = None,
    trainer: pl.Trainer,
) -> NDArray[np.float32]:
    """Score all tokens of all documents with a prior.

    Args:
        prior: Model that scores, with its tokenizer.
        documents: Token ids of each document, without prefix.
        before: Token ids of what stands before each document and is only read.
        trainer: Trainer that runs the prediction.

    Returns:
        Natural log of P(token | text before it), aligned with the documents laid end to end, shape
        (tokens,). A document's first token has none (NaN) when the prior has no prefix to condition
        it on.

    Raises:
        BrokenScores: A score is NaN or infinite.
    """
    batches = WindowBatches(
        documents,
        context=prior.context,
        prefix=prior.prefix,
        before=before,
        tokens_per_batch=tokens_per_batch(trainer),
    )
    check_head(prior.model, len(prior.tokenizer))
    loader = DataLoader(
        batches, batch_size=None, collate_fn=as_it_is, pin_memory=runs_on_gpu(trainer)
    )
    log_probability = np.full(int(batches.offsets[-1]), np.nan, dtype=np.float32)
    scored = cast(list[ScoredBatch], trainer.predict(TokenScorer(prior), loader) or [])
    for batch in scored:
        places, part = batch.arrived()
        log_probability[places] = part
    return log_probability
