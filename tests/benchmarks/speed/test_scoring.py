import torch
from transformers import PreTrainedModel

from benchmarks.speed.scoring import emulator_row, memory_line, scoring_rows
from lightning_modules.device import Device


def test_both_baselines_are_measured_on_one_batch(model: PreTrainedModel) -> None:
    tokens = torch.randint(300, (3, 20), generator=torch.Generator().manual_seed(0))

    bare, naive, *memory = scoring_rows("tiny", model, tokens, share=0.2, repeats=2)

    assert "bare forward pass" in bare.name
    assert "naive path" in naive.name
    assert bare.ours == naive.ours > 0
    assert min(bare.baseline, naive.baseline) > 0
    assert all("memory to the naive path" in row.name and row.baseline > 0 for row in memory)


def test_the_memory_that_is_stated_is_that_of_a_chunk() -> None:
    assert memory_line(Device(name="cpu")).startswith("scoring holds logits of 16 MiB at a time")


def test_some_of_the_layers_are_held_against_all_of_them(model: PreTrainedModel) -> None:
    tokens = torch.randint(300, (3, 20), generator=torch.Generator().manual_seed(0))
    n_layers = model.config.num_hidden_layers

    row = emulator_row("tiny", model, tokens, share=0.2, repeats=2)

    assert row.name.endswith(f"{max(round(n_layers / 2), 1)} of {n_layers} layers to all of them")
    assert min(row.ours, row.baseline) > 0
