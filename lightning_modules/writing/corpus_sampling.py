"""A trained model writes a corpus, as a `Trainer.predict` run."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from data.errors import BadInput
from data.prior import Prior
from data.randomness import Purpose, uniforms
from lightning_modules.processes import process_count
from lightning_modules.settings import SamplingRule
from lightning_modules.writing.sampling import Task, never_drawn, write_documents

_MAX_EMPTY = 1000
_SURPLUS = 1.15
"""How many times the documents that are needed are written: a second round would wait for its
longest."""


@dataclass(frozen=True, slots=True)
class SampledDocuments:
    """Documents that a model wrote, in the order of their index."""

    tokens: list[list[int]]
    """Token ids of each document, without the end-of-text tokens around them."""
    cut_off: int
    """Number of documents that reached `max_tokens` without an end."""


class DocumentSampler(pl.LightningModule):
    """Writes the documents whose indices a batch holds; a text depends on its index alone.

    Args:
        prior: Model that writes, with its tokenizer.
        rule: How documents are drawn.
        prompts: Tokens of human documents; document i continues the beginning of prompt i, counted
            round. Only read if the rule has prompts.
        seed: Replicate of the chain.
        purpose: Purpose of the text, to train on or to measure; it keys the random draws.
        generation: Index of the generation that the text is for; it keys the random draws.
        advance: Told how many tokens were written since it was last told.
    """

    def __init__(
        self,
        prior: Prior,
        rule: SamplingRule,
        *,
        prompts: Sequence[Sequence[int]] = (),
        seed: int,
        purpose: Purpose | str,
        generation: int,
        advance: Callable[[int], None],
    ) -> None:
        super().__init__()
        if rule.prompt_tokens and not prompts:
            raise BadInput(f"prompt_tokens is {rule.prompt_tokens}, but there is no prompt")
        self.model = prior.model
        self.prior = prior
        self.rule = rule
        self.prompts = prompts
        self.advance = advance
        self.key = {"seed": seed, "purpose": purpose, "generation": generation}

    def predict_step(self, batch: Tensor, batch_idx: int) -> list[list[int]]:
        """Documents of one batch of indices, shape (documents,)."""
        return write_documents(
            self.model,
            [self._task(index) for index in batch.tolist()],
            self.prior.tokenizer.eos_token_id,
            self.prior.context,
            self.rule,
            self.advance,
            never_drawn(self.prior.tokenizer),
        )

    def _task(self, index: int) -> Task:
        prompt = [self.prior.tokenizer.eos_token_id]
        if self.rule.prompt_tokens:
            human = self.prompts[index % len(self.prompts)]
            prompt += human[: self.rule.prompt_tokens]
        draws = uniforms(self.rule.max_tokens, document_id=str(index), **self.key)  # type: ignore[arg-type]
        return Task(prompt, draws)


def sample_documents(
    sampler: DocumentSampler, n_tokens: int, mean_length: float, trainer: pl.Trainer
) -> SampledDocuments:
    """Write documents 0, 1, 2, ... until they hold `n_tokens` tokens; the last stays whole.

    What was written beyond that is dropped; no text depends on how many are written at a time.

    Args:
        sampler: Sampler with the model that writes.
        n_tokens: Number of tokens wanted.
        mean_length: Expected tokens per document; decides how many are written at a time and
            changes nothing else.
        trainer: Trainer that runs the prediction.

    Raises:
        BadInput: The model writes empty documents only.
    """
    end = sampler.prior.tokenizer.eos_token_id
    documents: list[list[int]] = []
    total = n_written = cut_off = 0
    while total < n_tokens:
        wanted = int(_SURPLUS * (n_tokens - total) / max(mean_length, 1.0)) + 1
        for document in numbered_documents(sampler, n_written, wanted, trainer):
            if total < n_tokens:
                ended = document[-1] == end
                documents.append(document[:-1] if ended else document)
                total += len(documents[-1])
                cut_off += not ended
        n_written += wanted
        mean_length = total / len(documents)
        if total == 0 and n_written >= _MAX_EMPTY:
            raise BadInput(f"the model wrote {n_written} empty documents: it has learnt no text")
    return SampledDocuments(documents, cut_off)


def numbered_documents(
    sampler: DocumentSampler, first: int, count: int, trainer: pl.Trainer
) -> list[list[int]]:
    """Documents `first`, `first + 1` and so on, each with the end-of-text token that it drew.

    Args:
        sampler: Sampler with the model that writes.
        first: Index of the first document.
        count: Number of documents, all of which are written at a time.
        trainer: Trainer that runs the prediction.
    """
    share = math.ceil(count / process_count())  # one batch for each process
    indices = torch.arange(first, first + count)
    loader: DataLoader[Tensor] = DataLoader(indices, batch_size=share)  # type: ignore[arg-type]
    outcome = trainer.predict(sampler, loader)
    return [document for batch in outcome or [] for document in batch]
