"""The loss on answers, against sums over documents that are scored one by one."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.text.answers import IGNORED, pack_answers
from data.text.corpus import Corpus, Document
from data.text.tokens import encode
from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Device
from lightning_modules.fitting.answer_data import (
    AnswerBatch,
    AnswerWindows,
    answer_loss,
    check_restarts,
)
from lightning_modules.fitting.causal_lm import CausalLM, build_model
from lightning_modules.fitting.text_data import TextData, batches, parts
from lightning_modules.settings import ModelShape, Optimization
from lightning_modules.trainer import fitting

_PAIRS = (
    ("The king saw", " the river in the morning."),
    ("A shepherd", " feared the stranger."),
    ("", "His brother sent a lamp."),
    ("The people", " heard."),
)
_CONTEXT = 31


@pytest.fixture
def pairs() -> Corpus:
    return Corpus.of(Document(str(i), a, "s", "l", 0, q) for i, (q, a) in enumerate(_PAIRS))


@pytest.fixture
def windows(pairs: Corpus, tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> AnswerWindows:
    return AnswerWindows([pack_answers(pairs, tokenizer, tmp_path / "w", _CONTEXT)])


def _batch(windows: AnswerWindows) -> AnswerBatch:
    columns = zip(*(windows[i] for i in range(len(windows))), strict=True)
    return AnswerBatch(*(torch.stack(column) for column in columns))


def _by_hand(
    model: PreTrainedModel, pairs: Corpus, tokenizer: PreTrainedTokenizerFast
) -> tuple[torch.Tensor, int]:
    """Nats of all answers with the ends after them, and how many tokens these are."""
    total, count, end = torch.zeros(()), 0, tokenizer.eos_token_id
    prompts, answers = (encode(tokenizer, t) for t in (pairs.prompts(), pairs.texts()))
    for prompt, answer in zip(prompts, answers, strict=True):
        sequence = [end, *prompt, *answer, end]
        logits = model(input_ids=torch.tensor([sequence[:-1]])).logits[0].log_softmax(-1)
        for place in range(len(prompt) + 1, len(sequence)):
            total = total - logits[place - 1, sequence[place]]
            count += 1
    return total, count


def test_the_loss_of_packed_answers_is_the_sum_over_documents_alone(
    model: PreTrainedModel,
    windows: AnswerWindows,
    pairs: Corpus,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """No document attends to another in its window, none is counted twice."""
    assert len(windows) > 1
    assert (_batch(windows).positions == 0).sum() > len(pairs)
    windows.weigh([range(len(windows))], parts_per_step=1)

    loss = answer_loss(model, _batch(windows), 0.0)

    total, count = _by_hand(model, pairs, tokenizer)
    assert windows.n_labels.sum() == count
    torch.testing.assert_close(loss, total / count)


class _Table(torch.nn.Module):
    """Gives logits that are its parameters, whatever it reads."""

    def __init__(self, *size: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.logits = torch.nn.Parameter(torch.randn(*size))

    def forward(self, **inputs: object) -> SimpleNamespace:
        return SimpleNamespace(logits=self.logits)


def test_no_gradient_comes_from_prompts_and_padding(windows: AnswerWindows) -> None:
    windows.weigh([range(len(windows))], parts_per_step=1)
    batch = _batch(windows)
    table = _Table(len(windows), _CONTEXT, 300)

    answer_loss(table, batch, 0.1).backward()

    assert table.logits.grad is not None
    has_gradient = table.logits.grad.abs().sum(dim=-1) > 0
    assert torch.equal(has_gradient, batch.labels[:, 1:] != IGNORED)


def test_a_batch_without_labels_has_no_loss_and_no_gradient() -> None:
    """As a process of several may meet one; its gradients are added to those of the others."""
    zeros = torch.zeros(2, 6, dtype=torch.long)
    batch = AnswerBatch(zeros, zeros + IGNORED, zeros, torch.ones(2))
    table = _Table(2, 5, 300)

    loss = answer_loss(table, batch, 0.1)
    loss.backward()

    assert loss.item() == 0.0
    assert table.logits.grad is not None
    assert not table.logits.grad.any()


class _Blind(torch.nn.Module):
    """Reads all that stands in a window together, whatever its positions."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, **inputs: object) -> object:
        return self.model(input_ids=input_ids)


def test_a_model_that_reads_a_whole_window_together_is_refused(model: PreTrainedModel) -> None:
    check_restarts(model)

    with pytest.raises(ValueError, match="_Blind does not restart attention where positions"):
        check_restarts(_Blind(model))


def test_padding_changes_nothing(model: PreTrainedModel, windows: AnswerWindows) -> None:
    windows.weigh([range(len(windows))], parts_per_step=1)
    batch = _batch(windows)
    padding = (batch.positions == 0) & (torch.roll(batch.positions, -1, dims=1) == 0)
    padding &= batch.labels == IGNORED

    other = batch._replace(tokens=torch.where(padding, 7, batch.tokens))

    assert padding.any()
    assert not torch.equal(other.tokens, batch.tokens)
    torch.testing.assert_close(answer_loss(model, other, 0.0), answer_loss(model, batch, 0.0))


def test_the_z_loss_is_over_labels_only(model: PreTrainedModel, windows: AnswerWindows) -> None:
    windows.weigh([range(len(windows))], parts_per_step=1)
    batch = _batch(windows)
    logits = model(
        input_ids=batch.tokens[:, :-1], position_ids=batch.positions[:, :-1]
    ).logits.float()
    counted = batch.labels[:, 1:] != IGNORED

    added = answer_loss(model, batch, 0.1) - answer_loss(model, batch, 0.0)

    expected = 0.1 * logits.logsumexp(-1)[counted].square().mean()
    torch.testing.assert_close(added, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("at_once", [None, 1])
def test_unequal_parts_of_a_step_add_up_to_the_mean_over_all_answers(
    shape: ModelShape,
    pairs: Corpus,
    tokenizer: PreTrainedTokenizerFast,
    windows: AnswerWindows,
    tmp_path: Path,
    at_once: int | None,
) -> None:
    n = len(windows)
    settings = Optimization(
        learning_rate=1e-2, warmup_steps=1, windows_per_step=n, windows_at_once=at_once
    )
    order = batches(n, n, np.random.default_rng(0))
    windows.weigh(order, settings.parts_per_step)
    curve = LossCurve()
    trainer = fitting(
        Device(name="cpu"),
        lambda n_tokens: None,
        folder=tmp_path,
        n_steps=1,
        optimization=settings,
        curve=curve,
        loggers=[],
    )

    trainer.fit(
        CausalLM(build_model(shape, seed=0), settings, 1),
        TextData(windows, parts(order, settings.windows_at_once)),
    )

    total, count = _by_hand(build_model(shape, seed=0), pairs, tokenizer)
    assert curve.values() == [pytest.approx(float(total.detach()) / count, rel=1e-5)]
    assert windows.n_labels.min() != windows.n_labels.max()
