"""Pairs of answers as rows of tokens, and the log-probability of whole answers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerFast

from data.attention import one_text_per_row
from data.errors import BadInput
from data.text.answers import IGNORED
from data.text.tokens import encode

Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """A prompt with two answers, of which one is preferred."""

    prompt: str
    chosen: str
    rejected: str


class PairRows(NamedTuple):
    """Both answers of pairs, each behind its prompt; the chosen one is first."""

    tokens: Tensor
    """Token ids, shape (2, time), or with pairs first, (pairs, 2, time)."""
    labels: Tensor
    """Token ids of the answer, and IGNORED elsewhere, same shape."""
    reference: Tensor
    """Log-probability of each answer by the reference, in nats, shape (2,) or (pairs, 2)."""


class Pairs(Dataset[PairRows]):
    """Pairs as rows of one width; answers have no end of their own.

    Args:
        pairs: The pairs.
        tokenizer: Tokenizer of the policy.
        context: Tokens that the policy reads at once.

    Raises:
        BadInput: There is no pair, an answer is empty, its two answers are equal, or it does not
            fit.
    """

    def __init__(
        self, pairs: Sequence[Pair], tokenizer: PreTrainedTokenizerFast, context: int
    ) -> None:
        _check(pairs)
        prompts = encode(tokenizer, (pair.prompt for pair in pairs))
        sides = [encode(tokenizer, (pair[side] for pair in pairs)) for side in (1, 2)]
        longest = max(
            1 + len(prompt) + len(answer)
            for answers in sides
            for prompt, answer in zip(prompts, answers, strict=True)
        )
        if longest > context + 1:
            raise BadInput(
                f"a prompt with its answer has {longest} tokens, the policy reads {context}; "
                "shorten it or take a policy that reads more"
            )
        shape = (len(pairs), 2, longest)
        self.tokens = torch.full(shape, tokenizer.eos_token_id, dtype=torch.long)
        self.labels = torch.full(shape, IGNORED, dtype=torch.long)
        for side, answers in enumerate(sides):
            for row, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
                begin, end = 1 + len(prompt), 1 + len(prompt) + len(answer)
                self.tokens[row, side, 1:end] = torch.tensor([*prompt, *answer])
                self.labels[row, side, begin:end] = torch.tensor(answer)
        self.reference = torch.zeros(len(pairs), 2)

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: int) -> PairRows:
        return PairRows(self.tokens[index], self.labels[index], self.reference[index])


def _check(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise BadInput("there are no pairs to learn from; give some")
    for number, pair in enumerate(pairs):
        if not (pair.prompt and pair.chosen and pair.rejected):
            raise BadInput(f"pair {number} has an empty prompt or answer; leave it out")
        if pair.chosen == pair.rejected:
            raise BadInput(f"pair {number} prefers an answer to itself; leave it out")


def answers_log_probability(model: nn.Module, tokens: Tensor, labels: Tensor) -> Tensor:
    """Log-probability of whole answers behind their prompts, in nats, shape (rows,).

    Args:
        model: Language model that gives logits.
        tokens: Token ids, shape (rows, time), filled up on the right.
        labels: Token ids of the answers, and IGNORED elsewhere, same shape.
    """
    with one_text_per_row(model):
        logits = model(input_ids=tokens[:, :-1], use_cache=False).logits.float()
    wanted = labels[:, 1:]
    is_answer = wanted != IGNORED
    each = logits.log_softmax(-1).gather(2, wanted.clamp(min=0)[..., None])[..., 0]
    total: Tensor = (each * is_answer).sum(dim=1)
    return total


def pair_log_probabilities(model: nn.Module, tokens: Tensor, labels: Tensor) -> Tensor:
    """The same for pairs of shape (pairs, 2, time), of shape (pairs, 2)."""
    found = answers_log_probability(model, tokens.flatten(0, 1), labels.flatten(0, 1))
    by_pair: Tensor = found.unflatten(0, tokens.shape[:2])
    return by_pair


@torch.no_grad()
def log_probabilities(model: nn.Module, pairs: Pairs, at_once: int = 64) -> Tensor:
    """Log-probability of both answers of every pair, in nats, shape (pairs, 2), on the host.

    Args:
        model: Language model, which is in evaluation while it reads.
        pairs: The pairs.
        at_once: Pairs of a forward pass.
    """
    device, trains = next(model.parameters()).device, model.training
    model.eval()
    found = [
        pair_log_probabilities(
            model,
            pairs.tokens[at : at + at_once].to(device),
            pairs.labels[at : at + at_once].to(device),
        ).cpu()
        for at in range(0, len(pairs), at_once)
    ]
    model.train(trains)
    return torch.cat(found)
