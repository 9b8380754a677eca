"""What a claim's number is, in words."""

import math

import numpy as np
import pytest

from benchmarks.comparing.differences import paired
from benchmarks.paper.evidence import in_words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, 1.1, 0.9], "+1.00 [+0.75, +1.25], 3 seeds"),
        ([0.25], "+0.25, 1 seed"),
        ([0.5, math.nan], "no number, 2 seeds"),
    ],
)
def test_a_number_has_its_interval_and_what_is_none_says_so(
    values: list[float], words: str
) -> None:
    assert in_words(paired(np.array(values))) == words
