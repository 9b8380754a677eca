"""The dose-response curve: what as many edits cost, by the probability of what they replace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import EditTotals, Record
from benchmarks.comparing.differences import Difference, paired, ratio_interval
from benchmarks.families.toedit.claims.places.arms import band_arms, random_arm
from benchmarks.families.toedit.claims.places.statistics import last_losses
from data.edits.places import Text
from theory.linear_chains.sighted.bands import relative_costs

UNEDITED = "same_human"
"""The same text without edits, which excess is measured from."""
Chains = Mapping[str, Sequence[Record]]
"""The chains of each arm, one for each seed in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the edits of one arm are and what they cost; numbers are means over seeds."""

    workflow: str
    words: str
    """Where the edits are: a band of P, or `random places`."""
    share: float | None
    """Share of the tokens of the human text that the place holds; None where no record says so."""
    last_share: float | None
    """The same of the text that the last edit read."""
    changed: float
    """Share of tokens that each edit changes."""
    log_probability: float | None
    """Change of log2 P(token) by a changed token, in bits; None in older records."""
    divergence: float | None
    """KL of the law of the replacement from the prior at a changed token, in bits."""
    content: float | None
    """Content words touched for each changed token."""
    excess: Difference
    """Bits per byte at the last generation above the same text unedited, paired by seed."""
    relative: Difference
    """That excess relative to the one of random places; without an interval where it has none."""
    foretold: float | None
    """What linear models say of `relative`, to first order in the share that is changed; None where
    the shares of the bands are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseResponse:
    """The bands of one text by one prior, with the same number of changes at random places."""

    recipe: Recipe
    text: Text
    seeds: tuple[int, ...]
    bands: tuple[Effect, ...]
    """Bands of P, the least likely tokens first."""
    anywhere: Effect
    """Random places."""

    @property
    def prior(self) -> str:
        """The model whose probabilities the bands are of, in words."""
        return "the model itself" if self.recipe.prior == "self" else "SmolLM2-135M"


def chains_of(recipe: Recipe, arms: Sequence[str], records: Sequence[Record]) -> Chains | None:
    """The chains of some arms of a recipe at the seeds that all have; None where there are none."""
    by_arm: dict[str, dict[int, Record]] = {arm: {} for arm in arms}
    for record in records:
        if record.digest == recipe.digest and record.workflow in by_arm:
            by_arm[record.workflow][record.seed] = record
    seeds = sorted(set.intersection(*map(set, by_arm.values())))
    return {arm: [mine[seed] for seed in seeds] for arm, mine in by_arm.items()} if seeds else None


def dose_response(
    make: Callable[[], Recipe], text: Text, records: Sequence[Record]
) -> DoseResponse | None:
    """The curve of a recipe's bands of a text; None where no seed has all of its arms."""
    recipe, arms = make(), band_arms(make, text)
    named = [*(arm.workflow for arm in arms), random_arm(text), UNEDITED]
    chains = chains_of(recipe, named, records)
    if chains is None:
        return None
    shares = [_share(chains[arm.workflow], 0) for arm in arms]
    foretold = _foretold(shares)
    random = chains[random_arm(text)]
    return DoseResponse(
        recipe=recipe,
        text=text,
        seeds=tuple(record.seed for record in random),
        bands=tuple(
            effect(arm.workflow, str(arm.place), chains, random, share, cost)
            for arm, share, cost in zip(arms, shares, foretold, strict=True)
        ),
        anywhere=effect(random_arm(text), "random places", chains, random, None, 1.0),
    )


def effect(
    workflow: str,
    words: str,
    chains: Chains,
    random: Sequence[Record],
    share: float | None = None,
    foretold: float | None = None,
) -> Effect:
    """What the edits of one arm are and cost, above the same text and beside random places."""
    mine, base = chains[workflow], last_losses(chains[UNEDITED])
    excess, beside = last_losses(mine) - base, last_losses(random) - base
    ratio, low, high = ratio_interval(excess, beside)
    bounded = bool(np.isfinite([low, high]).all())
    ends = (low, high) if bounded else (None, None)
    edits = [edit for record in mine for edit in edits_of(record)]
    changed = sum(edit.changed for edit in edits)
    return Effect(
        workflow=workflow,
        words=words,
        share=share,
        last_share=None if share is None else _share(mine, -1),
        changed=changed / sum(edit.tokens for edit in edits),
        log_probability=_per_change([edit.log_probability_change for edit in edits], changed),
        divergence=_per_change([edit.divergence for edit in edits], changed),
        content=_per_change([edit.content_words for edit in edits], changed),
        excess=paired(excess),
        relative=Difference(ratio, ends[0], ends[1], len(mine)),
        foretold=foretold,
    )


def edits_of(record: Record) -> list[EditTotals]:
    """The edits of a chain, in the order of generations."""
    found = (generation.corpus.edit for generation in record.generations)
    return [edit for edit in found if edit is not None]


def _share(chains: Sequence[Record], which: int) -> float | None:
    """Share of the editable tokens that a place holds in one of the texts that were edited."""
    edits = [edits_of(record)[which] for record in chains]
    found = [edit.eligible / edit.editable for edit in edits if edit.eligible is not None]
    return float(np.mean(found)) if len(found) == len(edits) else None


def _foretold(shares: Sequence[float | None]) -> Sequence[float | None]:
    """What linear models say of bands that hold these shares of all tokens."""
    known = [share for share in shares if share]
    if len(known) < len(shares):
        return [None] * len(shares)
    return relative_costs([share / sum(known) for share in known])


def _per_change(sums: Sequence[float | None], changed: int) -> float | None:
    known = [one for one in sums if one is not None]
    return sum(known) / changed if changed and len(known) == len(sums) else None
