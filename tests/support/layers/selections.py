"""Records of selections with chosen numbers, and a small model to select layers of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection.record import Selected, planned
from benchmarks.families.layer_emulators.selection.study import (
    SelectionStudy,
    layer_emulators_selection,
)
from benchmarks.running.record import Metric
from data.sources.texts import SOURCES, load_source
from data.text.tokens import train_tokenizer
from lightning_modules.layers.selection.intervals import cheapest_intervals
from tests.support.records import study_record

N_LAYERS = 6
CUTS = (1, 4)
"""First layers of the second and third block of a record."""


def small_study(model: str) -> SelectionStudy:
    """The recipe for a model of six layers, shrunk to a moment."""
    return replace(
        layer_emulators_selection(),
        model=model,
        arms=("king_james",),
        kept=(5, 3),
        draws=2,
        calibration_texts=2,
        evaluation_texts=3,
        read_texts=12,
        tokens=16,
        read_tokens=8,
        longest=2,
        blocks=3,
    )


def write_model(folder: Path) -> None:
    """A model of six layers with random weights, and a tokenizer of the Bible's first verses."""
    texts = [document.text for document in islice(load_source(SOURCES["king_james"]), 400)]
    tokenizer = train_tokenizer(texts, 300)
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=N_LAYERS,
        num_attention_heads=2,
        num_key_value_heads=1,
        vocab_size=len(tokenizer),
        max_position_embeddings=64,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def blocks(**other: Any) -> dict[str, Any]:
    """Blocks of a record, of which some numbers are others."""
    return {
        "boundaries": [CUTS, CUTS],
        "strength": 0.4,
        "strength_at_distance": 0.1,
        "p": 0.001,
        "agreement": 1.0,
    } | other


def selected(
    recipe: SelectionStudy,
    losses: Mapping[str, float],
    *,
    full: float = 2.0,
    n_layers: int = N_LAYERS,
    **layers: Any,
) -> Selected:
    """What a selection found, whose emulators have the loss of their rule.

    Args:
        recipe: The recipe.
        losses: Loss by rule, the same for every number of layers; `rule shared` with sharing.
        full: Loss of the whole model.
        n_layers: Number of its layers.
        layers: Parts of what was measured of layers that are to be others.
    """
    n, n_texts = n_layers, recipe.evaluation_texts
    spans = [(s, k) for k in range(1, recipe.longest + 1) for s in range(n - k + 1)]
    triangle = [
        [0.99 - 0.001 * row - 0.1 * min(gap, 9) for gap in range(n - 1 - row)]
        for row in range(n - 1)
    ]
    measured = {
        "influence": [0.5, *(0.4 - 0.3 * layer / n for layer in range(1, n))],
        "cka": triangle,
        "cka_rest": triangle,
        "cka_unbiased": [0.9 + 0.001 * layer for layer in range(n - 1)],
        "intervals": [(start, length, 1.0 * length) for start, length in spans],
        "blocks": blocks(),
        "blocks_rest": blocks(),
        **layers,
    }
    emulators = []
    for rule, n_kept, draw, sharing in planned(recipe.as_dict()):
        loss = losses[f"{rule} shared" if sharing else rule]
        emulators.append(
            {
                "rule": rule,
                "draw": draw,
                "sharing": sharing,
                "kept": _kept(rule, n, n_kept, measured["intervals"]),
                "token_passes": {"skip_cost": 200, "intervals": 600}.get(rule, 0),
                "losses": [loss + 0.1 * text for text in range(n_texts)],
            }
        )
    spread = 0.1 * (n_texts - 1) / 2
    whole = [full + spread] * n_texts  # so that rises over the whole are `loss - full`
    return Selected.model_validate(
        {"full": whole, "layers": measured, "emulators": emulators}, strict=False
    )


def _kept(rule: str, n: int, n_kept: int, spans: Sequence[Sequence[Any]]) -> tuple[int, ...]:
    """The first layers; of the rule that leaves out intervals those that it would keep."""
    if rule != "intervals" or n_kept > n:
        return tuple(range(n_kept))
    costs = {(start, length): cost for start, length, cost in spans}
    return cheapest_intervals(costs, n, n_kept).kept


def selection_record(recipe: SelectionStudy, seed: int, found: Selected) -> EmulatorRecord:
    """A record of a selection."""
    metrics = {"full/loss": Metric(value=found.full_loss, stderr=0.1, n=len(found.full), version=1)}
    return study_record(EmulatorRecord, recipe, recipe.arms[0], seed, metrics, selection=found)
