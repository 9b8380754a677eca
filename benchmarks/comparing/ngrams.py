"""Hundreds of n-gram chains: run, tabulated, and held against what the theory predicts."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.chains.chain import run_chain
from benchmarks.chains.ngrams import Encoded, NgramChain, NgramRecipe, divide
from benchmarks.comparing.curves import Curve
from benchmarks.comparing.predictions import Prediction, check_curves
from data.workflow import Workflow


def run_ngrams(
    texts: Sequence[str], recipe: NgramRecipe, workflow: Workflow, seeds: Sequence[int]
) -> dict[str, NDArray[np.float64]]:
    """Run one workflow with several seeds.

    Returns:
        Every field of `NgramGeneration`, shape (seeds, generations + 1).
    """
    encoded = Encoded.of(texts, recipe)
    rows = []
    for seed in seeds:
        family = NgramChain(recipe, divide(encoded, recipe, seed), seed)
        rows.append([asdict(generation) for generation in run_chain(family, workflow)])
    names = rows[0][0].keys() - {"generation"}
    return {name: np.array([[g[name] for g in chain] for chain in rows]) for name in names}


def ngram_table(found: dict[str, dict[str, NDArray[np.float64]]]) -> Table:
    """Held-out bits per token by generation, and the tail and the edits at the end."""
    n_seeds, last = next(iter(found.values()))["bits_per_token"].shape
    shown = sorted({0, 1, 2, 5, 10, 20, last - 1} & set(range(last)))
    table = Table(title=f"n-gram models, held-out bits per token, mean over {n_seeds} seeds")
    table.add_column("workflow")
    for name in (*(f"gen {generation}" for generation in shown), "± sd", "tail", "changed"):
        table.add_column(name, justify="right")
    for workflow, curves in sorted(
        found.items(), key=lambda i: -i[1]["bits_per_token"][:, -1].mean()
    ):
        loss = curves["bits_per_token"]
        table.add_row(
            workflow,
            *(f"{loss[:, generation].mean():.3f}" for generation in shown),
            f"{loss[:, -1].std(ddof=min(1, n_seeds - 1)):.3f}",
            f"{curves['tail_coverage'][:, -1].mean():.3f}",
            f"{curves['changed'][:, -1].mean():.2%}",
        )
    return table


def ngram_predictions(found: dict[str, dict[str, NDArray[np.float64]]]) -> list[Prediction]:
    """What the theory predicts, on n-gram chains; `reencode` measures nothing here."""
    n_seeds = len(next(iter(found.values()))["bits_per_token"])
    measured = {workflow: curves for workflow, curves in found.items() if workflow != "reencode"}
    losses, changed = (
        [
            Curve(workflow, tuple(range(n_seeds)), curves[name])
            for workflow, curves in measured.items()
        ]
        for name in ("bits_per_token", "changed")
    )
    return check_curves(losses, changed)


def curves_as_json(found: dict[str, dict[str, NDArray[np.float64]]]) -> str:
    """Every curve as nested lists: workflow, measure, seed, generation."""
    plain = {w: {name: c.tolist() for name, c in curves.items()} for w, curves in found.items()}
    return json.dumps(plain) + "\n"
