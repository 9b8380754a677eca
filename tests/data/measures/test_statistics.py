from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.measures.statistics import (
    MEASURES,
    Reference,
    Sample,
    distinct,
    histogram,
    learned_loss,
    make_reference,
    measure,
    scaling_slope,
    self_bleu,
    take,
    top_bigrams,
    vocabulary_growth,
)

_TEXTS = st.lists(st.text(alphabet="ab c", max_size=20), max_size=6)
_WORDS = [f"w{i}" for i in range(400)]


def _zipf(n_documents: int, seed: int, exponent: float = 1.1, length: int = 30) -> list[str]:
    """Documents of words whose frequency falls with their rank."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, len(_WORDS) + 1) ** exponent
    draws = rng.choice(_WORDS, size=(n_documents, length), p=share / share.sum())
    return [" ".join(row) + "." for row in draws]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return make_reference(take(_zipf(150, 1)), _zipf(150, 2), rare_count=1)


def _sample(*texts: str) -> Sample:
    return take(texts)


def test_a_sample_has_the_number_of_words_that_is_asked_for() -> None:
    assert take(["a b c", "d e", "f"], 4).n_words == 4


def test_too_little_text_is_refused() -> None:
    with pytest.raises(ValueError, match="3 words where 4 are compared"):
        take(["a b", "c", " "], 4)


@given(_TEXTS, st.randoms())
def test_a_sample_does_not_depend_on_the_order_of_documents(
    texts: list[str], random: Callable[[], float]
) -> None:
    texts = [*texts, "a b"]
    shuffled = list(texts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert take(texts, 2) == take(shuffled, 2)


def test_distinct_n_of_a_repeated_bigram() -> None:
    assert distinct(_sample("a b a b a"), 2) == 0.5
    assert distinct(_sample("a b a b a"), 1) == 0.4
    assert distinct(_sample("a"), 2) == 0.0


def test_the_vocabulary_of_all_different_words_doubles_with_the_text() -> None:
    assert vocabulary_growth(_sample("a b c d e f g h")) == pytest.approx(1.0)


def test_one_word_over_and_over_does_not_grow() -> None:
    assert vocabulary_growth(_sample("a a a a a a a a")) == pytest.approx(0.0, abs=1e-9)


def test_expected_vocabulary_is_that_of_random_halves() -> None:
    texts = _zipf(20, 3)
    words = [w for t in texts for w in t.rstrip(".").split()]
    rng = np.random.default_rng(0)
    halves = [len(set(rng.permutation(words)[: len(words) // 2])) for _ in range(300)]

    exponent = vocabulary_growth(take(texts))

    assert exponent == pytest.approx(np.log2(len(set(words)) / np.mean(halves)), abs=0.01)


def test_forty_bigrams_take_everything_when_there_are_no_more() -> None:
    assert top_bigrams(_sample("a b a b", "b c")) == 1.0


def test_documents_that_repeat_each_other_have_self_bleu_one() -> None:
    same, _ = self_bleu(_sample("a b c d e f", "a b c d e f ", "a b c d e f  "))
    other, _ = self_bleu(_sample("a b c d e f", "g h i j k l", "m n o p q r"))

    assert same == pytest.approx(1.0)
    assert other < 0.1


def test_a_collapsed_text_differs_from_the_human_floor_in_the_expected_direction(
    reference: Reference,
) -> None:
    """A steeper Zipf law loses the tail and concentrates what is left."""
    floor = measure(take(_zipf(60, 4), 1500), reference)
    collapsed = measure(take(_zipf(60, 5, exponent=2.0), 1500), reference)

    sign = {
        "distinct_2": -1, "vocabulary": -1, "tail_coverage": -1, "hashed_distance": 1,
        "top_bigrams": 1, "judge_bits": -1, "judge_distance": 1, "outside_human": 1,
        "self_bleu": 1,
    }  # fmt: skip
    for name, direction in sign.items():
        gap = direction * (collapsed[name].value - floor[name].value)
        errors = (collapsed[name].stderr, floor[name].stderr)
        assert gap > 2 * np.hypot(*errors), name


def test_the_stated_error_is_the_spread_of_fresh_samples(reference: Reference) -> None:
    """The jackknife is right to a factor of two where documents have different lengths."""
    samples = [_uneven(100 + seed) for seed in range(60)]
    measured = [measure(sample, reference) for sample in samples[:8]]

    ratio = {
        name: np.sqrt(np.mean([float(found[name].stderr or 0) ** 2 for found in measured]))
        / np.std([of(sample, reference) for sample in samples], ddof=1)
        for name, of in {**MEASURES, "learned_loss": learned_loss}.items()
    }

    assert {name: r for name, r in ratio.items() if not 0.6 < r < 2} == {}


def _uneven(seed: int) -> Sample:
    """As many words in every sample, in documents of 10 to 60 words."""
    rng = np.random.default_rng(seed)
    texts = [" ".join(t.split()[: rng.integers(10, 61)]) for t in _zipf(60, seed, length=60)]
    return take(texts, 1_200)


def test_a_single_document_has_no_standard_error(reference: Reference) -> None:
    found = measure(_sample("w1 w2 w3 w4"), reference)

    assert found["distinct_1"].stderr is None


def test_a_cut_sample_keeps_its_first_words() -> None:
    cut = Sample(("a b", "c d e", "f"), (("a", "b"), ("c", "d", "e"), ("f",))).cut(4)

    assert cut.words == (("a", "b"), ("c", "d"))
    assert cut.texts == ("a b", "c d e")


def test_a_histogram_counts_every_document_on_the_edges_of_the_reference(
    reference: Reference,
) -> None:
    counts, edges = histogram(take([*_zipf(20, 6), "zzzz qqqq"]), reference)

    assert counts.sum() == 21
    assert len(edges) == len(counts) + 1
    assert counts[-1] >= 1


def test_human_text_teaches_more_than_one_sentence_over_and_over(reference: Reference) -> None:
    human = _zipf(80, 7)
    repeated = [human[0] + " " * i for i in range(80)]

    assert scaling_slope(take(human), reference) > 2 * scaling_slope(take(repeated), reference)
    assert learned_loss(take(human), reference) < learned_loss(take(repeated), reference) - 0.3


def test_a_reference_without_a_tail_is_refused() -> None:
    with pytest.raises(ValueError, match="no rare bigram"):
        make_reference(take(["a b a b a b"]), ["a b"], rare_count=1)
