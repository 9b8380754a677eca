"""What is edited, and how its text comes in: shards of documents, cut into batches of windows."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset, get_worker_info

from data.editing import EditRule
from data.ledger import Passage
from data.text.token_text import Located, Pieces, locate
from lightning_modules.editing.token_scoring import WindowBatch, WindowBatches


@dataclass(frozen=True, kw_only=True)
class EditJob:
    """What is edited, how, and where the shards go."""

    passages: Callable[[], Iterable[Passage]]
    """Reads the text from its beginning, as often as asked."""
    shards: Sequence[range]
    """Places of the documents of each shard, one shard after the other."""
    folder: Path
    rule: EditRule
    seed: int
    generation: int
    tokens_per_batch: int | None = None
    """Number of tokens of a batch at most; None takes what suits the device."""
    advance: Callable[[int], None] = lambda n_tokens: None
    """Function that is told how many tokens were scored, after the files of shards that this
    finished."""

    def path(self, shard: int) -> Path:
        """Path of the file of a finished shard."""
        return self.folder / f"{shard:06d}.parquet"

    def missing(self) -> list[int]:
        """Numbers of the shards that are not finished."""
        there = {path.name for path in self.folder.iterdir()}
        return [s for s in range(len(self.shards)) if self.path(s).name not in there]


class Shard(NamedTuple):
    """The documents of one shard as tokens."""

    number: int
    first_document: int
    ids: list[str]
    text: Located
    has_context: NDArray[np.bool_]
    """Whether something stands before each document, shape (documents,)."""
    paragraphs: dict[int, str]
    """The documents that have to stay paragraphs, by their place in the shard."""
    n_batches: int
    n_windows: int
    padded_tokens: int


class ShardBatch(NamedTuple):
    """One batch of windows of a shard; its first batch brings the shard along."""

    number: int
    windows: WindowBatch
    shard: Shard | None


class ShardBatches(IterableDataset[ShardBatch]):
    """Reads, tokenizes and packs shards one after the other.

    Args:
        job: The text, the rule, and the folder of the shards.
        shards: Numbers of the shards wanted, ascending.
        pieces: Text of every token of the prior's tokenizer.
        context: Longest window that is scored at once, in tokens.
        prefix: Token that stands before every document, if there is one.
        tokens_per_batch: Number of tokens of a batch at most.
    """

    def __init__(
        self,
        job: EditJob,
        shards: list[int],
        pieces: Pieces,
        *,
        context: int,
        prefix: int | None,
        tokens_per_batch: int,
    ) -> None:
        self.job = job
        self.tokens_per_batch = tokens_per_batch
        self.shards = shards
        self.context = context
        self.prefix = prefix
        self.pieces = pieces

    def __iter__(self) -> Iterator[ShardBatch]:
        worker = get_worker_info()
        shards = self.shards if worker is None else self.shards[worker.id :: worker.num_workers]
        passages, at = iter(self.job.passages()), 0
        for number in shards:
            documents = self.job.shards[number]
            mine = itertools.islice(passages, documents.start - at, documents.stop - at)
            at = documents.stop
            yield from self._batches(number, documents.start, list(mine))

    def _batches(
        self, number: int, first_document: int, passages: list[Passage]
    ) -> Iterator[ShardBatch]:
        text = locate([passage.text for passage in passages], self.pieces)
        context = locate([passage.context for passage in passages], self.pieces)
        batches = WindowBatches(
            [text.tokens_of(i) for i in range(len(text))],
            context=self.context,
            prefix=self.prefix,
            before=[context.tokens_of(i) for i in range(len(context))],
            tokens_per_batch=self.tokens_per_batch,
        )
        shard = Shard(
            number,
            first_document,
            [passage.id for passage in passages],
            text,
            np.diff(context.offsets) > 0,
            {place: one.text for place, one in enumerate(passages) if one.is_paragraph},
            max(len(batches), 1),
            sum(map(len, batches.groups)),
            sum(len(group) * (group[0].stop - group[0].start) for group in batches.groups),
        )
        if len(batches) == 0:
            yield ShardBatch(number, _NO_WINDOWS, shard)
        for place in range(len(batches)):
            yield ShardBatch(number, batches[place], shard if place == 0 else None)


_NO_WINDOWS = WindowBatch(
    torch.zeros(1, 1, dtype=torch.long),
    torch.zeros(1, 1, dtype=torch.bool),
    np.array([], dtype=np.int64),
)
