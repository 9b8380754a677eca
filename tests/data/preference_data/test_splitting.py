import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.preference_data.splitting import near_duplicates, split_groups

QUESTIONS = [
    "Which enzyme is deficient in classical phenylketonuria of the newborn child?",
    "Most common site of an ectopic pregnancy is the ampulla of which organ?",
    "Which enzyme is deficient in the classical phenylketonuria of a newborn child?",
    "True about vitamin K are all except",
]


def test_near_duplicates_are_in_one_group() -> None:
    assert near_duplicates(QUESTIONS).tolist() == [0, 1, 0, 3]


def test_groups_join_through_a_common_member() -> None:
    chain = ["a b c d e f g h", "a b c d e f g x", "a b c d e f y x"]

    assert near_duplicates(chain).tolist() == [0, 0, 0]
    assert near_duplicates([chain[0], chain[2]]).tolist() == [0, 1]


def test_equal_short_questions_are_duplicates() -> None:
    assert near_duplicates(["Gout?", "gout", "Rickets?"]).tolist() == [0, 0, 2]


@given(st.lists(st.integers(0, 6), min_size=8, max_size=30), st.integers(0, 5))
def test_no_group_is_on_both_sides(groups: list[int], seed: int) -> None:
    labels = np.array([0, 1, *groups])
    try:
        out = split_groups(labels, 3, seed)
    except BadInput:
        return

    assert out.sum() >= 3
    assert not set(labels[out]) & set(labels[~out])


def test_a_seed_draws_the_split_and_a_name_another_one() -> None:
    groups = np.arange(50)

    assert (split_groups(groups, 10, 0) == split_groups(groups, 10, 0)).all()
    assert (split_groups(groups, 10, 0) != split_groups(groups, 10, 1)).any()
    assert (split_groups(groups, 10, 0) != split_groups(groups, 10, 0, "aside")).any()
    assert split_groups(groups, 10, 0).sum() == 10


def test_a_split_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="leave none beside 5 held-out ones"):
        split_groups(np.arange(5), 5, 0)
