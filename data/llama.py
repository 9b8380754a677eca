"""The hidden states of a Llama model, with as few passes over memory as PyTorch's kernels take.

The model's own pass writes every intermediate of its norms and rotations to memory, as fp32, and
lays the keys of a group out anew for each of its heads. Of a small model that is most of the time.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlamaForCausalLM, PreTrainedModel


def is_plain_llama(model: PreTrainedModel) -> bool:
    """Whether this is a Llama model without additions, which attends by PyTorch's function."""
    config = model.config
    return (
        type(model) is LlamaForCausalLM
        and config.hidden_act == "silu"
        and not config.attention_bias
        and not config.mlp_bias
        and config._attn_implementation == "sdpa"
    )


def llama_states(model: Any, tokens: Tensor) -> Tensor:
    """The last hidden states of rows that are one text each, shape (rows, time, width).

    Up to the rounding of norms, which the model's own pass does twice, they are its own.

    Args:
        model: Model of which `is_plain_llama` is true.
        tokens: Token ids, shape (rows, time), padded on the right.
    """
    body, kind = model.model, tokens.device.type
    weight_dtype = body.norm.weight.dtype
    dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else weight_dtype
    state = body.embed_tokens(tokens)
    positions = torch.arange(tokens.shape[1], device=tokens.device)[None]
    cosine, sine = (angles[:, :, None] for angles in body.rotary_emb(state, positions))
    half = sine.shape[-1] // 2
    sine = torch.cat([-sine[..., :half], sine[..., half:]], dim=-1)
    with torch.autocast(kind, enabled=False):  # every product says its own precision
        for layer in body.layers:
            mix, feed = layer.self_attn, layer.mlp
            read = _norm(layer.input_layernorm, state, dtype)
            query, key, value = (
                _times(read, part).unflatten(-1, (-1, mix.head_dim))
                for part in (mix.q_proj, mix.k_proj, mix.v_proj)
            )
            query, key = _turned(query, cosine, sine), _turned(key, cosine, sine)
            state = state + _times(_attend(query, key, value), mix.o_proj)
            read = _norm(layer.post_attention_layernorm, state, dtype)
            gate = functional.silu(_times(read, feed.gate_proj), inplace=True)
            state = state + _times(gate.mul_(_times(read, feed.up_proj)), feed.down_proj)
        return _norm(body.norm, state, state.dtype)


def _norm(norm: Any, state: Tensor, dtype: torch.dtype) -> Tensor:
    eps = norm.variance_epsilon
    return functional.rms_norm(state, state.shape[-1:], norm.weight, eps).to(dtype)


def _times(states: Tensor, layer: Any) -> Tensor:
    return functional.linear(states, layer.weight.to(states.dtype))


def _turned(states: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """States of shape (rows, time, heads, size), turned by the angle of their position."""
    rolled = states.roll(states.shape[-1] // 2, dims=-1)
    return torch.addcmul(states * cosine, rolled, sine).to(states.dtype)


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    grouped = query.shape[2] // key.shape[2]
    by_kernel = query.dtype != torch.float32  # those of fp32 know no shared keys
    if grouped > 1 and not by_kernel:
        key, value = (
            part.unsqueeze(3).expand(-1, -1, -1, grouped, -1).flatten(2, 3) for part in (key, value)
        )
    seen = functional.scaled_dot_product_attention(
        query.transpose(1, 2),
        key.transpose(1, 2),
        value.transpose(1, 2),
        is_causal=True,
        enable_gqa=grouped > 1 and by_kernel,
    )
    return seen.transpose(1, 2).flatten(2)
