import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.statistics import bigrams, coverage, distinct_2, rare_bigrams, words

_TEXTS = st.lists(st.text(alphabet="ab c", max_size=20), max_size=6)


def test_words_are_lower_case_runs_without_punctuation() -> None:
    assert words(["The King, said: go!", "42 lambs"]) == [
        ["the", "king", "said", "go"],
        ["42", "lambs"],
    ]


def test_words_are_cut_after_the_limit() -> None:
    assert words(["a b c", "d e", "f"], limit=4) == [["a", "b", "c"], ["d"]]


def test_bigrams_do_not_cross_documents() -> None:
    assert list(bigrams([["a", "b"], ["c"]])) == [("a", "b")]


def test_distinct_2_of_a_repeated_bigram() -> None:
    assert distinct_2([["a", "b", "a", "b", "a"]]) == 0.5


def test_distinct_2_of_nothing_is_zero() -> None:
    assert distinct_2([[]]) == 0.0


@given(_TEXTS)
def test_distinct_2_does_not_depend_on_document_order(texts: list[str]) -> None:
    assert distinct_2(words(texts)) == distinct_2(words(reversed(texts)))


def test_the_tail_holds_what_is_rare() -> None:
    assert rare_bigrams([["a", "b", "a", "b", "c"]], max_count=1) == {("b", "a"), ("b", "c")}


def test_coverage_is_the_share_of_the_tail() -> None:
    tail = frozenset({("a", "b"), ("b", "c")})

    assert coverage([["a", "b", "x"]], tail) == 0.5
    assert coverage([], tail) == 0.0


def test_an_empty_tail_is_refused() -> None:
    with pytest.raises(ValueError, match="no rare bigram"):
        coverage([["a", "b"]], frozenset())
