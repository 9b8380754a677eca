import math
from collections.abc import Sequence

import numpy as np
import pytest

from data.program_distillation.faithfulness import (
    FaithfulLines,
    Floats,
    by_words,
    faithfulness,
    sentences,
)


def _on_a_circle(texts: Sequence[str]) -> Floats:
    """A text `30` as the point at 30 degrees."""
    angles = np.radians([float(text) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Ann has 3.5 apples. She eats one! How many?", 3),
        ("How many are left", 1),
        ("It costs $1.25 a piece.\nWhat do 3 cost?", 2),
        ("  Tom ran.   ", 1),
    ],
)
def test_sentences_end_at_their_points_and_not_within_numbers(question: str, parts: int) -> None:
    found = sentences(question)

    assert len(found) == parts
    assert " ".join(found) == " ".join(question.split())


def test_an_empty_question_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        sentences("  ")


def test_each_line_counts_by_its_nearest_sentence() -> None:
    found = faithfulness(_on_a_circle(["0", "90", "180"]), _on_a_circle(["0", "60"]))

    expected = [(1 + math.cos(math.radians(angle))) / 2 for angle in (0, 30, 120)]
    assert found == pytest.approx(np.mean(expected))


def test_lines_are_judged_by_their_own_question_and_encoded_once() -> None:
    encoded: list[str] = []

    def encode(texts: Sequence[str]) -> Floats:
        encoded.extend(texts)
        return _on_a_circle(texts)

    judge = FaithfulLines(encode, ["0", "90"])
    found = judge([(0, ("0",)), (0, ("0", "60")), (1, ("0",)), (0, ("0",))])

    assert found == pytest.approx([0, math.log((1 + 0.75) / 2), math.log(0.5), 0])
    assert sorted(encoded) == ["0", "0", "60", "90"]
    assert judge.n_encoded == 4
    judge([(0, ("60",))])
    assert judge.n_encoded == 4


def test_no_gain_is_above_nothing_or_without_end() -> None:
    (opposite,) = FaithfulLines(_on_a_circle, ["0"])([(0, ("180",))])

    assert opposite == pytest.approx(math.log(1e-6))


def test_nothing_to_judge_has_no_gain() -> None:
    assert FaithfulLines(_on_a_circle, ["0"])([]) == []


def test_words_in_common_are_counted() -> None:
    points = by_words(["two apples", "Apples, two!", "two pears", "v1 = 48/2", "48 clips", "?!"])
    cosines = points @ points.T

    assert cosines[0, 1] == pytest.approx(1)
    assert cosines[0, 2] == pytest.approx(0.5)
    assert cosines[3, 4] > 0 == cosines[0, 4]
    assert np.linalg.norm(points, axis=1).tolist() == pytest.approx([1] * 5 + [0])
