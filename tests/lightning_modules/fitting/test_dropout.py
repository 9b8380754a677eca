from typing import Any

import pytest
import torch
from torch import nn
from transformers import (
    FalconConfig,
    GPT2Config,
    LlamaConfig,
    OPTConfig,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

from data.errors import BadInput
from lightning_modules.fitting.dropout import _draws, dropout_of, without_dropout

_SIZE: dict[str, Any] = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2,
                         "num_attention_heads": 2}  # fmt: skip
_STOCK = (
    GPT2Config(vocab_size=50, n_embd=16, n_layer=2, n_head=2),
    LlamaConfig(**_SIZE, intermediate_size=16, attention_dropout=0.1),
    OPTConfig(**_SIZE, ffn_dim=16, word_embed_proj_dim=16, layerdrop=0.5),
    FalconConfig(**_SIZE, hidden_dropout=0.1, attention_dropout=0.1),
)


def _model(config: PretrainedConfig) -> PreTrainedModel:
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config)
    model.train()
    return model


@pytest.mark.parametrize("config", _STOCK, ids=lambda config: config.model_type)
def test_a_model_draws_nothing_once_its_dropout_is_set_to_0(config: PretrainedConfig) -> None:
    model = _model(config)
    assert dropout_of(config)
    assert _draws(model)

    left = without_dropout("stock", model)

    assert left is model
    assert left.training
    assert dropout_of(left.config) == {}
    tokens = torch.arange(8)[None]
    assert torch.equal(left(input_ids=tokens).logits, left(input_ids=tokens).logits)
    left.eval()
    trained = left(input_ids=tokens).logits
    assert torch.equal(left.train()(input_ids=tokens).logits, trained)


class _Noise(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values + torch.randn_like(values)


def test_a_model_that_draws_all_the_same_is_refused() -> None:
    model = _model(_STOCK[1])
    model.model.norm = _Noise()

    with pytest.raises(BadInput, match="noisy: LlamaForCausalLM draws at random while it trains"):
        without_dropout("noisy", model)


def test_a_model_without_dropout_has_none() -> None:
    assert dropout_of(LlamaConfig(**_SIZE, intermediate_size=16)) == {}
