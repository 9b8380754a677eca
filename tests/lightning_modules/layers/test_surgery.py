"""Layers are left out, shared, trained and put back, in models of every architecture."""

import copy
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, T5Config, T5ForConditionalGeneration

from data.errors import BadInput
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import Layout
from lightning_modules.layers.surgery import emulator_of, keep, plug_in, share, trainable
from tests.support.layers.decoders import build


def _logits(model: PreTrainedModel, text: Tensor) -> Tensor:
    with torch.no_grad():
        return model(text).logits  # type: ignore[no-any-return]


def _tune(model: PreTrainedModel, text: Tensor, steps: int = 3) -> None:
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(text, labels=text).loss.backward()
        optimizer.step()


def _places(model: nn.Module) -> dict[str, int]:
    """Where the weights lie in memory."""
    return {name: weight.data_ptr() for name, weight in model.state_dict().items()}


def test_all_layers_kept_is_the_model_to_the_last_bit(model: PreTrainedModel, text: Tensor) -> None:
    whole = keep(model, tuple(range(6))).model

    assert torch.equal(_logits(whole, text), _logits(model, text))


def test_an_emulator_skips_just_the_layers_that_are_left_out(
    model: PreTrainedModel, text: Tensor
) -> None:
    """The reference hands each left-out layer's input on as its output."""
    skips = [
        blocks(model)[place].register_forward_hook(
            lambda module, given, out: (given[0], *out[1:]) if isinstance(out, tuple) else given[0]
        )
        for place in (1, 4)
    ]
    expected = _logits(model, text)
    for skip in skips:
        skip.remove()

    found = _logits(keep(model, (0, 2, 3, 5)).model, text)

    assert torch.equal(found, expected)
    assert not torch.allclose(found, _logits(model, text), atol=1e-2)


def test_a_shared_layer_stands_in_every_place_that_it_fills(
    model: PreTrainedModel, text: Tensor
) -> None:
    """The reference loads the weights of the nearest kept layer into each left-out place."""
    reference = trainable(model, tuple(range(6))).model
    layers = blocks(reference)
    for place, source in ((1, 2), (3, 2), (4, 5)):
        layers[place].load_state_dict(blocks(model)[source].state_dict())

    found = share(model, (0, 2, 5)).model

    if model.config.model_type not in ("qwen2", "smollm3"):  # a layer's kind moves along with it
        assert torch.equal(_logits(found, text), _logits(reference, text))


def test_what_is_not_trained_lies_where_the_model_has_it(model: PreTrainedModel) -> None:
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    emulator = share(model, (0, 2, 5), (2,))

    theirs = set(_places(model).values())
    trained = {id(p) for p in blocks(emulator.model)[2].parameters()}
    for parameter in emulator.model.parameters():
        assert parameter.requires_grad == (id(parameter) in trained)
        assert (parameter.data_ptr() in theirs) == (id(parameter) not in trained)
    assert all(p.requires_grad for p in model.parameters()), "the model is as it was"
    assert all(torch.equal(before[name], weight) for name, weight in model.state_dict().items())


def test_shared_layers_are_one_set_of_parameters(llama: PreTrainedModel) -> None:
    layers = blocks(share(llama, (0, 2, 5), (2,)).model)

    first, second = (list(layers[place].parameters()) for place in (1, 3))
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert all(not p.requires_grad for p in first), "what layer 2 was, and stays"
    assert not {id(p) for p in first} & {id(p) for p in layers[2].parameters()}
    assert [layer.self_attn.layer_idx for layer in layers] == [0, 1, 2, 3, 4, 5]


def test_training_an_emulator_leaves_the_model_as_it_was(
    model: PreTrainedModel, text: Tensor
) -> None:
    before = _logits(model, text)
    emulator = share(model, (0, 2, 5), (0, 2))
    untrained = _logits(emulator.model, text)

    _tune(emulator.model, text)

    assert torch.equal(_logits(model, text), before)
    assert not torch.allclose(_logits(emulator.model, text), untrained, atol=1e-3)


def test_with_all_layers_kept_the_plug_in_is_the_tuned_model(
    model: PreTrainedModel, text: Tensor
) -> None:
    """Tuning the same layers of the model itself ends at the same weights, to the last bit."""
    emulator = keep(model, tuple(range(6)), (1, 4))
    _tune(emulator.model, text)
    ceiling = trainable(model, (1, 4)).model
    _tune(ceiling, text)

    plugged = plug_in(model, emulator)

    assert torch.equal(_logits(plugged, text), _logits(emulator.model, text))
    assert torch.equal(_logits(plugged, text), _logits(ceiling, text))


def test_a_plug_in_takes_the_trained_layers_and_no_others(
    model: PreTrainedModel, text: Tensor
) -> None:
    emulator = keep(model, (0, 2, 5), (2,))
    _tune(emulator.model, text)

    plugged = plug_in(model, emulator)

    ours, theirs = _places(blocks(plugged)), _places(blocks(model))
    tuned = {f"2.{n}": at for n, at in _places(blocks(emulator.model)[1]).items()}
    assert ours == theirs | {name: at for name, at in tuned.items() if name in theirs}
    assert plugged.config.num_hidden_layers == 6
    assert [m.layer_idx for m in blocks(plugged)[2].modules() if hasattr(m, "layer_idx")] == [2]


def test_an_emulator_writes_the_same_with_and_without_a_cache(
    model: PreTrainedModel, text: Tensor
) -> None:
    """Layers that still thought of their old places would write into the wrong cache."""
    for emulator in (keep(model, (0, 3, 5)), share(model, (0, 3, 5))):
        written = [
            emulator.model.generate(
                text, do_sample=False, min_new_tokens=6, max_new_tokens=6, use_cache=cached
            )
            for cached in (True, False)
        ]
        assert torch.equal(*written)


def test_layers_may_stand_in_another_order(llama: PreTrainedModel, text: Tensor) -> None:
    ordered, permuted = keep(llama, (0, 2, 4)).model, keep(llama, (0, 4, 2)).model

    assert set(_places(ordered).values()) == set(_places(permuted).values())
    assert not torch.allclose(_logits(ordered, text), _logits(permuted, text), atol=1e-3)


def test_layers_keep_what_the_configuration_says_of_each() -> None:
    full, sliding = "full_attention", "sliding_attention"
    model = build("qwen2")

    for made, kinds in (
        (keep(model, (0, 2, 3, 5)).model, [full, full, sliding, sliding]),
        (share(model, (1, 5)).model, [full, full, full, sliding, sliding, sliding]),
        (share(model, (2, 3)).model, [full, full, full, sliding, sliding, sliding]),
        (share(model, (0,)).model, [full] * 6),
    ):
        assert made.config.layer_types == kinds
        windows = [layer.self_attn.sliding_window for layer in blocks(made)]
        assert windows == [4 if kind == sliding else None for kind in kinds]


def test_an_emulator_is_in_training_where_the_model_is(llama: PreTrainedModel) -> None:
    assert not keep(llama, (0, 1)).model.training
    assert not any(module.training for module in keep(llama, (0, 1)).model.modules())


def test_a_model_of_other_layers_is_refused(llama: PreTrainedModel) -> None:
    emulator = keep(llama, (0, 2, 5), (2,))

    with pytest.raises(BadInput, match="has 3 layers, the layout is of a model of 6"):
        plug_in(emulator.model, emulator)
    with pytest.raises(BadInput, match="has 6 layers, the layout is of a model of 9"):
        emulator_of(llama, Layout(n_layers=9, kept=(0,)))


def test_trained_layers_of_another_model_are_not_plugged_in(llama: PreTrainedModel) -> None:
    with pytest.raises(BadInput, match="layer 2 of the emulator has other tensors"):
        plug_in(build("gpt2"), keep(llama, (0, 2, 5), (2,)))


def test_trained_layers_of_another_dtype_are_not_plugged_in(llama: PreTrainedModel) -> None:
    emulator = keep(copy.deepcopy(llama).bfloat16(), (0, 1), (0,))

    with pytest.raises(BadInput, match=r"holds torch\.bfloat16, that of .* torch\.float32"):
        plug_in(llama, emulator)


def test_a_model_without_a_list_of_layers_is_refused() -> None:
    class Odd(nn.Module):
        config = SimpleNamespace(
            get_text_config=lambda decoder: SimpleNamespace(num_hidden_layers=2)
        )

        def __init__(self) -> None:
            super().__init__()
            self.unlike = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])

    with pytest.raises(BadInput, match="Odd has no list of its layers"):
        keep(Odd(), (0,))  # type: ignore[arg-type]


def test_a_model_with_an_encoder_is_refused() -> None:
    config = T5Config(vocab_size=20, d_model=8, d_kv=4, d_ff=8, num_layers=2, num_heads=2)

    with pytest.raises(BadInput, match="has an encoder"):
        blocks(T5ForConditionalGeneration(config))
