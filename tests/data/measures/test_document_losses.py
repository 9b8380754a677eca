import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.measures.document_losses import pack, ratio_of_sums, unpack


@given(st.lists(st.floats(0, 1e6, width=32), min_size=1))
def test_packed_losses_come_back_as_they_were(bits: list[float]) -> None:
    assert unpack(pack(bits, "bits"), "bits").tolist() == bits


@given(st.lists(st.integers(1, 2**32 - 1), min_size=1))
def test_packed_sizes_come_back_as_they_were(sizes: list[int]) -> None:
    assert unpack(pack(sizes, "bytes"), "bytes").tolist() == sizes


def test_the_losses_of_a_held_out_text_take_one_short_line() -> None:
    assert len(pack(np.linspace(500, 5000, 77), "bits")) == 412


def test_the_sum_of_packed_losses_is_that_of_the_losses() -> None:
    bits = np.random.default_rng(0).gamma(2, 700, size=77)

    assert unpack(pack(bits, "bits"), "bits").sum() == pytest.approx(bits.sum(), rel=1e-7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no base64!", "is no base64"),
        ("AAAA", "is no base64 of 32-bit"),
        ("", "empty"),
        (pack([np.nan], "bits"), "not finite"),
        (pack([-1.0], "bits"), "below 0"),
    ],
)
def test_what_is_no_list_of_losses_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        unpack(text, "bits")


def test_a_document_without_bytes_is_refused() -> None:
    with pytest.raises(BadInput, match="below 1"):
        unpack(pack([3, 0], "bytes"), "bytes")


def test_a_ratio_is_weighted_by_size_and_has_the_error_of_a_ratio() -> None:
    ratio, error = ratio_of_sums(np.array([2.0, 18.0]), np.array([1.0, 9.0]))
    spread, of_spread = ratio_of_sums(np.array([1.0, 3.0]), np.array([1.0, 1.0]))

    assert (ratio, error) == (2.0, 0.0)
    assert (spread, of_spread) == (2.0, 1.0)
