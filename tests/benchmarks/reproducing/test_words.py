"""How a comparison is worded."""

from benchmarks.reproducing.comparison import Comparison, Difference, Reproduction
from benchmarks.reproducing.quantities import Place
from benchmarks.reproducing.words import loss_table


def test_no_difference_is_printed_as_less_than_nothing() -> None:
    place = Place(0, "held_out/bits_per_byte/none")
    tiny = Difference(place, found=1.0, expected=1.00001, band=0.01)
    found = Comparison("replace-seed0", (0,), True, (tiny,), (), 0, ())

    table = loss_table(Reproduction((found,), ()))

    assert table is not None
    assert list(table.columns[2].cells) == ["+0.0000 ± 0.0100"]
