"""An instruction model answers prompts, in shards that appear whole."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from data.files import write_atomic
from data.prior import Prior
from data.randomness import Purpose, uniforms
from lightning_modules.editing.token_scoring import as_it_is
from lightning_modules.processes import gather, process_count, process_rank
from lightning_modules.settings import SamplingRule
from lightning_modules.writing.sampling import Task, never_drawn, write_documents


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that a document answers, with facts for the document's row."""

    tokens: list[int]
    facts: Mapping[str, Any]
    """Fields that stand beside the text in its row."""


@dataclass(frozen=True, kw_only=True)
class SynthesisJob:
    """What is written, how, and where the shards go."""

    prompt: Callable[[int], Prompt]
    """Gives the prompt of a document by the document's index."""
    documents: int
    documents_per_shard: int
    folder: Path
    rule: SamplingRule
    seed: int
    purpose: Purpose | str = Purpose.SYNTHESIS
    """What the text is for; it keys the random draws."""
    advance: Callable[[int], None] = lambda n_tokens: None
    """Function that is told how many tokens were written since it was last told."""

    @property
    def shards(self) -> list[range]:
        """Indices of the documents of each shard."""
        starts = range(0, self.documents, self.documents_per_shard)
        return [range(s, min(s + self.documents_per_shard, self.documents)) for s in starts]

    def path(self, shard: int) -> Path:
        """Path of the file of a finished shard, one JSON line per document."""
        return self.folder / f"{shard:06d}.jsonl"

    def missing(self) -> list[int]:
        """Numbers of the shards that are not finished."""
        return [shard for shard in range(len(self.shards)) if not self.path(shard).is_file()]


class ShardSynthesizer(pl.LightningModule):
    """Writes the documents of a shard; a text depends on seed and index alone."""

    def __init__(self, job: SynthesisJob, prior: Prior) -> None:
        super().__init__()
        self.model = prior.model
        self.job = job
        self.prior = prior

    def predict_step(self, batch: int, batch_idx: int) -> int:
        """Write one shard's file; return its number."""
        indices = self.job.shards[batch]
        prompts = [self.job.prompt(index) for index in indices]
        end = self.prior.tokenizer.eos_token_id
        written = write_documents(
            self.model,
            [self._task(index, prompt) for index, prompt in zip(indices, prompts, strict=True)],
            end,
            self.prior.context,
            self.job.rule,
            self.job.advance,
            never_drawn(self.prior.tokenizer),
        )
        rows = [
            self._row(index, prompt, tokens, end)
            for index, prompt, tokens in zip(indices, prompts, written, strict=True)
        ]
        write_atomic(self.job.path(batch), "".join(f"{row}\n" for row in rows))
        return batch

    def _task(self, index: int, prompt: Prompt) -> Task:
        draws = uniforms(
            self.job.rule.max_tokens,
            seed=self.job.seed,
            purpose=self.job.purpose,
            generation=0,
            document_id=str(index),
        )
        return Task(prompt.tokens, draws)

    def _row(self, index: int, prompt: Prompt, tokens: list[int], end: int) -> str:
        finished = tokens[-1] == end
        text = self.prior.tokenizer.decode(tokens[:-1] if finished else tokens)
        row = {"id": f"written-{index}", "text": text, "finished": finished, "tokens": len(tokens)}
        return json.dumps({**row, **prompt.facts}, ensure_ascii=False)


@torch.inference_mode()
def write_shards(job: SynthesisJob, prior: Prior, trainer: pl.Trainer) -> None:
    """Write the shards that are missing; of n processes each takes every n-th shard, and all wait.

    Raises:
        BadInput: Prompt and document do not fit into the model's context.
    """
    mine = [shard for shard in job.missing() if shard % process_count() == process_rank()]
    if mine:
        loader = DataLoader(mine, batch_size=None, collate_fn=as_it_is)  # type: ignore[arg-type,var-annotated]
        trainer.predict(ShardSynthesizer(job, prior), loader, return_predictions=False)
    gather(None)
