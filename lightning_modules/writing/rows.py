"""Documents in the making, one per row of a batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from lightning_modules.settings import SamplingRule
from lightning_modules.writing.decoding import RowDecoder
from lightning_modules.writing.drawing import draw
from lightning_modules.writing.given import Form, GivenTokens
from lightning_modules.writing.replay import Replays, on_cuda

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """One document to write: what it continues, and the draws that decide it."""

    prompt: list[int]
    """Token ids that the document continues, the end-of-text token first; they are no part of
    it."""
    uniform: NDArray[np.float64]
    """Uniform draws in [0, 1) of the document, one for each token, shape (max_tokens,)."""
    form: Form | None = None
    """What the document is told of its tokens; None leaves all to the model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How the host keeps up with a device; no text depends on it."""

    look_every: int
    """Steps between two looks at which documents are complete: to look is to wait for the
    device."""
    stretches: int | None
    """Number of different lengths of the cache that steps are made for; None makes one for
    each."""
    keep_below: float
    """Share of rows still writing, when none waits any more, below which the others leave the
    batch: leaving copies the cache, and what was recorded is lost."""


PACES = {
    "cpu": Pace(look_every=1, stretches=None, keep_below=0.85),
    "cuda": Pace(look_every=8, stretches=8, keep_below=0.5),
}


class DocumentRows:
    """Rows that write a token at a time; a complete document makes room for the next task.

    What a step needs stands on the device, and a step reads no number of it. The host knows without
    asking how long every document is that is not complete: they grow by a token a step.

    Args:
        model: Language model that writes the documents.
        tasks: Documents to write.
        n_rows: Number of documents at a time.
        end: Token id that stands before a document and after it.
        context: Number of tokens that the model looks back at most.
        rule: How tokens are drawn.
        never: Token ids that are never drawn: those that stand for no text.
        forbidden: Tokens that are not drawn at each kind of place that tasks with a form name,
            shape (kinds, vocabulary); None where no task has one.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tasks: Sequence[Task],
        n_rows: int,
        *,
        end: int,
        context: int,
        rule: SamplingRule,
        never: Sequence[int] = (),
        forbidden: NDArray[np.bool_] | None = None,
    ) -> None:
        self.tasks, self.end, self.context, self.rule = tasks, end, context, rule
        self.device = model.device
        self.never = torch.tensor(never, device=self.device) if never else None
        self.pace = PACES[self.device.type]
        self.decoder = RowDecoder(model, n_rows, context)
        longest = max(len(task.prompt) for task in tasks) + rule.max_tokens + 1
        self.text = torch.full((n_rows, longest), end, device=self.device)
        self.uniform = self._zeros(n_rows, rule.max_tokens, dtype=torch.float64)
        self.told = (
            None
            if forbidden is None
            else GivenTokens(n_rows, rule.max_tokens, forbidden, self.device)
        )
        self.heads = self._zeros(n_rows)  # tokens of the prompt
        self.sizes = self._zeros(n_rows)  # tokens of prompt and document
        self.cached = self._zeros(n_rows)  # of these, tokens in the cache
        self.writes = self._zeros(n_rows, dtype=torch.bool)
        record = on_cuda() if self.device.type == "cuda" and self.decoder.is_static else None
        self.replays = Replays(self._step, record)
        # What the host knows: exact for rows that write, as of the last look.
        self.task = np.zeros(n_rows, dtype=np.int64)
        self.head = np.zeros(n_rows, dtype=np.int64)
        self.size = np.zeros(n_rows, dtype=np.int64)
        self.held = np.zeros(n_rows, dtype=np.int64)
        self.going = np.zeros(n_rows, dtype=np.bool_)
        self.n_begun = 0
        self.begin(np.arange(n_rows))

    def _zeros(self, *shape: int, dtype: torch.dtype = torch.int64) -> Tensor:
        return torch.zeros(shape, dtype=dtype, device=self.device)

    def _there(self, values: NDArray[np.generic] | Tensor) -> Tensor:
        """Numbers of the host, on the device; nothing is waited for."""
        tensor = values if isinstance(values, Tensor) else torch.from_numpy(values)
        if self.device.type == "cpu":
            return tensor
        return tensor.pin_memory().to(self.device, non_blocking=True)

    def __len__(self) -> int:
        return len(self.task)

    @property
    def n_waiting(self) -> int:
        """Tasks that no row has begun."""
        return len(self.tasks) - self.n_begun

    def begin(self, rows: Rows) -> None:
        """Give the next waiting documents to these rows."""
        tasks = self.tasks[self.n_begun : self.n_begun + len(rows)]
        if not tasks:
            return
        texts = torch.full((len(rows), self.text.shape[1]), self.end)
        draws = torch.empty(len(rows), self.rule.max_tokens, dtype=torch.float64)
        for row, task in enumerate(tasks):
            texts[row, : len(task.prompt)] = torch.tensor(task.prompt)
            draws[row] = torch.from_numpy(task.uniform)
        self.task[rows] = np.arange(self.n_begun, self.n_begun + len(rows))
        self.n_begun += len(rows)
        self.head[rows] = self.size[rows] = [len(task.prompt) for task in tasks]
        self.going[rows] = True
        index = self._there(rows)
        lengths = self._there(self.head[rows])
        self.text.index_copy_(0, index, self._there(texts))
        self.uniform.index_copy_(0, index, self._there(draws))
        if self.told is not None:
            self.told.begin(index, [task.form for task in tasks])
        self.heads.index_copy_(0, index, lengths)
        self.sizes.index_copy_(0, index, lengths)
        self.writes.index_fill_(0, index, value=True)
        self.read(rows, np.minimum(self.size[rows], self.context) - 1)

    def read(self, rows: Rows, lengths: Rows) -> None:
        """Read so many tokens before the last one, as the beginning of a window."""
        if len(rows) == 0:
            return
        self.held[rows] = lengths
        self.cached.index_copy_(0, self._there(rows), self._there(lengths))
        rows, lengths = rows[lengths > 0], lengths[lengths > 0]
        if len(rows) == 0:
            return
        first = self.size[rows] - 1 - lengths
        columns = first[:, None] + np.arange(lengths.max())
        index = self._there(rows)
        # Behind its length a row reads padding, whatever stands there.
        places = self._there(columns.clip(max=self.text.shape[1] - 1))
        self.decoder.read(index, self.text.index_select(0, index).gather(1, places))

    def write(self) -> tuple[int, Rows]:
        """Write some tokens in every row that is going.

        Returns:
            The number of tokens, and the rows whose documents have become complete.
        """
        full = np.flatnonzero((self.held == self.context) & self.going)
        self.read(full, np.full(len(full), max(self.context // 2, 1) - 1))
        visible = int(self.held[self.going].max())
        n_steps = self._until_look()
        for step in range(n_steps):
            self.replays(self._stretch(visible + step + 1))
        return self._look(n_steps)

    def _until_look(self) -> int:
        """Steps until a row needs the host, or all are complete, or it is time to look."""
        left = self.head + self.rule.max_tokens - self.size
        room = self.context - self.held
        return int(min(self.pace.look_every, left[self.going].max(), room[self.going].min()))

    def _stretch(self, visible: int) -> int:
        """The shortest length of the cache that steps are made for and that shows so much."""
        if self.pace.stretches is None:
            return visible
        unit = -(-self.context // (8 * self.pace.stretches)) * 8  # kernels like multiples of 8
        return min(-(-visible // unit) * unit, self.context)

    def _step(self, visible: int) -> None:
        """Write one token in every row, on the device alone."""
        # Rows that are complete are computed too, at a place that nobody reads any more.
        cached = self.cached.clamp(max=self.context - 1)
        latest = self.text.gather(1, self.sizes[:, None] - 1)[:, 0]
        logits = self.decoder.step(latest, cached, visible)
        if self.never is not None:
            logits.index_fill_(1, self.never, -torch.inf)
        position = (self.sizes - self.heads).clamp_(max=self.rule.max_tokens - 1)
        if self.rule.min_tokens:
            logits[:, self.end].masked_fill_(position < self.rule.min_tokens, -torch.inf)
        if self.told is not None:
            self.told.forbid(logits, position)
        token = draw(logits, self.uniform.gather(1, position[:, None])[:, 0], self.rule)
        if self.told is not None:
            token = self.told.put(token, position)
        self.text.scatter_(1, self.sizes[:, None], token[:, None])
        self.sizes.add_(self.writes)
        self.cached.add_(self.writes)
        goes_on = (token != self.end).logical_and_(position < self.rule.max_tokens - 1)
        self.writes.logical_and_(goes_on)

    def _look(self, n_steps: int) -> tuple[int, Rows]:
        sizes, writes = torch.stack((self.sizes, self.writes)).cpu().numpy()
        n_tokens = int((sizes - self.size).sum())
        self.size[:] = sizes
        self.held[self.going] += n_steps  # more than is there in rows that are complete by now
        complete = np.flatnonzero(self.going & (writes == 0))
        self.going[complete] = False
        return n_tokens, complete

    def collect(self, rows: Rows) -> Iterator[tuple[int, list[int]]]:
        """The documents in these rows, by the index of their task."""
        if len(rows) == 0:
            return
        texts = self.text.index_select(0, self._there(rows)).cpu().numpy()
        for row, text in zip(rows, texts, strict=True):
            yield int(self.task[row]), text[self.head[row] : self.size[row]].tolist()

    def renew(self, rows: Rows) -> None:
        """Give waiting documents to complete rows; without any, rows leave once few are left."""
        self.begin(rows[: self.n_waiting])
        if 0 < self.going.sum() < self.pace.keep_below * len(self):
            self._keep(np.flatnonzero(self.going))

    def _keep(self, rows: Rows) -> None:
        """Keep these rows, in this order, and drop all others."""
        self.replays.forget()
        index = self._there(rows)
        self.decoder.keep(index)
        self.text, self.uniform = self.text[index], self.uniform[index]
        if self.told is not None:
            self.told.keep(index)
        self.heads, self.sizes = self.heads[index], self.sizes[index]
        self.cached, self.writes = self.cached[index], self.writes[index]
        self.task, self.head, self.size = self.task[rows], self.head[rows], self.size[rows]
        self.held, self.going = self.held[rows], self.going[rows]
