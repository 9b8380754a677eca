"""Probabilities of a few next tokens after prompts: letters of options, or numbers of a scale."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.attention import one_text_per_row
from data.errors import BadInput
from lightning_modules.editing.token_scoring import as_it_is

Floats = NDArray[np.float64]
_TOKENS_AT_ONCE = 2048


class Prompts(NamedTuple):
    """Prompts of like length, filled up on the right."""

    tokens: Tensor
    """Token ids, shape (prompts, time)."""
    last: Tensor
    """Place of the last token of each prompt, shape (prompts,)."""


class _NextTokens(pl.LightningModule):
    """Log-probabilities of some tokens after each prompt of a batch."""

    def __init__(self, model: PreTrainedModel, wanted: Sequence[int]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("wanted", torch.tensor(wanted))

    def predict_step(self, batch: Prompts, batch_idx: int) -> Tensor:
        """Shape (prompts, wanted tokens), in nats, on the host."""
        with one_text_per_row(self.model):
            states = self.model.base_model(input_ids=batch.tokens, use_cache=False)
        ends = states.last_hidden_state[
            torch.arange(len(batch.last), device=batch.last.device), batch.last
        ]
        logits: Any = self.model.get_output_embeddings()(ends)
        found: Tensor = logits.float().log_softmax(-1)[:, self.wanted].cpu()
        return found


def next_token_log_probabilities(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    wanted: Sequence[int],
    trainer: pl.Trainer,
) -> Floats:
    """Log-probability of each wanted token after each prompt, in nats, shape (prompts, wanted).

    Args:
        model: Language model.
        prompts: Token ids of every prompt, with what stands before it; none is empty.
        wanted: Token ids whose probabilities are asked for.
        trainer: Trainer that runs the prediction.

    Raises:
        BadInput: There is no prompt, or a probability is no number.
    """
    if not prompts:
        raise BadInput("there is no prompt to ask about; give at least one")
    order = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
    loader = DataLoader(_batches(prompts, order), batch_size=None, collate_fn=as_it_is)  # type: ignore[arg-type,var-annotated]
    outcome: list[Any] = trainer.predict(_NextTokens(model, wanted), loader) or []
    found = np.empty((len(prompts), len(wanted)))
    found[order] = torch.cat(outcome).numpy()
    if not np.isfinite(found).all():
        raise BadInput("a probability is no number: the model is broken; fit it again")
    return found


def _batches(prompts: Sequence[Sequence[int]], order: Sequence[int]) -> list[Prompts]:
    """Prompts in this order, from short to long, as many together as fit."""
    groups: list[list[int]] = [[]]
    for place in order:
        if groups[-1] and len(prompts[place]) * (len(groups[-1]) + 1) > _TOKENS_AT_ONCE:
            groups.append([])
        groups[-1].append(place)
    return [_filled([prompts[place] for place in group]) for group in groups]


def _filled(prompts: Sequence[Sequence[int]]) -> Prompts:
    longest = max(map(len, prompts))
    rows = [[*one, *[one[-1]] * (longest - len(one))] for one in prompts]
    return Prompts(torch.tensor(rows), torch.tensor([len(one) - 1 for one in prompts]))


def one_token(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> list[int]:
    """The token of each text.

    Raises:
        BadInput: A text is not one token, so that its probability is no next token's.
    """
    found = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    for text, ids in zip(texts, found, strict=True):
        if len(ids) != 1:
            raise BadInput(
                f"{text!r} is {len(ids)} tokens of this model, and one is asked for; take a model "
                "that has it as one"
            )
    return [ids[0] for ids in found]
