from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.families.catalogue import find_recipe
from benchmarks.families.program_distillation.controls import work as control_work
from benchmarks.families.program_distillation.controls.study import ControlStudy
from benchmarks.families.program_distillation.students import solving, teaching
from benchmarks.families.program_distillation.students.settings import Student
from benchmarks.families.program_distillation.students.study import (
    ANSWERS,
    OTHERS,
    STUDENTS,
    StudentStudy,
    program_distillation_cpu,
    program_distillation_cpu_answers,
    program_distillation_cpu_shares,
)
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.program_distillation.programs import numbers_in_text
from data.program_distillation.taught.solved import Solved, read_solved
from data.text.corpus import Corpus
from tests.support.chains import Workshop

_GENERATOR = """
def generate_{number}(rng, difficulty=1.0):

    def generate_from_variables(eggs, price):
        total = eggs {sign} price
        question = f"{words} {{eggs}} and {{price}}?"
        return {{"question": question, "answer": f"{{total}}", "answer_value": total,
                "answer_cot": f"{{eggs}} {sign} {{price}} = {{total}} coins\\n#### {{total}}"}}

    def generate_example(rng, difficulty=1.0):
        result = generate_from_variables(rng.randint(30, int(90 * difficulty)), rng.randint(2, 29))
        return {{"question": result["question"], "answer": result["answer"],
                "metadata": {{"answer_cot": result["answer_cot"]}}}}

    return generate_example(rng, difficulty)
"""
_WORDS = {0: ("Together, of", "+"), 1: ("What is left, of", "-"), 2: ("So many times, of", "*")}


@dataclass(frozen=True)
class _Files:
    """A package of one file with three generators."""

    def read(self, name: str) -> bytes:
        sources = (
            _GENERATOR.format(number=number, words=words, sign=sign)
            for number, (words, sign) in _WORDS.items()
        )
        return "".join(sources).encode()

    def names(self, pattern: str) -> list[str]:
        return ["generators_00_49.py"]


_ARMS = {
    "program": Student(),
    "thought": Student(target="chain_of_thought", equal="problems"),
    "topped": Student(programs="topped up"),
    "few": Student(share=0.25, keep="length"),
}


@pytest.fixture(scope="module")
def small() -> StudentStudy:
    """The study on three templates, with a model that learns nothing in so few steps."""
    cpu = program_distillation_cpu()
    return replace(
        cpu,
        arms=tuple(_ARMS),
        students=_ARMS,
        templates=replace(cpu.templates, learnt=2, unseen=1, draws=10),
        train=20,
        reserve=20,
        test=3,
        passes=2,
        faulty=0.5,
        copies=1,
        base=replace(cpu.base, held_out_bytes=3000, tokens=1000),
        model=replace(cpu.model, layers=1, width=16, heads=2, feed_forward=16,
                      vocabulary_size=300, context=96),
        max_tokens=40,
    )  # fmt: skip


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("students"))


Found = Mapping[str, Mapping[str, Metric]]


@pytest.fixture(scope="module")
def found(small: StudentStudy, workshop: Workshop) -> Found:
    """What each arm measured."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teaching, "open_package", lambda wheel: _Files())
        return {arm: small.run(arm, 0, workshop.bench())["metrics"] for arm in small.arms}


def test_the_digests_of_the_recipes_are_pinned() -> None:
    """A change here separates all committed records from the recipes."""
    assert program_distillation_cpu().digest == "676abbb6"
    assert program_distillation_cpu_shares().digest == "b7f49eee"
    assert program_distillation_cpu_answers().digest == "70839cb6"
    assert find_recipe("program_distillation_cpu") == program_distillation_cpu()
    assert len({*STUDENTS, *OTHERS, *ANSWERS}) == len(STUDENTS) + len(OTHERS) + len(ANSWERS)


def test_arms_share_all_that_is_not_their_own(found: Found, workshop: Workshop) -> None:
    folders = [path for path in (workshop.folder / "stages").iterdir() if path.is_dir()]
    ran = [path.name.partition("-")[0] for path in folders]
    assert {kind: ran.count(kind) for kind in set(ran)} == {
        "problems": 1, "words": 1, "base": 1, "before": 1, "floor": 1,
        "taught": 4, "student": 4, "solved": 4,
    }  # fmt: skip


def test_a_student_is_measured_on_both_test_sets(found: Found) -> None:
    for arm, metrics in found.items():
        for name, n in (("fresh", 6), ("unseen", 3)):
            classes = [one.value for key, one in metrics.items() if key.startswith(f"{name}/class")]
            assert sum(classes) == metrics[f"{name}/right"].n == n, arm
            assert metrics[f"{name}/floor"].n == n
            assert metrics[f"{name}/nats"].value > 0
            by_kind = [one.n for key, one in metrics.items() if key.startswith(f"{name}/kind/")]
            assert sum(by_kind) == n
        assert metrics["general/bits_per_byte"].value > 0
        assert 0 <= metrics["base/copied"].value <= 1
        assert metrics["general/before"] == found["program"]["general/before"]
    assert "fresh/calculator/right" in found["thought"]
    assert "fresh/calculator/right" not in found["program"]


def test_the_floor_of_a_learnt_template_is_its_program_with_other_numbers(found: Found) -> None:
    assert found["program"]["fresh/floor"].value == 1
    assert found["thought"]["fresh/floor"].value < 1


def test_what_is_equal_is_equal(found: Found) -> None:
    program, thought, topped, few = (found[arm] for arm in _ARMS)
    assert program["taught/problems"].value == topped["taught/problems"].value == 40
    assert few["taught/problems"].value == 10
    assert program["taught/presented"].value == thought["taught/presented"].value == 80
    longest = 80
    for other in (topped, few):
        spent = program["taught/tokens"].value - other["taught/tokens"].value
        assert 0 <= spent < longest
    assert few["taught/presented"].value >= 75
    assert thought["taught/tokens"].value != program["taught/tokens"].value


def test_only_some_programs_are_wrong(found: Found) -> None:
    assert found["program"]["taught/wrong"].value == 0
    assert found["topped"]["taught/wrong"].value == 0
    assert "taught/wrong" not in found["thought"]


def _solved(number: int) -> Solved:
    return Solved(f"Is it {number}?", f"answer = {number}", f"#### {number}", str(number), "is")


def test_faulty_programs_are_taught_and_filtered_ones_are_fewer() -> None:
    problems = [_solved(number) for number in range(100)]
    faulty, filtered, topped = (
        teaching.chosen_problems(Student(programs=kind), problems, problems, 0.4, 0)
        for kind in ("faulty", "filtered", "topped up")
    )
    assert len(faulty) == len(topped) == 100
    wrong = sum(one.program != f"answer = {one.answer}" for one in faulty)
    assert len(filtered) >= 100 - wrong > 40
    assert topped[: len(filtered)] == filtered


def test_a_solution_that_does_not_fit_is_refused(
    small: StudentStudy, found: Found, workshop: Workshop, tmp_path: Path
) -> None:
    problems = next((workshop.folder / "stages").glob("problems-*/train.jsonl"))
    words = next((workshop.folder / "stages").glob("words-*/tokenizer"))
    with pytest.raises(BadInput, match="the model reads 8 at once"):
        teaching.teach(
            tmp_path, student=Student(), faulty=0.2, passes=1, seed=0, context=8,
            train=problems, reserve=problems, tokenizer=words,
        )  # fmt: skip


def test_the_base_reads_general_text_and_copies_questions(found: Found, workshop: Workshop) -> None:
    base = Corpus.open(next((workshop.folder / "stages").glob("words-*/base.arrow")))
    problems = read_solved(next((workshop.folder / "stages").glob("problems-*/train.jsonl")))
    copied = [one for one in base if one.prompt]
    assert sorted(one.text for one in copied) == sorted(one.question for one in problems)
    assert all(one.prompt == f"{one.text}\n" for one in copied)
    assert 1 <= len(base) - len(copied) < 60


def test_a_calculator_goes_on_from_the_right_value(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []

    def written(prior: Any, prompts: list[str], **settings: Any) -> list[str]:
        begun.append(list(prompts))
        return ["\n#### 10" if "= 10" in text else ", 5 + 5 = 11\n#### 11" for text in prompts]

    monkeypatch.setattr(solving, "write_answers", written)
    texts, corrected = solving.write_with_calculator(
        None,  # type: ignore[arg-type]
        ["A?\n", "B?\n"],
        ["2 + 2 = 5\n#### 5", "1 + 1 = 2\n#### 2"],
        max_tokens=9,
        at_once=2,
        device=None,  # type: ignore[arg-type]
        advance=lambda n: None,
    )
    assert texts == ["2 + 2 = 4, 5 + 5 = 10\n#### 10", "1 + 1 = 2\n#### 2"]
    assert corrected == [2, 0]
    assert begun == [["A?\n2 + 2 = 4"], ["A?\n2 + 2 = 4, 5 + 5 = 10"]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arms": ("program",)}, "arm 'few' has no student, or is none"),
        ({"faulty": 0.0}, "faulty is 0.0; it must be above 0"),
        ({"max_tokens": 96}, "max_tokens is 96, the model reads 96 at once"),
    ],
)
def test_a_study_that_cannot_be_is_refused(
    small: StudentStudy, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        replace(small, **changes)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": "thought"}, "target is 'thought'; use one of program"),
        ({"target": "answer", "programs": "faulty"}, "a student that writes no programs"),
        ({"share": 0.0}, "share is 0.0; it must be above 0"),
    ],
)
def test_a_student_that_learns_nothing_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Student(**settings)


def test_controls_share_problems_and_base_and_have_larger_numbers_and_other_names(
    small: StudentStudy, found: Found, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (teaching, control_work):
        monkeypatch.setattr(module, "open_package", lambda wheel: _Files())
    arms = {"named": Student(), "plain": Student()}
    settings = {one.name: getattr(small, one.name) for one in fields(small)}
    study = ControlStudy(
        **{**settings, "arms": tuple(arms), "students": arms}, plain=("plain",), difficulty=3.0
    )
    metrics = {arm: study.run(arm, 0, workshop.bench())["metrics"] for arm in arms}

    assert metrics["named"]["fresh/right"] == found["program"]["fresh/right"]
    assert metrics["named"]["outside/right"].n == metrics["plain"]["outside/right"].n == 6
    assert metrics["plain"]["taught/wrong"].value == 0
    folder = workshop.folder / "stages"
    (outside,) = folder.glob("outside-*/outside.jsonl")
    (renamed,) = folder.glob("renamed-*/outside.jsonl")
    (learnt,) = folder.glob("problems-*/train.jsonl")
    largest = max(max(numbers_in_text(one.question)) for one in read_solved(learnt))
    for one, other in zip(read_solved(outside), read_solved(renamed), strict=True):
        assert max(numbers_in_text(one.question)) > 90 >= largest
        assert other.program.startswith("v1 = ")
        assert (other.question, other.answer) == (one.question, one.answer)
    assert len(list(folder.glob("base-*[0-9a-f]"))) == 1
