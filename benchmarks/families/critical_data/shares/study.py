"""How much fresh human text a chain of n-gram models needs: a grid of shares and generations."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.running.study import Study
from data.errors import BadInput, between

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

ORDERS: Mapping[str, int] = {"bigrams": 2, "trigrams": 3}
"""The models by arm: words that each of them sees. Trigrams have 256 times as many numbers, and
take minutes a chain."""


@dataclass(frozen=True, kw_only=True)
class ShareStudy(Study):
    """Chains that mix a share of fresh human text into what their last model writes."""

    source: str
    """Name of the human text."""
    shares: tuple[float, ...]
    """Shares of fresh human text in every corpus, growing."""
    horizons: tuple[int, ...]
    """Generations at which the excess is kept, growing; the last one ends the chains."""
    deltas: tuple[float, ...]
    """Excesses in bits per token that are allowed, fixed before any chain was run."""
    words: int
    """Words of every corpus."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A share is not between 0 and 1, an order is wrong, or an arm unknown.
        """
        between(0, 1, {f"shares.{place}": share for place, share in enumerate(self.shares)})
        for name in ("shares", "horizons", "deltas"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise BadInput(f"{name} are {values}; give some, growing")
        if unknown := [arm for arm in self.arms if arm not in ORDERS]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(ORDERS)}")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Run the chains of one model and seed, all shares and controls in one stage."""
        from benchmarks.families.critical_data.shares.chains import share_chains
        from benchmarks.running.bench import Pinned
        from data.sources.texts import SOURCES, load_source

        texts = list(load_source(SOURCES[self.source]).texts())
        content = hashlib.sha256("\0".join(texts).encode()).hexdigest()
        stage = bench.run(
            0,
            "chains",
            share_chains,
            texts=Pinned(texts, content),
            order=ORDERS[arm],
            shares=self.shares,
            horizons=self.horizons,
            words=self.words,
            seed=seed,
        )
        return [stage]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The losses of an arm's only stage."""
        from benchmarks.running.record import Metric

        (stage,) = stages
        found = stage.facts["losses"].items()
        n = stage.facts["held_out"]
        metrics = {
            f"{name}/g{horizon}/bits_per_token": Metric(value=loss, stderr=None, n=n, version=1)
            for name, losses in found
            for horizon, loss in zip(self.horizons, losses, strict=True)
        }
        return {"metrics": metrics}


def critical_data_shares() -> ShareStudy:
    """Excess of bigram chains over ten shares of fresh human text."""
    return ShareStudy(
        name="critical_data_shares",
        tier="smoke",
        summary="how much human text bigram chains need: shares against generations; two minutes",
        arms=("bigrams",),
        source="king_james",
        shares=(1 / 64, 1 / 32, 1 / 16, 3 / 32, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4),
        horizons=(1, 2, 5, 10, 20),
        deltas=(0.1, 0.5),
        words=10_000,
    )
