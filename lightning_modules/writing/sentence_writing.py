"""A model writes sentences anew around what they keep, as a `Trainer.predict` run."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from data.edits.rewriting import Sentence, forbidden
from data.prior import Prior
from data.randomness import Purpose, uniforms
from data.text.token_text import Located, Pieces
from lightning_modules.processes import process_count
from lightning_modules.settings import SamplingRule
from lightning_modules.writing.given import DRAWN, Form
from lightning_modules.writing.sampling import Task, write_documents

Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class SentenceSource:
    """The text that sentences are of, and what keys their draws."""

    ids: Sequence[str]
    """Id of every document."""
    text: Located
    """The documents as tokens."""
    context: Located
    """What stands before each document, as tokens."""
    seed: int
    generation: int
    """Index of the generation that the text is for."""

    def before(self, sentence: Sentence) -> Integers:
        """The text before a sentence as it stood, from before its document on, shape (tokens,)."""
        document = sentence.document
        own = self.text.tokens_of(document)[: sentence.first]
        return np.concatenate([self.context.tokens_of(document), own])

    def draws(self, sentence: Sentence) -> NDArray[np.float64]:
        """Uniform draws keyed by (seed, generation, document id, position), shape (tokens,)."""
        places = sentence.places
        return uniforms(
            places.stop,
            seed=self.seed,
            purpose=Purpose.REWRITE,
            generation=self.generation,
            document_id=self.ids[sentence.document],
        )[places]


class SentenceWriter(pl.LightningModule):
    """Writes the sentences whose indices a batch holds; each depends on its own place alone.

    A sentence is written from left to right, after the text before it as it stood: neither the
    other sentences that are rewritten nor their number decide what it becomes.

    Args:
        prior: Model that writes, with its tokenizer.
        rule: How tokens are drawn, and how many sentences are written at a time.
        sentences: Sentences to write.
        source: Their text.
        advance: Told how many tokens were written since it was last told.
    """

    def __init__(
        self,
        prior: Prior,
        rule: SamplingRule,
        sentences: Sequence[Sentence],
        source: SentenceSource,
        advance: Callable[[int], None],
    ) -> None:
        super().__init__()
        self.model = prior.model
        self.prior = prior
        self.rule = rule
        self.sentences = sentences
        self.source = source
        self.advance = advance
        self.forbidden = forbidden(Pieces(prior.tokenizer))

    def predict_step(self, batch: Tensor, batch_idx: int) -> list[list[int]]:
        """Tokens of the sentences of one batch of indices, shape (sentences,)."""
        sentences = [self.sentences[index] for index in batch.tolist()]
        longest = max(len(one.tokens) for one in sentences) + 1  # the end-of-text token after it
        written = write_documents(
            self.model,
            [self._task(one, longest) for one in sentences],
            self.prior.tokenizer.eos_token_id,
            self.prior.context,
            replace(self.rule, max_tokens=longest, min_tokens=0, prompt_tokens=0),
            self.advance,
            forbidden=self.forbidden,
        )
        return [tokens[:-1] for tokens in written]

    def _task(self, sentence: Sentence, longest: int) -> Task:
        end = self.prior.tokenizer.eos_token_id
        before = self.source.before(sentence)[-self.prior.context :]
        given = np.where(sentence.kept, sentence.tokens, DRAWN)
        draws = np.zeros(longest)
        draws[: len(given)] = self.source.draws(sentence)
        return Task([end, *before.tolist()], draws, Form(np.append(given, end), sentence.edges))


def write_sentences(writer: SentenceWriter, trainer: pl.Trainer) -> list[Integers]:
    """Tokens of all sentences of a writer, as many as each had, in their order.

    Args:
        writer: Knows the sentences and the model.
        trainer: Trainer that runs the prediction.
    """
    if not writer.sentences:
        return []
    count = len(writer.sentences)
    share = math.ceil(count / process_count())  # one batch for each process
    loader: DataLoader[Tensor] = DataLoader(torch.arange(count), batch_size=share)  # type: ignore[arg-type]
    outcome = trainer.predict(writer, loader)
    return [np.array(tokens, dtype=np.int64) for batch in outcome or [] for tokens in batch]
