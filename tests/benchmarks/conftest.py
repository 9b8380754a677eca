"""A recipe file as a user would write it."""

from pathlib import Path

import pytest


@pytest.fixture
def recipe_file(tmp_path: Path, text_file: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(
        f"""
from dataclasses import replace
from benchmarks.recipe import Evaluation, HumanText
from benchmarks.recipes.smoke import smoke
from data.health import HealthLimits
from lightning_modules.causal_lm import ModelShape, Optimization
from lightning_modules.sampling import SamplingRule

def mine():
    fit = Optimization(learning_rate=5e-3, warmup_steps=2, windows_per_step=4)
    return replace(
        smoke(), name="mine", generations=1, workflows=("fresh_human", "edit_source", "replace"),
        human=HumanText(source={str(text_file)!r}, held_out_bytes=6000, first_tokens=9000,
                        generation_tokens=1500),
        model=ModelShape(layers=2, width=32, heads=2, feed_forward=64, context=32,
                         vocabulary_size=300),
        first_fit=fit, fit=fit, sampling=SamplingRule(max_tokens=80), prior_context=32,
        evaluation=Evaluation(sample_tokens=600, document_tokens=30, sample_words=100))

def wild():
    return replace(mine(), name="wild",
                   first_fit=replace(mine().first_fit, learning_rate=1e30, gradient_clip=1e30))

def strict():
    limits = HealthLimits(on_breach="stop", length_shift=0.001)
    return replace(mine(), name="strict", health=limits)

def greedy():
    return replace(mine(), name="greedy", human=replace(mine().human, first_tokens=10**9))
"""
    )
    return path
