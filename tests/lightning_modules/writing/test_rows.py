"""The pace of a GPU and its recorded steps, on a CPU."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedModel

from lightning_modules.settings import SamplingRule
from lightning_modules.writing import rows as rows_module
from lightning_modules.writing.replay import Replays, Step, on_cuda
from lightning_modules.writing.rows import PACES, DocumentRows, Task
from lightning_modules.writing.sampling import _Writing, write_documents
from tests.support.processes.waiting import Waits

_RULES = {
    "plain": SamplingRule(max_tokens=50, documents_per_batch=6),
    "top-k": SamplingRule(max_tokens=50, documents_per_batch=6, top_k=20, temperature=0.7),
    "least": SamplingRule(max_tokens=50, documents_per_batch=6, min_tokens=5),
}


def _tasks(model: PreTrainedModel, n: int = 24) -> list[Task]:
    """Documents that end at different lengths; some have prompts, one longer than the context."""
    rng = np.random.default_rng(0)
    prompts = [[0], [0, 5, 6], [0, *range(10, 50)], [0, 9]]
    tasks = [Task(prompts[i % 4], rng.random(50)) for i in range(n)]
    for task in tasks[::2]:
        task.uniform[rng.integers(1, 40)] = 0.0  # the first token, which is the end
    return tasks


def _write(model: PreTrainedModel, rule: SamplingRule) -> list[list[int]]:
    return write_documents(model, _tasks(model), 0, 32, rule, lambda n: None)


def _rows(model: PreTrainedModel, rule: SamplingRule, tasks: list[Task]) -> DocumentRows:
    return DocumentRows(model, tasks, 6, end=0, context=32, rule=rule)


@pytest.mark.parametrize("rule", _RULES.values(), ids=_RULES)
def test_no_text_depends_on_the_pace(
    model: PreTrainedModel, rule: SamplingRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _write(model, rule)
    monkeypatch.setitem(PACES, "cpu", PACES["cuda"])

    assert _write(model, rule) == expected
    assert len({len(document) for document in expected}) > 3


@pytest.mark.parametrize("look_every", [1, 3, 8])
@torch.inference_mode()
def test_the_host_looks_once_in_so_many_steps(
    model: PreTrainedModel, look_every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "cpu", replace(PACES["cuda"], look_every=look_every))
    rule = SamplingRule(max_tokens=24, min_tokens=24)
    rows = _rows(model, rule, [Task([0], np.full(24, 0.5)) for _ in range(6)])

    told = [rows.write()[0] for _ in range(24 // look_every)]

    assert told == [6 * look_every] * (24 // look_every)
    assert not rows.going.any()


@pytest.mark.parametrize("rule", _RULES.values(), ids=_RULES)
@torch.inference_mode()
def test_a_step_waits_for_no_number(model: PreTrainedModel, rule: SamplingRule) -> None:
    rows = _rows(model, rule, _tasks(model))

    with Waits() as counted:
        for visible in range(1, 9):
            rows.replays(visible)

    assert counted.n == 0


def _recorded(rows: DocumentRows, trace: list[int]) -> Callable[[Step], Step]:
    """Stands for CUDA graphs: the operations of a step, run again on the same memory by no Python.

    To trace a step runs it, so what it changed is put back.
    """

    def record(step: Step) -> Step:
        state = [rows.text, rows.sizes, rows.cached, rows.writes]
        state += [layer.held for layer in rows.decoder._layers]
        before = [tensor.clone() for tensor in state]
        graph = make_fx(step)()
        for tensor, old in zip(state, before, strict=True):
            tensor.copy_(old)
        trace.append(len(graph.graph.nodes))
        return lambda: graph()

    return record


@pytest.mark.parametrize("rule", _RULES.values(), ids=_RULES)
def test_recorded_steps_write_what_plain_steps_write(
    model: PreTrainedModel, rule: SamplingRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows come, go and leave the batch; each length of the cache is recorded once."""
    expected = _write(model, rule)
    recorded: list[int] = []

    class Recording(DocumentRows):
        def begin(self, rows: rows_module.Rows) -> None:
            if self.n_begun == 0:
                self.replays = Replays(self._step, _recorded(self, recorded))
            super().begin(rows)

    monkeypatch.setitem(PACES, "cpu", PACES["cuda"])
    monkeypatch.setattr("lightning_modules.writing.sampling.DocumentRows", Recording)

    assert _write(model, rule) == expected
    assert 2 <= len(recorded) <= 20


def test_a_step_that_cannot_be_recorded_is_an_error() -> None:
    def fail(step: Step) -> Step:
        raise RuntimeError("operation not permitted when stream is capturing")

    replays = Replays(lambda form: None, fail)
    replays(1)

    with pytest.raises(RuntimeError, match="not permitted when stream is capturing"):
        replays(1)


def test_each_form_is_run_plainly_first_and_then_recorded_once() -> None:
    calls: list[str] = []

    def record(step: Step) -> Step:
        calls.append("record")
        return lambda: calls.append("replay")

    replays = Replays(lambda form: calls.append(f"plain {form}"), record)
    for form in (1, 1, 2, 1, 2):
        replays(form)
    replays.forget()
    replays(1)

    assert calls == [
        "plain 1",
        "record",
        "replay",
        "plain 2",
        "replay",
        "record",
        "replay",
        "plain 1",
    ]


@torch.inference_mode()
def test_only_steps_that_are_known_to_be_static_are_recorded(model: PreTrainedModel) -> None:
    sizes = {"vocab_size": 300, "n_positions": 32, "n_embd": 32, "n_layer": 1, "n_head": 2}
    config = GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)  # type: ignore[arg-type]
    rule = _RULES["plain"]

    assert _rows(model, rule, _tasks(model)).decoder.is_static
    assert not _rows(GPT2LMHeadModel(config).eval(), rule, _tasks(model)).decoder.is_static


@pytest.mark.parametrize(("device", "n"), [("cpu", 2), ("meta", 1)])
def test_no_process_is_forked_where_a_model_is_not_on_the_cpu(
    model: PreTrainedModel, device: str, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.get_num_threads", lambda: 2)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1}, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    rule = SamplingRule(documents_per_batch=32)

    writing = _Writing(model.to(device), _tasks(model, 64), 0, 32, rule)  # type: ignore[arg-type]

    assert writing.n_shares() == n


class _Graph:
    """A CUDA graph but for the GPU: it holds its pool, which is gone with its last graph."""

    def replay(self) -> None:
        """Do nothing."""


def test_graphs_that_live_at_one_time_share_a_pool_that_nobody_uses_once_they_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The allocator refuses a pool whose last graph is gone."""
    pools = count()
    used: list[int] = []

    @contextmanager
    def capture(graph: _Graph, *, pool: int, **_: object) -> Iterator[None]:
        used.append(pool)
        yield

    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: next(pools))
    monkeypatch.setattr(torch.cuda, "CUDAGraph", _Graph)
    monkeypatch.setattr(torch.cuda, "graph", capture)
    calls: list[int] = []
    replays = Replays(calls.append, on_cuda())

    for _ in range(2):
        for form in (1, 1, 2, 2):
            replays(form)
        replays.forget()

    first, second, third, fourth = used
    assert first == second
    assert third == fourth
    assert third != first
