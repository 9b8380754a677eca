"""The number that decides each claim about shares of human text, from the record of one seed."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.shares.levels import crossing
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord

Records = Sequence[AnyCriticalRecord]
"""One record of each arm that a statistic needs, all of one seed."""


def converged(records: Records) -> float:
    """Ln of the share for the larger delta after 20 generations over that after 10."""
    (record,) = records
    delta = max(record.recipe["deltas"])
    return math.log(enough(record, 20, delta) / enough(record, 10, delta))


def depends_on_delta(records: Records) -> float:
    """Ln of the share that is enough at the smaller delta over that at the larger, at the end."""
    (record,) = records
    deltas, last = record.recipe["deltas"], max(record.recipe["horizons"])
    return math.log(enough(record, last, min(deltas)) / enough(record, last, max(deltas)))


def enough(record: AnyCriticalRecord, horizon: int, delta: float) -> float:
    """Least share of fresh human text whose excess after some generations is at most delta.

    NaN where it lies outside the shares.
    """
    found = crossing(record.recipe["shares"], excess_of(record, horizon), delta)
    return found if 0 < found < math.inf else math.nan


def excess_of(record: AnyCriticalRecord, horizon: int) -> NDArray[np.float64]:
    """Bits per token above the chain of fresh human text of the same seed, share by share."""
    loss = {key: metric.value for key, metric in record.metrics.items()}
    human = loss[f"fresh_human/g{horizon}/bits_per_token"]
    keys = [f"{share_key(share)}/g{horizon}/bits_per_token" for share in record.recipe["shares"]]
    return np.array([loss[key] - human for key in keys])
