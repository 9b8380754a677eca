"""Losses of pairs are what the theory says, and a policy prefers what it was taught to."""

import ast
import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.errors import BadInput
from data.text.corpus import Corpus
from lightning_modules.device import Device
from lightning_modules.preference_data.tuning.answers import Pair, Pairs, log_probabilities
from lightning_modules.preference_data.tuning.losses import pair_loss
from lightning_modules.preference_data.tuning.policy import look_at, tune
from lightning_modules.preference_data.tuning.settings import (
    LOSSES,
    Loss,
    TuningSettings,
    check_loss,
)
from lightning_modules.settings import Optimization
from theory.preference_data import losses as exact

BETA = 0.3
_EXACT = {
    "dpo": (exact.dpo, exact.dpo_gradient),
    "nca": (exact.nca, exact.nca_gradient),
    "kto": (exact.kto_pair, exact.kto_pair_gradient),
}


def _ratios(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    return tuple(  # type: ignore[return-value]
        torch.tensor(3 * rng.standard_normal(50), requires_grad=True) for _ in range(2)
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_and_their_gradients_are_those_of_the_theory(loss: Loss) -> None:
    chosen, rejected = _ratios()

    found = pair_loss(loss, chosen, rejected, BETA)
    found.sum().backward()

    value, gradient = _EXACT[loss]
    sides = chosen.detach().numpy(), rejected.detach().numpy()
    np.testing.assert_allclose(found.detach().numpy(), value(*sides, beta=BETA), atol=1e-10)
    for side, expected in zip((chosen, rejected), gradient(*sides, beta=BETA), strict=True):
        assert side.grad is not None
        np.testing.assert_allclose(side.grad.numpy(), expected, atol=1e-10)


def test_dpo_knows_the_difference_alone_and_nca_has_its_least_value_at_log_2() -> None:
    chosen, rejected = _ratios()
    rewards = torch.tensor([np.log(2) / BETA], requires_grad=True)
    far = torch.tensor([-1e4])

    moved = pair_loss("dpo", chosen + 5, rejected + 5, BETA)
    pair_loss("nca", rewards, far, BETA).sum().backward()

    assert torch.allclose(moved, pair_loss("dpo", chosen, rejected, BETA), atol=1e-10)
    assert rewards.grad is not None
    assert abs(float(rewards.grad)) < 1e-7


_OF_TRL = {"dpo": "sigmoid", "nca": "nca_pair", "kto": "kto_pair"}
"""Names in trl, of which 0.8.6 has the last one and 0.9.6 the second."""


def _loss_of_trl(name: str) -> Any:
    """The function of trl's DPO trainer, read and not imported: old ones know no new libraries."""
    found = importlib.util.find_spec("trl")
    if found is None or found.origin is None:
        pytest.skip("trl is not installed")
    path = Path(found.origin).parent / "trainer" / "dpo_trainer.py"
    methods = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == "dpo_loss"
    ]
    if not methods or f"self.loss_type == '{name}'" not in ast.unparse(methods[0]):
        pytest.skip(f"this trl has no {name} of this form")
    (method,) = methods
    method.decorator_list, method.returns = [], None
    for argument in method.args.args:
        argument.annotation = None
    kinds = ("ALPHA_DIVERGENCE", "JS_DIVERGENCE")
    divergence = SimpleNamespace(**{kind: SimpleNamespace(value=kind) for kind in kinds})
    names: dict[str, Any] = {"torch": torch, "F": functional, "FDivergenceType": divergence}
    exec(compile(ast.Module([method], []), str(path), "exec"), names)
    return names["dpo_loss"]


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_those_of_trl(loss: Loss) -> None:
    theirs = _loss_of_trl(_OF_TRL[loss])
    chosen, rejected = (side.detach() for side in _ratios(1))
    trainer = SimpleNamespace(
        beta=BETA,
        loss_type=_OF_TRL[loss],
        label_smoothing=0.0,
        reference_free=False,
        f_divergence_type="reverse_kl",
        accelerator=SimpleNamespace(device="cpu"),
    )
    nothing = torch.zeros_like(chosen)

    found, *_ = theirs(trainer, chosen, rejected, nothing, nothing)

    if loss == "kto":  # both halves one after the other
        found = sum(found.chunk(2))
    assert torch.allclose(found, pair_loss(loss, chosen, rejected, BETA), atol=1e-10)


@pytest.fixture
def pairs(corpus: Corpus) -> list[Pair]:
    """Beginnings of sentences with their own continuation and that of the next one, backwards."""
    texts = [text for text in corpus.texts() if len(text) > 60]
    others = [" ".join(reversed(text[20:50].split())) for text in (*texts[1:], texts[0])]
    return [Pair(text[:20], text[20:50], other) for text, other in zip(texts, others, strict=True)]


def _settings(**changes: Any) -> TuningSettings:
    fit = Optimization(learning_rate=3e-3, warmup_steps=1, windows_per_step=8, weight_decay=0.0)
    return TuningSettings(**{"beta": 0.5, "passes": 2, "looks": 2, "fit": fit, **changes})


@pytest.mark.parametrize("loss", LOSSES)
def test_a_policy_prefers_what_it_was_taught_to(
    loss: Loss,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    pairs: list[Pair],
    tmp_path: Path,
) -> None:
    learnt, held_out = (Pairs(some, tokenizer, 64) for some in (pairs[:40], pairs[40:]))

    losses, looks = tune(
        model,
        learnt,
        held_out,
        loss,
        _settings(),
        rng=np.random.default_rng(0),
        folder=tmp_path,
        device=Device(name="cpu"),
        advance=lambda n_tokens: None,
    )

    assert (looks[0].step, looks[0].margin, looks[0].accuracy) == (0, 0, 0.5)
    assert [look.step for look in looks] == [0, len(losses) // 2, len(losses)]
    assert looks[-1].margin > 0.1
    assert looks[-1].accuracy > 0.6
    assert looks[-1].margin == pytest.approx(looks[-1].chosen - looks[-1].rejected, abs=1e-5)
    again = look_at(model, held_out, looks[-1].step)
    assert again.margin == pytest.approx(looks[-1].margin, abs=1e-4)


def test_the_log_probability_is_that_of_the_answer_alone(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> None:
    rows = Pairs([Pair("the king", " saw the river", " x")], tokenizer, 32)
    prompt, answer = (
        tokenizer(text, add_special_tokens=False).input_ids
        for text in ("the king", " saw the river")
    )
    tokens = torch.tensor([[tokenizer.eos_token_id, *prompt, *answer]])
    with torch.no_grad():
        logits = model(input_ids=tokens).logits.log_softmax(-1)
    begin = 1 + len(prompt)
    expected = sum(float(logits[0, begin + at - 1, token]) for at, token in enumerate(answer))

    assert float(log_probabilities(model, rows)[0, 0]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "there are no pairs"),
        ([Pair("a", "b", "b")], "pair 0 prefers an answer to itself"),
        ([Pair("a", "b", "")], "pair 0 has an empty prompt or answer"),
        ([Pair("the king " * 40, "b", "c")], "the policy reads 32"),
    ],
)
def test_pairs_that_teach_nothing_are_refused(
    pairs: list[Pair], message: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    with pytest.raises(BadInput, match=message):
        Pairs(pairs, tokenizer, 32)


def test_an_unknown_loss_and_an_impossible_setting_are_refused() -> None:
    with pytest.raises(BadInput, match="loss is 'ppo'; use one of dpo, nca, kto"):
        check_loss("ppo")
    with pytest.raises(BadInput, match=r"tuning.beta"):
        _settings(beta=0.0)
