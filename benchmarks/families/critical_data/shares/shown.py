"""The tables of shares of human text: levels against generations, of bigrams and transformers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.chains.cost import size_words
from benchmarks.comparing.differences import with_interval
from benchmarks.comparing.shares.levels import Level, level
from benchmarks.families.critical_data.shares.compared import above_fresh, excess_words
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.predicted import predicted_share
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.statistics import excess_of
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.families.critical_data.shares.transformers import critical_data_cpu_shares
from benchmarks.running.record import Envelope

Records = Sequence[AnyCriticalRecord]
"""Records of one arm, by seed."""


def share_records(records: Sequence[Envelope], arm: str = "bigrams") -> list[AnyCriticalRecord]:
    """Records of the chains of shares as the recipe stands now, by seed."""
    digests = {one().digest for one in (critical_data_shares, critical_data_cpu_shares)}
    mine = [r for r in records if isinstance(r, AnyCriticalRecord) and r.digest in digests]
    return sorted((r for r in mine if r.arm == arm), key=lambda record: record.seed)


def transformer_records(records: Sequence[Envelope]) -> dict[str, list[AnyCriticalRecord]]:
    """Records of the chains of transformers by size in words, the smallest first."""
    shapes = critical_data_cpu_shares().shapes
    found = {size_words(shape): share_records(records, arm) for arm, shape in shapes.items()}
    return {size: mine for size, mine in found.items() if mine}


def level_of(records: Records, horizon: int, delta: float) -> Level:
    """The share that is enough after some generations, over all seeds."""
    return level(records[0].recipe["shares"], _excess(records, horizon), delta)


def _excess(records: Records, horizon: int) -> NDArray[np.float64]:
    """Excess of every seed and share, shape (seeds, shares)."""
    of_transformers = "shapes" in records[0].recipe
    measure = excess_words if of_transformers else excess_of
    return np.stack([measure(record, horizon) for record in records])


def shares_frame(records: Records) -> pd.DataFrame:
    """The share that is enough, by generations and by the excess that is allowed."""
    study = critical_data_shares()
    return pd.DataFrame(
        [
            {
                "generations": str(horizon),
                **{
                    f"share for {delta:g} bits": _beside_theory(records, horizon, delta)
                    for delta in study.deltas
                },
            }
            for horizon in study.horizons
        ]
    )


def models_frame(bigrams: Records, transformers: Mapping[str, Records]) -> pd.DataFrame:
    """The share that is enough, of bigrams and of transformers, at the generations of both."""
    study = critical_data_cpu_shares()
    both = [g for g in study.horizons if g in critical_data_shares().horizons]
    models = {"bigrams": bigrams, **transformers}
    return pd.DataFrame(
        [
            {
                "generations": str(horizon),
                "bits per word": f"{delta:g}",
                **{
                    name: _beside_theory(mine, horizon, delta) if mine else "—"
                    for name, mine in models.items()
                },
            }
            for horizon in both
            for delta in study.deltas
        ]
    )


def _beside_theory(records: Records, horizon: int, delta: float) -> str:
    """The share that is enough, and that of a linear chain that errs as much at first."""
    predicted = 100 * predicted_share(records, horizon, delta)
    return f"{in_words(level_of(records, horizon, delta))}; theory {predicted:.1f} %"


def ratio_by_theory(bigrams: Records, transformers: Records) -> float:
    """How much more human text transformers need than bigrams by the linear theory alone.

    It is given what one fit of each errs by; for the larger delta, at the last generation of
    transformers. NaN where the theory has no share for bigrams.
    """
    study = critical_data_cpu_shares()
    shares = [
        predicted_share(mine, max(study.horizons), max(study.deltas))
        for mine in (transformers, bigrams)
    ]
    return shares[0] / shares[1] if shares[1] else float("nan")


def excess_frame(transformers: Mapping[str, Records]) -> pd.DataFrame:
    """What each share of fresh human text costs transformers at the end, and the same text again.

    In bits per word above fresh human text, with 95 % intervals over seeds.
    """
    study = critical_data_cpu_shares()
    last = max(study.horizons)
    chains = {f"{100 * share:g} % fresh": share_key(share) for share in study.shares}
    chains["the same human text"] = "same_human"
    return pd.DataFrame(
        [
            {
                "corpora": words,
                **{
                    size: with_interval([above_fresh(one, key, last) for one in mine], 2, sign=True)
                    for size, mine in transformers.items()
                },
            }
            for words, key in chains.items()
        ]
    )


def in_words(found: Level) -> str:
    """A share with its interval, in percent; where it lies outside the grid, on which side."""
    ends = ["…" if end is None else f"{100 * end:.1f}" for end in (found.low, found.high)]
    if found.share is None:
        return "less than was tried" if found.below else "more than was tried"
    return f"{100 * found.share:.1f} % [{ends[0]}, {ends[1]}]"
