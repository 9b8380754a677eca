"""The peak of a run counts what it held at a time, and not what was held before."""

import sys

import pytest

from benchmarks.speed.memory import peak_growth

_MIB = 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets an earlier peak")
@pytest.mark.parametrize("size", [64, 8])
def test_a_peak_is_what_a_run_held_at_a_time(size: int) -> None:
    found = peak_growth(lambda: [bytearray(b"x") * (size * _MIB) for _ in range(3)].clear())
    one_by_one = peak_growth(lambda: [len(bytearray(b"x") * (size * _MIB)) for _ in "abc"].clear())

    assert found is not None
    assert one_by_one is not None
    assert found == pytest.approx(3 * size * _MIB, abs=4 * _MIB)
    assert one_by_one == pytest.approx(size * _MIB, abs=4 * _MIB)
