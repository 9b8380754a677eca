from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.story_style.stories import (
    Story,
    Work,
    cut_stories,
    halves,
    split_by_work,
    split_sentences,
)

_SENTENCE = "The old ship went out of the harbour at noon."


def _work(name: str, sentences: int, author: str = "a") -> Work:
    return Work(author=author, name=name, text=" ".join([_SENTENCE] * sentences))


def _stories(author: str, sizes: list[int]) -> list[Story]:
    return [
        Story(author=author, work=f"w{work}", sentences=(_SENTENCE, f"It was number {place}."))
        for work, size in enumerate(sizes)
        for place in range(size)
    ]


def test_sentences_end_at_marks_and_not_at_abbreviations_or_initials() -> None:
    text = 'Mr. Bennet  saw J. Smith. "Will he come?" She asked! (No.) Then\nit was I. In 1801 he'
    assert split_sentences(text) == [
        "Mr. Bennet saw J. Smith.",
        '"Will he come?"',
        "She asked!",
        "(No.)",
        "Then it was I.",
        "In 1801 he",
    ]


@given(st.text(alphabet="aB1.!? \"'“”\n)", max_size=60))
def test_sentences_put_together_are_the_text(text: str) -> None:
    assert " ".join(split_sentences(text)) == " ".join(text.split())


def test_windows_do_not_overlap_and_the_rest_is_dropped() -> None:
    stories = cut_stories([_work("one", 12), _work("two", 4)])
    assert [(story.work, len(story.sentences), story.n_words) for story in stories] == [
        ("one", 5, 50),
        ("one", 5, 50),
    ]


@pytest.mark.parametrize(("words", "kept"), [((50, 50), 1), ((51, 99), 0), ((1, 49), 0)])
def test_both_limits_of_words_are_allowed(words: tuple[int, int], kept: int) -> None:
    assert len(cut_stories([_work("one", 5)], words=words)) == kept


def test_no_work_is_in_two_parts_and_every_author_is_in_each() -> None:
    stories = _stories("a", [3, 1, 4, 1, 5]) + _stories("b", [2, 7, 1])
    split = split_by_work(stories, np.random.default_rng(0))
    parts = [split.train, split.validation, split.test]
    works = [{(story.author, story.work) for story in part} for part in parts]
    assert sum(len(part) for part in parts) == len(stories)
    assert sum(len(part) for part in works) == len(set.union(*works)) == 8
    assert all({author for author, _ in part} == {"a", "b"} for part in works)


def test_the_test_has_its_share_and_the_draw_decides_the_works() -> None:
    stories = _stories("a", [5] * 20)
    splits = [split_by_work(stories, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert [len(splits[0].test), len(splits[0].validation)] == [20, 10]
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Story(author="a", work="w", sentences=("One.",)), "1 sentence"),
        (lambda: Story(author="a", work="w", sentences=("One.", " ")), "without a word"),
        (lambda: cut_stories([_work("w", 5)], sentences=1), "no order"),
        (lambda: cut_stories([_work("w", 5)], words=(9, 8)), "between 9 and 8"),
        (lambda: split_by_work([], np.random.default_rng(0)), "no story"),
        (lambda: split_by_work(_stories("a", [9]), np.random.default_rng(0)), "1 work"),
    ],
)
def test_bad_input_is_told_in_one_line(make: Callable[[], object], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_halves_share_no_work_and_have_every_author() -> None:
    stories = _stories("a", [3, 1, 4]) + _stories("b", [2, 7])
    one, other = halves(stories, np.random.default_rng(0))
    works = [{(story.author, story.work) for story in half} for half in (one, other)]
    assert sorted(map(len, works)) == [2, 3]
    assert not works[0] & works[1]
    assert len(one) + len(other) == len(stories)
    with pytest.raises(BadInput, match="1 work alone"):
        halves(_stories("a", [3]), np.random.default_rng(0))
