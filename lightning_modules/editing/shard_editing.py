"""Edits shards of text: scores them, and writes the ledger's part of each one whole."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.callbacks import Callback

from data.editing import PAPER, EditRule, at_threshold, flag, resample
from data.errors import BadInput
from data.files import atomic
from data.ledger import SCHEMA
from data.prior import EVERY_TOKEN, BrokenScores, Prior, Scores, ScoresLater, score_later
from data.randomness import Purpose, uniforms
from data.text.token_text import Pieces
from lightning_modules.editing.drawn_text import DrawnText, keeps_paragraph
from lightning_modules.editing.shard_batches import EditJob, Shard, ShardBatch
from lightning_modules.editing.shard_facts import HISTOGRAM_BINS, EditCounts, ShardFacts
from lightning_modules.editing.token_scoring import on_device

_SHARE_KEPT = 2.0
"""A shard keeps the draws of this many times the wanted share, until the threshold is known."""


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
    if rule.side == "below":
        return (0.0, rule.threshold)
    return (rule.threshold, 1.0 if rule.below is None else rule.below)


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
        self.drawn = DrawnText(pieces)
        self.prior = prior
        self._open: dict[int, tuple[Shard, list[ScoredPart]]] = {}
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
            self._take(batch, later)

    def _take(self, batch: ShardBatch, later: ScoresLater) -> None:
        """Keep the scores; finish the shard after its last batch."""
        if batch.shard is not None:
            self._open[batch.number] = (batch.shard, [])
        shard, parts = self._open[batch.number]
        try:
            scores = later.scores()
        except BrokenScores as error:
            raise _named(error, shard, batch.windows.places) from error
        parts.append(ScoredPart(batch.windows.places, scores))
        if len(parts) == shard.n_batches:
            del self._open[batch.number]
            self.write(shard, parts)
        self.job.advance(len(batch.windows.places))

    def write(self, shard: Shard, parts: list["ScoredPart"]) -> None:
        """Edit a shard whose scores are complete, and write its file.

        Args:
            shard: The documents.
            parts: Scores of all of its tokens, batch by batch.
        """
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
        self, shard: Shard, part: "_Candidates", probability: NDArray[np.float32], rule: EditRule
    ) -> pa.Table:
        """The ledger of a shard: one row per flagged token."""
        text, places = shard.text, part.places
        observed = text.ids[places]
        draws = _draws(shard, places, self.job, rule.n_uniforms)
        same = self.drawn.same(observed, part.tokens)
        edits = resample(observed, probability, part.tokens, part.probability, draws, rule, same)
        texts = [self.drawn.text(int(token)) for token in edits.drawn]
        writable = np.array([piece is not None for piece in texts], dtype=bool)
        changed = edits.changed(observed) & writable
        documents = text.text_of(places)
        _keep_paragraphs(shard, places, texts, changed)
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
            "drawn_probability": edits.drawn_probability,
            "divergence": edits.divergence,
        }
        arrays = [pa.array(columns[entry.name]).cast(entry.type) for entry in SCHEMA]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)


class ScoredPart(NamedTuple):
    """Scores of a batch, and where its tokens stand in the shard."""

    places: NDArray[np.int64]
    scores: Scores


class _Candidates(NamedTuple):
    """Flagged tokens of a shard with their candidates."""

    places: NDArray[np.int64]
    tokens: NDArray[np.int64]
    probability: NDArray[np.float32]


def _named(error: BrokenScores, shard: Shard, places: NDArray[np.int64]) -> BadInput:
    """What is said of broken scores, with the first document and token that has one."""
    first = places[error.places].min()
    document = int(shard.text.text_of(first))
    position = int(first - shard.text.offsets[document])
    return BadInput(f"document {shard.ids[document]!r}, token {position}: {error}")


def _keep_paragraphs(
    shard: Shard, places: NDArray[np.int64], texts: list[str | None], changed: NDArray[np.bool_]
) -> None:
    """Unmark changes that would put an empty line into a document that has to stay a paragraph."""
    made = np.flatnonzero(changed) if shard.paragraphs else np.array([], dtype=np.int64)
    of = shard.text.text_of(places[made])
    for document in np.unique(of).tolist():
        mine = made[slice(*np.searchsorted(of, [document, document + 1]))]
        if document in shard.paragraphs:
            spans = zip(
                shard.text.starts[places[mine]], shard.text.stops[places[mine]], strict=True
            )
            changes = [
                (int(start), int(stop), texts[row] or "")
                for (start, stop), row in zip(spans, mine.tolist(), strict=True)
            ]
            changed[mine] = keeps_paragraph(shard.paragraphs[document], changes)


def _probability(shard: Shard, parts: list[ScoredPart]) -> NDArray[np.float32]:
    log_probability = np.full(len(shard.text.ids), np.nan, dtype=np.float32)
    for places, scores in parts:
        log_probability[places] = scores.log_probability
    return np.exp(log_probability)


def _editable(shard: Shard, probability: NDArray[np.float32]) -> NDArray[np.bool_]:
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


def _flagged(parts: list[ScoredPart], flagged: NDArray[np.bool_]) -> _Candidates:
    """The flagged tokens in the order of the text."""
    rows = [flagged[part.places[part.scores.rows]] for part in parts]
    mine = list(zip(parts, rows, strict=True))
    places = np.concatenate([part.places[part.scores.rows][some] for part, some in mine])
    tokens = np.concatenate([part.scores.candidates[some] for part, some in mine])
    probability = np.concatenate([part.scores.candidate_probability[some] for part, some in mine])
    order = np.argsort(places)
    return _Candidates(places[order], tokens[order], probability[order])


def _draws(
    shard: Shard, places: NDArray[np.int64], job: EditJob, n_uniforms: int
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
