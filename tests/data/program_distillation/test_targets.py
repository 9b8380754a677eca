import math

import pytest

from data.program_distillation.byte_model import ByteModel
from data.program_distillation.retrieval import (
    Neighbours,
    binding,
    copied_program,
    copied_text,
)


def test_an_empty_model_gives_every_symbol_the_same_share() -> None:
    assert ByteModel([]).bits("ab") == pytest.approx(3 * math.log2(257))


def test_a_model_of_one_order_follows_by_hand() -> None:
    """Of `a` and its end, each seen once: (1 + 2 / 257) / (2 + 2)."""
    share = (1 + 2 / 257) / 4

    assert ByteModel(["a"], order=1).bits("a") == pytest.approx(-2 * math.log2(share))


def test_shares_of_all_next_symbols_add_up_to_1() -> None:
    model = ByteModel(["abcab", "abd"], order=3)

    for context in ((), (97,), (97, 98), (5, 6)):
        total = sum(model._probability(context, symbol) for symbol in range(257))
        assert total == pytest.approx(1)


def test_what_was_seen_costs_less() -> None:
    model = ByteModel(["v1 = 2+3"] * 20)

    assert model.bits("v1 = 2+3") < 8 < model.bits("v9 * 7/4")


_SOLVED = (
    "Tom has 3 apples and buys 4 more apples.",
    "A train drives 60 miles in 2 hours.",
    "Tom has apples.",
)


def test_the_nearest_question_shares_rare_words_and_the_number_of_numbers() -> None:
    near = Neighbours(_SOLVED)

    assert near.nearest(
        ["Ann has 5 apples and buys 9 more.", "A bus drives 7 miles in 1 hour."]
    ) == [
        0,
        1,
    ]
    assert near.nearest(["Ann has apples."]) == [2]
    assert near.nearest(["quite unknown"]) == [2]


def test_numbers_are_bound_in_their_order_and_copied() -> None:
    bound = binding(_SOLVED[0], "Ann has 1,500 and 9.")

    assert copied_program("v1 = 3+4\nv2 = v1*7", bound) == "v1 = 1500+9\nv2 = v1*7"
    assert copied_text("3+4 = 7\n#### 7", bound) == "1500+9 = 7\n#### 7"
