"""Encoders that train at once are each as if alone, and as an encoder that computes every place."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from data.errors import BadInput
from lightning_modules.critical_data.settings import RunSettings
from lightning_modules.critical_data.text.encoder import initial_weights, logits_of, unpacked
from lightning_modules.critical_data.text.settings import FILL, EncoderShape, TextSettings
from lightning_modules.critical_data.text.sweep import (
    Lesson,
    Pool,
    TextCurve,
    order,
    train_texts,
    trimmed,
)
from lightning_modules.device import Device

SHAPE = EncoderShape(tokens=20, context=7, width=8, heads=2, feed_forward=12)
RUNS = tuple(
    RunSettings(seed=seed, learning_rate=1e-2, weight_decay=decay, scale=scale, name=f"n{seed}")
    for seed, decay, scale in ((0, 0.01, 1.0), (1, 0.1, 3.0), (2, 0.01, 1.0))
)
SETTINGS = TextSettings(steps=60, batch=8, stretch=10)


def _texts(n: int, seed: int = 0) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    found = rng.integers(1, SHAPE.tokens, size=(n, SHAPE.context))
    lengths = rng.integers(1, SHAPE.context + 1, size=n)
    return np.where(np.arange(SHAPE.context) < lengths[:, None], found, FILL)


def _label(texts: NDArray[np.int64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = (texts == 5).any(axis=1).astype(np.int64)
    return found


POOL = Pool(texts=_texts(60), asked=_texts(30, 1), expected=_label(_texts(30, 1)))
LESSONS = tuple(Lesson(places=np.arange(n), labels=_label(POOL.texts)[:n]) for n in (5, 20, 60))


def train(
    folder: Path,
    chosen: Sequence[int] = (0, 1, 2),
    runs: Sequence[RunSettings] = RUNS,
    *,
    stop_after: int = 10**9,
) -> list[TextCurve]:
    left = [stop_after]

    def advance(_: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise InterruptedError

    return train_texts(
        SHAPE,
        [runs[one] for one in chosen],
        [LESSONS[one] for one in chosen],
        POOL,
        SETTINGS,
        folder=folder,
        device=Device(name="cpu"),
        advance=advance,
    )


def _plainly(w: dict[str, Tensor], text: Tensor) -> Tensor:
    """The logits of one text by an encoder that computes every place and head as it is written."""
    words = text[text != FILL]
    places = torch.cat([w["reader"][None], w["token"][words] + w["position"][: len(words)]])
    query, key, value = (
        (places @ w[name]).unflatten(1, (SHAPE.heads, -1)).transpose(0, 1)
        for name in ("query", "key", "value")
    )
    scores = query @ key.transpose(1, 2) / math.sqrt(SHAPE.width // SHAPE.heads)
    heads = scores.softmax(dim=2) @ value
    places = places + heads.transpose(0, 1).flatten(1) @ w["output"]
    hidden = functional.relu(places @ w["up"] + w["up_bias"])
    places = places + hidden @ w["down"] + w["down_bias"]
    logits: Tensor = (places @ w["answer"])[0]
    return logits


def test_the_short_form_gives_the_logits_of_the_whole_encoder() -> None:
    weights = initial_weights(SHAPE, RUNS).double()
    weights = weights + 0.1 * torch.randn(weights.shape, generator=torch.Generator().manual_seed(0))
    texts = torch.from_numpy(np.stack([_texts(9, seed) for seed in range(3)]))

    ours = logits_of(SHAPE, weights, texts)

    for run in range(3):
        mine = {name: part[run] for name, part in unpacked(SHAPE, weights).items()}
        whole = torch.stack([_plainly(mine, text) for text in texts[run]])
        assert (whole - ours[run]).abs().max() < 1e-12 * ours.abs().max()


def test_scale_multiplies_all_weights_and_biases_begin_at_nothing() -> None:
    one, three = (
        initial_weights(SHAPE, [replace(RUNS[0], scale=scale)])[0] for scale in (1.0, 3.0)
    )

    assert torch.allclose(three, 3 * one)
    assert not unpacked(SHAPE, one[None])["up_bias"].any()


def test_each_of_many_is_as_if_it_were_alone(tmp_path: Path) -> None:
    together = train(tmp_path)

    for one in range(3):
        folder = tmp_path / str(one)
        folder.mkdir()
        (alone,) = train(folder, (one,))
        assert alone.steps == together[one].steps == list(SETTINGS.looks)
        assert np.allclose(alone.values, together[one].values, atol=1e-5)


def test_texts_of_a_planted_word_are_learnt_and_known(tmp_path: Path) -> None:
    curves = train(tmp_path)

    assert curves[2].values[-1][0] == 1
    assert curves[2].values[-1][1] > curves[2].values[0][1]


def test_an_interrupted_sweep_goes_on_in_the_same_bits(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    with pytest.raises(InterruptedError):
        train(broken, stop_after=2)
    assert (broken / "last.ckpt").is_file()

    again, once = train(broken), train(whole)

    assert [one.values for one in again] == [one.values for one in once]


def test_a_run_that_diverges_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    wild = replace(RUNS[1], learning_rate=1e30)

    curves = train(tmp_path, runs=(RUNS[0], wild, RUNS[2]))

    assert not np.isfinite(curves[1].column("norm")[-1])
    assert np.isfinite(curves[0].column("norm")).all()


def test_batches_pass_over_all_texts_and_follow_from_run_and_stretch() -> None:
    first = order(RUNS[0], 20, 0, SETTINGS)

    assert first.shape == (10, 8)
    assert sorted(first.ravel()[:20]) == list(range(20))
    assert np.array_equal(first, order(RUNS[0], 20, 0, SETTINGS))
    assert not np.array_equal(first, order(RUNS[0], 20, 1, SETTINGS))
    assert not np.array_equal(first, order(RUNS[1], 20, 0, SETTINGS))


def test_looks_are_evenly_spread_in_their_logarithm_and_end_at_the_budget() -> None:
    looks = TextSettings(steps=24_000).looks

    assert looks[:4] == (0, 25, 50, 75)
    assert looks[-1] == 24_000
    ratios = [later / step for step, later in pairwise(looks[8:-1])]
    assert max(ratios) <= 1.25
    assert all(look % 25 == 0 for look in looks)


def test_columns_that_only_fill_are_left_out() -> None:
    assert trimmed(torch.tensor([[3, 0, 0], [4, 5, 0]])).tolist() == [[3, 0], [4, 5]]
    assert trimmed(torch.tensor([[0, 0]])).shape == (1, 1)


def test_nothing_to_learn_or_to_ask_is_refused(tmp_path: Path) -> None:
    none = Lesson(places=np.arange(0), labels=np.arange(0))
    for lesson, pool, words in (
        (none, POOL, "run n0 has no text to learn"),
        (LESSONS[0], replace(POOL, asked=POOL.asked[:0], expected=POOL.expected[:0]), "no text is"),
    ):
        with pytest.raises(BadInput, match=words):
            train_texts(
                SHAPE, RUNS[:1], [lesson], pool, SETTINGS,
                folder=tmp_path, device=Device(name="cpu"), advance=lambda n: None,
            )  # fmt: skip
    with pytest.raises(BadInput, match="no multiple of stretch"):
        TextSettings(steps=30)
    with pytest.raises(BadInput, match="not a multiple of heads"):
        replace(SHAPE, heads=3)
