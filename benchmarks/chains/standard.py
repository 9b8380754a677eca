"""The chain in which methods of every family can be compared: minutes on two CPU cores, offline.

A Llama-style model of about 1 M parameters learns the King James Bible (public domain) for three
generations. Recipes that share these settings share text, first models and controls seed by seed,
so that a method joins the leaderboard with records of its own workflow alone. Such a small prior
gives hardly any token a probability of 0.99; the rule `share` flags 12.5 % of the tokens.
"""

from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText
from data.editing import SHARE
from data.workflow import Workflow
from lightning_modules.settings import ModelShape, Optimization, SamplingRule


def standard_chain(name: str, summary: str, workflows: tuple[Workflow, ...]) -> Recipe:
    """The standard chain with some workflows."""
    return Recipe(
        name=name,
        summary=summary,
        tier="smoke",
        workflows=workflows,
        generations=3,
        human=HumanText(
            source="king_james",
            held_out_bytes=120_000,
            first_tokens=400_000,
            generation_tokens=49_152,
        ),
        model=ModelShape(
            layers=4, width=128, heads=4, feed_forward=344, context=128, vocabulary_size=1024
        ),
        first_fit=Optimization(learning_rate=3e-3, warmup_steps=100, windows_per_step=4),
        fit=Optimization(learning_rate=1e-3, warmup_steps=16, windows_per_step=4),
        sampling=SamplingRule(max_tokens=768, documents_per_batch=512),
        edit_rule=SHARE,
        prior_context=128,
        evaluation=Evaluation(sample_tokens=8_192, document_tokens=128, sample_words=2_500),
    )


def compared_chain(name: str, summary: str, workflows: tuple[Workflow, ...]) -> Recipe:
    """The chain of the comparison of all workflows, with some: five generations, 0.4 M parameters.

    Recipes of it share text, first models and controls seed by seed, as those of the standard one.
    """
    return replace(
        standard_chain(name, summary, workflows),
        tier="cpu",
        generations=5,
        human=HumanText(
            source="king_james",
            held_out_bytes=60_000,
            first_tokens=250_000,
            generation_tokens=24_576,
        ),
        model=ModelShape(
            layers=3, width=96, heads=3, feed_forward=256, context=128, vocabulary_size=1024
        ),
        evaluation=Evaluation(sample_tokens=6_144, document_tokens=128, sample_words=2_000),
    )
