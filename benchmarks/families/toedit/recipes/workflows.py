"""Every workflow, every control and the methods a user would try instead.

The edit arms and their random controls decide whether confidence matters; `redraw` and `reencode`
are null arms: they go through the machinery of editing and must end where `same_human` ends.
"""

from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.chains.standard import compared_chain
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

SEEDS = 5
"""Replicates that the comparison is planned for: `--seed 0` to `--seed 4`."""
SIXTEEN = (
    "replace", "accumulate", "accumulate_subsample", "mix", "edit_source", "edit_previous",
    "fresh_human", "same_human", "edit_random", "edit_random_previous", "redraw", "reencode",
    "importance", "verified", "long_tail", "truncated_loss",
)  # fmt: skip
"""Written out, because a recipe does not change when another method joins."""


def workflows() -> Recipe:
    """All workflows for five generations of a model of about 0.4 M parameters."""
    return compared_chain(
        "workflows", "every workflow and control, five generations, five seeds", SIXTEEN
    )


def workflows_gpu() -> Recipe:
    """All workflows for ten generations of a model of about 55 M parameters."""
    return replace(
        workflows(),
        name="workflows_gpu",
        summary="every workflow and control, ten generations of a 55 M parameter model",
        tier="gpu",
        generations=10,
        human=HumanText(
            source="cloud_documentation",
            held_out_bytes=400_000,
            first_tokens=3_000_000,
            generation_tokens=131_072,
        ),
        model=ModelShape(
            layers=10, width=640, heads=10, feed_forward=1728, context=512, vocabulary_size=8192
        ),
        first_fit=Optimization(learning_rate=1e-3, warmup_steps=100, windows_per_step=32),
        fit=Optimization(learning_rate=3e-4, warmup_steps=4, windows_per_step=16),
        sampling=SamplingRule(max_tokens=1024, documents_per_batch=1024),
        prior_context=512,
        evaluation=Evaluation(sample_tokens=32_768, document_tokens=256, sample_words=8_000),
    )
