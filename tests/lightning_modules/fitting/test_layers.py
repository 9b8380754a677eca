"""A model without some of its layers is the model, without them."""

from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.errors import BadInput
from data.prior import load_prior
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.fitting.layers import without_layers
from lightning_modules.settings import ModelShape
from lightning_modules.thinning import kept_layers


@pytest.mark.parametrize(
    ("n_layers", "share", "kept"),
    [
        (4, 0.5, (0, 3)),
        (4, 1.0, (0, 1, 2, 3)),
        (30, 0.5, (0, 2, 4, 6, 8, 10, 12, 15, 17, 19, 21, 23, 25, 27, 29)),
        (3, 0.5, (0, 2)),
        (2, 0.5, (0,)),
        (1, 0.5, (0,)),
        (4, 0.01, (0,)),
    ],
)
def test_layers_at_equal_distances_stay(n_layers: int, share: float, kept: tuple[int, ...]) -> None:
    assert kept_layers(n_layers, share) == kept


@pytest.mark.parametrize("share", [0.0, -0.5, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(BadInput, match="layers is"):
        kept_layers(4, share)


@pytest.fixture
def deep() -> PreTrainedModel:
    shape = ModelShape(
        layers=4, width=32, heads=2, feed_forward=64, context=32, vocabulary_size=300
    )
    return build_model(shape, seed=0).eval()


def _logits(model: PreTrainedModel) -> torch.Tensor:
    tokens = torch.arange(20)[None]
    with torch.no_grad():
        return model(tokens).logits  # type: ignore[no-any-return]


def test_a_thinned_model_skips_just_the_layers_that_are_left_out(
    deep: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    """The reference hands each left-out layer's input on as its output."""
    skips = [
        deep.model.layers[place].register_forward_hook(
            lambda module, given, out: (given[0], *out[1:]) if isinstance(out, tuple) else given[0]
        )
        for place in (1, 2)
    ]
    expected = _logits(deep)
    for skip in skips:
        skip.remove()
    whole = _logits(deep)

    without_layers(deep, (0, 3)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    found = load_prior(tmp_path, context=32, prefix=None).model

    assert found.config.num_hidden_layers == 2
    assert torch.allclose(_logits(found), expected, atol=1e-6)
    assert not torch.allclose(expected, whole, atol=1e-3)


def test_a_thinned_model_writes_with_its_cache(deep: PreTrainedModel, tmp_path: Path) -> None:
    """Layers that still thought of their old places would write into the wrong cache."""
    without_layers(deep, (0, 3)).save_pretrained(tmp_path)
    again = type(deep).from_pretrained(tmp_path)

    assert [layer.self_attn.layer_idx for layer in again.model.layers] == [0, 1]


def test_a_model_with_its_layers_elsewhere_is_refused() -> None:
    class Odd(torch.nn.Module):
        pass

    with pytest.raises(BadInput, match=r"Odd has no model\.layers"):
        without_layers(Odd(), (0,))  # type: ignore[arg-type]
