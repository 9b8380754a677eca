"""Records of chains of executed answers, with chosen shares and accuracies of ten types."""

from collections.abc import Sequence
from functools import cache

from benchmarks.chains.record import Record, VerifiedTotals
from benchmarks.families.program_distillation.chain.recipe import (
    EXECUTED,
    WORKFLOWS,
    program_distillation_chain,
)
from benchmarks.running.record import Metric
from data.workflow import NEED_QUESTIONS
from tests.support.records import record_of

RATES = (0.9, 0.8, 0.8, 0.7, 0.9, 0.6, 0.8, 0.3, 0.8, 0.2)
"""Accuracy of generation 0 on ten types; the eighth and the tenth are the hardest."""
GENERATIONS = 6
ALWAYS = (RATES,) * GENERATIONS
"""Accuracies of models that never change."""
EVEN = ((0.1,) * len(RATES),) * GENERATIONS
"""Shares of corpora that lose nothing."""


def by_the_law() -> list[list[float]]:
    """Shares of every generation by p a^t, of equal first shares."""
    powers = [[rate**at for rate in RATES] for at in range(GENERATIONS)]
    return [[one / sum(found) for one in found] for found in powers]


def executed_chain(
    workflow: str,
    seed: int,
    shares: Sequence[Sequence[float]],
    rates: Sequence[Sequence[float]],
) -> Record:
    """A record of the recipe as it stands.

    Args:
        workflow: Workflow of the chain.
        seed: Of the chain.
        shares: Share of every type in the corpus of each generation.
        rates: Accuracy of each generation on held-out problems of every type.
    """
    record = record_of(workflow, seed, [1.0] * len(shares), recipe=program_distillation_chain())
    kept = VerifiedTotals(candidates=300, accepted=150, kept=100)
    generations = []
    for at, one in enumerate(record.generations):
        verified = kept if at and workflow in NEED_QUESTIONS else None
        corpus = one.corpus.model_copy(update={"verified": verified})
        update = {"answers": _answers(shares[at], rates[at]), "corpus": corpus}
        generations.append(one.model_copy(update=update))
    return record.model_copy(update={"generations": generations})


def _answers(shares: Sequence[float], rates: Sequence[float]) -> dict[str, Metric]:
    values = {"answers/executed_accuracy/none": sum(rates) / len(rates)}
    for place, (share, rate) in enumerate(zip(shares, rates, strict=True), start=1):
        values[f"corpus/share/type_{place:02}"] = share
        values[f"answers/executed_accuracy/type_{place:02}"] = rate
    values["corpus/share/fifth_5"] = shares[-1] + shares[-2]
    return {
        key: Metric(value=value, stderr=0.01, n=500, version=1) for key, value in values.items()
    }


@cache
def planted() -> tuple[Record, ...]:
    """Five seeds of every workflow: corpora of `executed` by the law, others that lose nothing."""
    return tuple(
        executed_chain(
            workflow,
            seed,
            by_the_law() if workflow == EXECUTED else EVEN,
            [[rate + 1e-3 * seed * (at + 1) for rate in RATES] for at in range(GENERATIONS)],
        )
        for workflow in WORKFLOWS
        for seed in range(5)
    )
