"""What the family's runs took, as their records say it."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from benchmarks.chains.record import Record
from benchmarks.families.program_distillation.recipes import RECIPES
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.running.record import Envelope, StageFacts


def times_frame(records: Sequence[Envelope]) -> pd.DataFrame:
    """Of each recipe with records: arms, seeds, and minutes a seed, a shared stage counted once.

    Args:
        records: Records of any family.
    """
    rows = []
    for name, make in RECIPES.items():
        recipe = make()
        mine = [one for one in records if one.digest == recipe.digest]
        if mine:
            whole = _of_whole_seeds(mine)
            rows.append(
                {
                    "recipe": f"`{name}`",
                    "tier": recipe.tier,
                    "arms": str(len({one.arm for one in mine})),
                    "seeds with all arms": str(len(whole)),
                    "minutes a seed": f"{np.mean(whole):.1f}",
                    "least to most": f"{min(whole):.1f} to {max(whole):.1f}",
                }
            )
    return pd.DataFrame(rows)


def _of_whole_seeds(records: Sequence[Envelope]) -> list[float]:
    """Minutes of each seed that has as many arms as any has."""
    by_seed: dict[int, list[Envelope]] = {}
    for record in records:
        by_seed.setdefault(record.seed, []).append(record)
    most = max(map(len, by_seed.values()))
    return [_minutes(mine) for mine in by_seed.values() if len(mine) == most]


def _minutes(records: Sequence[Envelope]) -> float:
    spent = {stage.digest: stage.seconds for record in records for stage in _stages(record)}
    return sum(spent.values()) / 60


def _stages(record: Envelope) -> Iterable[StageFacts]:
    """The stages of a chain or of a run of a study."""
    if isinstance(record, Record):
        return [stage for one in record.generations for stage in one.stages.values()]
    return record.stages.values() if isinstance(record, DistillationRecord) else ()
