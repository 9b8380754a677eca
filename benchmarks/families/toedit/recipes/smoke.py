"""Minutes on two CPU cores, offline: does pure synthetic text collapse, does editing avoid it?

A Llama-style model of about 1 M parameters learns the King James Bible (public domain). Such a
small prior gives hardly any token a probability of 0.99, so the paper's rule would change nothing;
`share` flags the 12.5 % of tokens that the paper's Table 15 reports, and the record states beside
it how many tokens the paper's threshold would have flagged.
"""

from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.standard import standard_chain
from data.editing import PAPER


def smoke() -> Recipe:
    """Every workflow and its human controls for three generations."""
    return standard_chain(
        "smoke",
        "pure synthetic, accumulated and token-edited text against human controls",
        (
            "fresh_human",
            "same_human",
            "edit_source",
            "edit_previous",
            "accumulate",
            "replace",
        ),
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
