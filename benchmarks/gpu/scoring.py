"""Fast: scoring and drawing against the bare forward pass, and against the naive way."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel

from benchmarks.gpu.hardware import peak_flops, peak_memory, seconds_on_device
from benchmarks.running.step import FoundRatio, Workbench
from benchmarks.speed.scoring import score_and_draw, target_probability
from data.editing import EditRule, with_threshold

_SHARE = 0.125
"""Share of tokens that are flagged, as the recipes flag."""
_NAIVE_ROWS = 2
"""Windows that the naive way is measured on: it takes each by itself, a hundred times as long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """Size of a prior with grouped key heads, and how much of it is read at a time."""

    name: str
    layers: int
    width: int
    heads: int
    key_heads: int
    feed_forward: int
    vocabulary: int
    rows: int
    """Windows of a batch."""
    time: int
    """Tokens of a window."""

    def build(self, device: str) -> PreTrainedModel:
        """A model of this shape with random weights, in bf16 on a GPU."""
        config = LlamaConfig(
            vocab_size=self.vocabulary,
            hidden_size=self.width,
            intermediate_size=self.feed_forward,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            num_key_value_heads=self.key_heads,
            max_position_embeddings=self.time,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=0,
        )
        torch.manual_seed(0)
        dtype = torch.bfloat16 if device == "cuda" else torch.float32
        with torch.device(device):
            model: Any = LlamaForCausalLM(config)
        built: PreTrainedModel = model.to(dtype).eval()
        return built


SMALL = _Shape(
    name="135 M (the shape of SmolLM2-135M)", layers=30, width=576, heads=9, key_heads=3,
    feed_forward=1536, vocabulary=49_152, rows=32, time=2048,
)  # fmt: skip
BILLION = _Shape(
    name="1.2 B (the shape of Llama-3.2-1B)", layers=16, width=2048, heads=32, key_heads=8,
    feed_forward=8192, vocabulary=128_256, rows=32, time=2048,
)  # fmt: skip
_TINY = _Shape(
    name="tiny", layers=1, width=32, heads=2, key_heads=1, feed_forward=64, vocabulary=512,
    rows=2, time=32,
)  # fmt: skip


def small(bench: Workbench) -> None:
    """Scoring at the shape of SmolLM2-135M, vocabulary 49k."""
    _measure(bench, SMALL)


def billion(bench: Workbench) -> None:
    """Scoring at the shape of a 1.2 B model, vocabulary 128k."""
    _measure(bench, BILLION)


def _measure(bench: Workbench, shape: _Shape) -> None:
    shape = _TINY if bench.miniature else shape
    kind = bench.device.kind
    model = shape.build(kind)
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(shape.vocabulary, (shape.rows, shape.time), generator=generator)
    tokens = tokens.to(kind)
    probability = target_probability(model, tokens)
    rule = with_threshold(EditRule(share=_SHARE), probability)
    uniform = np.random.default_rng(0).random((tokens.numel(), rule.n_uniforms))
    ways = {
        "ours": lambda: score_and_draw(model, tokens, rule, uniform),
        "forward": lambda: _forward(model, tokens),
        "naive": lambda: _naive(model, tokens[:_NAIVE_ROWS], rule.top_k),
    }
    n = shape.rows * (shape.time - 1)
    rate, memory = {}, {}
    for name, way in ways.items():
        is_naive = name == "naive"
        read = n // shape.rows * min(_NAIVE_ROWS, shape.rows) if is_naive else n
        try:
            memory[name] = peak_memory(kind, way)
            rate[name] = read / seconds_on_device(kind, way, 2 if is_naive else 8)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            bench.say(f"{shape.name}: the {name} way does not fit into this card's memory")
    words = f"scoring and drawing, {shape.name}, {n:,} tokens, {_SHARE:.1%} flagged: to the "
    for name, goal in (("forward", 1 / 1.10), ("naive", 5.0)):
        if name not in rate:
            continue
        bench.found(
            FoundRatio(
                name=words + ("bare forward pass" if name == "forward" else "naive way"),
                ours=rate["ours"],
                baseline=rate[name],
                unit="tokens/s",
                goal=round(goal, 3),
                beside={
                    "memory of ours, GiB": memory["ours"],
                    f"memory of the {name} way, GiB": memory[name],
                    **_utilization(model, rate["ours"]),
                },
            )
        )


def _utilization(model: PreTrainedModel, tokens: float) -> dict[str, float]:
    peak = peak_flops()
    if peak is None:
        return {}
    return {"share of the stated peak, %": 100 * 2 * model.num_parameters() * tokens / peak}


@torch.inference_mode()
def _forward(model: PreTrainedModel, tokens: Tensor) -> None:
    """Body and output layer; the logits are made and dropped, a row of the batch at a time.

    The logits of the whole batch at once would not fit beside a large vocabulary.
    """
    hidden = model.base_model(input_ids=tokens, use_cache=False).last_hidden_state
    head = model.get_output_embeddings()
    for row in hidden:
        head(row)


@torch.inference_mode()
def _naive(model: PreTrainedModel, tokens: Tensor, top_k: int) -> None:
    """A log-softmax over the vocabulary in fp32 for all tokens, the largest chosen on the host."""
    for row in tokens:
        logits = model(input_ids=row[None], use_cache=False).logits
        logits.float().log_softmax(-1).cpu().topk(top_k, dim=-1)
