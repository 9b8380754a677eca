"""Adapters: what they train, what they leave alone, and that merging loses nothing."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import PreTrainedModel

from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Device
from lightning_modules.fitting.adapters import (
    adapters_identity,
    merged,
    save_adapters,
    with_adapters,
)
from lightning_modules.fitting.causal_lm import CausalLM, build_model
from lightning_modules.fitting.text_data import PackedWindows, TextData, batches
from lightning_modules.settings import Lora, ModelShape, Optimization
from lightning_modules.trainer import fitting

_LORA = Lora(rank=2, alpha=4.0, targets=("q_proj", "down_proj"))
_OPTIMIZATION = Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=4, lora=_LORA)
_STEPS = 6


def _weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def _fit(
    shape: ModelShape, folder: Path, advance: Any = lambda n: None, checkpoint: Path | None = None
) -> tuple[Any, list[float]]:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    stream = rng.integers(300, size=_STEPS * 4 * shape.context + 1).astype(np.int32)
    windows = PackedWindows(stream, shape.context)
    curve = LossCurve()
    trainer = fitting(
        Device(name="cpu"),
        advance,
        folder=folder,
        n_steps=_STEPS,
        optimization=_OPTIMIZATION,
        curve=curve,
        loggers=[],
    )
    adapted = with_adapters(build_model(shape, seed=0), _LORA, seed=1)
    trainer.fit(
        CausalLM(adapted, _OPTIMIZATION, _STEPS),
        TextData(windows, batches(len(windows), 4, rng)),
        ckpt_path=checkpoint,
        weights_only=True,
    )
    return adapted, curve.values()


def test_fresh_adapters_change_nothing_and_are_a_function_of_the_seed(
    shape: ModelShape, model: PreTrainedModel
) -> None:
    tokens = torch.arange(20)[None]
    expected = model(input_ids=tokens).logits
    one, same, other = (
        with_adapters(build_model(shape, seed=0), _LORA, seed=seed).eval() for seed in (1, 1, 2)
    )

    assert torch.equal(one(input_ids=tokens).logits, expected)
    first, again, third = (_weights(adapted) for adapted in (one, same, other))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], third[name]) for name in first)


def test_only_adapters_change(shape: ModelShape, tmp_path: Path) -> None:
    before = _weights(with_adapters(build_model(shape, seed=0), _LORA, seed=1))

    adapted, _ = _fit(shape, tmp_path)

    after = _weights(adapted)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert changed == {name for name in after if "lora_" in name}
    assert {name.split(".")[-4] for name in changed} == set(_LORA.targets)


def test_a_merged_model_scores_as_the_unmerged_and_is_a_plain_one(
    shape: ModelShape, model: PreTrainedModel, tmp_path: Path
) -> None:
    adapted, _ = _fit(shape, tmp_path)
    tokens = torch.arange(20)[None]
    expected = adapted.eval()(input_ids=tokens).logits.detach()

    plain = merged(adapted)

    found = plain(input_ids=tokens).logits.detach()
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert (found - model(input_ids=tokens).logits).abs().max() > 2e-3
    assert type(plain) is type(model)
    assert _weights(plain).keys() == _weights(model).keys()


def test_saved_adapters_are_what_peft_reads(shape: ModelShape, tmp_path: Path) -> None:
    adapted, _ = _fit(shape, tmp_path / "fit")

    save_adapters(adapted, tmp_path / "adapters")

    again = PeftModel.from_pretrained(build_model(shape, seed=0), str(tmp_path / "adapters"))
    tokens = torch.arange(20)[None]
    assert torch.equal(
        again.eval()(input_ids=tokens).logits, adapted.eval()(input_ids=tokens).logits
    )
    config = (tmp_path / "adapters" / "adapter_config.json").read_text()
    assert str(tmp_path) not in config


def test_a_fit_that_stops_goes_on_to_the_same_bits_from_a_checkpoint_of_adapters(
    shape: ModelShape, tmp_path: Path
) -> None:
    whole, losses = _fit(shape, tmp_path / "whole")
    steps: list[int] = []

    def stop_at_the_fourth(n_tokens: int) -> None:
        steps.append(n_tokens)
        if len(steps) == 4:
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, SystemExit)):
        _fit(shape, tmp_path / "cut", stop_at_the_fourth)
    checkpoint = tmp_path / "cut" / "last.ckpt"
    saved = torch.load(checkpoint, weights_only=True)

    resumed, curve = _fit(shape, tmp_path / "cut", checkpoint=checkpoint)

    assert saved["state_dict"]
    assert all("lora_" in name for name in saved["state_dict"])
    assert 0 < saved["global_step"] < _STEPS
    expected = _weights(whole)
    assert all(torch.equal(value, expected[name]) for name, value in _weights(resumed).items())
    assert curve == losses


def test_a_layer_that_is_not_there_is_named(model: PreTrainedModel) -> None:
    with pytest.raises(ValueError, match=r"names 'c_attn', which is no layer of LlamaForCausalLM"):
        with_adapters(model, replace(_LORA, targets=("q_proj", "c_attn")), seed=0)


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(ValueError, match=r"lora needs peft; install the extra: pip install"):
        adapters_identity(_LORA)
    assert adapters_identity(None) == {}
