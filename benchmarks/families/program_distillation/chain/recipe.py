"""The chain of students that answer with programs: five generations in every workflow."""

from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText
from data.editing import SHARE
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

EXECUTED, ANEW, KEPT = "executed", "executed_source", "executed_accumulate"
REPLACED, FRESH, SAME = "replace", "fresh_human", "same_human"
POOLED = "accumulate"
WORKFLOWS = (EXECUTED, REPLACED, ANEW, KEPT, FRESH, SAME)
"""Workflows of the chain, those first whose records decide most."""


def program_distillation_chain() -> Recipe:
    """Ten types of problems, a small model that generation 0 leaves able to answer about half.

    Every generation goes on from the weights of the last one, so that what a corpus has no more can
    be unlearnt, and has as many steps as its corpus has text.
    """
    return Recipe(
        name="program_distillation_chain",
        tier="cpu",
        summary="five generations of students whose programs are executed, or not; an hour",
        workflows=WORKFLOWS,
        generations=5,
        start="last",
        human=HumanText(
            source="template_programs",
            held_out_bytes=80_000,
            first_tokens=750_000,
            generation_tokens=25_000,
        ),
        model=ModelShape(
            layers=3, width=64, heads=4, feed_forward=176, context=192, vocabulary_size=768
        ),
        first_fit=Optimization(learning_rate=4e-3, warmup_steps=100, windows_per_step=2),
        fit=Optimization(learning_rate=1e-3, warmup_steps=10, windows_per_step=2),
        sampling=SamplingRule(max_tokens=96, documents_per_batch=512),
        edit_rule=SHARE,
        prior_context=192,
        executes=True,
        candidates=3.0,
        evaluation=Evaluation(sample_tokens=24_000, document_tokens=96, sample_words=2_000),
    )


def program_distillation_chain_accumulate() -> Recipe:
    """The same chain where all earlier answers are kept, right or not, beside the human text.

    It has a recipe of its own because the records of the other workflows stand; its settings are
    theirs, so that generation 0 of a seed is one model and the chains are ranked together.
    """
    return replace(
        program_distillation_chain(),
        name="program_distillation_chain_accumulate",
        summary="the same chains with all earlier answers kept, and none executed",
        workflows=(POOLED,),
    )
