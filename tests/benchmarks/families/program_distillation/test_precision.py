import pytest

from benchmarks.families.program_distillation.precision import (
    ALL_KINDS,
    Corpus,
    chances,
    corpora,
    precision_picture,
)
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.summaries import Found, of_arm
from theory.program_distillation.filtering import faulty_after


@pytest.fixture(scope="module")
def faults(records: list[DistillationRecord]) -> Found:
    return of_arm(records, "faults")


@pytest.fixture(scope="module")
def teachers(records: list[DistillationRecord]) -> Found:
    return of_arm(records, "teachers")


def test_the_chances_are_measured(faults: Found) -> None:
    found = list(chances(faults).values())

    assert found[0] == 1
    assert chances(faults)[ALL_KINDS] == faults["round/spurious"].mean
    assert found[1] == max(1 - one.mean for key, one in faults.items() if key.endswith("/recall"))


def test_solutions_of_a_model_are_counted_before_and_after(faults: Found, teachers: Found) -> None:
    def count(key: str) -> float:
        one = teachers.get(f"6b_verification/{key}")
        return 0.0 if one is None else one.mean

    right, another = count("class/right"), count("class/right by another computation")
    rejected, faulty = count("class/wrong value"), count("wrong/kept")
    unfinished = count("class/right in words, wrong as a program")
    (found,) = (one for one in corpora(faults, teachers) if one.words.startswith("6B, tuned, best"))

    assert found.after == faulty / (right + another)
    assert found.before == (rejected + faulty) / (right + another + rejected + unfinished)
    assert found.low <= found.after <= found.high


def test_the_point_of_the_round_lies_on_its_own_line(faults: Found, teachers: Found) -> None:
    one: Corpus = corpora(faults, teachers)[0]

    expected = faulty_after(one.before, chances(faults)[ALL_KINDS])
    assert one.after == pytest.approx(expected, rel=0.2)


def test_the_picture_has_a_line_for_each_chance_and_a_point_for_each_corpus(
    faults: Found, teachers: Found
) -> None:
    figure = precision_picture(faults, teachers)
    (axes,) = figure.axes

    assert len(axes.containers) == 5
    said = " ".join(text.get_text() for text in axes.texts)
    assert all(words in said for words in chances(faults))
