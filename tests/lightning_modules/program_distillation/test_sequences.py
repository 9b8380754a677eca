from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForSeq2SeqLM,
    PreTrainedModel,
    T5Config,
    T5ForConditionalGeneration,
)

from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.program_distillation.sequences import (
    BestWeights,
    Fitted,
    Pair,
    PairData,
    fit_pairs,
)
from lightning_modules.program_distillation.settings import SequenceSettings

_END = 1
_SETTINGS = SequenceSettings(
    learning_rate=1e-2, batch=4, epochs=6, patience=2, validation=0.2, source_tokens=8,
    target_tokens=8,
)  # fmt: skip


def _model() -> PreTrainedModel:
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=12, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, dropout_rate=0.0
    )
    config.decoder_start_token_id = 0
    model: PreTrainedModel = T5ForConditionalGeneration(config)
    return model


def _pairs(n: int = 30) -> list[Pair]:
    """A source of two to five tokens, and its first token as target."""
    rng = np.random.default_rng(0)
    sources = [rng.integers(2, 12, size=rng.integers(2, 6)).tolist() for _ in range(n)]
    return [([*source, _END], [source[0], _END]) for source in sources]


def _fit(folder: Path, settings: SequenceSettings = _SETTINGS, seed: int = 0) -> Fitted:
    return fit_pairs(
        _model(), _pairs(), settings, pad=0, seed=seed, folder=folder, device=Device(name="cpu"),
        advance=lambda n: None,
    )  # fmt: skip


def test_the_weights_of_the_best_epoch_are_kept(tmp_path: Path) -> None:
    found = _fit(tmp_path)

    kept = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "model").eval()
    data = PairData(_pairs(), _SETTINGS, 0, 0)
    nats = tokens = 0.0
    for sources, mask, labels in data.val_dataloader():
        loss = kept(input_ids=sources, attention_mask=mask, labels=labels).loss
        nats += loss.detach().item() * int((labels != -100).sum())
        tokens += int((labels != -100).sum())
    assert found.losses[found.best_epoch - 1] == min(found.losses)
    assert nats / tokens == pytest.approx(min(found.losses), abs=1e-5)
    assert min(found.losses) < found.losses[0]
    assert not (tmp_path / "last.ckpt").exists()


def test_a_fit_ends_when_the_validation_loss_has_stopped_falling(tmp_path: Path) -> None:
    hot = replace(_SETTINGS, learning_rate=3.0, epochs=20)

    found = _fit(tmp_path, hot)

    assert found.epochs == found.best_epoch + hot.patience < hot.epochs


def test_a_killed_fit_goes_on_and_ends_as_one_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _fit(tmp_path / "whole")
    write = BestWeights.on_train_epoch_end

    def kill(self: BestWeights, *given: object) -> None:
        write(self, *given)  # type: ignore[arg-type]
        if len(self.losses) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BestWeights, "on_train_epoch_end", kill)
        with pytest.raises((KeyboardInterrupt, SystemExit)):
            _fit(tmp_path / "killed")

    assert (tmp_path / "killed" / "last.ckpt").is_file()
    assert _fit(tmp_path / "killed") == whole


def test_the_order_is_another_one_in_every_epoch_and_for_every_seed() -> None:
    class _Trainer:
        current_epoch = 0

    def order(seed: int, epoch: int) -> list[list[int]]:
        data = PairData(_pairs(), _SETTINGS, seed, 0)
        data.trainer = _Trainer()  # type: ignore[assignment]
        _Trainer.current_epoch = epoch
        return [source for source, _ in data.train_dataloader().dataset]  # type: ignore[attr-defined]

    assert order(0, 0) == order(0, 0)
    assert order(0, 0) != order(0, 1)
    assert sorted(order(0, 0)) == sorted(order(0, 1))
    assert sorted(order(0, 0)) != sorted(order(1, 0))


def test_what_is_set_aside_is_not_learnt() -> None:
    data = PairData(_pairs(), _SETTINGS, 0, 0)

    assert (len(data.aside), len(data.learnt), data.steps) == (6, 24, 6)
    assert sorted([*data.aside, *data.learnt]) == sorted(_pairs())


def test_a_single_pair_is_too_few() -> None:
    with pytest.raises(BadInput, match="1 pairs leave none to learn"):
        PairData(_pairs(1), _SETTINGS, 0, 0)
