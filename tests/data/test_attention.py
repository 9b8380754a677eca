from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedModel

from data.attention import one_text_per_row
from lightning_modules.fitting.causal_lm import next_token_loss
from tests.support.processes.waiting import Waits

_BATCH = torch.randint(300, (2, 9), generator=torch.Generator().manual_seed(0))


def test_the_numbers_stay_and_nothing_waits(model: PreTrainedModel) -> None:
    with Waits() as before:
        expected = next_token_loss(model, _BATCH, 0.0)
    with Waits() as counted, one_text_per_row(model):
        loss = next_token_loss(model, _BATCH, 0.0)

    assert torch.equal(loss, expected)
    assert (before.n, counted.n) == (1, 0)


def test_a_compiled_pass_is_one_graph_and_attends_without_a_mask(model: PreTrainedModel) -> None:
    """With a mask PyTorch would refuse flash attention."""
    graphs: list[torch.fx.GraphModule] = []

    def keep(graph: torch.fx.GraphModule, example: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    with one_text_per_row(model):
        torch.compile(next_token_loss, backend=keep, fullgraph=True)(model, _BATCH, 0.0)

    attention = [
        node.kwargs for node in graphs[0].graph.nodes if "scaled_dot_product" in str(node.target)
    ]
    assert len(graphs) == 1
    assert attention
    assert all(kwargs["attn_mask"] is None and kwargs["is_causal"] for kwargs in attention)


def test_a_model_attends_as_before_behind_the_context(model: PreTrainedModel) -> None:
    with pytest.raises(KeyError), one_text_per_row(model):
        raise KeyError

    assert model.config._attn_implementation == "sdpa"


def test_another_model_is_left_alone() -> None:
    config = GPT2Config(vocab_size=300, n_positions=32, n_embd=32, n_layer=1, n_head=2)
    other = GPT2LMHeadModel(config)

    with one_text_per_row(other):
        assert other.config._attn_implementation == "sdpa"
