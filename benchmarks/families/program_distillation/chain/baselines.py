"""What the loss of the hardest problems is held against: chance, human text, and other questions.

The hardest fifth is chosen by the answers of generation 0 that it is then compared with, so that
types at which generation 0 had bad luck are among it, and any later model does better at them
(regression to the mean). Three numbers beside the loss show how much of it that hides: what chance
alone gives, the same fifth less that of a chain on human text, and the change on a fifth that other
answers of the same model chose.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.found import Chains, hard_gained
from benchmarks.families.program_distillation.chain.recipe import (
    ANEW,
    EXECUTED,
    KEPT,
    POOLED,
    REPLACED,
    SAME,
)
from data.executing.verification import FIFTHS
from data.randomness import stream

_DRAWS = 2_000
_LAST = -1
QUESTIONS = ((EXECUTED, REPLACED), (ANEW, REPLACED), (KEPT, POOLED), (EXECUTED, ANEW))
"""Pairs of workflows whose last accuracies are held against each other."""
_APART = {
    (
        EXECUTED,
        REPLACED,
    ): "the check, and the questions: of the last corpus, or all human ones",
    (ANEW, REPLACED): "the check alone: both ask all human questions",
    (KEPT, POOLED): "the check, and the questions: of the pool, or all human ones",
    (EXECUTED, ANEW): "the questions alone: both check",
}
"""In what the workflows of each pair differ."""


def by_chance(records: Sequence[Record]) -> float:
    """What chance alone adds to the accuracy on the hardest fifth, as a mean over chains.

    Answers of generation 0 are drawn anew, at the shares that it has right; the fifth that is worst
    in a draw is held against those shares. The shares differ by chance too, so that this is a
    little less than what the records have.
    """
    return float(np.mean([_by_chance(record) for record in records]))


def _by_chance(record: Record) -> float:
    answers = record.generations[0].answers or {}
    counts = [m.n for key, m in answers.items() if key.startswith(f"{tail.RIGHT}/type_")]
    shares = tail.passing(record, 0)
    rng = stream(0, "program_distillation/regression_to_the_mean", record.seed)
    drawn = rng.binomial(counts, shares, size=(_DRAWS, len(shares))) / counts
    worst = np.argsort(drawn, axis=1, kind="stable")[:, : len(shares) // FIFTHS]
    return float((shares[worst] - np.take_along_axis(drawn, worst, axis=1)).mean())


def other_choice(replaced: Record) -> NDArray[np.int64]:
    """Places of the fifth of types of which `replace` has fewest right in its first corpus.

    These are answers of generation 0 too, some thousand of each type, to questions of the human
    text; no number that the fifth is held to rests on them.
    """
    right = tail.over_types(replaced, 1, "corpus/executed_accuracy")
    return np.argsort(right, kind="stable")[: tail.parts(replaced) // FIFTHS]


def _change_of(record: Record, chosen: NDArray[np.int64]) -> float:
    """Accuracy on some types, last generation less generation 0."""
    return float((tail.passing(record, _LAST) - tail.passing(record, 0))[chosen].mean())


def by_other_choice(chains: Chains, workflow: str) -> Difference | None:
    """Change on the fifth that other answers chose, over seeds; None without `replace`."""
    others = {one.seed: one for one in chains.get(REPLACED, ())}
    changes = [
        _change_of(one, other_choice(others[one.seed]))
        for one in chains[workflow]
        if one.seed in others
    ]
    return paired(np.array(changes)) if changes else None


def less(
    chains: Chains, first: str, second: str, measure: tail.Number = tail.accuracy
) -> Difference | None:
    """A measure of the last generation, of one workflow less another, over the seeds of both."""
    others = {one.seed: one for one in chains.get(second, ())}
    values = [
        measure(one, _LAST) - measure(others[one.seed], _LAST)
        for one in chains.get(first, ())
        if one.seed in others
    ]
    return paired(np.array(values)) if values else None


def hardest_frame(chains: Chains) -> pd.DataFrame:
    """Of each workflow: what becomes of the hardest fifth, against three baselines, in points."""
    return pd.DataFrame(
        [
            {
                "workflow": f"`{workflow}`",
                "hardest fifth, less generation 0": points(_gained(records)),
                "of a fifth chosen by other answers": points(by_other_choice(chains, workflow)),
                f"hardest fifth, less `{SAME}`": ""
                if workflow == SAME
                else points(less(chains, workflow, SAME, tail.hard_accuracy)),
            }
            for workflow, records in chains.items()
        ]
    )


def _gained(records: Sequence[Record]) -> Difference:
    return paired(np.array([hard_gained(one, _LAST) for one in records]))


def questions_frame(chains: Chains) -> pd.DataFrame:
    """Pairs of workflows: in what they differ, and accuracy at the last generation, in points."""
    found = {pair: less(chains, *pair) for pair in QUESTIONS}
    return pd.DataFrame(
        [
            {
                "accuracy, last generation": f"`{first}` less `{second}`",
                "points": points(one),
                "they differ in": _APART[first, second],
            }
            for (first, second), one in found.items()
            if one is not None
        ]
    )


def points(one: Difference | None) -> str:
    """A difference of shares with its interval over seeds, in points of a hundred."""
    if one is None:
        return ""
    if one.low is None or one.high is None:
        return f"{100 * one.mean:+.1f}"
    return f"{100 * one.mean:+.1f} [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"
