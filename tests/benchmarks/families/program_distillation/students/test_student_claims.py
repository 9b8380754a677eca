import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.students import statistics as of
from benchmarks.families.program_distillation.students.claims import STUDENT_CLAIMS
from benchmarks.families.program_distillation.students.page import students_page
from benchmarks.families.program_distillation.students.picture import students_picture
from benchmarks.families.program_distillation.students.shown import WORDS, arms_of, solved_by_seed
from benchmarks.families.program_distillation.students.study import OTHERS, STUDENTS
from benchmarks.paper.claims import judge_all

MakeStudents = Callable[[Mapping[str, float]], list[DistillationRecord]]


def _verdicts(records: list[DistillationRecord]) -> dict[str, str]:
    return {one.claim.id: one.judgement.verdict for one in judge_all(STUDENT_CLAIMS, records, None)}


def test_the_verdicts_of_students_as_they_may_be(make_students: MakeStudents) -> None:
    found = _verdicts(make_students({}))

    assert {id for id, verdict in found.items() if verdict != "reproduced"} == {
        "pad.pruning_entropy", "pad.pruning_length", "pad.pruning_compression",
    }  # fmt: skip
    assert found["pad.pruning_length"] == "not reproduced"


@pytest.mark.parametrize(
    ("claim", "changes"),
    [
        ("pad.student", {"thought": 0.97}),
        ("pad.student_answer", {"answer": 0.5}),
        ("pad.student_tokens", {"thought_tokens": 0.97}),
        ("pad.student_answer_tokens", {"answer_tokens": 0.5}),
        ("pad.student_floor", {"program": 0.7}),
        ("pad.shuffled", {"shuffled": 0.2}),
        ("pad.calculator", {"thought_tokens": 0.88}),
        ("pad.unseen", {"program": 0.0}),
        ("pad.filtered_student", {"faulty": 0.96}),
        ("pad.filtered_student_equal", {"faulty": 0.97}),
        ("pad.data_efficiency", {"program_35": 0.15}),
        ("pad.data_par", {"program_4.5": 0.0}),
    ],
)
def test_students_can_turn_a_claim_the_other_way(
    claim: str, changes: Mapping[str, float], make_students: MakeStudents
) -> None:
    assert _verdicts(make_students(changes))[claim] == "not reproduced"


@pytest.mark.parametrize("by", ["entropy", "length", "compression"])
def test_pruning_can_help(by: str, make_students: MakeStudents) -> None:
    found = _verdicts(make_students({f"{by}_35": 0.95}))
    assert found[f"pad.pruning_{by}"] == "reproduced"


def test_what_is_forgotten_is_held_against_before_and_against_the_other(
    make_students: MakeStudents,
) -> None:
    records = {one.arm: one for one in make_students({}) if one.seed == 5}
    program, thought = records["program"], records["thought_tokens"]
    assert of.forgotten([program]) == pytest.approx(4.5, abs=1e-3)
    assert of.forgotten_more([program, thought]) == pytest.approx(0.5, abs=1e-3)
    assert of.forgotten_more([thought, program]) < 0


def test_without_a_lead_there_is_no_share_of_it(make_students: MakeStudents) -> None:
    records = {one.arm: one for one in make_students({"program": 0.05}) if one.seed == 5}
    assert math.isnan(of.arithmetic_share([records["program"], records["thought_tokens"]]))


def test_every_arm_has_words_and_a_row(make_students: MakeStudents) -> None:
    assert {*STUDENTS, *OTHERS} <= set(WORDS)
    assert set(arms_of(make_students({}))) == {*STUDENTS, *OTHERS}
    assert arms_of([]) == {}
    assert {len(one) for one in solved_by_seed(make_students({})).values()} == {5}


def test_the_page_and_the_picture_are_made_of_records(
    make_students: MakeStudents, tmp_path: Path
) -> None:
    records = make_students({})
    text = students_page(records, judge_all(STUDENT_CLAIMS, records, None))
    assert "| programs " in text
    assert text.count("No record yet") == 1, "the controls alone are not among these records"
    assert "95.0 %" in text

    students_picture(arms_of(records), solved_by_seed(records)).savefig(tmp_path / "students.png")
    assert (tmp_path / "students.png").stat().st_size > 20_000

    empty = students_page([], judge_all(STUDENT_CLAIMS, [], None))
    assert "No record yet: `collapse run program_distillation_cpu" in empty
    assert "## What they solve" not in empty
