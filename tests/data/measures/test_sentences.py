from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from data.errors import BadInput
from data.measures.sentences import load_encoder

_TEXTS = ["The king saw the river.", "A shepherd", "His brother feared a great city at night.", "b"]


@pytest.fixture(scope="module")
def folder(tokenizer: PreTrainedTokenizerFast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small encoder of random weights, with the tokenizer of the tests."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    place = tmp_path_factory.mktemp("encoder")
    BertModel(config).save_pretrained(place)
    padded = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend_tokenizer, pad_token=tokenizer.eos_token
    )
    padded.save_pretrained(place)
    return place


@torch.inference_mode()
def test_a_text_is_the_mean_of_its_states_at_unit_length(folder: Path) -> None:
    encoder = load_encoder(folder)

    points = encoder(_TEXTS)

    for text, point in zip(_TEXTS, points, strict=True):
        ids = torch.tensor([encoder.tokenizer.encode(text)])
        mean = encoder.model(input_ids=ids).last_hidden_state[0].mean(0).double().numpy()
        assert point == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_a_text_does_not_depend_on_those_beside_it(folder: Path) -> None:
    encoder = load_encoder(folder)

    alone = np.concatenate([encoder([text]) for text in _TEXTS * 20])

    assert encoder(_TEXTS * 20) == pytest.approx(alone, abs=1e-6)


def test_a_long_text_is_read_at_its_beginning(folder: Path) -> None:
    encoder = load_encoder(folder)
    encoder.longest = 5

    (long, begun) = (encoder([text])[0] for text in ("abcde" + "z" * 90, "abcde"))

    assert len(encoder.tokenizer.encode("abcde")) >= 5
    assert long == pytest.approx(begun, abs=1e-6)


def test_an_encoder_without_some_weights_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("query.weight"))
    del weights[name]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})

    with pytest.raises(BadInput, match="lacks"):
        load_encoder(tmp_path)
