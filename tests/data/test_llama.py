import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from data.llama import is_plain_llama, llama_states
from tests.support.processes.waiting import Waits

_TOKENS = torch.randint(300, (3, 20), generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=[4, 2], ids=["own keys", "shared keys"])
def llama(request: pytest.FixtureRequest) -> LlamaForCausalLM:
    """Norms are not all ones."""
    config = LlamaConfig(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=request.param,
        max_position_embeddings=32,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LlamaForCausalLM(config).eval()
        for name, weight in model.named_parameters():
            if "norm" in name:
                torch.nn.init.uniform_(weight, 0.5, 2.0)
    return model


@torch.inference_mode()
def test_states_are_the_models_own_and_nothing_waits(llama: LlamaForCausalLM) -> None:
    expected = llama.model(input_ids=_TOKENS, use_cache=False).last_hidden_state

    with Waits() as counted:
        states = llama_states(llama, _TOKENS)

    assert is_plain_llama(llama)
    assert counted.n == 0
    torch.testing.assert_close(states, expected, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("autocast", [False, True])
def test_in_bf16_they_are_as_near_as_the_models_own(
    llama: LlamaForCausalLM, autocast: bool
) -> None:
    exact = llama.model(input_ids=_TOKENS, use_cache=False).last_hidden_state
    model = llama if autocast else llama.to(torch.bfloat16)  # type: ignore[arg-type]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        own = model.model(input_ids=_TOKENS, use_cache=False).last_hidden_state

        states = llama_states(model, _TOKENS)

    assert states.dtype == own.dtype
    assert (states - exact).norm() < 1.2 * (own - exact).norm()


def test_a_model_with_additions_is_not_taken_for_one(llama: LlamaForCausalLM) -> None:
    sizes = {"vocab_size": 300, "n_positions": 32, "n_embd": 32, "n_layer": 1, "n_head": 2}
    other = GPT2LMHeadModel(GPT2Config(**sizes, bos_token_id=0, eos_token_id=0))  # type: ignore[arg-type]
    assert not is_plain_llama(other)

    llama.config.attention_bias = True
    assert not is_plain_llama(llama)
