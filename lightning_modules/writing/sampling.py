"""A trained model writes documents, in one process or in several."""

import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.text.tokens import special_tokens
from lightning_modules.editing.token_scoring import as_it_is
from lightning_modules.processes import as_helper
from lightning_modules.settings import SamplingRule
from lightning_modules.writing.rows import DocumentRows
from lightning_modules.writing.rows import Task as Task

_SMALL = 10_000_000
"""Number of parameters up to which a model is small; a larger one is read from memory at every
step, better once than once a process."""
_ROWS_OF_A_PROCESS = 8
"""Number of rows that make a process worth its start, at least."""
_REPORT_SECONDS = 0.1
"""Seconds between two reports of what a process wrote."""


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
    never: Sequence[int] = ()
    forbidden: NDArray[np.bool_] | None = None

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
        loader = DataLoader(
            self,
            batch_size=None,
            num_workers=n_shares,
            collate_fn=as_it_is,
            worker_init_fn=as_helper,
            multiprocessing_context="fork",  # the model is there, and the start takes no time
            in_order=False,
            generator=torch.Generator(),  # the global one belongs to training
        )
        reports: Any = iter(loader)
        try:
            yield from reports
        finally:
            # At once. The garbage collector would wait for each for five seconds, and until then
            # the loader raises the end of one in the midst of whatever this process does.
            reports._shutdown_workers()

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
        rows = DocumentRows(
            self.model,
            tasks,
            n_rows,
            end=self.end,
            context=self.context,
            rule=self.rule,
            never=self.never,
            forbidden=self.forbidden,
        )
        while rows.going.any():
            n_tokens, complete = rows.write()
            yield _Written(n_tokens, {share[n]: text for n, text in rows.collect(complete)})
            if len(complete):
                rows.renew(complete)


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


def never_drawn(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Tokens that no document holds: all that stand for no text, but the one that ends it.

    A special token would be written out as its name, and be part of the text from then on. The
    others share its probability.
    """
    return sorted(special_tokens(tokenizer) - {tokenizer.eos_token_id})


def write_documents(
    model: PreTrainedModel,
    tasks: Sequence[Task],
    end: int,
    context: int,
    rule: SamplingRule,
    advance: Callable[[int], None],
    never: Sequence[int] = (),
    forbidden: NDArray[np.bool_] | None = None,
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
        never: Token ids that are never drawn; see `never_drawn`.
        forbidden: Tokens that are not drawn at each kind of place that tasks with a form name,
            shape (kinds, vocabulary); None where no task has one.

    Returns:
        Tokens of each document, in the order of the tasks; the last is `end` unless the document
        was cut off.
    """
    documents: list[list[int]] = [[] for _ in tasks]
    if tasks:
        for report in _Writing(model, tasks, end, context, rule, never, forbidden).reports():
            advance(report.n_tokens)
            for index, document in report.documents.items():
                documents[index] = document
    return documents
