"""Checks of written answers, by execution and by one's own."""

import numpy as np
import pytest

from data.errors import BadInput
from data.executing.verification import MOST_TYPES, Gold, accepted, by_execution, operations
from data.text.corpus import Corpus, Document


def _text(rows: list[tuple[str, str]], source: str = "human") -> Corpus:
    return Corpus.of(
        Document(f"{source}-{place}", text, source, "none", 0, question)
        for place, (question, text) in enumerate(rows)
    )


HUMAN = _text([(f"{n} times {k}?", " + ".join([str(n)] * k)) for n in (2, 3) for k in range(1, 6)])


def test_an_answer_counts_by_what_it_gives_and_not_by_its_words() -> None:
    written = _text(
        [
            ("3 times 4?", "n = 3 * 4"),
            ("3 times 4?", "n = 3 * 5"),
            ("2 times 5?", "n = 2 * 5\nn"),
            ("2 times 5?", "while True: pass"),
            ("2 times 5?", "n = 10 /"),
        ],
        "model",
    )

    assert by_execution(written, HUMAN).tolist() == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("human", "question", "wrong"),
    [
        (HUMAN, "4 times 4?", "no human program answers '4 times 4"),
        (_text([("a?", "x = y")]), "a?", "the human program of 'a.' gives no exact number"),
    ],
)
def test_a_question_without_a_right_answer_is_named(
    human: Corpus, question: str, wrong: str
) -> None:
    with pytest.raises(BadInput, match=wrong):
        by_execution(_text([(question, "1")], "model"), human)


def test_the_first_accepted_documents_fill_the_size() -> None:
    passes, lengths = np.array([True, False, True, True]), np.array([5, 5, 5, 5])

    assert accepted(passes, lengths, 6).tolist() == [0, 2]
    assert accepted(passes, lengths, 15).tolist() == [0, 2, 3]
    with pytest.raises(BadInput, match="3 of 4 documents pass the check, 15 of the 16 tokens"):
        accepted(passes, lengths, 16)
    with pytest.raises(BadInput, match=r"gave float64 of shape \(4,\) for 4 documents"):
        accepted(passes.astype(float), lengths, 1)


def test_fifths_are_equal_parts_ordered_by_difficulty() -> None:
    gold = Gold.of(HUMAN, _text([("7 times 9?", " + ".join("7" * 9)), ("1?", "1")]))
    fifths = {question: gold.fifth(question) for question in gold.programs}

    assert sorted(fifths[q] for q in HUMAN.prompts()) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert fifths["2 times 5?"] == 4
    assert (fifths["7 times 9?"], fifths["1?"]) == (4, 0)
    assert operations("a = 3 + 4\nb = a // 2 - 1") == 3


def test_questions_of_one_program_but_for_its_numbers_are_of_one_type() -> None:
    programs = ["n1 = 3; a = n1*2", "n1 = 45; a = n1*2.5", "n2 = 3; a = n2+1-1", "n3 = 1/2"]
    human = _text([(f"{place}?", program) for place, program in enumerate(programs)])
    other = _text([("other?", "n1 = 700; a = n1*3"), ("unlike?", "x = 1")])
    gold = Gold.of(human, other)

    assert gold.types == ("n3 = 0/0", "n1 = 0; a = n1*0", "n2 = 0; a = n2+0-0")
    assert [gold.type(question) for question in gold.programs] == [1, 1, 2, 0, 1, None]


def test_types_are_not_told_apart_where_there_are_many() -> None:
    human = _text([(f"{k}?", f"name_{k} = 1") for k in range(MOST_TYPES + 1)])
    gold = Gold.of(human)

    assert gold.types == ()
    assert gold.type("3?") is None
    assert len(Gold.of(human.select(range(MOST_TYPES))).types) == MOST_TYPES
