"""Minutes on two CPU cores, offline: does pure synthetic text collapse, does editing avoid it?

A Llama-style model of about 1 M parameters learns the King James Bible (public domain). Such a
small prior gives hardly any token a probability of 0.99, so the paper's rule would change nothing;
`share` flags the 12.5 % of tokens that the paper's Table 15 reports, and the record states beside
it how many tokens the paper's threshold would have flagged.
"""

from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText
from data.editing import PAPER, SHARE
from lightning_modules.settings import ModelShape, Optimization, SamplingRule


def smoke() -> Recipe:
    """Every workflow and its human controls for three generations."""
    return Recipe(
        name="smoke",
        summary="pure synthetic, accumulated and token-edited text against human controls",
        tier="smoke",
        workflows=(
            "fresh_human",
            "same_human",
            "edit_source",
            "edit_previous",
            "accumulate",
            "replace",
        ),
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


def smoke_pretrained_prior() -> Recipe:
    """Edits with a real pretrained model, SmolLM2-135M, by the paper's rule."""
    return replace(
        smoke(),
        name="smoke_pretrained_prior",
        summary="token editing by SmolLM2-135M with the paper's threshold of 0.99",
        workflows=("fresh_human", "same_human", "edit_source", "edit_previous"),
        generations=2,
        prior="smollm2",
        edit_rule=PAPER,
        prior_context=512,
    )
