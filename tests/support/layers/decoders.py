"""Small models of every architecture that a user is likely to have."""

from collections.abc import Callable

import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    OPTConfig,
    PreTrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    SmolLM3Config,
)

LAYERS = 6
_SIZE = {"hidden_size": 16, "num_attention_heads": 2, "vocab_size": 50}
_DEEP = {**_SIZE, "num_hidden_layers": LAYERS, "max_position_embeddings": 64}
_GROUPED = {**_DEEP, "intermediate_size": 24, "num_key_value_heads": 1}

CONFIGS: dict[str, Callable[[], PreTrainedConfig]] = {
    "llama": lambda: LlamaConfig(**_GROUPED, tie_word_embeddings=True),
    "gpt2": lambda: GPT2Config(n_layer=LAYERS, n_embd=16, n_head=2, vocab_size=50, n_positions=64),
    "opt": lambda: OPTConfig(**_DEEP, ffn_dim=24, word_embed_proj_dim=16),
    "qwen2": lambda: Qwen2Config(
        **_GROUPED, use_sliding_window=True, sliding_window=4, max_window_layers=3
    ),
    "gpt_neox": lambda: GPTNeoXConfig(**_DEEP, intermediate_size=24),
    "smollm3": lambda: SmolLM3Config(**_GROUPED, no_rope_layer_interval=4, pad_token_id=0),
}
"""Configurations by architecture; Qwen's later layers see four tokens, one of SmolLM3's no
positions."""


def build(name: str) -> PreTrainedModel:
    """A model with random weights that differ visibly from layer to layer, in evaluation mode."""
    torch.manual_seed(5)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(CONFIGS[name]()).eval()
    for weight in model.parameters():
        weight.data += 0.2 * torch.randn_like(weight)
    return model
