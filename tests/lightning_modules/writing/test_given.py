"""Documents that are told some of their tokens, and what the others may not be."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel

from lightning_modules.settings import SamplingRule
from lightning_modules.writing.given import DRAWN, Form
from lightning_modules.writing.rows import PACES, DocumentRows, Task
from lightning_modules.writing.sampling import write_documents
from tests.support.processes.waiting import Waits

_RULE = SamplingRule(max_tokens=40, documents_per_batch=4)
_FORBIDDEN = np.zeros((2, 300), dtype=bool)
_FORBIDDEN[:, 0] = True
_FORBIDDEN[1, 150:] = True


def _tasks() -> list[Task]:
    """Documents of 5 to 30 tokens, of which every third is given; some places forbid a half."""
    rng = np.random.default_rng(0)
    tasks = []
    for size in rng.integers(5, 31, 10):
        given = np.where(np.arange(size) % 3 == 0, rng.integers(200, 300, size), DRAWN)
        form = Form(np.append(given, 0), rng.integers(0, 2, size))
        tasks.append(Task([0, *range(10, 10 + size)], rng.random(40), form))
    return tasks


def _write(model: PreTrainedModel, rule: SamplingRule = _RULE) -> list[list[int]]:
    return write_documents(model, _tasks(), 0, 32, rule, lambda n: None, forbidden=_FORBIDDEN)


def test_given_tokens_stand_and_forbidden_ones_are_never_drawn(model: PreTrainedModel) -> None:
    for task, written in zip(_tasks(), _write(model), strict=True):
        assert task.form is not None
        given, kinds = task.form.given, task.form.kinds
        drawn = np.array(written)[given == DRAWN]

        assert len(written) == len(given)
        assert (np.array(written)[given != DRAWN] == given[given != DRAWN]).all()
        assert not _FORBIDDEN[kinds[given[:-1] == DRAWN], drawn].any()
        assert (drawn[kinds[given[:-1] == DRAWN] == 0] >= 150).any() or len(drawn) < 9


def test_no_text_depends_on_batch_or_pace(
    model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _write(model)

    assert _write(model, replace(_RULE, documents_per_batch=1)) == expected
    monkeypatch.setitem(PACES, "cpu", PACES["cuda"])
    assert _write(model) == expected


@torch.inference_mode()
def test_a_step_waits_for_no_number(model: PreTrainedModel) -> None:
    rows = DocumentRows(model, _tasks(), 4, end=0, context=32, rule=_RULE, forbidden=_FORBIDDEN)

    with Waits() as counted:
        for visible in range(1, 9):
            rows.replays(visible)

    assert counted.n == 0
