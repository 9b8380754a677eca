"""Attention over rows that are one text each: no mask is built, and the fast kernels are taken.

A Llama model of transformers looks, at every forward pass, whether its rows hold several texts. To
look is to wait for the device; and where the pass is compiled it cannot look, and builds a mask for
every pair of positions, with which PyTorch refuses flash attention.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from transformers import LlamaConfig
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.modeling_utils import AttentionInterface

_CAUSAL = "causal_without_mask"
"""Name of the attention; transformers builds masks only for names that it knows masks for."""

AttentionInterface.register(_CAUSAL, sdpa_attention_forward)


@contextmanager
def one_text_per_row(model: nn.Module) -> Iterator[None]:
    """Let a Llama model attend causally over whole rows while the context is open.

    Every token sees all tokens before it in its row, and padding belongs on the right. The numbers
    are those of the model without the context; any other model, and one that attends in another way
    than by PyTorch's function, is left as it is.

    Args:
        model: Language model of transformers, or adapters around one.
    """
    config: Any = getattr(model, "config", None)
    if not isinstance(config, LlamaConfig) or config._attn_implementation != "sdpa":
        yield
        return
    config._attn_implementation = _CAUSAL
    try:
        yield
    finally:
        config._attn_implementation = "sdpa"
