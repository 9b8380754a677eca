from dataclasses import replace

import pytest

from data.measures.health import Unhealthy, breaches, examine, shared_documents
from data.measures.health_limits import HealthLimits
from data.text.corpus import Corpus, Document

_HUMAN = [
    "In the beginning the king saw the river, and he sent his brother over the mountain at night.",
    "A shepherd followed seven lambs by the sea until the harvest was gathered before the gate.",
    "The people heard the prophet in the morning; an old woman feared the stranger with the lamp.",
]


def _corpus(*texts: str, same_id: bool = False) -> Corpus:
    rows = enumerate(texts)
    return Corpus.of(Document("0" if same_id else str(i), text, "s", "l", 0) for i, text in rows)


def _examine(*texts: str) -> dict[str, float]:
    health = examine(_corpus(*texts), human=_corpus(*_HUMAN), held_out=_corpus("Held out."))
    return {name: getattr(health, name) for name in health.__dataclass_fields__}


def test_a_clean_corpus_has_no_fault() -> None:
    found = _examine(*_HUMAN)

    assert found["documents"] == 3
    assert all(
        found[name] == 0 for name in found.keys() - {"documents", "mean_bytes", "concentration"}
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("  ", "empty"),
        (_HUMAN[0], "duplicate"),
        (_HUMAN[0] + " Selah.", "near_duplicate"),
        ("A sentence that stops in the", "unfinished"),
        ("Broken \ufffd text.", "malformed"),
        ("In the beginning the king saw the river again.", "repeated_opening"),
    ],
)
def test_one_bad_document_in_four_is_found(text: str, fault: str) -> None:
    assert _examine(*_HUMAN, text)[fault] == 0.25


def test_a_copy_is_a_near_duplicate_and_a_different_document_is_not() -> None:
    assert _examine(*_HUMAN, _HUMAN[1])["near_duplicate"] == 0.25
    assert _examine(*_HUMAN, "Something else was written here by another hand.")["duplicate"] == 0


def test_text_that_is_measured_on_is_found_in_the_corpus() -> None:
    health = examine(_corpus(*_HUMAN), human=_corpus(*_HUMAN), held_out=_corpus(_HUMAN[2]))

    assert health.held_out_overlap == pytest.approx(1 / 3)


def test_the_share_of_held_out_documents_that_a_text_knows_counts_prompts() -> None:
    run = " ".join(f"word{i}" for i in range(13))
    held_out = Corpus.of(
        Document(f"d:{i}", text, "s", "none", 0, prompt)
        for i, (prompt, text) in enumerate([(run, "An answer."), ("", run[:-1]), ("", "Short.")])
    )

    assert shared_documents(held_out, _corpus("Other words.", f"Before {run} after.")) == 1 / 3
    assert shared_documents(held_out, _corpus("Other words.")) == 0
    with pytest.raises(ValueError, match="the held-out text is empty"):
        shared_documents(_corpus(), held_out)


def test_one_id_for_two_documents_is_found() -> None:
    corpus = _corpus(*_HUMAN, same_id=True)

    health = examine(corpus, human=corpus, held_out=_corpus("x"))

    assert health.repeated_id == pytest.approx(2 / 3)


def test_documents_of_another_length_shift_the_distribution() -> None:
    assert _examine("Short.", "Words here.")["length_shift"] == 1.0


def test_a_repeated_phrase_concentrates_the_trigrams() -> None:
    assert _examine("amen amen amen amen amen amen.")["concentration"] == 1.0


def test_a_breach_is_flagged_with_value_and_limit() -> None:
    health = examine(_corpus("", "One."), human=_corpus("", "One."), held_out=_corpus("x"))
    limits = HealthLimits(concentration=1.0)

    assert breaches(health, limits) == ["empty 0.500 > 0.05"]


def test_cut_off_documents_are_flagged_where_a_recipe_says_how_many_may_be() -> None:
    health = examine(
        _corpus("It ends here.", "It breaks off in the"),
        human=_corpus("a b"),
        held_out=_corpus("z"),
    )
    limits = HealthLimits(concentration=1.0, length_shift=1.0)

    assert breaches(health, limits) == []
    assert breaches(health, replace(limits, unfinished=0.4)) == ["unfinished 0.500 > 0.4"]


def test_a_breach_stops_a_recipe_that_says_so() -> None:
    health = examine(_corpus("", "One."), human=_corpus("", "One."), held_out=_corpus("x"))

    with pytest.raises(Unhealthy, match=r"empty 0\.500 > 0\.05.*raise the limits"):
        breaches(health, HealthLimits(on_breach="stop", concentration=1.0))


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="the corpus is empty"):
        examine(_corpus(), human=_corpus("x"), held_out=_corpus("x"))


def test_what_scipy_says_of_a_p_value_that_nobody_asked_for_stays_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Warnings are errors in tests; scipy warns where it cannot count a p-value exactly."""
    expected = _examine(*_HUMAN[:2], "Word.")["length_shift"]
    monkeypatch.setattr(
        "scipy.stats._stats_py._attempt_exact_2kssamp",
        lambda n1, n2, g, d, alternative: (False, d, float("nan")),
    )

    assert _examine(*_HUMAN[:2], "Word.")["length_shift"] == pytest.approx(expected)
