"""Reward models learn which of two kinds of texts is preferred, and read a text alike each time."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.errors import BadInput
from data.text.corpus import Corpus
from lightning_modules.device import Device
from lightning_modules.rewarding.learning import bradley_terry, drawn_pairs, learn
from lightning_modules.rewarding.reward import FILL, ModelReward, Reward, filled
from lightning_modules.rewarding.scoring import rewards_of, wins
from lightning_modules.rewarding.settings import READERS, Reader, RewardSettings
from lightning_modules.settings import Optimization
from lightning_modules.trainer import predicting

CPU = Device(name="cpu")


def _quietly(n_tokens: int) -> None:
    pass


@pytest.fixture
def checkpoint(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> Path:
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def _worse(corpus: Corpus) -> list[str]:
    """The same sentences with words of their own."""
    return [
        text.replace("the", "an").replace("in an morning", "at noon") for text in corpus.texts()
    ]


def test_the_loss_is_that_of_bradley_and_terry_and_knows_differences_alone() -> None:
    better, worse = torch.tensor([0.3, -2.0]), torch.tensor([0.1, 1.0])

    expected = -torch.log(better.exp() / (better.exp() + worse.exp()))
    assert torch.allclose(bradley_terry(better, worse), expected, atol=1e-6)
    assert torch.allclose(bradley_terry(better + 7, worse + 7), expected, atol=1e-5)


@pytest.mark.parametrize("reader", READERS)
def test_a_reward_model_learns_is_saved_and_prefers_the_same_again(
    reader: Reader, checkpoint: Path, corpus: Corpus, tmp_path: Path
) -> None:
    reward = Reward.new(reader, checkpoint, 32)
    texts, others = list(corpus.texts()), _worse(corpus)
    kinds = {"model": 1e-2, "words": 0.3}
    losses = learn(
        reward,
        reward.rows(texts[::2]),
        reward.rows(others[::2]),
        passes=4,
        optimization=Optimization(learning_rate=kinds[reader], warmup_steps=2, windows_per_step=8),
        rng=np.random.default_rng(0),
        folder=tmp_path,
        device=CPU,
        advance=_quietly,
    )

    found = [rewards_of(reward, some[1::2], predicting(CPU, _quietly)) for some in (texts, others)]
    reward.save(tmp_path / "reward")
    again = rewards_of(Reward.load(tmp_path / "reward"), texts[1::2], predicting(CPU, _quietly))

    assert losses[0] == pytest.approx(np.log(2), abs=1e-6)  # all texts are equal at first
    assert losses[-1] < 0.55
    assert wins(*found).value > 0.7
    np.testing.assert_array_equal(again, found[0])


def test_what_fills_up_a_row_changes_no_reward(model: PreTrainedModel) -> None:
    reward = ModelReward(model)
    torch.nn.init.normal_(reward.readout.weight)
    rows = [[0, 5, 6], [0, 7, 8, 9, 10]]

    together = reward(filled(rows))

    assert filled(rows)[0].tolist() == [0, 5, 6, FILL, FILL]
    assert torch.allclose(together[0], reward(filled(rows[:1]))[0], atol=1e-6)


@pytest.mark.parametrize("reader", READERS)
def test_an_empty_text_and_one_of_any_length_have_a_reward(
    reader: Reader, checkpoint: Path
) -> None:
    reward = Reward.new(reader, checkpoint, 16)
    texts = ["", "the king " * 100, "the king " * 200]

    rows = reward.rows(texts)

    assert len(rows[0]) == 1
    assert rows[1] == rows[2]  # of a long text its beginning is read
    assert np.isfinite(rewards_of(reward, texts, predicting(CPU, _quietly))).all()
    assert len(rewards_of(reward, [], predicting(CPU, _quietly))) == 0


def test_a_broken_reward_model_is_refused(checkpoint: Path) -> None:
    reward = Reward.new("words", checkpoint, 16)
    torch.nn.init.constant_(reward.module.readout.weight, float("nan"))  # type: ignore[arg-type,union-attr]

    with pytest.raises(BadInput, match="the reward of text 0 is no number"):
        rewards_of(reward, ["a", "b"], predicting(CPU, _quietly))


def test_a_folder_of_another_reader_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    Reward.new("words", checkpoint, 16).save(tmp_path / "reward")
    (tmp_path / "reward" / "reward.json").write_text('{"reader": "taste", "context": 16}')

    with pytest.raises(BadInput, match="reader is 'taste'"):
        Reward.load(tmp_path / "reward")


def test_pairs_use_every_text_of_both_kinds() -> None:
    places = drawn_pairs(5, 3, 2, np.random.default_rng(0))

    assert places.shape == (10, 2)
    assert sorted(places[:, 0]) == sorted([*range(5)] * 2)
    assert set(places[:9, 1]) == {0, 1, 2}
    assert np.bincount(places[:, 1]).min() >= 3


def test_wins_count_ties_half_and_have_the_error_of_delong() -> None:
    one, other = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0])

    found = wins(one, other)

    assert found.value == pytest.approx(5.5 / 6)
    assert found.stderr == pytest.approx(
        np.sqrt(np.var([0.75, 1, 1], ddof=1) / 3 + np.var([5 / 6, 1], ddof=1) / 2)
    )
    assert wins(other, one).value == pytest.approx(0.5 / 6)


def test_an_unknown_reader_is_refused() -> None:
    with pytest.raises(BadInput, match=r"rewarding.selects is 'taste'; use one of model, words"):
        RewardSettings(selects="taste")  # type: ignore[arg-type]
    assert RewardSettings(selects="words").judges == "model"
