"""What a claim of the paper measures on the chains of one seed."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import linregress

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import LOSS
from benchmarks.families.toedit.cells import first_edit, probability_shares
from benchmarks.families.toedit.printed import ends_of_u
from benchmarks.families.toedit.recipes.mixtures import SHARES
from data.errors import BadInput


def _loss(record: Record, generation: int = -1) -> float:
    return record.generations[generation].metrics[LOSS].value


def last_difference(chains: Sequence[Record]) -> float:
    """Bits per byte of the first chain at its end, less those of the second."""
    first, second = chains
    return _loss(first) - _loss(second)


def gap_slope(chains: Sequence[Record]) -> float:
    """Slope over generations 1, 2, .. of the first chain's loss less the second's, in bits each.

    Least squares. Generation 0 is left out: it is fitted before anything is written or edited.
    """
    first, second = chains
    later = range(1, len(first.generations))
    gaps = [_loss(first, generation) - _loss(second, generation) for generation in later]
    return float(linregress(np.array(later), gaps).slope)


def cost_of_change(chains: Sequence[Record]) -> float:
    """What changing 1 % of the tokens costs by one rule, less what it costs by another, in bits.

    The chains are the first rule's edited one and its source, then the second rule's.
    """
    edited, source, other_edited, other_source = chains
    return _per_percent(edited, source) - _per_percent(other_edited, other_source)


def _per_percent(edited: Record, source: Record) -> float:
    edit = first_edit(edited)
    return (_loss(edited) - _loss(source)) / (100 * edit.changed / edit.tokens)


def missing_bigrams(chains: Sequence[Record]) -> float:
    """Distinct bigrams of human text less those of the last model, same size."""
    (chain,) = chains
    key = "samples/distinct_2/none"
    return chain.human.floor[key].value - chain.last.metrics[key].value


def narrower(chains: Sequence[Record]) -> float:
    """Width of the 95 % range of document perplexity, human less synthetic text."""
    human, written = (of_text(chain, "perplexity_range") for chain in chains)
    return human - written


def fewer_bigrams(chains: Sequence[Record]) -> float:
    """Different bigrams per bigram in as many words, human less synthetic text."""
    human, written = (of_text(chain, "distinct_2") for chain in chains)
    return human - written


def of_text(chain: Record, name: str) -> float:
    """What the recipe's judge found in the last corpus of a chain.

    Raises:
        BadInput: The recipe names no judge.
    """
    found = chain.last.corpus.text
    if found is None:
        raise BadInput(f"{chain.recipe['name']}: its recipe names no judge")
    return found[f"corpus/{name}/none"].value


def u_shape(chains: Sequence[Record]) -> float:
    """How far the ends of the probability histogram stand above its middle."""
    return ends_of_u(probability_shares(first_edit(chains[0])))


def below_0_6(chains: Sequence[Record]) -> float:
    """Percentage of tokens below probability 0.6."""
    return sum(probability_shares(first_edit(chains[0]))[:6])


def flagged_fall(chains: Sequence[Record]) -> float:
    """Percentage of tokens flagged in the first edition, less that of the second."""
    first, second = (
        100 * g.corpus.edit.flagged_by_paper / g.corpus.edit.tokens
        for g in chains[0].generations[1:3]
        if g.corpus.edit is not None
    )
    return first - second


def loss_slope(chains: Sequence[Record]) -> float:
    """Held-out loss against the share of synthetic text."""
    return _slope([_loss(chain) for chain in chains])


def training_slope(chains: Sequence[Record]) -> float:
    """Training loss against the share of synthetic text."""
    return _slope([chain.last.final_loss for chain in chains])


def _slope(values: Sequence[float]) -> float:
    return float(linregress([share / 100 for share in SHARES], values).slope)
