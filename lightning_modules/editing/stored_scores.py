"""Scores of a text that are kept, so that several edits are drawn from one forward pass."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from transformers import PreTrainedTokenizerFast

from data.editing import EditRule
from data.errors import BadInput
from data.files import atomic, write_atomic
from data.ledger import whole
from data.prior import Prior, Scores
from data.text.token_text import Pieces
from lightning_modules.editing.shard_batches import EditJob, Shard, ShardBatches
from lightning_modules.editing.shard_editing import ScoredPart, ShardWriter
from lightning_modules.editing.token_editing import Predicting, edit_shards, prior_facts
from lightning_modules.editing.token_scoring import TOKENS_PER_BATCH
from lightning_modules.processes import gather, on_lead, process_count, process_rank

_PRIOR = "prior.json"
_MEND = "delete the stage and run again"


class ScoreKeeper(ShardWriter):
    """Writes the scores of each shard in place of its edits, one row per token with candidates."""

    def write(self, shard: Shard, parts: list[ScoredPart]) -> None:
        """Write the file of a shard.

        Args:
            shard: The documents.
            parts: Scores of all of its tokens, batch by batch, each with its candidates.
        """
        places = np.concatenate([part.places for part in parts])
        scores = [part.scores for part in parts]
        assert all(len(one.rows) == len(one.log_probability) for one in scores), "all are kept"
        columns = {
            "place": places,
            "log_probability": np.concatenate([one.log_probability for one in scores]),
            "candidates": _listed(np.concatenate([one.candidates for one in scores])),
            "candidate_probability": _listed(
                np.concatenate([one.candidate_probability for one in scores])
            ),
        }
        with atomic(self.job.path(shard.number)) as path:
            pq.write_table(pa.table(columns), path, compression="zstd")


def keep_scores(job: EditJob, prior: Prior, predicting: Predicting) -> None:
    """Score the missing shards of this process, and wait for the others.

    Args:
        job: The text, a rule that flags every token and says which candidates are kept, and the
            folder of the scores.
        prior: Model that scores.
        predicting: Makes the trainer that runs the prediction.
    """
    edit_shards(job, prior, predicting, job.rule, ScoreKeeper)
    facts = json.dumps(prior_facts(prior))
    on_lead(lambda: write_atomic(job.folder / _PRIOR, facts))


def edit_from_scores(
    job: EditJob, folder: Path, tokenizer: PreTrainedTokenizerFast, rule: EditRule
) -> None:
    """Edit the missing shards of this process from kept scores, and wait for the others.

    The outcome is that of `token_editing.edit_shards` with the same prior, to the last bit; its
    weights are not needed.

    Args:
        job: The text, the rule, and the folder of the shards.
        folder: Folder of the scores of the same text, cut into the same shards.
        tokenizer: Tokenizer of the prior that gave the scores.
        rule: Rule of the job, perhaps with a threshold in place of its share.

    Raises:
        BadInput: The scores are damaged, or of another text.
    """
    with whole(folder / _PRIOR, _MEND):
        facts = json.loads((folder / _PRIOR).read_bytes())
    pieces = Pieces(tokenizer)
    writer = ShardWriter(job, rule, pieces, facts)
    mine = [shard for shard in job.missing() if shard % process_count() == process_rank()]
    batches = ShardBatches(
        job,
        mine,
        pieces,
        context=facts["context"],
        prefix=facts["prefix"],
        tokens_per_batch=TOKENS_PER_BATCH["cpu"],
    )
    for shard in _shards(batches):
        writer.write(shard, [_stored(folder / job.path(shard.number).name, shard)])
    gather(None)


def _shards(batches: ShardBatches) -> Iterator[Shard]:
    return (batch.shard for batch in batches if batch.shard is not None)


def _listed(rows: np.ndarray) -> pa.FixedSizeListArray:
    return pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])


def _stored(path: Path, shard: Shard) -> ScoredPart:
    with whole(path, _MEND):
        table = pq.read_table(path)
    n_rows, n_tokens = len(table), len(shard.text.ids)
    places = table.column("place").to_numpy()
    if n_rows > n_tokens or (n_rows and places.max() >= n_tokens):
        raise BadInput(f"{path}: scores of another text; {_MEND}")
    flat = {
        name: table.column(name).combine_chunks().flatten().to_numpy().reshape(n_rows, -1)
        for name in ("candidates", "candidate_probability")
    }
    scores = Scores(table.column("log_probability").to_numpy(), np.arange(n_rows), **flat)
    return ScoredPart(places, scores)
