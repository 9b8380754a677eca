"""Models of a chain are held against generation 0, and against a control."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console
from transformers import PreTrainedTokenizerFast

from benchmarks.__main__ import app
from benchmarks.profile.representations import (
    MOST_TEXTS,
    States,
    compare_models,
    models_json,
    models_picture,
    models_table,
    reader,
)
from data.errors import BadInput
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape

_TEXTS = [f"Text {n} speaks of {n * n} things, {'and of more ' * (3 + n % 7)}." for n in range(300)]


def _states() -> Mapping[str, States]:
    rng = np.random.default_rng(0)
    first, noise = rng.normal(size=(2, 3, 100, 5)).astype(np.float32)
    apart = {"g0": 0.0, "g1": 0.1, "g2": 1.0, "same": 0.1, "seed": 3.0}
    return {name: first + amount * noise for name, amount in apart.items()}


@pytest.fixture
def read() -> Callable[[str], States]:
    states = _states()
    return lambda name: states[name]


def test_a_generation_that_moves_further_than_its_control_is_said_to(
    read: Callable[[str], States],
) -> None:
    found = compare_models(["g0", "g1", "g2"], ["same", "seed"], read)

    assert [row.answer for row in found.generations] == ["no", "yes"]
    near, far = found.generations
    assert near.less_control is not None
    assert near.less_control.mean == 0, "g1 and the control are equal"
    assert far.mean.mean < near.mean.mean
    assert [row.answer for row in found.controls] == [None, None]


def test_without_a_control_there_is_no_answer(read: Callable[[str], States]) -> None:
    (row,) = compare_models(["g0", "g2"], [], read).generations

    assert row.answer is None
    assert row.mean.low is not None
    assert row.mean.low < row.mean.mean


def test_every_number_is_written_and_shown(read: Callable[[str], States]) -> None:
    found = compare_models(["g0", "g1", "g2"], ["same"], read)

    plain = json.loads(models_json(found))
    console = Console(width=200)
    with console.capture() as shown:
        console.print(models_table(found))

    assert [row["moved"] for row in plain["generations"]] == ["no", "yes"]
    assert len(plain["generations"][0]["cka"]) == 3
    assert "control: same" in shown.get()
    (axes,) = models_picture(found).axes
    assert [line.get_label() for line in axes.get_lines()] == ["g1", "g2", "control: same"]


@pytest.mark.parametrize(
    ("models", "controls", "said"),
    [
        (["g0"], [], "one model is nothing to compare"),
        (["g0", "g1"], ["g1"], "g1 is named twice"),
    ],
)
def test_what_is_no_comparison_is_refused(
    models: list[str], controls: list[str], said: str, read: Callable[[str], States]
) -> None:
    with pytest.raises(BadInput, match=said):
        compare_models(models, controls, read)


def _save(folder: Path, tokenizer: PreTrainedTokenizerFast, seed: int, layers: int = 2) -> str:
    shape = ModelShape(
        layers=layers, width=16, heads=2, feed_forward=32, context=32, vocabulary_size=300
    )
    build_model(shape, seed).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def test_all_models_read_the_same_first_texts(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    name = _save(tmp_path / "model", tokenizer, seed=0)
    read = reader([*_TEXTS[:60], *_TEXTS, "short"])

    states = read(name)

    assert states.shape == (3, MOST_TEXTS, 16)
    assert np.array_equal(states, read(name))
    with pytest.raises(BadInput, match="9 different human texts"):
        reader(_TEXTS[:9])(name)


def test_the_command_compares_models_and_refuses_what_is_for_text(
    tokenizer: PreTrainedTokenizerFast,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    for name, seed in (("g0", 0), ("g1", 1)):
        _save(tmp_path / name, tokenizer, seed)
    _save(tmp_path / "deep", tokenizer, 0, layers=3)
    Path("human.txt").write_text("\n\n".join(_TEXTS[:50]))
    run = ("profile", "g0", "--models", "--reference", "human.txt")

    _call(*run, "g1", "--json", "found.json", "--picture", "found.png")

    found = json.loads(Path("found.json").read_text())
    assert found["texts"] == 50
    assert found["generations"][0]["cka"][0] < 1
    assert Path("found.png").stat().st_size > 0
    with pytest.raises(BadInput, match="deep: 2 layers cannot be compared with 3"):
        _call(*run, "deep")
    with pytest.raises(BadInput, match="named twice"):
        _call(*run, "g1", "--beside", "./g0/")
    _save(tmp_path / "narrow", tokenizer, 2)
    _narrow(tmp_path / "narrow")
    with pytest.raises(BadInput, match="narrow reads 16 tokens at once, g0"):
        _call(*run, "narrow")
    with pytest.raises(BadInput, match=r"--picture found.xyz: end its name in .png, .pdf, .svg"):
        _call(*run, "g1", "--picture", "found.xyz")
    with pytest.raises(BadInput, match="--html, --markdown and --embed are for text"):
        _call(*run, "g1", "--html", "page.html")
    with pytest.raises(BadInput, match="name it with --reference"):
        _call("profile", "g0", "g1", "--models")
    with pytest.raises(BadInput, match="give --models"):
        _call("profile", "human.txt", "--beside", "g1")


def _narrow(folder: Path) -> None:
    """Let the model of a folder read 16 tokens at once."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 16}))


def _call(*arguments: str) -> None:
    app([*arguments], standalone_mode=False)
