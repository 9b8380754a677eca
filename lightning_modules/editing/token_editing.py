"""Token editing of any amount of text: score, flag, redraw, and put every flagged token on record.

The text is cut into shards of whole documents. Each shard becomes one file of the ledger, which
appears whole or not at all: a killed run goes on at the next shard, and any number of processes
edit shards side by side. The edited text is made from the source and the ledger alone.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytorch_lightning as pl
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from data.editing import EditRule, at_threshold, check_share, flag, nothing
from data.errors import BadInput
from data.files import atomic
from data.ledger import SCHEMA, whole, with_metadata
from data.prior import Prior, check_head, weights_digest
from data.text.token_text import Pieces, tokenizer_digest
from lightning_modules.editing.shard_batches import EditJob, ShardBatches
from lightning_modules.editing.shard_editing import ShardScorer, ShardWriter
from lightning_modules.editing.shard_facts import EditCounts, ShardFacts
from lightning_modules.editing.token_scoring import as_it_is, runs_on_gpu, tokens_per_batch
from lightning_modules.processes import (
    as_helper,
    gather,
    local_count,
    on_lead,
    process_count,
    process_rank,
)

_TOKENIZING_PROCESSES = 4
"""Number of processes at most that tokenize the next shards while a GPU scores."""

Predicting = Callable[[ShardWriter], pl.Trainer]
"""Makes a trainer that has this callback."""
Writing = Callable[[EditJob, EditRule, Pieces, dict[str, Any]], ShardWriter]
"""Makes what writes the file of each shard."""


def cut_into_shards(lengths: Iterable[int], characters: int) -> list[range]:
    """Whole documents of at least so many characters together.

    Args:
        lengths: Number of characters of each document, in order.
        characters: Number of characters of a shard at least; a long document makes a shard longer.
    """
    shards, first, size, index = [], 0, 0, -1
    for index, length in enumerate(lengths):
        size += length
        if size >= characters:
            shards.append(range(first, index + 1))
            first, size = index + 1, 0
    return shards if first == index + 1 else [*shards, range(first, index + 1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class EditSummary:
    """How many tokens a rule touched."""

    counts: EditCounts
    threshold: float
    """The probability that flags; computed from the corpus for a rule with a share."""
    flagged: int
    changed: int
    unwritable: int
    """Number of draws that are no text of their own (special tokens, parts of characters): left
    unchanged."""
    expected_changes: float
    """Exact expectation of `changed + unwritable`, given the flagged tokens."""
    expected_changes_sd: float
    """Standard deviation of `changed + unwritable` over the draws."""


def edit_all(job: EditJob, prior: Prior, predicting: Predicting) -> None:
    """Edit all shards that are not finished, together with the other processes.

    Args:
        job: The text, the rule, and the folder of the shards.
        prior: Model whose probabilities decide.
        predicting: Makes the trainer that runs the prediction.
    """
    edit_shards(job, prior, predicting, job.rule)
    rule, again = on_lead(lambda: settle(job))
    if again:
        edit_shards(job, prior, predicting, rule)


def edit_shards(
    job: EditJob,
    prior: Prior,
    predicting: Predicting,
    rule: EditRule,
    writing: Writing = ShardWriter,
) -> None:
    """Edit the missing shards of this process, and wait for the others.

    Of n processes, each takes every n-th shard.

    Args:
        job: The text, the rule, and the folder of the shards.
        prior: Model whose probabilities decide.
        predicting: Makes the trainer that runs the prediction.
        rule: Rule of the job, perhaps with a threshold in place of its share.
        writing: Makes what writes the file of each shard: its edits, or its scores.
    """
    check_head(prior.model, len(prior.tokenizer))
    if rule.sampling != "top_p" and rule.n_candidates > len(prior.tokenizer):
        raise BadInput(
            f"top_k is {rule.n_candidates}, the prior has {len(prior.tokenizer)} tokens; lower it"
        )
    pieces = Pieces(prior.tokenizer)
    trainer = predicting(writing(job, rule, pieces, prior_facts(prior)))
    mine = [shard for shard in job.missing() if shard % process_count() == process_rank()]
    workers = 0
    if runs_on_gpu(trainer) and sys.platform == "linux":
        cores = len(os.sched_getaffinity(0)) // local_count()
        workers = max(min(cores, _TOKENIZING_PROCESSES), 1)
    size = job.tokens_per_batch or tokens_per_batch(trainer)
    batches = ShardBatches(
        job, mine, pieces, context=prior.context, prefix=prior.prefix, tokens_per_batch=size
    )
    loader = DataLoader(
        batches,
        batch_size=None,
        num_workers=workers,
        collate_fn=as_it_is,
        worker_init_fn=as_helper,
        # They tokenize alone: a forked process must not touch the GPU of its parent.
        multiprocessing_context="fork" if workers else None,
        pin_memory=runs_on_gpu(trainer),
    )
    trainer.predict(ShardScorer(prior, rule), loader, return_predictions=False)
    gather(None)


def settle(job: EditJob) -> tuple[EditRule, list[int]]:
    """The rule with its threshold, and the shards that have to be edited again with that rule.

    A share is reached exactly, up to ties; the probabilities of all rows are held at once. Before
    the threshold is known, a shard keeps the draws of twice the share of its own tokens; where the
    threshold turns out to lie beyond them, its file is removed. More rows can only move the
    threshold towards the rarer end, so once those shards are edited again, all have enough.

    Raises:
        BadInput: A file is damaged, or the threshold misses the share by more than ties explain.
    """
    rule = job.rule
    if rule.share is None:
        return rule, []
    paths = [job.path(shard) for shard in range(len(job.shards))]
    facts = [ShardFacts.of(path) for path in paths]
    n_flagged = round(rule.share * sum(fact.counts.editable for fact in facts))
    if n_flagged == 0:
        return nothing(rule), []
    sign = 1 if rule.side == "above" else -1
    kept = sign * np.concatenate([_column(path, "probability") for path in paths])
    n_kept = min(n_flagged, kept.size)  # fewer rows than flagged tokens are refused below
    threshold = float(np.partition(kept, -n_kept)[-n_kept]) if n_kept else sign * 1.0
    check_share(n_flagged, int((kept > threshold).sum()), int((kept >= threshold).sum()))
    again = [shard for shard, fact in enumerate(facts) if sign * fact.kept_from > threshold]
    for shard in again:
        job.path(shard).unlink()
    return at_threshold(rule, sign * threshold), again


def write_ledger(job: EditJob, path: Path, source: Mapping[str, Any] | None = None) -> EditSummary:
    """Join the finished shards into one file, and count.

    Args:
        job: The text, the rule, and the folder of the shards, all of which are finished.
        path: Path of the ledger.
        source: Facts that identify the text; they go into the file's metadata with all that decided
            edits.

    Raises:
        BadInput: The shards come from several priors.
    """
    rule, again = settle(job)
    assert not again, "shards have to be edited with the settled rule first"
    schema = with_metadata(
        SCHEMA,
        {
            "source": source,
            "prior": _common_prior(job),
            "rule": asdict(rule),
            "share": job.rule.share,
            "seed": job.seed,
            "generation": job.generation,
        },
    )
    counts, totals = EditCounts(), np.zeros(5)
    with atomic(path) as partial, pq.ParquetWriter(partial, schema, compression="zstd") as writer:
        for shard, table in enumerate(flagged_tables(job, rule)):
            writer.write_table(table.replace_schema_metadata(schema.metadata))
            counts += ShardFacts.of(job.path(shard)).counts
            totals += _totals(table)
    flagged, changed, unwritable, expected, variance = totals.tolist()
    return EditSummary(
        counts=counts,
        threshold=rule.threshold,
        flagged=int(flagged),
        changed=int(changed),
        unwritable=int(unwritable),
        expected_changes=expected,
        expected_changes_sd=variance**0.5,
    )


def flagged_tables(job: EditJob, rule: EditRule) -> Iterator[pa.Table]:
    """The rows of the ledger, shard by shard, once all shards are finished.

    Args:
        job: The text, the rule, and the folder of the shards.
        rule: The rule with its threshold, as `settle` gives it.

    Raises:
        BadInput: The file of a shard is damaged.
    """
    for shard in range(len(job.shards)):
        with whole(job.path(shard), "delete it and run again"):
            table = pq.read_table(job.path(shard))
        yield table.filter(pa.array(flag(table.column("probability").to_numpy(), rule)))


def _column(path: Path, name: str) -> NDArray[np.float32]:
    with whole(path, "delete it and run again"):
        return np.asarray(pq.read_table(path, columns=[name]).column(0).to_numpy())


def _common_prior(job: EditJob) -> dict[str, Any]:
    first, *others = (ShardFacts.of(job.path(shard)).prior for shard in range(len(job.shards)))
    if any(other != first for other in others):
        raise BadInput(f"{job.folder}: shards of several priors; delete this folder, run again")
    return first


def prior_facts(prior: Prior) -> dict[str, Any]:
    """Facts that identify a prior, and how it reads."""
    return {
        "prior": weights_digest(prior.model),
        "tokenizer": tokenizer_digest(prior.tokenizer),
        "context": prior.context,
        "prefix": prior.prefix,
        "dtype": str(prior.model.dtype),
    }


def _totals(table: pa.Table) -> NDArray[np.float64]:
    """Flagged, changed, unwritable, and mean and variance of the changes drawn."""
    changed = table.column("changed").to_numpy()
    drawn = pc.not_equal(table.column("drawn_token"), table.column("observed_token")).to_numpy()
    p = table.column("change_probability").to_numpy().astype(np.float64)
    return np.array([len(table), changed.sum(), (drawn & ~changed).sum(), p.sum(), p @ (1 - p)])
