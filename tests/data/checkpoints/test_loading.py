"""A model that is not whole, is no number or sees the future is refused, by name, in one line."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import (
    BertConfig,
    BertLMHeadModel,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from data.checkpoints.loading import _feels_the_future, load_model
from data.errors import BadInput
from data.prior import load_prior

ROOT = Path(__file__).parents[3]
Tensors = dict[str, Tensor]


@pytest.fixture
def untied(tmp_path: Path) -> Path:
    """A small model with a head of its own, on disk."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=32,
        tie_word_embeddings=False,
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    return tmp_path


def _change(folder: Path, change: Callable[[Tensors], Tensors]) -> None:
    tensors = load_file(folder / "model.safetensors")
    save_file(change(tensors), folder / "model.safetensors", {"format": "pt"})


def _refusal(folder: Path, dtype: torch.dtype = torch.float32) -> str:
    with pytest.raises(BadInput) as raised:
        load_model(folder, dtype=dtype)
    message = str(raised.value)
    assert message.startswith(str(folder))
    assert "\n" not in message
    return message


def test_a_whole_model_is_loaded_bit_by_bit(untied: Path) -> None:
    model = load_model(untied, dtype=torch.float32)

    assert not model.training
    expected = load_file(untied / "model.safetensors")
    assert {name: value for name, value in model.state_dict().items()}.keys() == expected.keys()
    assert all(torch.equal(model.state_dict()[name], value) for name, value in expected.items())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda t: {name: value for name, value in t.items() if name != "lm_head.weight"},
            "lacks lm_head.weight;",
        ),
        (
            lambda t: {name: value for name, value in t.items() if ".layers.1." not in name},
            "lacks model.layers.1.input_layernorm.weight, "
            "model.layers.1.mlp.down_proj.weight, model.layers.1.mlp.gate_proj.weight, "
            "and 6 more;",
        ),
        (
            lambda t: {f"_orig_mod.{name}": value for name, value in t.items()},
            "it has too many _orig_mod.lm_head.weight",
        ),
        (
            lambda t: {**t, "model.layers.2.mlp.up_proj.weight": torch.ones(64, 32)},
            "the checkpoint has too many model.layers.2.mlp.up_proj.weight;",
        ),
        (
            lambda t: {**t, "model.norm.weight": torch.ones(16)},
            "has of another shape model.norm.weight (16 in place of 32);",
        ),
    ],
    ids=["no head", "no layer", "compiled names", "a layer too many", "another shape"],
)
def test_weights_that_the_config_does_not_describe_are_named(
    untied: Path,
    change: Callable[[Tensors], Tensors],
    said: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _change(untied, change)

    assert said in _refusal(untied)
    assert capfd.readouterr() == ("", "")  # no table and no bar of a library


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_weight_that_is_no_number_is_named(untied: Path, value: float) -> None:
    def spoil(tensors: Tensors) -> Tensors:
        tensors["model.layers.0.mlp.up_proj.weight"][3, 5] = value
        return tensors

    _change(untied, spoil)

    assert "NaN or infinite as float32, in model.layers.0.mlp.up_proj.weight;" in _refusal(untied)


def test_a_weight_that_is_too_large_for_its_type_is_named(untied: Path) -> None:
    def enlarge(tensors: Tensors) -> Tensors:
        tensors["lm_head.weight"][0, 0] = 1e6
        return tensors

    _change(untied, enlarge)

    load_model(untied, dtype=torch.float32)
    assert "infinite as float16, in lm_head.weight" in _refusal(untied, torch.float16)


def test_a_model_whose_scores_overflow_is_refused_though_its_weights_are_numbers(
    untied: Path,
) -> None:
    def enlarge(tensors: Tensors) -> Tensors:
        return {name: value * (1e30 if "norm" in name else 1) for name, value in tensors.items()}

    _change(untied, enlarge)

    assert "though its weights are numbers" in _refusal(untied)


def _gemma(*, sees_all: bool) -> PreTrainedModel:
    return Gemma3ForCausalLM(
        Gemma3TextConfig(
            vocab_size=300,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            max_position_embeddings=64,
            use_bidirectional_attention=sees_all,
        )
    )


def _bert(*, sees_all: bool) -> PreTrainedModel:
    return BertLMHeadModel(
        BertConfig(
            vocab_size=300,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=64,
            is_decoder=not sees_all,
        )
    )


def _llama(*, sees_all: bool) -> PreTrainedModel:
    config = LlamaConfig(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=64,
    )
    setattr(config, "is_causal", not sees_all)  # noqa: B010 -- a key of config.json, no field
    return LlamaForCausalLM(config)


@pytest.mark.parametrize("make", [_gemma, _bert, _llama])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_model_that_sees_the_future_is_refused(
    make: Callable[..., PreTrainedModel], dtype: torch.dtype, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    make(sees_all=False).save_pretrained(tmp_path / "causal")
    make(sees_all=True).save_pretrained(tmp_path / "seeing")

    load_model(tmp_path / "causal", dtype=dtype)
    assert "sees the future" in _refusal(tmp_path / "seeing", dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_experts_that_round_by_their_company_are_no_sight_of_the_future(
    dtype: torch.dtype, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    config = MixtralConfig(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        num_local_experts=4,
        max_position_embeddings=64,
    )
    MixtralForCausalLM(config).save_pretrained(tmp_path)

    model = load_model(tmp_path, dtype=dtype)
    assert not _feels_the_future(model, torch.arange(8)[None])


def test_a_prior_is_loaded_in_this_way(untied: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    tokenizer.save_pretrained(untied)
    load_prior(untied, context=32, prefix=None)
    _change(untied, lambda t: {name: t[name] for name in t if name != "lm_head.weight"})

    with pytest.raises(BadInput, match=r"lacks lm_head\.weight"):
        load_prior(untied, context=32, prefix=None)


def test_code_of_a_checkpoint_is_never_run(untied: Path) -> None:
    config = json.loads((untied / "config.json").read_text())
    config["model_type"] = "own"
    config["auto_map"] = {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}
    (untied / "config.json").write_text(json.dumps(config))
    (untied / "own.py").write_text(f"open({str(untied / 'ran')!r}, 'w')\nclass Own: pass\n")

    _refusal(untied)
    assert not (untied / "ran").exists()


def test_nothing_else_loads_a_model_and_none_may_run_its_code() -> None:
    loads: list[tuple[str, str]] = []
    for path in (p for top in ("data", "lightning_modules", "benchmarks") for p in
                 (ROOT / top).rglob("*.py")):  # fmt: skip
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "from_pretrained"
            ):
                loads.append((str(path.relative_to(ROOT)), ast.unparse(node.func.value)))
                said = {word.arg: ast.unparse(word.value) for word in node.keywords}
                assert said.get("trust_remote_code") == "False", path

    models = {path for path, kind in loads if kind not in ("AutoConfig", "AutoTokenizer")}
    assert models == {"data/checkpoints/loading.py", "data/checkpoints/other.py"}


def test_dropout_is_off(tmp_path: Path) -> None:
    config = GPT2Config(vocab_size=300, n_positions=32, n_embd=32, n_layer=2, n_head=2)
    GPT2LMHeadModel(config).save_pretrained(tmp_path)

    assert not any(
        module.training for module in load_model(tmp_path, dtype=torch.float32).modules()
    )
