"""Which questions follow from examples, against what can be enumerated."""

import itertools

import numpy as np
import pytest

from theory.critical_data.identify import (
    Embedding,
    all_pairs,
    complete_share,
    equations,
    first_complete,
    first_covering,
    frozen_share,
    implied,
    reduced,
    share_implied,
)


@pytest.mark.parametrize("embedding", ["one", "two"])
def test_a_question_follows_exactly_where_all_solutions_answer_it_alike(
    embedding: Embedding,
) -> None:
    """All assignments of 6 or 9 unknowns over the field of three elements, one by one."""
    rng = np.random.default_rng(0)
    unknowns = 6 if embedding == "one" else 9
    tables = np.array(list(itertools.product(range(3), repeat=unknowns)))
    for n in (2, 3, 5):
        pairs = rng.permutation(all_pairs(3))
        rows = equations(pairs, 3, embedding)
        fits = tables[((tables @ rows[:n].T) % 3 == 0).all(axis=1)]
        agreed = ((fits @ rows[n:].T) % 3 == 0).all(axis=0)

        assert implied(pairs[:n], pairs[n:], 3, embedding).tolist() == agreed.tolist()


def test_the_reduced_form_has_ones_at_pivots_and_zeros_beside() -> None:
    rows = np.random.default_rng(0).integers(7, size=(6, 9))

    basis, pivots = reduced(rows, 7)

    assert np.array_equal(basis[:, pivots], np.eye(len(pivots), dtype=int))
    again, same = reduced(np.concatenate([rows, basis]), 7)
    assert np.array_equal(again, basis)
    assert same == pivots


def test_the_whole_table_has_three_unknowns_left() -> None:
    for p in (3, 5, 11):
        assert len(reduced(equations(all_pairs(p), p), p)[1]) == 3 * p - 3


def test_completeness_needs_every_symbol_and_little_more() -> None:
    for seed in range(4):
        last, seen = (
            first(13, np.random.default_rng(seed)) for first in (first_complete, first_covering)
        )
        assert seen <= last
        assert last >= 3 * 13 - 3
    assert complete_share(13, 169, 2, np.random.default_rng(0)) == 1


def test_examples_of_one_embedding_say_more() -> None:
    shares = [
        np.mean([share_implied(31, 70, np.random.default_rng(s), e) for s in range(4)])
        for e in ("one", "two")
    ]

    assert shares[0] > 0.7
    assert shares[1] < 0.2
    assert frozen_share(70 / 31, "one") == pytest.approx(shares[0], abs=0.1)


def test_a_modulus_that_is_no_prime_is_refused() -> None:
    with pytest.raises(ValueError, match="modulus is 9, which is no prime"):
        equations(all_pairs(9), 9)
