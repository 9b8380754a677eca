import numpy as np
import pytest

from data.measures.judge import fit_judge

_TEXTS = ["the king saw the river", "the people saw the king"] * 30


def test_probabilities_of_all_next_bytes_sum_to_one() -> None:
    judge = fit_judge(_TEXTS)
    before = judge.bits("the k")

    total = sum(2.0 ** -(judge.bits("the k" + chr(byte)) - before) for byte in range(128))

    assert 0.99 < total <= 1.0 + 1e-9  # the other 128 bytes begin no character of one byte


def test_what_it_has_seen_is_likelier() -> None:
    seen, unseen = fit_judge(_TEXTS).bits_per_byte(["the king saw the river", "zq xv jk wq"])

    assert seen < 1.0 < 6.0 < unseen


def test_more_text_of_a_kind_lowers_the_loss() -> None:
    losses = [fit_judge(_TEXTS[:n]).bits("the people saw the river") for n in (2, 10, 60)]

    assert losses == sorted(losses, reverse=True)


def test_the_empty_text_has_no_bits_and_an_unknown_script_has_many() -> None:
    judge = fit_judge(_TEXTS)

    assert judge.bits("") == 0.0
    assert np.isfinite(judge.bits("\u6c49\u5b57"))


def test_a_judge_needs_text() -> None:
    with pytest.raises(ValueError, match="needs text"):
        fit_judge([])
