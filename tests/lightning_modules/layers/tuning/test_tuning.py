"""Emulators are tuned in what they train alone, looked at, and mixed along a straight line."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedModel

from lightning_modules.device import Device
from lightning_modules.fitting.text_data import PackedWindows
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.surgery import keep, plug_in, share, trainable
from lightning_modules.layers.tuning.agreement import gradient_agreement, output_likeness
from lightning_modules.layers.tuning.fitting import Lessons, tune
from lightning_modules.layers.tuning.gate import SkipCosts
from lightning_modules.layers.tuning.middle import middle_cost
from lightning_modules.layers.tuning.mixing import mixed
from lightning_modules.settings import Optimization

CONTEXT = 8


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    tokens = np.random.default_rng(0).integers(0, 50, 6 * CONTEXT + 1).astype(np.int32)
    windows: Dataset[Tensor] = PackedWindows(tokens, CONTEXT)
    rate = Optimization(learning_rate=1e-2, warmup_steps=0, windows_per_step=2)
    return Lessons(windows=windows, order=[[0, 1], [2, 3], [4, 5]], optimization=rate)


def batch(lessons: Lessons) -> Tensor:
    return torch.stack([lessons.windows[at] for at in range(4)])


def fitted(model: PreTrainedModel, lessons: Lessons, folder: Path) -> list[float]:
    return tune(model, lessons, folder=folder, device=Device(name="cpu"), advance=lambda n: None)


def weights(model: PreTrainedModel, place: int) -> Tensor:
    return torch.cat([p.detach().flatten() for p in blocks(model)[place].parameters()])


def test_only_the_trained_layers_move_and_the_model_stays(
    llama: PreTrainedModel, lessons: Lessons, tmp_path: Path
) -> None:
    before = [weights(llama, place).clone() for place in range(len(blocks(llama)))]
    emulator = share(llama, (0, 2), trainable=(2,))

    losses = fitted(emulator.model, lessons, tmp_path)

    assert len(losses) == 3
    assert not emulator.model.training
    for place, weight in enumerate(before):
        assert torch.equal(weights(llama, place), weight)
    position = emulator.layout.position[2]
    assert not torch.equal(weights(emulator.model, position), before[2])
    assert torch.equal(weights(emulator.model, 0), before[0])
    plugged = plug_in(llama, emulator)
    assert torch.equal(weights(plugged, 2), weights(emulator.model, position))
    assert torch.equal(weights(plugged, 0), before[0])


def test_an_emulator_with_all_layers_is_tuned_as_the_model_is_to_the_bit(
    llama: PreTrainedModel, lessons: Lessons, tmp_path: Path
) -> None:
    whole = copy.deepcopy(llama).requires_grad_(requires_grad=False)
    blocks(whole)[1].requires_grad_()
    emulator = trainable(llama, (1,))

    for name, model in (("whole", whole), ("emulator", emulator.model)):
        (tmp_path / name).mkdir()
        fitted(model, lessons, tmp_path / name)

    assert torch.equal(weights(whole, 1), weights(plug_in(llama, emulator), 1))


def test_looks_are_those_of_the_model_as_it_stands(
    llama: PreTrainedModel, lessons: Lessons, tmp_path: Path
) -> None:
    texts = [list(range(6)), list(range(9, 20))]
    model = trainable(llama, (0,)).model
    first, last = SkipCosts(texts, every=2), Measures(llama, texts)

    tune(
        model,
        lessons,
        folder=tmp_path,
        device=Device(name="cpu"),
        advance=lambda n: None,
        callbacks=[first],
    )

    assert first.steps == [0, 2, 3]
    assert first.losses[0] == pytest.approx(float(last.full.mean()))
    assert first.costs[0] == pytest.approx(last.skip_costs.tolist())
    assert first.losses[2] == pytest.approx(float(Measures(model, texts).full.mean()))
    again = SkipCosts(texts, every=2)
    again.load_state_dict(first.state_dict())
    assert (again.steps, again.losses, again.costs) == (first.steps, first.losses, first.costs)


def test_the_first_and_last_layer_are_no_middle_layers() -> None:
    assert middle_cost([9.0, 0.1, 0.3, 0.2, 8.0]) == 0.2


def test_an_emulator_with_all_layers_agrees_in_everything(
    llama: PreTrainedModel, lessons: Lessons
) -> None:
    emulator = trainable(llama, (0, 2))
    windows = batch(lessons)

    assert gradient_agreement(llama, emulator, windows) == pytest.approx(1.0)
    assert output_likeness(llama, emulator, windows.tolist()) == pytest.approx(1.0)
    assert all(p.grad is None for p in emulator.model.parameters())


def test_the_agreement_is_the_cosine_of_gradients_by_hand(
    llama: PreTrainedModel, lessons: Lessons
) -> None:
    emulator = keep(llama, (0, 2), trainable=(2,))
    windows = batch(lessons)

    found = gradient_agreement(llama, emulator, windows)

    gradients = []
    for model, index in ((emulator.model, 1), (trainable(llama, (2,)).model, 2)):
        logits = model(input_ids=windows[:, :-1]).logits
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten()).backward()
        parts = [p.grad for p in blocks(model)[index].parameters()]
        gradients.append(torch.cat([part.flatten() for part in parts if part is not None]))
    expected = torch.dot(*gradients) / (gradients[0].norm() * gradients[1].norm())
    assert found == pytest.approx(float(expected), abs=1e-5)
    assert abs(found) < 0.999


def test_a_mix_lies_on_the_line_and_changes_neither_end(llama: PreTrainedModel) -> None:
    other = trainable(llama, (1,)).model
    with torch.no_grad():
        for parameter in blocks(other)[1].parameters():
            parameter.add_(1.0)
    ends = weights(llama, 1).clone(), weights(other, 1).clone()

    middle = mixed(llama, other, 0.25)

    assert torch.allclose(weights(middle, 1), 0.75 * ends[0] + 0.25 * ends[1])
    assert torch.equal(weights(mixed(llama, other, 1.0), 1), ends[1])
    assert torch.equal(weights(llama, 1), ends[0])
    assert torch.equal(weights(other, 1), ends[1])
