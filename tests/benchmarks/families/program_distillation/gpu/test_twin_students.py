"""Students of GSM8K's twins in miniature, on a CPU: what they are given, repair and search."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.families.program_distillation.gpu import problems, refining, searching
from benchmarks.families.program_distillation.gpu.drawing import draw_answers
from benchmarks.families.program_distillation.gpu.fresh_students import miniature
from benchmarks.families.program_distillation.gpu.settings import Search
from benchmarks.families.program_distillation.gpu.study import (
    TwinStudy,
    program_distillation_gpu,
)
from benchmarks.families.program_distillation.students.teaching import token_counts
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.prior import load_prior
from data.program_distillation import held_out
from data.program_distillation.gsm8k import load_problems
from data.program_distillation.taught.repair import Refined
from data.program_distillation.taught.solved import TARGETS, Solved, read_solved
from data.text.corpus import Corpus
from data.text.tokens import load_tokenizer
from lightning_modules.device import Device
from tests.support.chains import Workshop

pytestmark = pytest.mark.long

_RIGHT, _WRONG, _FAILS = "v1 = 1+1", "v1 = 3", "v1 = w"


@pytest.fixture(scope="module")
def study() -> TwinStudy:
    return miniature()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("twins"))


@pytest.fixture(scope="module")
def found(few: Any, study: TwinStudy, workshop: Workshop) -> Mapping[str, Mapping[str, Metric]]:
    """What each arm measured."""
    return {arm: study.run(arm, 0, workshop.bench())["metrics"] for arm in study.arms}


def test_the_digest_of_the_recipe_is_pinned() -> None:
    """A change here separates records from the recipe."""
    assert program_distillation_gpu().digest == "062778f1"


def test_both_arms_measure_what_claims_and_steps_read(
    found: Mapping[str, Mapping[str, Metric]], study: TwinStudy
) -> None:
    program, refined = found["program"], found["refined"]

    shared = ("test/right", "test/ran", "test/floor", "trained/steps", "taught/problems")
    assert all(name in one for name in shared for one in (program, refined))
    for way in ("beam", "verified", "vote"):
        assert program[f"{way}/right"].n == study.test
        assert program[f"{way}/tokens_written"].value > 0
    assert "verified/right" not in refined
    assert refined["refine/gain"].value <= refined["first/failed"].value
    assert refined["first/right"].value == refined["test/right"].value
    assert "refine/gain" not in program


def test_problems_that_a_student_can_read_whole_are_learnt(
    few: Any, found: Mapping[str, Mapping[str, Metric]], workshop: Workshop, study: TwinStudy
) -> None:
    bench = workshop.bench()
    study.stages("program", 0, bench)
    prepared = bench.used[0, "problems"]
    words = load_tokenizer(prepared.file("tokenizer").path)
    learnt = read_solved(prepared.file("train.jsonl").path)

    assert len(learnt) == found["program"]["problems/train"].value == study.train
    assert all(
        max(token_counts(words, learnt, target)) <= study.model.context for target in TARGETS
    )
    assert found["program"]["problems/shares_text"].value == 2
    assert few["test"][0].question not in {one.question for one in learnt}


def test_repairs_are_mixed_among_programs(
    few: Any, workshop: Workshop, study: TwinStudy, found: Mapping[str, Mapping[str, Metric]]
) -> None:
    bench = workshop.bench()
    study.stages("refined", 0, bench)

    corpus = Corpus.open(bench.used[0, "taught"].file("corpus.arrow").path)

    prompts = list(corpus.prompts())
    repairs = ["\n# " in prompt for prompt in prompts]
    assert sum(repairs) == found["refined"]["taught/repairs"].value > 0
    assert len(corpus) == sum(repairs) + found["refined"]["taught/problems"].value
    assert True in repairs[: len(repairs) // 2]
    assert False in repairs[len(repairs) // 2 :]
    assert all(text.startswith("v1 = ") for text in corpus.texts())


def test_students_read_no_test_question(few: Any, tmp_path: Path) -> None:
    """A test question among the twins is left out; one that comes by another way is refused."""
    leaked = load_problems("test")[0]
    text = f"{leaked.question} {leaked.solution}"

    with pytest.raises(BadInput, match="shares text with 1 test questions"):
        held_out.refuse_test_questions("the students' problems", [text])
    clean = held_out.apart([*few["train"][:5], leaked])
    assert clean == few["train"][:5]


def test_a_student_that_reads_too_little_has_no_problem(
    few: Any, study: TwinStudy, tmp_path: Path, workshop: Workshop
) -> None:
    bench = workshop.bench()
    study.stages("program", 0, bench)
    twins = bench.used[0, "twins"]

    with pytest.raises(BadInput, match=r"none of \d+ problems fits into 20 tokens"):
        problems.prepare(
            tmp_path,
            learnt=twins.file("train.jsonl").path,
            asked=twins.file("test.jsonl").path,
            train=0,
            test=0,
            context=20,
            tokenizer=None,
            vocabulary_size=300,
        )


def _problems(n: int) -> list[Solved]:
    return [Solved(f"What is 1+1 ({number})?", _RIGHT, "2 #### 2", "2") for number in range(n)]


def test_rounds_are_compared_problem_by_problem() -> None:
    first = [_RIGHT, _WRONG, _FAILS, _FAILS, _FAILS]
    repaired = Refined((2, 3, 4), ("p",) * 3, (_RIGHT, _RIGHT, _FAILS), ())
    redrawn = Refined((2, 3, 4), ("p",) * 3, (_RIGHT, _WRONG, _WRONG), ())
    rounds = {
        name: replace(one, programs=(_RIGHT, _WRONG, *one.again))
        for name, one in (("refine", repaired), ("redraw", redrawn))
    }

    found = refining.compared(_problems(5), first, rounds)

    value = {key: one["value"] for key, one in found.items()}
    assert value == pytest.approx(
        {
            "first/right": 0.2,
            "first/failed": 0.6,
            "refine/right": 0.6,
            "refine/gain": 0.4,
            "refine/ran": 2 / 3,
            "redraw/right": 0.4,
            "redraw/gain": 0.2,
            "redraw/ran": 1.0,
            "refine/less_redraw": 0.2,
        }
    )


def test_ways_to_choose_a_program_are_compared_problem_by_problem() -> None:
    programs = {
        "beam": [_RIGHT, _WRONG, _FAILS, _RIGHT],
        "verified": [_RIGHT, _RIGHT, _WRONG, _RIGHT],
        "vote": [_WRONG, _RIGHT, _FAILS, _WRONG],
    }
    drawn = [[_WRONG, _RIGHT], [_RIGHT, _RIGHT], [_FAILS, _FAILS], [_WRONG, _WRONG]]

    found = searching.compared(_problems(4), programs, drawn)

    value = {key: one["value"] for key, one in found.items()}
    assert value == pytest.approx(
        {
            "beam/right": 0.5,
            "beam/ran": 0.75,
            "verified/right": 0.75,
            "verified/ran": 1.0,
            "vote/right": 0.25,
            "vote/ran": 0.75,
            "verified/less_beam": 0.25,
            "verified/less_vote": 0.5,
            "vote/any_right": 0.5,
            "verified/differs": 0.5,
        }
    )


def test_votes_of_a_question_depend_on_their_number_alone(
    few: Any, study: TwinStudy, workshop: Workshop, tmp_path: Path
) -> None:
    bench = workshop.bench()
    study.stages("program", 0, bench)
    prior = load_prior(bench.used[0, "student"].file("model").path, context=512, prefix=True)
    prompts = [one.prompt for one in read_solved(bench.used[0, "problems"].file("test.jsonl").path)]

    def drawn(each: int, at_once: int, seed: int = 0) -> Sequence[Sequence[str]]:
        return draw_answers(
            prior, prompts, each=each, temperature=0.7, seed=seed, max_tokens=8, at_once=at_once,
            device=Device(name="cpu"), advance=lambda n: None,
        )  # fmt: skip

    three = drawn(3, 18)
    assert [one[:2] for one in three] == drawn(2, 5)
    assert drawn(3, 18, seed=1) != three
    assert any(len(set(one)) > 1 for one in three)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arms": ("program",)}, "arm 'answer' has no student"),
        ({"refined": ("thought",)}, "arm 'thought' writes no programs"),
        ({"searched": ("nobody",)}, "arm 'nobody' writes no programs"),
        ({"checkpoint": "gpt2"}, "checkpoint is 'gpt2'"),
        ({"max_tokens": 512}, "leave room for the question"),
        ({"search": Search(encoder="roscoe")}, "search.encoder is 'roscoe'"),
        ({"passes": 0}, "passes is 0"),
    ],
)
def test_settings_that_do_not_belong_together_are_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        replace(program_distillation_gpu(), **changes)


def test_one_beam_is_no_search() -> None:
    with pytest.raises(BadInput, match=r"search\.width is 1"):
        Search(width=1)


def test_what_a_run_takes_grows_with_its_seeds() -> None:
    study = program_distillation_gpu()

    words = [study.reckoned(range(n)) for n in (1, 3)]

    assert words[0] == (
        "about 4 minutes of one H100 for 1 seeds; reckoned from operations and steps, not measured"
    )
    assert words[1].startswith("about 13 minutes")
