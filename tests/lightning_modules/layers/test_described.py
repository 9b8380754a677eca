"""Whatever a configuration says of single layers is cut with them, or the emulator is refused."""

import copy
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GPTNeoConfig,
    PreTrainedConfig,
    Qwen2MoeConfig,
    RecurrentGemmaConfig,
)
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from data.errors import BadInput
from lightning_modules.layers import checkpoint
from lightning_modules.layers.blocks import describe_layers, text_config
from lightning_modules.layers.checkpoint import load_emulator, refuse_undescribed, save_emulator
from lightning_modules.layers.surgery import keep

_SIZE = {"hidden_size": 16, "vocab_size": 50, "num_attention_heads": 2}
_MOE = {
    "intermediate_size": 24,
    "num_key_value_heads": 1,
    "moe_intermediate_size": 8,
    "shared_expert_intermediate_size": 8,
    "num_experts": 2,
    "num_experts_per_tok": 1,
}
_NEO = {"hidden_size": 16, "vocab_size": 50, "num_heads": 2, "window_size": 3}


def _gpt_neo() -> PreTrainedConfig:
    return GPTNeoConfig(**_NEO, num_layers=4, attention_types=[[["global", "local"], 2]])


def _qwen2_moe() -> PreTrainedConfig:
    return Qwen2MoeConfig(**_SIZE, **_MOE, num_hidden_layers=4, mlp_only_layers=[1, 3])


def _recurrent_gemma() -> PreTrainedConfig:
    return RecurrentGemmaConfig(
        **_SIZE, num_hidden_layers=4, intermediate_size=24, lru_width=16, num_key_value_heads=1
    )


@pytest.mark.parametrize(
    ("config", "name", "expected"),
    [
        (_gpt_neo(), "attention_layers", ["local", "global", "local"]),
        (_qwen2_moe(), "mlp_only_layers", [0, 2]),
        (_recurrent_gemma(), "block_types", ["recurrent", "attention", "recurrent"]),
    ],
)
def test_what_is_said_of_single_layers_is_cut_with_them(
    config: PreTrainedConfig, name: str, expected: list[object], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    emulator = keep(model, (1, 2, 3))
    text = torch.arange(12)[None] * 7 % 50

    save_emulator(emulator, tmp_path, source="mine")

    again = load_emulator(tmp_path).model.eval()
    assert list(getattr(again.config, name)) == expected
    with torch.no_grad():
        assert torch.equal(again(text).logits, emulator.model(text).logits)


def test_a_configuration_that_is_read_back_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = keep(AutoModelForCausalLM.from_config(_gpt_neo()), (0, 1, 3)).model
    assert model.config.attention_types == [[["global"], 1], [["local"], 1], [["local"], 1]]
    other = copy.deepcopy(model.config)
    other.attention_types = [[["global"], 3]]
    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "_read_back", lambda config: other)
        with pytest.raises(BadInput, match=r"attention_types of its configuration would be read"):
            refuse_undescribed(model)

    model.config.attention_layers = ["global"]
    with pytest.raises(BadInput, match="GPTNeoForCausalLM cannot have these layers alone"):
        refuse_undescribed(model)


def test_no_architecture_has_a_list_by_layer_that_stays_as_it_was() -> None:
    seen = 0
    for name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        try:
            config = CONFIG_MAPPING[name]()
        except Exception:  # some need settings
            continue
        n_layers = getattr(text_config(config), "num_hidden_layers", None)
        if not n_layers or getattr(config, "is_encoder_decoder", False):
            continue
        before = {k: v for k, v in vars(text_config(config)).items() if isinstance(v, list | tuple)}
        describe_layers(config, tuple(range(0, n_layers, 3)))
        after = vars(text_config(config))
        seen += 1
        uncut = [k for k, v in before.items() if len(v) == n_layers and after[k] == v]
        assert not uncut, f"{name}: {uncut}"
    assert seen > 100
