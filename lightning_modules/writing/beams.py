"""Beam search over answers to prompts, plain or with a verifier of finished lines.

The search is that of transformers' `generate`; a verifier takes part as a logits processor. With
`length_penalty` 0 and `early_stopping` "never" it is beam search as in textbooks: a hypothesis'
score is a sum over its tokens, and the search ends when no open beam can still win.

Step-wise verification is that of PaD (arXiv 2305.13888): whenever every beam of a prompt has
finished a further line, each beam's log score gains the logarithm of how faithful its lines are. A
beam that ends, or is cut off, gains what its lines still lack, so that hypotheses of different
length compete by one definition: log probability, and log faithfulness after each of their lines.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from data.errors import BadInput, Count, Range, in_range
from data.text.tokens import encode
from lightning_modules.writing.sampling import never_drawn

Written = tuple[int, tuple[str, ...]]
"""Index of a prompt, and finished lines of one of its beams."""
LineJudge = Callable[[Sequence[Written]], Sequence[float]]
"""Says how much the log score of each beam gains with the last of its lines: 0 at most, or the
search would end too early."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeamRule:
    """How wide a beam search is, and how far it goes."""

    width: Annotated[int, Range(least=2)]
    """Beams of each prompt; one beam is greedy writing (`lightning_modules.writing.sampling`)."""
    max_tokens: Count
    """Tokens at which an answer is cut off."""
    prompts_at_once: Count = 16
    """Prompts of a forward pass, each with all of its beams."""

    def __post_init__(self) -> None:
        in_range(self)


class Found(NamedTuple):
    """The best answer to one prompt that a search found."""

    tokens: list[int]
    """Token ids of the answer, without the end-of-text token."""
    score: float
    """Log probability in nats, with what the verifier added."""
    finished: bool
    """Whether the answer ended by itself."""


def finished_lines(text: str, *, ended: bool = False) -> tuple[str, ...]:
    """Lines of an answer in the making that nothing is added to any more; blank ones are none.

    Args:
        text: The answer so far.
        ended: Whether the answer is complete, and its last line with it.
    """
    lines = text.split("\n") if ended else text.split("\n")[:-1]
    return tuple(line for line in lines if line.strip())


class LineVerifier(LogitsProcessor):
    """Adds a judge's gains to the log scores of beams, line by line; serves one search.

    Args:
        judge: Says what a beam gains with a further line.
        tokenizer: Tokenizer of the beams.
        prompts: Indices of the prompts of the search, for the judge.
        width: Beams of each prompt.
        start: Tokens of a row that stand before its answer.
        max_tokens: Tokens at which an answer is cut off; with the last of them beams gain for the
            lines that they have.
    """

    def __init__(
        self,
        judge: LineJudge,
        tokenizer: PreTrainedTokenizerFast,
        prompts: Sequence[int],
        *,
        width: int,
        start: int,
        max_tokens: int,
    ) -> None:
        self.judge, self.tokenizer, self.prompts = judge, tokenizer, prompts
        self.width, self.start, self.max_tokens = width, start, max_tokens
        self.counted = [0] * len(prompts)
        """Lines that every beam of a prompt has gained for."""

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Scores of the next token with the gains that are due, shape (beams, vocabulary)."""
        texts = self.tokenizer.batch_decode(input_ids[:, self.start :], skip_special_tokens=True)
        is_last = input_ids.shape[1] + 1 == self.start + self.max_tokens
        due, at_end = self._owed(texts, self._may_end(scores), is_last=is_last)
        gains = scores.new_tensor(self._gains([*due, *at_end]))
        scores = scores + gains[: len(texts), None]
        scores[:, self.tokenizer.eos_token_id] += gains[len(texts) :]
        return scores

    def _may_end(self, scores: Tensor) -> list[bool]:
        """Whether a beam's end is among the candidates that the search looks at: two a beam.

        A gain is 0 at most, so that no end is looked at that is not among them before its gain; the
        last lines of the others need not be judged.
        """
        end = scores[:, self.tokenizer.eos_token_id, None]
        likelier = (scores > end).sum(dim=1)
        return (likelier < 2 * self.width).tolist()

    def _owed(
        self, texts: Sequence[str], may_end: Sequence[bool], *, is_last: bool
    ) -> tuple[list[list[Written]], list[list[Written]]]:
        """What each beam is judged by now, and what it would be judged by if it ended here."""
        due: list[list[Written]] = []
        at_end: list[list[Written]] = []
        for item, prompt in enumerate(self.prompts):
            rows = range(item * self.width, (item + 1) * self.width)
            before = self.counted[item]
            fewest = min(len(finished_lines(texts[row])) for row in rows)
            after = self.counted[item] = max(before, fewest)
            for row in rows:
                lines = finished_lines(texts[row], ended=True)
                now = len(lines) if is_last else after
                then = len(lines) if may_end[row] else now
                due.append([(prompt, lines[: n + 1]) for n in range(before, now)])
                at_end.append([(prompt, lines[: n + 1]) for n in range(now, then)])
        return due, at_end

    def _gains(self, judged: Sequence[Sequence[Written]]) -> list[float]:
        """Sum of the gains of each row, all rows judged at once."""
        gains = iter(self.judge([pair for row in judged for pair in row]))
        return [float(sum(next(gains) for _ in row)) for row in judged]


@torch.inference_mode()
def search_beams(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Sequence[str],
    rule: BeamRule,
    *,
    judge: LineJudge | None = None,
    advance: Callable[[int], None] = lambda n: None,
) -> list[Found]:
    """The best answer to each prompt by beam search, in the order of the prompts.

    A prompt is read as `END prompt`, as it is in training; tokens that stand for no text are never
    written.

    Args:
        model: Causal language model, or an encoder with a decoder, which reads `prompt END`.
        tokenizer: Its tokenizer.
        prompts: Texts that are answered.
        rule: Width and limits of the search.
        judge: Verifier of finished lines; None searches by probability alone.
        advance: Told how many tokens were written, those of beams that were dropped included.

    Raises:
        BadInput: A prompt and its answer do not fit into the model's context.
    """
    ids = encode(tokenizer, prompts)
    _check_lengths(model, ids, rule)
    order = sorted(range(len(prompts)), key=lambda place: len(ids[place]))
    found: dict[int, Found] = {}
    for places in _batches(order, rule.prompts_at_once):
        answers, steps = _search(model, tokenizer, [ids[n] for n in places], places, rule, judge)
        found |= dict(zip(places, answers, strict=True))
        advance(steps * rule.width * len(places))
    return [found[place] for place in range(len(prompts))]


def _batches(order: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _check_lengths(model: PreTrainedModel, ids: Sequence[Sequence[int]], rule: BeamRule) -> None:
    longest = getattr(model.config, "max_position_embeddings", None)
    if longest is None or not ids or model.config.is_encoder_decoder:
        return
    needed = max(map(len, ids)) + 1 + rule.max_tokens
    if needed > longest:
        raise BadInput(
            f"a prompt with {rule.max_tokens} tokens of answer takes {needed:,} tokens, the model "
            f"reads {longest:,}; lower max_tokens or leave long prompts out"
        )


def _search(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    ids: Sequence[Sequence[int]],
    prompts: Sequence[int],
    rule: BeamRule,
    judge: LineJudge | None,
) -> tuple[list[Found], int]:
    """The best answers to a few prompts, and how many tokens the longest beam has."""
    end = int(tokenizer.eos_token_id)
    tokens, mask = _padded(ids, end, model)
    start = 1 if model.config.is_encoder_decoder else tokens.shape[1]
    verifier = LogitsProcessorList()
    if judge is not None:
        limits = {"width": rule.width, "start": start, "max_tokens": rule.max_tokens}
        verifier.append(LineVerifier(judge, tokenizer, prompts, **limits))
    output: Any = model.generate(  # type: ignore[operator]
        input_ids=tokens,
        attention_mask=mask,
        generation_config=_config(tokenizer, model, rule),
        logits_processor=verifier,
    )
    rows = output.sequences[:, start:].tolist()
    scores = output.sequences_scores.tolist()
    return [_of(row, score, end) for row, score in zip(rows, scores, strict=True)], len(rows[0])


def _padded(
    ids: Sequence[Sequence[int]], end: int, model: PreTrainedModel
) -> tuple[Tensor, Tensor]:
    """Prompts side by side and their mask, shape (prompts, time): padded before them."""
    length = max(map(len, ids)) + 1
    tokens = torch.full((len(ids), length), end)
    mask = torch.zeros(len(ids), length, dtype=torch.int64)
    for row, prompt in enumerate(ids):
        text = [*prompt, end] if model.config.is_encoder_decoder else [end, *prompt]
        tokens[row, -len(text) :] = torch.tensor(text)
        mask[row, -len(text) :] = 1
    return tokens.to(model.device), mask.to(model.device)


def _config(
    tokenizer: PreTrainedTokenizerFast, model: PreTrainedModel, rule: BeamRule
) -> GenerationConfig:
    """Beam search by sums of log probabilities; nothing is left to a checkpoint's own defaults."""
    return GenerationConfig(
        num_beams=rule.width,
        max_new_tokens=rule.max_tokens,
        do_sample=False,
        length_penalty=0.0,
        early_stopping="never",
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=getattr(model.config, "decoder_start_token_id", None),
        suppress_tokens=never_drawn(tokenizer) or None,
        return_dict_in_generate=True,
        output_scores=True,
    )


def _of(row: list[int], score: float, end: int) -> Found:
    finished = end in row
    return Found(row[: row.index(end)] if finished else row, score, finished)
