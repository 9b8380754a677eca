import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.randomness import Purpose, purpose_number, stream, uniforms

_FIRST_DRAWS = {
    "HELD_OUT": 2683694208761783828,
    "HUMAN_ORDER": 2654208429707606447,
    "INITIAL_WEIGHTS": 5129392019581649751,
    "TRAINING_ORDER": 4285890033287341661,
    "SAMPLE": 694600526684987714,
    "EDIT": 4274588345140357740,
    "EVALUATION_SAMPLE": 3996148487283590597,
    "SELECTION": 9074477201993005523,
    "RANDOM_EDIT": 5017767941862934880,
    "STATISTICS": 328180545253914647,
    "CALIBRATION": 5753230268656791871,
    "REPLACEMENT": 7598079064016423566,
    "REWRITE": 2490680421088089480,
    "REWARD_TEXT": 6388127904080308296,
    "REWARD_PAIRS": 1508904686887697091,
    "WRITTEN_ORDER": 8431178078646142011,
    "SYNTHESIS": 3564703897943516821,
    "ADAPTER_WEIGHTS": 6197484325634451368,
}
"""Of the stream of each numbered purpose, made before a purpose could be text."""


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


def test_no_stream_of_a_numbered_purpose_has_moved() -> None:
    """A change here changes every record that draws."""
    drawn = {p.name: int(stream(3, p, 1, "d").integers(0, 2**63)) for p in Purpose}

    assert drawn == _FIRST_DRAWS


def test_the_numbers_of_a_purpose_in_words_are_pinned() -> None:
    drawn = stream(0, "family/what").permutation(8).tolist()

    assert drawn == [5, 0, 1, 7, 4, 6, 3, 2]


@given(st.text(min_size=1))
def test_no_text_is_taken_for_a_numbered_purpose(text: str) -> None:
    assert purpose_number(text) >= 2**64 > max(Purpose)


@given(st.text(min_size=1), st.text(min_size=1))
def test_another_text_is_another_stream(first: str, second: str) -> None:
    draws = [stream(0, text).random() for text in (first, second)]

    assert (draws[0] == draws[1]) == (first == second)


def test_a_purpose_without_words_is_refused() -> None:
    with pytest.raises(BadInput, match="say what the draws decide"):
        stream(0, "")
