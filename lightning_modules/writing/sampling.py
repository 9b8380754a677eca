"""A trained model writes documents: how a token is drawn, and rows that take turns."""

import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from transformers import PreTrainedModel

from lightning_modules.editing.token_scoring import as_it_is
from lightning_modules.processes import as_helper
from lightning_modules.settings import SamplingRule
from lightning_modules.writing.decoding import RowDecoder

_COMPACT_BELOW = 0.85
"""Share of rows still writing, when none waits any more, below which the others leave the batch:
leaving copies the cache."""
_SMALL = 10_000_000
"""Number of parameters up to which a model is small; a larger one is read from memory at every
step, better once than once a process."""
_ROWS_OF_A_PROCESS = 8
"""Number of rows that make a process worth its start, at least."""
_REPORT_SECONDS = 0.1
"""Seconds between two reports of what a process wrote."""
_MAYBE = 512
"""Number of tokens among which the smallest set of a given mass is looked for first."""


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
        logits: Logits of every token of the vocabulary, shape (batch, vocabulary).
        uniform: One number in [0, 1) per row, shape (batch,).
        rule: Temperature and truncation of the draw.

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
    """One document to write: what it continues, and the draws that decide it."""

    prompt: list[int]
    """Token ids that the document continues, the end-of-text token first; they are no part of
    it."""
    uniform: NDArray[np.float64]
    """Uniform draws in [0, 1) of the document, one for each token, shape (max_tokens,)."""


class _Rows:
    """Documents in the making, one per row."""

    def __init__(self, job: "_Writing", tasks: Sequence[Task], n_rows: int) -> None:
        self.tasks, self.end, self.context, self.rule = tasks, job.end, job.context, job.rule
        longest = max(len(task.prompt) for task in tasks) + self.rule.max_tokens + 1
        device = job.model.device
        self.decoder = RowDecoder(job.model, n_rows, self.context)
        self.text = torch.full((n_rows, longest), self.end, device=device)
        self.uniform = torch.zeros(n_rows, self.rule.max_tokens, dtype=torch.float64, device=device)
        self.task = np.zeros(n_rows, dtype=np.int64)
        self.head = np.zeros(n_rows, dtype=np.int64)  # tokens of the prompt
        self.size = np.zeros(n_rows, dtype=np.int64)  # tokens of prompt and document
        self.cached = np.zeros(n_rows, dtype=np.int64)  # of these, tokens in the cache
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
        rows, size = torch.arange(len(self)), torch.from_numpy(self.size)
        # Rows that stand still are computed too, at a place that nobody reads any more.
        cached = np.minimum(self.cached, self.context - 1)
        logits = self.decoder.step(self.text[rows, size - 1], cached)
        position = np.minimum(self.size - self.head, self.rule.max_tokens - 1)
        if (position < self.rule.min_tokens).any():
            short = torch.from_numpy(position < self.rule.min_tokens)
            logits[:, self.end].masked_fill_(short.to(logits.device), -torch.inf)
        token = draw(logits, self.uniform[rows, torch.from_numpy(position)], self.rule)
        self.text[rows, size] = token
        self.size += going
        self.cached += going
        ended = (token == self.end).cpu().numpy()
        complete: NDArray[np.bool_] = ended | (position + 1 == self.rule.max_tokens)
        return complete & going

    def collect(self, rows: NDArray[np.int64]) -> Iterator[tuple[int, list[int]]]:
        """The documents in these rows, by the index of their task."""
        if len(rows) == 0:
            return
        texts = self.text[torch.from_numpy(rows)].cpu().numpy()
        for row, text in zip(rows, texts, strict=True):
            yield int(self.task[row]), text[self.head[row] : self.size[row]].tolist()

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Keep these rows, in this order, and drop all others."""
        index = torch.from_numpy(rows)
        self.decoder.keep(rows)
        self.text, self.uniform = self.text[index], self.uniform[index]
        self.task, self.head = self.task[rows], self.head[rows]
        self.size, self.cached = self.size[rows], self.cached[rows]


@dataclass(frozen=True, slots=True)
class _Written:
    """Tokens and documents that the steps since the last report wrote."""

    n_tokens: int
    documents: dict[int, list[int]]
    """Documents that became complete, by the index of their task."""


@dataclass(frozen=True, eq=False)
class _Writing(IterableDataset[_Written]):
    """Documents to write; as a data set of several workers, each of which writes every nth."""

    model: PreTrainedModel
    tasks: Sequence[Task]
    end: int
    context: int
    rule: SamplingRule

    @property
    def n_rows(self) -> int:
        """Documents that are written at a time."""
        return min(self.rule.documents_per_batch, len(self.tasks))

    def n_shares(self) -> int:
        """Processes that are worth their start: one, unless a small model writes on a CPU.

        There each operation takes microseconds: all threads would meet in every one of them, and
        threads that write by themselves would wait for the interpreter's lock.
        """
        small = sum(parameter.numel() for parameter in self.model.parameters()) <= _SMALL
        if sys.platform != "linux" or self.model.device.type != "cpu" or not small:
            return 1
        cores = min(torch.get_num_threads(), len(os.sched_getaffinity(0)))
        return max(min(cores, self.n_rows // _ROWS_OF_A_PROCESS), 1)

    def reports(self) -> Iterator[_Written]:
        """Write, by this process or by forked ones, and tell what was written."""
        n_shares = self.n_shares()
        if n_shares == 1:
            yield from self._steps(range(len(self.tasks)), self.n_rows)
            return
        yield from DataLoader(
            self,
            batch_size=None,
            num_workers=n_shares,
            collate_fn=as_it_is,
            worker_init_fn=as_helper,
            multiprocessing_context="fork",  # the model is there, and the start takes no time
            in_order=False,
            generator=torch.Generator(),  # the global one belongs to training
        )

    def __iter__(self) -> Iterator[_Written]:
        """Write the share of this worker."""
        worker = get_worker_info()
        assert worker is not None
        share = range(worker.id, len(self.tasks), worker.num_workers)
        n_rows = math.ceil(self.n_rows / worker.num_workers)
        yield from _now_and_then(self._steps(share, min(n_rows, len(share))))

    @torch.inference_mode()
    def _steps(self, share: range, n_rows: int) -> Iterator[_Written]:
        tasks = [self.tasks[index] for index in share]
        rows = _Rows(self, tasks, n_rows)
        going = np.ones(n_rows, dtype=np.bool_)
        while going.any():
            complete = rows.step(going)
            n_tokens = int(going.sum())
            done = np.flatnonzero(complete)
            yield _Written(n_tokens, {share[n]: text for n, text in rows.collect(done)})
            if len(done) == 0:
                continue
            renewed = done[: len(tasks) - rows.n_begun]
            rows.begin(renewed)
            going[done[len(renewed) :]] = False
            if 0 < going.sum() < _COMPACT_BELOW * len(rows):
                rows.keep(np.flatnonzero(going))
                going = going[going]


def _now_and_then(steps: Iterable[_Written]) -> Iterator[_Written]:
    """Reports gathered to a few a second: one to another process costs as much as a step."""
    written, told = _Written(0, {}), time.monotonic()
    for step in steps:
        written = _Written(
            written.n_tokens + step.n_tokens, {**written.documents, **step.documents}
        )
        if time.monotonic() > told + _REPORT_SECONDS:
            yield written
            written, told = _Written(0, {}), time.monotonic()
    yield written


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

    On a Linux CPU a small model writes in up to as many processes as torch has threads, each with a
    share of the documents and of the rows.

    Args:
        model: Language model that writes the documents.
        tasks: Documents to write, with what they continue and their draws.
        end: Token id that stands before a document and after it.
        context: Number of tokens that the model looks back at most.
        rule: How tokens are drawn, and how many rows there are.
        advance: Told how many tokens were written since it was last told.

    Returns:
        Tokens of each document, in the order of the tasks; the last is `end` unless the document
        was cut off.
    """
    documents: list[list[int]] = [[] for _ in tasks]
    if tasks:
        for report in _Writing(model, tasks, end, context, rule).reports():
            advance(report.n_tokens)
            for index, document in report.documents.items():
                documents[index] = document
    return documents
