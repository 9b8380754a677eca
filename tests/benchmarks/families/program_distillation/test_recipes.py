from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.families.catalogue import find_recipe
from benchmarks.families.program_distillation.recipes import (
    ARMS,
    DistillationStudy,
    program_distillation,
    program_distillation_templates,
)
from benchmarks.families.program_distillation.work import (
    conversion,
    faulty,
    hostile,
    targets,
    taught,
)
from data.errors import BadInput
from data.executing.execute import Executor
from data.program_distillation import gsm8k
from data.program_distillation.faults import KINDS
from data.program_distillation.gsm8k import Problem, TaughtSolution
from tests.support.chains import Workshop


@pytest.fixture(scope="module")
def small(monkeypatch_module: pytest.MonkeyPatch) -> DistillationStudy:
    """The recipe on the first rows of each part."""
    problems = {part: gsm8k.load_problems(part)[:80] for part in gsm8k.PARTS}
    taught_rows = [one for one in gsm8k.load_taught() if one.row < 12]

    def first(part: str) -> list[Problem]:
        return problems[part]

    def few() -> list[TaughtSolution]:
        return taught_rows

    monkeypatch_module.setattr(conversion, "load_problems", first)
    monkeypatch_module.setattr(taught, "load_taught", few)
    arms = tuple(arm for arm in ARMS if arm != "sandbox")
    return replace(program_distillation(), arms=arms, programs=40, fitted=50, tested=10, order=3)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Any:
    """Patches that last as long as the module's fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def found(
    small: DistillationStudy, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Mapping[str, Any]]:
    """What each arm measured."""
    workshop = Workshop(tmp_path_factory.mktemp("small"))
    return {arm: small.run(arm, 0, workshop.bench())["metrics"] for arm in small.arms}


def test_the_digest_of_the_recipe_is_pinned() -> None:
    """A change here separates all committed records from the recipe."""
    assert program_distillation().digest == "87a204a2"
    assert find_recipe("program_distillation") == program_distillation()
    assert program_distillation_templates().digest == "5f3a030f"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"programs": 0}, "programs is 0; it must be at least 1"),
        ({"faulty": 0.0}, "faulty is 0.0; it must be above 0"),
        ({"tested": 1}, "tested is 1; it must be at least 2"),
        ({"arms": ("students",)}, "unknown arm 'students'; use some of twins"),
    ],
)
def test_a_study_that_measures_nothing_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        replace(program_distillation(), **changes)


def test_twins_are_counted_by_class(found: Mapping[str, Mapping[str, Any]]) -> None:
    twins = found["twins"]
    classes = [one.value for key, one in twins.items() if key.startswith("train/class/")]

    assert sum(classes) == 80
    assert twins["train/class/right"].value == 80 * twins["train/right"].value
    assert twins["train/right"].value > 0.85


def test_of_each_kind_shares_fit_together(found: Mapping[str, Mapping[str, Any]]) -> None:
    faults = found["faults"]
    for kind in KINDS:
        rejected, equivalent, recall = (
            faults[f"{kind}/{key}"] for key in ("rejected", "equivalent", "recall")
        )
        assert rejected.n <= 40
        assert recall.n == round(rejected.n * (1 - equivalent.value))
        assert recall.value * recall.n == pytest.approx(rejected.value * rejected.n)
    assert faults["undefined_name/ran"].value == 0
    assert faults["step_dropped/recall_text"].value == 0
    assert faults["any_operands_swapped/equivalent"].value > 0.3
    classes = [one.value for key, one in faults.items() if key.startswith("round/class/")]
    assert sum(classes) == 40


def test_teachers_are_held_to_their_labels(found: Mapping[str, Mapping[str, Any]]) -> None:
    teachers = found["teachers"]

    for teacher in gsm8k.TEACHERS:
        classes = [v.value for k, v in teachers.items() if k.startswith(f"{teacher}/class/")]
        assert sum(classes) == 12
        assert teachers[f"{teacher}/wrong/rejected"].value == 1
        assert teachers[f"{teacher}/mislabelled"].value == 0


def test_a_program_has_fewer_bits_than_words(found: Mapping[str, Mapping[str, Any]]) -> None:
    bits = {key: one.value for key, one in found["entropy"].items()}

    assert bits["bits/answer"] < bits["bits/program"] < bits["bits/chain_of_thought"]
    difference = bits["bits/program"] - bits["bits/chain_of_thought"]
    assert bits["bits/program_less_chain_of_thought"] == pytest.approx(difference)


def test_copies_run_and_are_seldom_right(found: Mapping[str, Mapping[str, Any]]) -> None:
    floor = found["floor"]

    assert floor["floor/program_ran"].value > 0.9
    assert floor["floor/program"].value < 0.2


def test_two_seeds_draw_other_faults(small: DistillationStudy, tmp_path: Path) -> None:
    first, again, other = (
        small.run("faults", seed, Workshop(tmp_path / name).bench())
        for name, seed in (("first", 0), ("again", 0), ("other", 1))
    )

    assert first == again
    assert first != other


def test_twins_are_read_as_they_were_written(small: DistillationStudy, tmp_path: Path) -> None:
    conversion.convert(tmp_path)
    twins = conversion.read_twins(tmp_path / "train.jsonl")

    assert twins[0].provenance.row == 0
    assert twins[0].program == "v1 = 48/2\nv2 = 48+v1"
    assert faulty.judge(
        twins[0],
        faulty.Fault("result_confused", 1, "", "", "v1 = 48/2\nv2 = 72"),
        seed=0,
        times=3,
    ) == (None, True, False, False, True)


def test_a_missing_sandbox_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executor, "has_sandbox", False)

    with pytest.raises(BadInput, match="the sandbox is not installed"):
        hostile.hostile(tmp_path)


def test_every_target_is_written() -> None:
    assert list(targets.TARGETS) == ["program", "chain_of_thought", "answer"]
