"""What pages and pictures need of the chains: means over seeds, by workflow and generation."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.recipe import (
    ANEW,
    EXECUTED,
    KEPT,
    program_distillation_chain,
    program_distillation_chain_accumulate,
)
from benchmarks.running.record import Envelope
from data.executing.verification import FIFTHS

Chains = dict[str, list[Record]]
"""Records of both recipes as they stand, by workflow and in the order of seeds."""
LAWS: dict[str, tail.Measure] = {
    EXECUTED: tail.expected_shares,
    KEPT: partial(tail.expected_shares, kept=True),
    ANEW: tail.anew_shares,
}
"""Shares of the types that the theory expects, by workflow; of others it says nothing."""


def expected(workflow: str, record: Record, generation: int) -> float:
    """Share of the harder half of types that the theory expects of a workflow in `LAWS`."""
    return float(LAWS[workflow](record, generation)[tail.harder_half(record)].sum())


def chains_of(records: Sequence[Envelope]) -> Chains:
    """The records of the chains by workflow, in the order of recipes; none without a record."""
    recipes = (program_distillation_chain(), program_distillation_chain_accumulate())
    digests = {recipe.digest for recipe in recipes}
    mine = sorted(
        (one for one in records if isinstance(one, Record) and one.digest in digests),
        key=lambda record: record.seed,
    )
    found = {
        workflow: [record for record in mine if record.workflow == workflow]
        for recipe in recipes
        for workflow in recipe.workflows
    }
    return {workflow: chains for workflow, chains in found.items() if chains}


def fifths(record: Record, values: tail.Floats) -> tail.Floats:
    """Sums of a number of each type over fifths of types, hardest first, shape (fifths,)."""
    ordered = values[tail.by_difficulty(record)]
    return np.array([part.sum() for part in np.array_split(ordered, FIFTHS)])


def hard_gained(record: Record, generation: int) -> float:
    """Accuracy on the hardest fifth less that of generation 0 of the same chain."""
    return tail.hard_accuracy(record, generation) - tail.hard_accuracy(record, 0)


def easy_gained(record: Record, generation: int) -> float:
    """Accuracy on the easiest fifth less that of generation 0 of the same chain."""
    return tail.easy_accuracy(record, generation) - tail.easy_accuracy(record, 0)


def price(chains: Sequence[Record]) -> Difference | None:
    """Answers that were executed for each one kept, over all generations; None without a check."""
    ratios = []
    for record in chains:
        totals = [g.corpus.verified for g in record.generations if g.corpus.verified is not None]
        if not totals:
            return None
        kept = sum(one.kept for one in totals)
        ratios.append(sum(one.candidates for one in totals) / kept)
    return paired(np.array(ratios))


def hard_names(chains: Sequence[Record]) -> list[str]:
    """For every seed the places of its hardest types, by steps: `9 and 10`."""
    return [
        " and ".join(str(int(place) + 1) for place in sorted(tail.hard(record)))
        for record in chains
    ]
