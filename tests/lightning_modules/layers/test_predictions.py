"""Predictions from the state behind each layer."""

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel

from lightning_modules.layers.predictions import early_predictions
from lightning_modules.layers.selection.passes import Passes
from tests.support.layers.decoders import LAYERS

_TEXTS = [[1, 7, 3, 9, 20], [4, 4, 8], [2, 30, 31, 5]]


def test_early_predictions_are_those_of_the_first_layers(model: PreTrainedModel) -> None:
    found = early_predictions(model, _TEXTS, rows=2)

    passes = Passes(model, _TEXTS)
    lengths = np.array([len(text) - 1 for text in _TEXTS])
    for layer in range(LAYERS):
        losses = passes.losses(range(layer + 1))
        assert found.losses[layer] == pytest.approx((losses * lengths).sum() / lengths.sum())
    assert found.alike[-1] == 1
    assert 0 <= found.alike.min() < 1


def test_the_share_of_equal_predictions_is_counted_by_hand(llama: PreTrainedModel) -> None:
    found = early_predictions(llama, [_TEXTS[0]])

    with torch.no_grad():
        whole = llama(torch.tensor([_TEXTS[0]]), output_hidden_states=True)
        early = llama.lm_head(llama.model.norm(whole.hidden_states[2]))[0, :-1].argmax(-1)
    same = (early == whole.logits[0, :-1].argmax(-1)).float().mean()
    assert found.alike[1] == pytest.approx(float(same))
