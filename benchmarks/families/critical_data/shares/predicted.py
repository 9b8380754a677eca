"""What the linear theory predicts of a chain from its first generation alone.

A linear chain's excess after G generations is u (V(s, G) - 1), where u is what one fit to human
text errs by, and V - 1 is (1 - s)^2 after the first (`theory.critical_data.mix_share`). So u is
read off the first generation, and everything later follows without another number.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.shares.levels import crossing
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from theory.critical_data.mix_share import enough_share

Records = Sequence[AnyCriticalRecord]
"""Records of one arm, by seed; of a statistic one record."""


def measured_over_predicted(records: Records) -> float:
    """Ln of the share for the larger delta at the end over what the first generation predicts.

    NaN where the measured share lies outside of those tried, or the predicted one is 0.
    """
    (record,) = records
    delta, last = max(record.recipe["deltas"]), max(record.recipe["horizons"])
    measured = crossing(record.recipe["shares"], excess_over_fresh(record, last), delta)
    predicted = predicted_share(records, last, delta)
    known = 0 < measured < math.inf and predicted > 0
    return math.log(measured / predicted) if known else math.nan


def predicted_share(records: Records, horizon: int, delta: float) -> float:
    """Least share that keeps a linear chain with the records' u within delta; 0 where none errs."""
    errs = unit(records)
    return enough_share(delta / errs, horizon) if errs > 0 else 0.0


def unit(records: Records) -> float:
    """What one fit errs by, in bits: the slope of the first excess on (1 - s)^2, through 0.

    Args:
        records: Records of one arm; the excess is their mean.
    """
    kept = (1 - np.array(records[0].recipe["shares"])) ** 2
    excess = np.mean([excess_over_fresh(record, 1) for record in records], axis=0)
    return float(kept @ excess / (kept @ kept))


def excess_over_fresh(record: AnyCriticalRecord, horizon: int) -> NDArray[np.float64]:
    """Bits above models of fresh human text of the same seed, share by share.

    Models that begin anew with fresh human text are alike in all generations, n-gram models too:
    the mean over them is subtracted.
    """
    bits = "bits_per_word" if "shapes" in record.recipe else "bits_per_token"
    loss = {key: metric.value for key, metric in record.metrics.items()}
    human = [loss[f"fresh_human/g{g}/{bits}"] for g in record.recipe["horizons"]]
    keys = [f"{share_key(share)}/g{horizon}/{bits}" for share in record.recipe["shares"]]
    return np.array([loss[key] for key in keys]) - float(np.mean(human))
