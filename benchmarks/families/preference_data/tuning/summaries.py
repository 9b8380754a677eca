"""A measure of preference tuning over the seeds of an arm."""

from collections.abc import Sequence

import numpy as np

from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.preference_data.record import PreferenceRecord
from benchmarks.families.preference_data.tuning import statistics as of


def over_seeds(records: Sequence[PreferenceRecord], key: str) -> Difference:
    """Mean over seeds of a measure, with its interval."""
    return paired(np.array([of.value(record, key) for record in records]))
