"""Damaged and foreign folders of models are named by their file, with a mend."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.checkpoints.files import found
from data.checkpoints.loading import load_model
from data.errors import BadInput
from data.prior import load_prior
from data.text.tokens import load_tokenizer

_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"


@pytest.fixture
def folder(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> Path:
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    return tmp_path


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _index(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-1.safetensors")
    shards = {"a": "model-1.safetensors", "b": "model-2.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "model.safetensors").write_text(_POINTER), "is a git-lfs pointer"),
        (lambda f: (f / "tokenizer.json").write_text(_POINTER), "tokenizer.json: is a git-lfs"),
        (lambda f: (f / "config.json").write_text(_POINTER), "config.json: is a git-lfs pointer"),
        (lambda f: _cut(f / "model.safetensors"), "model.safetensors: damaged, or no safetensors"),
        (lambda f: (f / "model.safetensors").write_bytes(b""), "model.safetensors: damaged"),
        (lambda f: (f / "model.safetensors").write_bytes(b"PK" + bytes(90)), "model.safetensors:"),
        (lambda f: (f / "model.safetensors").unlink(), "no model.safetensors;"),
        (_pickled, "pickled weights are never read"),
        (_index, "model-2.safetensors: is not there"),
        (lambda f: (f / "config.json").unlink(), "no config.json"),
        (lambda f: (f / "config.json").write_text("[]"), "config.json: holds no JSON object"),
        (lambda f: (f / "config.json").write_text("{"), "config.json: cannot be read"),
        (lambda f: (f / "config.json").write_text("{}"), "cannot be loaded"),
        (lambda f: (f / "adapter_config.json").write_text("{}"), "holds adapters"),
        (lambda f: (f / "tokenizer.json").unlink(), "tokenizer"),
        (lambda f: (f / "tokenizer.json").write_text('{"model": 3}'), "cannot be loaded"),
    ],
)
def test_a_damaged_folder_is_one_line_with_file_and_mend(
    folder: Path, damage: Callable[[Path], object], said: str
) -> None:
    damage(folder)

    with pytest.raises(BadInput) as raised:
        load_prior(folder, context=None, prefix=None)

    message = str(raised.value)
    assert message.startswith(str(folder))
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("kind", ["gpt2", "llama", "gemma3_text", "qwen2", "bert", "gpt_neox"])
def test_a_folder_without_a_tokenizer_says_so(tmp_path: Path, kind: str) -> None:
    """Of some kinds transformers makes a tokenizer of no file, which knows next to no token."""
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))

    with pytest.raises(BadInput, match="tokenizer") as raised:
        load_tokenizer(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_file_beside_the_weights_may_be_anything(folder: Path) -> None:
    (folder / "other.safetensors").write_bytes(b"no safetensors")

    load_model(folder, dtype=torch.float32)


def test_a_full_disk_and_memory_stay_what_they_are() -> None:
    for error in (OSError(28, "No space left on device"), MemoryError()):
        with pytest.raises(type(error)), found("somewhere"):
            raise error
