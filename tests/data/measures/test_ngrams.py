import numpy as np

from data.measures.ngrams import BUCKETS, hashed, hashed_sum, ngrams, rare_bigrams, split_words


def test_words_are_lower_case_runs_without_punctuation() -> None:
    assert split_words("The King, said: go! 42") == ["the", "king", "said", "go", "42"]


def test_ngrams_do_not_cross_documents() -> None:
    assert list(ngrams([["a", "b"], ["c"]], 2)) == [("a", "b")]
    assert list(ngrams([["a", "b"]], 3)) == []


def test_the_tail_holds_what_is_rare() -> None:
    assert rare_bigrams([["a", "b", "a", "b", "c"]], max_count=1) == {("b", "a"), ("b", "c")}


def test_hashed_counts_are_those_of_words_and_bigrams() -> None:
    counts = hashed(["a", "b", "a"])

    assert counts.shape == (BUCKETS,)
    assert counts.sum() == 5
    assert np.array_equal(hashed_sum([["a", "b"], ["c"]]), hashed(["a", "b"]) + hashed(["c"]))
