import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.randomness import Purpose, stream, uniforms


def _draws(n: int, **changes: object) -> np.ndarray:
    key = {"seed": 0, "purpose": Purpose.EDIT, "generation": 1, "document_id": "d"} | changes
    return uniforms(n, **key)  # type: ignore[arg-type]


def test_the_same_key_gives_the_same_numbers() -> None:
    assert (_draws(5) == _draws(5)).all()


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_longer_request_begins_with_the_shorter(short: int, more: int) -> None:
    assert (_draws(short + more)[:short] == _draws(short)).all()


def test_every_part_of_the_key_counts() -> None:
    changes = [{"seed": 1}, {"purpose": Purpose.SAMPLE}, {"generation": 2}, {"document_id": "e"}]

    assert all(_draws(1)[0] != _draws(1, **change)[0] for change in changes)


def test_the_numbers_are_pinned() -> None:
    """A change here changes every record."""
    assert stream(0, Purpose.HELD_OUT).permutation(8).tolist() == [6, 2, 4, 3, 1, 5, 0, 7]
