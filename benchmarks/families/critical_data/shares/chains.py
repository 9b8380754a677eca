"""What runs inside the stages: chains of n-gram models with shares of fresh human text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.chains.chain import run_chain
from benchmarks.chains.ngrams import (
    Encoded,
    NgramChain,
    NgramMaterials,
    NgramRecipe,
    Stream,
    divide,
)
from benchmarks.families.critical_data.shares.names import CONTROLS, share_key


@dataclass(frozen=True)
class FreshMaterials(NgramMaterials):
    """What a mix is made of where its human text is new in every generation."""

    @property
    def source(self) -> tuple[Stream, ...]:
        """Human text that no generation has seen, in place of the chain's own."""
        return self.fresh()


class FreshChain(NgramChain):
    """A chain whose workflows take fresh human text wherever they take human text."""

    def materials(
        self, model: Any, previous: tuple[Stream, ...], *, generation: int
    ) -> NgramMaterials:
        """What the next corpus can be made from."""
        return FreshMaterials(self, model, previous, generation)


def share_chains(
    folder: Path,
    *,
    texts: Sequence[str],
    order: int,
    shares: Sequence[float],
    horizons: Sequence[int],
    words: int,
    seed: int,
) -> Mapping[str, Any]:
    """Run the chains of one seed: each share of fresh human text, and the controls.

    Args:
        folder: The stage's folder, which receives nothing.
        texts: Human text by document.
        order: Order of the n-gram models.
        shares: Shares of fresh human text.
        horizons: Generations whose losses are kept.
        words: Words of every corpus.
        seed: Replicate; it divides the text and draws what models write.
    """
    recipe = NgramRecipe(
        order=order, generations=max(horizons), first_words=words, generation_words=words
    )
    text = divide(Encoded.of(texts, recipe), recipe, seed)
    losses: dict[str, list[float]] = {}
    for share in shares:
        chain = FreshChain(replace(recipe, human_share=share), text, seed)
        measured = run_chain(chain, "mix")
        losses[share_key(share)] = [measured[g].bits_per_token for g in horizons]
    for workflow in CONTROLS:
        measured = run_chain(NgramChain(recipe, text, seed), workflow)
        losses[workflow] = [measured[g].bits_per_token for g in horizons]
    return {"losses": losses, "held_out": len(text.held_out)}
