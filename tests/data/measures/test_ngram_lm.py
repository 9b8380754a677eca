import numpy as np
import pytest

from data.editing import EditRule
from data.measures.ngram_lm import (
    END,
    OTHER,
    NgramModel,
    Vocabulary,
    contexts,
    documents,
    edit_ngrams,
    fit_ngrams,
    log_probabilities,
    sample_ngrams,
)

_TEXTS = ["the king saw the river", "the people saw the king", "a lamp"] * 20


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.of(_TEXTS, 8)


def test_the_vocabulary_holds_the_most_frequent_words(vocabulary: Vocabulary) -> None:
    assert vocabulary.words[:4] == ("<end>", "<other>", "the", "king")
    assert vocabulary.encode(["the unknown king"]).tolist() == [END, 2, OTHER, 3, END]


def test_decoding_gives_the_documents_back(vocabulary: Vocabulary) -> None:
    stream = vocabulary.encode(["the king saw", "the people"])

    assert vocabulary.decode(stream) == ["the king saw", "the people"]


def test_a_context_does_not_look_beyond_the_beginning_of_a_document() -> None:
    tokens = np.array([END, 2, 3, END, 4, 5, END])

    assert contexts(tokens, 3, 10).tolist() == [0, 2, 23, 0, 4, 45]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_sum_to_one(order: int, vocabulary: Vocabulary) -> None:
    model = fit_ngrams([vocabulary.encode(_TEXTS)], 8, order=order)

    assert model.probability.shape == (8 ** (order - 1), 8)
    assert model.probability.sum(axis=1) == pytest.approx(1.0)


def test_a_bigram_probability_that_can_be_checked_by_hand() -> None:
    """END a END a END over two tokens plus strength 1: unigram, then bigram, by counting."""
    tokens = np.array([0, 1, 0, 1, 0])

    model = fit_ngrams([tokens], 2, order=2, strength=1.0)

    unigram_one = (2 + 0.5) / (4 + 1)
    assert model.probability[0, 1] == pytest.approx((2 + unigram_one) / (2 + 1))


def test_tokens_that_do_not_count_are_left_out() -> None:
    tokens = np.array([0, 1, 0, 1, 0])
    none = np.zeros(4, dtype=bool)

    model = fit_ngrams([tokens], 2, counted=[none])

    assert model.probability == pytest.approx(0.5)


def test_a_longer_memory_lowers_the_loss_on_the_training_text(vocabulary: Vocabulary) -> None:
    stream = vocabulary.encode(_TEXTS)

    losses = [
        -log_probabilities(fit_ngrams([stream], 8, order=order), stream).mean()
        for order in (1, 2, 3)
    ]

    assert losses == sorted(losses, reverse=True)


def test_samples_follow_the_probabilities() -> None:
    probability = np.array([[0.0, 0.3, 0.7], [0.5, 0.5, 0.0], [0.25, 0.0, 0.75]])
    model = NgramModel(2, probability)

    stream = sample_ngrams(model, 40_000, rng=np.random.default_rng(0), mean_length=3)

    pairs = np.zeros((3, 3))
    np.add.at(pairs, (stream[:-1], stream[1:]), 1)
    assert stream[0] == stream[-1] == END
    assert (stream != END).sum() >= 40_000
    assert pairs / pairs.sum(axis=1, keepdims=True) == pytest.approx(probability, abs=0.02)


def test_editing_keeps_ends_and_first_words_and_changes_only_flagged_tokens(
    vocabulary: Vocabulary,
) -> None:
    stream = vocabulary.encode(_TEXTS)
    model = fit_ngrams([stream], 8)

    edited, edits = edit_ngrams(
        model, stream, EditRule(share=0.5, top_k=3), rng=np.random.default_rng(0)
    )

    first = [d[0] for d in documents(stream)]
    assert ((edited == END) == (stream == END)).all()
    assert [d[0] for d in documents(edited)] == first
    assert 0 < (edited != stream).sum() <= edits.flagged.sum()


def test_a_rule_that_flags_nothing_changes_nothing(vocabulary: Vocabulary) -> None:
    stream = vocabulary.encode(_TEXTS)

    edited, _ = edit_ngrams(
        fit_ngrams([stream], 8),
        stream,
        EditRule(threshold=2.0, top_k=3),
        rng=np.random.default_rng(0),
    )

    assert (edited == stream).all()


def test_a_table_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="take a smaller vocabulary or order"):
        fit_ngrams([np.array([0, 1, 0])], 10_000, order=3)
