"""Rules name layers of models of every architecture, by passes that begin where they differ."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel

from data.errors import BadInput
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import Sharing
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.selection.passes import Passes
from lightning_modules.layers.selection.readings import POOLINGS, read_layers
from lightning_modules.layers.selection.rules import RULES, select
from lightning_modules.layers.surgery import keep, share

TEXTS = [[(7 * i * k + k) % 50 for i in range(3 + 2 * k)] for k in range(1, 7)]
"""Six texts of different lengths."""


def _loss(model: PreTrainedModel, text: list[int]) -> float:
    tokens = torch.tensor(text)[None]
    with torch.no_grad():
        return float(model(tokens, labels=tokens).loss)


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("kept", "sharing"),
    [
        ((0, 1, 2, 4, 5), None),
        ((0, 1, 2, 3, 4), None),
        ((1, 3), None),
        ((0, 3, 1, 5), None),
        ((0, 1, 4), "all"),
        ((5,), "all"),
    ],
)
def test_a_pass_that_begins_late_gives_the_losses_of_a_whole_one(
    model: PreTrainedModel, kept: tuple[int, ...], sharing: Sharing | None
) -> None:
    emulator = share(model, kept).model if sharing else keep(model, kept).model
    expected = [_loss(emulator, text) for text in TEXTS]

    found = Passes(model, TEXTS, rows=4).losses(kept, sharing)

    assert found == pytest.approx(expected, abs=1e-5)


def test_a_pass_runs_only_what_differs(llama: PreTrainedModel) -> None:
    passes = Passes(llama, TEXTS)
    run = []
    for kept in ((0, 1, 2, 4, 5), (0, 1, 2, 3, 4), (1, 3), tuple(range(6))):
        before = passes.layers_run
        passes.losses(kept)
        run.append(passes.layers_run - before)

    assert run == [2, 1, 2, 0]
    assert (passes.losses(range(6)) == passes.full).all()


def test_the_model_keeps_no_trace_of_being_measured(llama: PreTrainedModel) -> None:
    before = _loss(llama, TEXTS[0])
    measures = Measures(llama, TEXTS)
    for rule in RULES:
        select(rule, measures, 3, rng=_rng())

    assert _loss(llama, TEXTS[0]) == before
    assert not any(layer._forward_pre_hooks or layer._forward_hooks for layer in blocks(llama))


def test_states_are_pooled_over_the_tokens_of_a_text_alone(model: PreTrainedModel) -> None:
    by_hand = []
    for text in TEXTS:
        with torch.no_grad():
            states = model(torch.tensor(text)[None], output_hidden_states=True).hidden_states
        by_hand.append(np.stack([state[0].numpy() for state in states[:-1]]))
    weights = [np.arange(1, len(text) + 1) / sum(range(len(text) + 1)) for text in TEXTS]
    expected = {
        "weighted": [np.einsum("t,ltw->lw", w, s) for w, s in zip(weights, by_hand, strict=True)],
        "mean": [states.mean(axis=1) for states in by_hand],
        "last": [states[:, -1] for states in by_hand],
        "maximum": [states.max(axis=1) for states in by_hand],
    }
    for pooling in POOLINGS:
        found = read_layers(model, TEXTS, pooling=pooling, rows=4).states
        # The states of the library end with a norm, ours with what leaves the last layer.
        assert found.shape == (7, len(TEXTS), by_hand[0].shape[2])
        assert found[:-1] == pytest.approx(np.stack(expected[pooling], axis=1), abs=1e-5)


def test_influence_is_the_angle_between_what_enters_and_what_leaves(
    model: PreTrainedModel,
) -> None:
    angles = []
    for text in TEXTS:
        with torch.no_grad():
            states = model(torch.tensor(text)[None], output_hidden_states=True).hidden_states
        ways = [torch.cosine_similarity(a, b, dim=-1)[0] for a, b in pairwise(states[:-1])]
        angles.append(1 - torch.stack(ways).numpy())

    found = read_layers(model, TEXTS, rows=4).influence

    assert found[:-1] == pytest.approx(np.concatenate(angles, axis=1).mean(axis=1), abs=1e-5)
    assert 0 < found[-1] < 2


def test_every_rule_names_as_many_layers_and_says_what_it_cost(llama: PreTrainedModel) -> None:
    measures = Measures(llama, TEXTS, TEXTS[:5])
    n_tokens, n_read = sum(map(len, TEXTS)), sum(map(len, TEXTS[:5]))
    cost = {}
    for rule in RULES:
        for n_kept in (6, 4, 2, 1):
            found = select(rule, measures, n_kept, rng=_rng())
            assert list(found.kept) == sorted(set(found.kept))
            assert len(found.kept) == n_kept
            cost[rule] = found.cost.token_passes

    assert cost["uniform"] == cost["random"] == 0
    assert cost["cka"] == cost["block_influence"] == n_read
    # The whole pass and 5 + 4 + 3 + 2 + 1 layers behind a skipped one, the last but one once more.
    assert cost["skip_cost"] == pytest.approx(n_tokens * (6 + 15 + 1) / 6)
    pairs, triples = 4 + 3 + 2 + 1 + 1, 3 + 2 + 1 + 1
    assert cost["intervals"] == pytest.approx(n_tokens * (6 + 15 + 1 + pairs + triples) / 6)


def test_what_was_counted_is_what_was_run(llama: PreTrainedModel) -> None:
    measures = Measures(llama, TEXTS)
    measures.interval_costs  # noqa: B018
    run = measures._passes.layers_run * sum(map(len, TEXTS))

    assert run == measures.cost_of_intervals(3).layer_tokens


def test_costs_are_rises_of_the_loss(llama: PreTrainedModel) -> None:
    measures = Measures(llama, TEXTS)
    full = np.mean([_loss(llama, text) for text in TEXTS])
    without = np.mean([_loss(keep(llama, (0, 3, 4, 5)).model, text) for text in TEXTS])

    assert measures.interval_costs[1, 2] == pytest.approx(without - full, abs=1e-5)
    assert measures.skip_costs[4] == measures.interval_costs[4, 1]


def test_a_layer_that_does_nothing_costs_nothing(llama: PreTrainedModel) -> None:
    still = keep(llama, tuple(range(6)), trainable=(3,)).model
    layer: Any = blocks(still)[3]
    with torch.no_grad():
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    measures = Measures(still, TEXTS)

    assert measures.skip_costs[3] == pytest.approx(0, abs=1e-6)
    assert measures.cka[2, 3] == pytest.approx(1)
    assert measures.readings.influence.argmin() == 3
    assert select("block_influence", measures, 5, rng=_rng()).kept == (0, 1, 2, 4, 5)


def test_bad_input_is_refused_in_one_line(llama: PreTrainedModel) -> None:
    measures = Measures(llama, TEXTS)
    with pytest.raises(BadInput, match="unknown rule 'best'; use one of uniform, random, "):
        select("best", measures, 3, rng=_rng())
    with pytest.raises(BadInput, match="7 layers are to be kept; the model has 6, keep 1 to 6"):
        select("uniform", measures, 7, rng=_rng())
    with pytest.raises(BadInput, match="allow longer intervals, or keep more layers"):
        select("intervals", Measures(llama, TEXTS, longest=1), 2, rng=_rng())
    with pytest.raises(BadInput, match="text 1 has 1 tokens"):
        Passes(llama, [[1, 2], [3]])
    with pytest.raises(BadInput, match="no text"):
        Passes(llama, [])
    with pytest.raises(BadInput, match="unknown pooling 'first'; use one of weighted, mean"):
        read_layers(llama, TEXTS, pooling="first")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="CKA of 3 texts"):
        select("cka", Measures(llama, TEXTS, TEXTS[:3]), 3, rng=_rng())
    with pytest.raises(BadInput, match="at most 0 layers; use at least 1"):
        Measures(llama, TEXTS, longest=0)
