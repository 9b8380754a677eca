"""A trained model writes documents: how a token is drawn, and rows that take turns."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from lightning_modules.decoding import RowDecoder

_COMPACT_BELOW = 0.85
"""Share of rows still writing, when none waits any more, below which the others leave the batch:
leaving copies the cache."""
_SMALL = 10_000_000
"""Parameters; a larger model is read from memory at every step, better once than once a thread."""
_ROWS_OF_A_THREAD = 8
"""At least; fewer are not worth a thread."""
_MAYBE = 512
"""Tokens among which the smallest set of a given mass is looked for first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingRule:
    """How a document is written: from the end-of-text token before it, or from a human beginning.

    A document stops at the end-of-text token that the model draws, or at `max_tokens`.
    """

    temperature: float = 1.0
    top_k: int | None = None
    """Keep the k likeliest tokens."""
    top_p: float | None = None
    """Keep the smallest set of likeliest tokens whose probability reaches this."""
    max_tokens: int = 512
    """A document is cut off here; the share that is cut off is on record."""
    min_tokens: int = 0
    """The end-of-text token is not drawn before a document has so many."""
    prompt_tokens: int = 0
    """Tokens of a human document that each document continues; they are no part of it."""
    documents_per_batch: int = 256
    """Rows that are written at a time; one that is complete makes room for the next."""

    def __post_init__(self) -> None:
        for name, value, least in (
            ("max_tokens", self.max_tokens, 1),
            ("min_tokens", self.min_tokens, 0),
            ("prompt_tokens", self.prompt_tokens, 0),
            ("documents_per_batch", self.documents_per_batch, 1),
        ):
            if value < least:
                raise ValueError(f"{name} is {value}; it must be {least} or more")
        if self.min_tokens > self.max_tokens:
            raise ValueError(f"min_tokens is {self.min_tokens}, above max_tokens")
        if self.temperature <= 0:
            raise ValueError(f"temperature is {self.temperature}; it must be above 0")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k is {self.top_k}; it must be 1 or more")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}; it must lie in (0, 1]")


def truncate(probability: Tensor, rule: SamplingRule) -> Tensor:
    """Set what top-k and top-p leave out to 0; shape (batch, vocabulary), not normalised."""
    if rule.top_k is not None and rule.top_k < probability.shape[-1]:
        least = probability.topk(rule.top_k, dim=-1).values[:, -1:]
        probability = probability.where(probability >= least, 0.0)
    if rule.top_p is not None and rule.top_p < 1:
        probability = _nucleus(probability, rule.top_p, min(_MAYBE, probability.shape[-1]))
    return probability


def _nucleus(probability: Tensor, top_p: float, size: int) -> Tensor:
    """Keep the likeliest tokens that reach the mass; look at `size` of them, at more if need be.

    To rank a whole vocabulary takes longer than the forward pass of a small model, and a few
    hundred tokens nearly always hold the mass. Each row is decided by itself.
    """
    wanted = top_p * probability.sum(dim=-1, keepdim=True)
    ranked, order = probability.topk(size, dim=-1)
    before = ranked.cumsum(dim=-1) - ranked
    ranked = ranked.where(before < wanted, 0.0)
    kept = torch.zeros_like(probability).scatter(-1, order, ranked)
    wide = ranked[:, -1] > 0  # the last one looked at still counts: others may
    if size < probability.shape[-1] and wide.any():
        kept[wide] = _nucleus(probability[wide], top_p, probability.shape[-1])
    return kept


def draw(logits: Tensor, uniform: Tensor, rule: SamplingRule) -> Tensor:
    """One token per row by inverse CDF.

    Args:
        logits: Shape (batch, vocabulary).
        uniform: One number in [0, 1) per row, shape (batch,).
        rule: Temperature and truncation.

    Returns:
        Token ids, shape (batch,).
    """
    logits = logits.float() if rule.temperature == 1 else logits.float() / rule.temperature
    cumulative = truncate(logits.softmax(dim=-1), rule).cumsum(dim=-1, dtype=torch.float64)
    target = uniform[:, None] * cumulative[:, -1:]
    drawn = torch.searchsorted(cumulative, target, right=True)[:, 0]
    return drawn.clamp(max=logits.shape[-1] - 1)


@dataclass(frozen=True, slots=True)
class Task:
    """One document to write."""

    prompt: list[int]
    """Tokens that it continues, the end-of-text token first; they are no part of it."""
    uniform: NDArray[np.float64]
    """Its draws, shape (max_tokens,)."""


class _Rows:
    """Documents in the making, one per row."""

    def __init__(
        self,
        model: PreTrainedModel,
        tasks: Sequence[Task],
        end: int,
        context: int,
        rule: SamplingRule,
    ) -> None:
        self.tasks, self.end, self.context, self.rule = tasks, end, context, rule
        n_rows = min(rule.documents_per_batch, len(tasks))
        longest = max(len(task.prompt) for task in tasks) + rule.max_tokens + 1
        self.decoder = RowDecoder(model, n_rows, context)
        self.text = torch.full((n_rows, longest), end, device=model.device)
        self.uniform = torch.zeros(
            n_rows, rule.max_tokens, dtype=torch.float64, device=model.device
        )
        self.task = np.zeros(n_rows, dtype=np.int64)
        self.head = np.zeros(n_rows, dtype=np.int64)  # tokens of the prompt
        self.size = np.zeros(n_rows, dtype=np.int64)  # tokens of prompt and document
        self.cached = np.zeros(n_rows, dtype=np.int64)  # of these, tokens in the cache
        self.documents: list[list[int]] = [[] for _ in tasks]
        self.n_begun = 0
        self.begin(np.arange(n_rows))

    def __len__(self) -> int:
        return len(self.task)

    def begin(self, rows: NDArray[np.int64]) -> None:
        """Give the next waiting documents to these rows."""
        for row in rows:
            task = self.tasks[self.n_begun]
            self.task[row], self.n_begun = self.n_begun, self.n_begun + 1
            self.head[row] = self.size[row] = len(task.prompt)
            self.text[row, : len(task.prompt)] = torch.tensor(task.prompt)
            self.uniform[row] = torch.from_numpy(task.uniform)
        self.read(rows, np.minimum(self.size[rows], self.context) - 1)

    def read(self, rows: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        """Read so many tokens before the last one, as the beginning of a window."""
        self.cached[rows] = lengths
        rows, lengths = rows[lengths > 0], lengths[lengths > 0]
        if len(rows) == 0:
            return
        first = self.size[rows] - 1 - lengths
        columns = torch.from_numpy(first[:, None] + np.arange(lengths.max()))
        columns = columns.clamp(max=self.text.shape[1] - 1)  # padding, whatever stands there
        index = torch.from_numpy(rows)[:, None]
        self.decoder.read(rows, self.text[index, columns])

    def step(self, going: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Write one token in every row that is going; return which of them are complete."""
        full = np.flatnonzero((self.cached == self.context) & going)
        self.read(full, np.full(len(full), max(self.context // 2, 1) - 1))
        rows = torch.arange(len(self))
        # Rows that stand still are computed too, at a place that nobody reads any more.
        cached = np.minimum(self.cached, self.context - 1)
        logits = self.decoder.step(self.text[rows, self.size - 1], cached)
        position = np.minimum(self.size - self.head, self.rule.max_tokens - 1)
        if (position < self.rule.min_tokens).any():
            short = torch.from_numpy(position < self.rule.min_tokens)
            logits[:, self.end].masked_fill_(short.to(logits.device), -torch.inf)
        token = draw(logits, self.uniform[rows, position], self.rule)
        self.text[rows, self.size] = token
        self.size += going
        self.cached += going
        ended = (token == self.end).cpu().numpy()
        complete: NDArray[np.bool_] = ended | (position + 1 == self.rule.max_tokens)
        return complete & going

    def collect(self, rows: NDArray[np.int64]) -> None:
        """Take the documents out of these rows."""
        texts = self.text[torch.from_numpy(rows)].cpu().numpy()
        for row, text in zip(rows, texts, strict=True):
            self.documents[self.task[row]] = text[self.head[row] : self.size[row]].tolist()

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Drop all other rows."""
        index = torch.from_numpy(rows)
        self.decoder.keep(rows)
        self.text, self.uniform = self.text[index], self.uniform[index]
        self.task, self.head = self.task[rows], self.head[rows]
        self.size, self.cached = self.size[rows], self.cached[rows]


def write_documents(
    model: PreTrainedModel,
    tasks: Sequence[Task],
    end: int,
    context: int,
    rule: SamplingRule,
    advance: Callable[[int], None],
) -> list[list[int]]:
    """Write one document per task; a row that is complete goes on with the next waiting task.

    A document stops at its end-of-text token, or at `rule.max_tokens`. When a row's cache is full,
    its last half context is read again as a new beginning, as training windows begin in the middle
    of documents.

    On a CPU each thread writes a share of the documents with a small model by itself, which is
    faster than that all threads meet in every operation.

    Args:
        model: The writer.
        tasks: What to write.
        end: Token before a document and after it.
        context: Tokens that the model looks back at most.
        rule: How to draw, and how many rows there are.
        advance: Told how many tokens each step wrote, from one thread at a time.

    Returns:
        Tokens of each document, in the order of the tasks; the last is `end` unless the document
        was cut off.

    Raises:
        Exception: What `advance` raised; the other threads stop at their next step.
    """
    n_rows = min(rule.documents_per_batch, len(tasks))
    n_shares = min(torch.get_num_threads(), n_rows // _ROWS_OF_A_THREAD)
    alone = n_shares < 2 or model.device.type != "cpu" or _size(model) > _SMALL
    if alone or torch.is_autocast_enabled("cpu"):  # which a thread would not inherit
        return _write(model, tasks, end, context, rule, advance)
    share_of_rows = replace(rule, documents_per_batch=math.ceil(n_rows / n_shares))
    turn, stopped = Lock(), Event()

    def advance_in_turn(n_tokens: int) -> None:
        if stopped.is_set():
            raise CancelledError
        with turn:
            advance(n_tokens)

    documents: list[list[int]] = [[] for _ in tasks]
    with _one_thread_each(), ThreadPoolExecutor(n_shares) as threads:
        try:
            shares = [
                threads.submit(
                    _write, model, tasks[n::n_shares], end, context, share_of_rows, advance_in_turn
                )
                for n in range(n_shares)
            ]
            done, _ = wait(shares, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()  # after an error or an interruption nobody writes on
        for share in done:
            share.result()  # raises what went wrong
        for n, share in enumerate(shares):
            documents[n::n_shares] = share.result()
    return documents


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _size(model: PreTrainedModel) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@torch.inference_mode()
def _write(
    model: PreTrainedModel,
    tasks: Sequence[Task],
    end: int,
    context: int,
    rule: SamplingRule,
    advance: Callable[[int], None],
) -> list[list[int]]:
    """See `write_documents`."""
    if not tasks:
        return []
    rows = _Rows(model, tasks, end, context, rule)
    going = np.ones(len(rows), dtype=np.bool_)
    while going.any():
        complete = rows.step(going)
        advance(int(going.sum()))
        if not complete.any():
            continue
        done = np.flatnonzero(complete)
        rows.collect(done)
        renewed = done[: len(tasks) - rows.n_begun]
        rows.begin(renewed)
        going[done[len(renewed) :]] = False
        if 0 < going.sum() < _COMPACT_BELOW * len(rows):
            rows.keep(np.flatnonzero(going))
            going = going[going]
    return rows.documents
