"""Tables of the chains over generations: what is right, and how hard what is in the corpus is."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import over_generations
from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.found import Chains, fifths

NAMES = ("hardest", "2nd", "3rd", "4th", "easiest")
"""Fifths of types, from the one that generation 0 answers worst."""


def corpus_right(record: Record, generation: int) -> float:
    """Share of the answers in the corpus of a generation that are right."""
    return tail.value(record, generation, "corpus/executed_accuracy/none")


def generations_frame(chains: Chains, measure: Callable[[Record, int], float]) -> pd.DataFrame:
    """Means over seeds of a share at every generation, by workflow."""
    return pd.DataFrame(
        [
            {
                "workflow": f"`{workflow}`",
                **{
                    f"generation {at}" if at == 0 else str(at): f"{100 * one.mean:.1f} %"
                    for at, one in enumerate(over_generations(records, measure))
                },
            }
            for workflow, records in chains.items()
        ]
    )


def fifths_frame(chains: Chains) -> pd.DataFrame:
    """Of each workflow: share in the last corpus of each fifth of types, and its accuracy."""
    rows = []
    for workflow, records in chains.items():
        last = len(records[0].generations) - 1
        held = np.mean([fifths(one, tail.shares(one, last)) for one in records], axis=0)
        each = np.mean([fifths(one, tail.passing(one, last)) for one in records], axis=0)
        right = each / (tail.parts(records[0]) / len(NAMES))
        cells = {
            name: f"{100 * share:.1f} %, {100 * rate:.0f} %"
            for name, share, rate in zip(NAMES, held, right, strict=True)
        }
        rows.append({"workflow": f"`{workflow}`", **cells})
    return pd.DataFrame(rows)
