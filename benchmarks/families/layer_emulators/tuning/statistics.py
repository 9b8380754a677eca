"""The number that decides each claim about tuning by emulators, from the records of one seed."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.families.layer_emulators.record import EmulatorRecord

Records = Sequence[EmulatorRecord]
"""One record of each arm that a statistic needs, all of one seed."""
COMPARED = ("uniform", "cka", "skip_cost", "block_influence", "intervals")
"""Rules over which the effect of sharing is a mean: those that look at no loss of an emulator."""
SHARED = "+sharing"
PAPER = f"cka{SHARED}"
"""The paper's emulator: clusters, one layer of each, shared."""
LOOKS = ("zero_shot", "skip_cost", "likeness", "gradient", "tuned")
"""What is known of an emulator without the model: its loss on the target before and after it is
tuned, the sum of what its missing layers cost alone; and, by the model's owner, how like its last
states and its first gradient are to the model's."""
_RISING = frozenset({"zero_shot", "skip_cost", "tuned"})
"""Looks of which a small number promises a good plug-in; of the others a large one does."""


def number(record: EmulatorRecord, key: str) -> float:
    """One measure of a record."""
    return record.metrics[key].value


def _sharing(records: Records, kind: str) -> float:
    """By how much sharing lowers a loss, mean over rules."""
    (record,) = records
    gains = [
        number(record, f"{r}/{kind}") - number(record, f"{r}{SHARED}/{kind}") for r in COMPARED
    ]
    return float(np.mean(gains))


def sharing_zero_shot(records: Records) -> float:
    """By how much sharing lowers the loss of an emulator that nobody tuned."""
    return _sharing(records, "zero_shot")


def sharing_tuned(records: Records) -> float:
    """By how much sharing lowers the loss of a tuned emulator."""
    return _sharing(records, "tuned")


def sharing_plug_in(records: Records) -> float:
    """By how much sharing lowers the loss of the plug-in."""
    return _sharing(records, "plug_in")


def below_zero_shot(records: Records) -> float:
    """By how much the plug-in of the paper's emulator lies below the model's own loss."""
    (record,) = records
    return number(record, "full/zero_shot") - number(record, f"{PAPER}/plug_in")


def below_both(records: Records) -> float:
    """The smaller of how far that plug-in lies below zero-shot, and below the tuned emulator."""
    (record,) = records
    plugged = number(record, f"{PAPER}/plug_in")
    return min(number(record, "full/zero_shot"), number(record, f"{PAPER}/tuned")) - plugged


def clusters_below_uniform(records: Records) -> float:
    """By how much plug-ins of CKA's layers lie below those of uniform ones.

    Mean over sharing and none, and over the arms whose records are given.
    """
    return _plug_ins(records, "uniform", "cka")


def loss_below_clusters(records: Records) -> float:
    """By how much plug-ins of the layers that its loss chose lie below those of CKA's layers.

    Mean over sharing and none, and over the arms whose records are given.
    """
    return _plug_ins(records, "cka", "best")


def _plug_ins(records: Records, worse: str, better: str) -> float:
    return float(
        np.mean(
            [
                number(record, f"{worse}{added}/plug_in")
                - number(record, f"{better}{added}/plug_in")
                for record in records
                for added in ("", SHARED)
            ]
        )
    )


def largest_barrier(records: Records) -> float:
    """Highest barrier from a plug-in to tuning inside the model, in zero-shot losses."""
    (record,) = records
    return max(_barrier(record, f"{one} to same_layers") for one in (PAPER, "uniform"))


def barrier_of_orders(records: Records) -> float:
    """Barrier between plug-ins of two emulators and two orders of the text."""
    (record,) = records
    return _barrier(record, "uniform to other_order")


def barrier_of_starts(records: Records) -> float:
    """Barrier between tuning inside the model and the same from fresh weights of those layers."""
    (record,) = records
    return _barrier(record, "fresh_start to same_layers")


def _barrier(record: EmulatorRecord, pair: str) -> float:
    return number(record, f"{pair}/barrier_share")


def shuffled_gain(records: Records) -> float:
    """By how much a plug-in that was tuned on shuffled tokens lies below the model's own loss."""
    (record,) = records
    return -number(record, "shuffled/plug_in less full/zero_shot")


def worth_of_middle(records: Records) -> float:
    """By how much the uniform plug-in lies below that of layers tuned inside an untrained middle.

    The first record is of the emulators, the second of the controls.
    """
    tuned, controls = records
    return number(controls, "untrained/plug_in") - number(tuned, "uniform/plug_in")


def loss_predicts(records: Records) -> float:
    """Rank correlation of an emulator's loss before it is tuned with that of its plug-in."""
    return predicts(records, "zero_shot")


def gradient_beyond_loss(records: Records) -> float:
    """By how much the first gradient tells more of the plug-in than the emulator's loss does."""
    return predicts(records, "gradient") - predicts(records, "zero_shot")


def predicts(records: Records, look: str) -> float:
    """Rank correlation of a look with the loss of the plug-in, mean over arms.

    Positive where the look promises what comes. Emulators that several rules chose count once.

    Args:
        records: Records of arms whose emulators train the same places, one each.
        look: One of `LOOKS`.
    """
    return float(np.mean([rank_correlation(*pairs(record, look)) for record in records]))


def pairs(record: EmulatorRecord, look: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a look promises of every emulator, the higher the worse, and the loss of its plug-in."""
    sign = 1 if look in _RISING else -1
    names = different(record)
    promised = np.array([sign * number(record, f"{name}/{look}") for name in names])
    return promised, np.array([number(record, f"{name}/plug_in") for name in names])


def different(record: EmulatorRecord) -> list[str]:
    """The emulators of a record, each under the first of its names."""
    assert record.tuning is not None, "the arm tunes emulators"
    found: dict[tuple[tuple[int, ...], bool], str] = {}
    for name, kept in record.tuning.kept.items():
        found.setdefault((kept, name.endswith(SHARED)), name)
    return list(found.values())


def rank_correlation(promised: NDArray[np.float64], came: NDArray[np.float64]) -> float:
    """Spearman's rank correlation; NaN where one of the two is all equal."""
    if np.ptp(promised) == 0 or np.ptp(came) == 0:
        return math.nan
    return float(stats.spearmanr(promised, came).statistic)
