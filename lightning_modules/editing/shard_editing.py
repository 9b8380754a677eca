"""Edits shards of text: scores them, and writes the ledger's part of each one whole."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.callbacks import Callback
from torch.utils.data import IterableDataset, get_worker_info

from data.editing import DELETED, PAPER, EditRule, at_threshold, flag, resample
from data.files import atomic
from data.ledger import SCHEMA, Passage
from data.prior import EVERY_TOKEN, Prior, Scores, ScoresLater, score_later
from data.randomness import Purpose, uniforms
from data.text.token_text import Located, Pieces, locate
from lightning_modules.editing.shard_facts import HISTOGRAM_BINS, EditCounts, ShardFacts
from lightning_modules.editing.token_scoring import WindowBatch, WindowBatches, on_device

_SHARE_KEPT = 2.0
"""A shard keeps the draws of this many times the wanted share, until the threshold is known."""


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


class _Shard(NamedTuple):
    """The documents of one shard as tokens."""

    number: int
    first_document: int
    ids: list[str]
    text: Located
    has_context: NDArray[np.bool_]
    n_batches: int
    n_windows: int
    padded_tokens: int


class ShardBatch(NamedTuple):
    """One batch of windows of a shard; its first batch brings the shard along."""

    number: int
    windows: WindowBatch
    shard: _Shard | None


class ShardBatches(IterableDataset[ShardBatch]):
    """Reads, tokenizes and packs shards one after the other.

    Args:
        job: The text, the rule, and the folder of the shards.
        shards: Numbers of the shards wanted, ascending.
        prior: Model that scores; the windows have its context and prefix.
        pieces: Text of every token of the prior's tokenizer.
        tokens_per_batch: Number of tokens of a batch at most.
    """

    def __init__(
        self,
        job: EditJob,
        shards: list[int],
        prior: Prior,
        pieces: Pieces,
        tokens_per_batch: int,
    ) -> None:
        self.job = job
        self.tokens_per_batch = tokens_per_batch
        self.shards = shards
        self.context = prior.context
        self.prefix = prior.prefix
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
        shard = _Shard(
            number,
            first_document,
            [passage.id for passage in passages],
            text,
            np.diff(context.offsets) > 0,
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


class ShardScorer(pl.LightningModule):
    """Scores batches; keeps candidates of the tokens that the rule may flag."""

    def __init__(self, prior: Prior, rule: EditRule) -> None:
        super().__init__()
        self.model = prior.model
        self.n_candidates = rule.n_candidates
        self.between = EVERY_TOKEN if rule.share is not None else _interval(rule)

    def transfer_batch_to_device(
        self, batch: ShardBatch, device: torch.device, dataloader_idx: int
    ) -> ShardBatch:
        """Move the tokens; the rest stays on the host."""
        return batch._replace(windows=on_device(batch.windows, device))

    def predict_step(self, batch: ShardBatch, batch_idx: int) -> ScoresLater:
        """Scores of the tokens at `batch.windows.places`, perhaps still on their way."""
        tokens, targets, _ = batch.windows
        return score_later(self.model, tokens, targets, self.n_candidates, self.between)


def _interval(rule: EditRule) -> tuple[float, float]:
    """Ends of the probabilities that the rule flags."""
    return (rule.threshold, 1.0) if rule.side == "above" else (0.0, rule.threshold)


class ShardWriter(Callback):
    """Collects the scores of a shard; when they are complete, edits it and writes its file.

    Args:
        job: The text, the rule, and the folder of the shards.
        rule: The job's rule, with a threshold in place of a share where that is known.
        pieces: Text of every token of the prior's tokenizer.
        prior: Facts that identify the prior; see `token_editing.prior_facts`.
    """

    def __init__(self, job: EditJob, rule: EditRule, pieces: Pieces, prior: dict[str, Any]) -> None:
        self.job = job
        self.rule = rule
        self.pieces = pieces
        self.prior = prior
        self._open: dict[int, tuple[_Shard, list[_Part]]] = {}
        self._held: tuple[ShardBatch, ScoresLater] | None = None

    def on_predict_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: ShardBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Take the scores of the batch before, while a GPU computes this one."""
        self._take_held()
        self._held = (batch, outputs)
        if not outputs.is_in_flight:
            self._take_held()

    def on_predict_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Take the last scores."""
        self._take_held()

    def _take_held(self) -> None:
        if self._held is not None:
            (batch, later), self._held = self._held, None
            self._take(batch, later.scores())

    def _take(self, batch: ShardBatch, scores: Scores) -> None:
        """Keep the scores; finish the shard after its last batch."""
        if batch.shard is not None:
            self._open[batch.number] = (batch.shard, [])
        shard, parts = self._open[batch.number]
        parts.append(_Part(batch.windows.places, scores))
        if len(parts) == shard.n_batches:
            del self._open[batch.number]
            self._write(shard, parts)
        self.job.advance(len(batch.windows.places))

    def _write(self, shard: _Shard, parts: list["_Part"]) -> None:
        probability = _probability(shard, parts)
        editable = _editable(shard, probability)
        rule = _keeping(self.rule, probability[editable])
        flagged = _flagged(parts, editable & flag(np.nan_to_num(probability), rule))
        table = self._rows(shard, flagged, probability[flagged.places], rule)
        counts = EditCounts(
            documents=len(shard.text),
            tokens=len(shard.text.ids),
            editable=int(editable.sum()),
            windows=shard.n_windows,
            padded_tokens=shard.padded_tokens,
            not_given_back=shard.text.not_given_back,
            flagged_by_paper=int(flag(probability[editable], PAPER).sum()),
            histogram=_histogram(probability),
        )
        changed = int(pc.sum(table.column("changed")).as_py() or 0)
        facts = ShardFacts(counts, rule.threshold, len(table), changed, self.prior)
        with atomic(self.job.path(shard.number)) as path:
            pq.write_table(facts.attached_to(table), path, compression="zstd")

    def _rows(
        self, shard: _Shard, part: "_Candidates", probability: NDArray[np.float32], rule: EditRule
    ) -> pa.Table:
        """The ledger of a shard: one row per flagged token."""
        text, places = shard.text, part.places
        observed = text.ids[places]
        draws = _draws(shard, places, self.job, rule.n_uniforms)
        edits = resample(observed, probability, part.tokens, part.probability, draws, rule)
        texts = [self._text(token) for token in edits.drawn]
        writable = np.array([piece is not None for piece in texts], dtype=bool)
        changed = edits.changed(observed) & writable
        documents = text.text_of(places)
        columns = {
            "document": documents + shard.first_document,
            "document_id": [shard.ids[document] for document in documents],
            "position": places - text.offsets[documents],
            "start": text.starts[places],
            "stop": text.stops[places],
            "probability": probability,
            "observed_token": observed,
            "drawn_token": edits.drawn,
            "changed": changed,
            "replacement": [t if yes else None for t, yes in zip(texts, changed, strict=True)],
            "candidate_mass": edits.candidate_mass,
            "change_probability": edits.change_probability,
        }
        arrays = [pa.array(columns[entry.name]).cast(entry.type) for entry in SCHEMA]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)

    def _text(self, token: np.int64) -> str | None:
        return "" if token == DELETED else self.pieces.text(int(token))


class _Part(NamedTuple):
    """Scores of a batch, and where its tokens stand in the shard."""

    places: NDArray[np.int64]
    scores: Scores


class _Candidates(NamedTuple):
    """Flagged tokens of a shard with their candidates."""

    places: NDArray[np.int64]
    tokens: NDArray[np.int64]
    probability: NDArray[np.float32]


def _probability(shard: _Shard, parts: list[_Part]) -> NDArray[np.float32]:
    log_probability = np.full(len(shard.text.ids), np.nan, dtype=np.float32)
    for places, scores in parts:
        log_probability[places] = scores.log_probability
    return np.exp(log_probability)


def _editable(shard: _Shard, probability: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tokens that a rule may flag.

    The first token of a document is not: it has no text before it, so its probability says where
    documents begin and not what the text makes likely. Special tokens are not: they are no text.
    """
    editable = shard.text.writable & ~np.isnan(probability)
    has_tokens = np.diff(shard.text.offsets) > 0
    editable[shard.text.offsets[:-1][has_tokens]] &= shard.has_context[has_tokens]
    return np.asarray(editable)


def _keeping(rule: EditRule, probability: NDArray[np.float32]) -> EditRule:
    """The rule; of one with a share, one that flags more of this shard than is likely asked for."""
    if rule.share is None:
        return rule
    n_kept = int(np.ceil(_SHARE_KEPT * rule.share * probability.size)) + 1
    if n_kept >= probability.size:
        return at_threshold(rule, 0.0 if rule.side == "above" else 1.0)
    place = probability.size - n_kept if rule.side == "above" else n_kept - 1
    return at_threshold(rule, float(np.partition(probability, place)[place]))


def _flagged(parts: list[_Part], flagged: NDArray[np.bool_]) -> _Candidates:
    """The flagged tokens in the order of the text."""
    rows = [flagged[part.places[part.scores.rows]] for part in parts]
    mine = list(zip(parts, rows, strict=True))
    places = np.concatenate([part.places[part.scores.rows][some] for part, some in mine])
    tokens = np.concatenate([part.scores.candidates[some] for part, some in mine])
    probability = np.concatenate([part.scores.candidate_probability[some] for part, some in mine])
    order = np.argsort(places)
    return _Candidates(places[order], tokens[order], probability[order])


def _draws(
    shard: _Shard, places: NDArray[np.int64], job: EditJob, n_uniforms: int
) -> NDArray[np.float64]:
    """Uniform draws keyed by (seed, generation, document id, position), shape (n, n_uniforms)."""
    draws = np.empty((len(places), n_uniforms))
    documents, first = np.unique(shard.text.text_of(places), return_index=True)
    ends = np.append(first, len(places))[1:]
    for document, begin, end in zip(documents, first, ends, strict=True):
        positions = places[begin:end] - shard.text.offsets[document]
        flat = uniforms(
            int(positions[-1] + 1) * n_uniforms,
            seed=job.seed,
            purpose=Purpose.EDIT,
            generation=job.generation,
            document_id=shard.ids[document],
        )
        draws[begin:end] = flat.reshape(-1, n_uniforms)[positions]
    return draws


def _histogram(probability: NDArray[np.float32]) -> list[int]:
    scored = probability[~np.isnan(probability)]
    counts, _ = np.histogram(scored, bins=HISTOGRAM_BINS, range=(0.0, 1.0))
    return [int(count) for count in counts]
