"""The number that decides each claim about shares that transformers need, from records of one seed.

Excess is in bits per word for transformers, and in bits per token for n-gram models, whose tokens
are words: the allowed excesses are the same numbers.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.shares.levels import crossing
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.statistics import enough

Records = Sequence[AnyCriticalRecord]
"""One record of each arm that a statistic needs, all of one seed."""
_END = 5
"""Generations after which transformers are compared, their last."""
_EARLIER = 2
"""Generations after which their share is looked at before."""


def over_bigrams(records: Records) -> float:
    """Ln of the share that transformers need at the larger delta over that of bigrams."""
    transformers, bigrams = records
    delta = max(transformers.recipe["deltas"])
    return math.log(enough_words(transformers, _END, delta) / enough(bigrams, _END, delta))


def larger_over_smaller(records: Records) -> float:
    """Ln of the share that the larger model needs at the larger delta over that of the smaller."""
    smaller, larger = records
    delta = max(larger.recipe["deltas"])
    return math.log(enough_words(larger, _END, delta) / enough_words(smaller, _END, delta))


def later_over_earlier(records: Records) -> float:
    """Ln of the share for the larger delta after 5 generations over that after 2."""
    (record,) = records
    delta = max(record.recipe["deltas"])
    return math.log(enough_words(record, _END, delta) / enough_words(record, _EARLIER, delta))


def enough_words(record: AnyCriticalRecord, horizon: int, delta: float) -> float:
    """Least share of fresh human text whose excess after some generations is at most delta.

    NaN where it lies outside the shares.
    """
    found = crossing(record.recipe["shares"], excess_words(record, horizon), delta)
    return found if 0 < found < math.inf else math.nan


def excess_words(record: AnyCriticalRecord, horizon: int) -> NDArray[np.float64]:
    """Bits per word above models of fresh human text of the same seed, share by share."""
    shares = record.recipe["shares"]
    return np.array([above_fresh(record, share_key(share), horizon) for share in shares])


def above_fresh(record: AnyCriticalRecord, chain: str, horizon: int) -> float:
    """Bits per word of one chain after some generations, above models of fresh human text.

    Models of fresh human text begin anew with text that none has seen, so that all generations of
    their chain are alike: the mean over them is subtracted.
    """
    loss = {key: metric.value for key, metric in record.metrics.items()}
    human = [loss[f"fresh_human/g{g}/bits_per_word"] for g in record.recipe["horizons"]]
    return loss[f"{chain}/g{horizon}/bits_per_word"] - float(np.mean(human))
