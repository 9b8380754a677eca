"""An emulator is saved as an ordinary checkpoint, and comes back as it was."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, PreTrainedModel

from data.errors import BadInput
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.checkpoint import NAME, describe, load_emulator, save_emulator
from lightning_modules.layers.layout import Sharing
from lightning_modules.layers.surgery import keep, share


def _logits(model: PreTrainedModel, text: Tensor) -> Tensor:
    with torch.no_grad():
        return model(text).logits  # type: ignore[no-any-return]


@pytest.mark.parametrize("sharing", [None, "all", "non_trainable"])
def test_an_emulator_comes_back_as_it_was_saved(
    model: PreTrainedModel, text: Tensor, sharing: Sharing | None, tmp_path: Path
) -> None:
    kept, trained = (0, 2, 5), (2,)
    emulator = share(model, kept, trained, sharing) if sharing else keep(model, kept, trained)
    with torch.no_grad():
        for parameter in blocks(emulator.model)[emulator.layout.position[2]].parameters():
            parameter += 0.1
    expected = _logits(emulator.model, text)

    save_emulator(emulator, tmp_path, source="mine")

    again = load_emulator(tmp_path)
    plain = AutoModelForCausalLM.from_pretrained(tmp_path).eval()
    assert torch.equal(_logits(plain, text), expected)
    assert torch.equal(_logits(again.model, text), expected)
    assert again.layout == emulator.layout
    assert describe(tmp_path).source == "mine"
    for ours, theirs in zip(again.model.parameters(), emulator.model.parameters(), strict=True):
        assert ours.requires_grad == theirs.requires_grad  # no parameter more: shared is shared


@pytest.fixture
def saved(llama: PreTrainedModel, tmp_path: Path) -> Path:
    save_emulator(share(llama, (0, 2, 5)), tmp_path, source="mine")
    return tmp_path


def test_layers_that_shared_their_weights_and_no_longer_do_are_refused(saved: Path) -> None:
    path = saved / "model.safetensors"
    weights = load_file(path)
    weights["model.layers.3.mlp.up_proj.weight"] += 1
    save_file(weights, path, metadata={"format": "pt"})

    with pytest.raises(BadInput, match=r"layer 3 shared its weights .* mlp.up_proj.weight differs"):
        load_emulator(saved)


def test_a_checkpoint_that_lacks_a_tensor_is_refused_by_its_name(saved: Path) -> None:
    path = saved / "model.safetensors"
    weights = load_file(path)
    del weights["model.layers.4.mlp.up_proj.weight"]
    save_file(weights, path, metadata={"format": "pt"})

    with pytest.raises(BadInput, match=r"lacks model.layers.4.mlp.up_proj.weight"):
        load_emulator(saved)


def test_a_folder_without_a_description_is_no_emulator(saved: Path) -> None:
    (saved / NAME).unlink()

    with pytest.raises(BadInput, match=r"has no emulator.json"):
        load_emulator(saved)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 9}, "is of version 9, 1 is known"),
        ({"layout": {"n_layers": 6, "kept": [0, 9]}}, r"emulator.json: cannot be read"),
        ({"layout": {"n_layers": 6, "kept": [0, 1]}}, "describes 2 layers, the checkpoint has 6"),
        ({"layout": 3}, r"emulator.json: cannot be read"),
    ],
)
def test_a_description_that_is_wrong_is_refused(
    saved: Path, changes: dict[str, object], said: str
) -> None:
    path = saved / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    with pytest.raises(BadInput, match=said):
        load_emulator(saved)


def test_layers_whose_work_depends_on_their_place_are_not_saved_elsewhere(tmp_path: Path) -> None:
    config = GPT2Config(
        n_layer=4, n_embd=8, n_head=2, vocab_size=20, scale_attn_by_inverse_layer_idx=True
    )
    model = GPT2LMHeadModel(config)

    save_emulator(keep(model, (0, 1)), tmp_path / "first", source="mine")
    with pytest.raises(BadInput, match=r"the setting 1\.attn\.scaling would be 0.25 in place of"):
        save_emulator(keep(model, (0, 3)), tmp_path / "other", source="mine")
    assert not (tmp_path / "other").exists()
