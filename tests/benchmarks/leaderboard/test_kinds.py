"""Tiny chains of every kind of recipe pass the check, and leave the stages that it expects."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record
from benchmarks.chains.settings import Base, Judging
from benchmarks.leaderboard.checks.check import findings_of
from benchmarks.leaderboard.checks.expectation import expect
from benchmarks.leaderboard.checks.provenance import Repository
from data.prior import Prior
from data.workflow import NEED_QUESTIONS, NEED_REWARDS, WORKFLOWS
from tests.support.chains import run_quietly

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


def _run(recipe: Recipe, outputs: Path, seeds: Sequence[int] = (0, 1)) -> list[Record]:
    return run_quietly(recipe, outputs, outputs / "records", seeds)


def _errors(records: list[Record]) -> list[str]:
    """But for the commit: this checkout may be at work."""
    found = findings_of(records, Repository())
    return [str(f) for f in found if f.level == "error" and f.check != "commit"]


@pytest.fixture(scope="module")
def asked(tiny: Recipe, text_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """Answers to prompts, on a base of other words."""
    folder = tmp_path_factory.mktemp("asked")
    general, answers = folder / "general.txt", folder / "answers.jsonl"
    words = ("lorem", "ipsum", "dolor", "sit", "amet")
    general.write_text(
        "\n\n".join(" ".join(words[(i * k) % 5] for k in range(30)) + f" {i}." for i in range(200))
    )
    rows = [text.split(". ", 1) for text in text_file.read_text().split("\n\n")]
    lines = [json.dumps({"q": f"{question}.", "a": f" {text}"}) for question, text in rows]
    answers.write_text("\n".join(lines))
    human = replace(tiny.human, source=str(answers), field="a", prompt_field="q")
    measured = replace(tiny.evaluation, sample_words=50)
    base = Base(source=str(general), held_out_bytes=2_000, tokens=4_000, fit=tiny.first_fit)
    return replace(
        tiny,
        name="asked",
        human=human,
        base=base,
        generations=1,
        start="scratch",
        evaluation=measured,
    )


@pytest.fixture(scope="module")
def based(asked: Recipe, tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Records of two seeds."""
    return _run(replace(asked, workflows=("edit_source",)), tmp_path_factory.mktemp("based"))


@pytest.fixture
def judged(tiny: Recipe, text_file: Path, prior: Prior, tmp_path: Path) -> Recipe:
    """Text of another model, a fixed judge, a checkpoint, and tasks at the end."""
    folder, written = tmp_path / "model", tmp_path / "written.txt"
    prior.model.save_pretrained(folder)
    prior.tokenizer.save_pretrained(folder)
    texts = text_file.read_text().split("\n\n")
    written.write_text("\n\n".join(f"It is known that {text[:160]}" for text in texts))
    return replace(
        tiny,
        name="judged",
        checkpoint=str(folder),
        prior=str(folder),
        synthetic=str(written),
        judging=Judging(model=str(folder), tokens=16, documents=10, words=200),
        downstream=("collapse_openbookqa",),
        downstream_limit=4,
        downstream_at="last generation",
    )


def test_answers_to_prompts_on_a_base_pass(based: list[Record]) -> None:
    assert _errors(based) == []
    assert {"base", "base_text"} <= based[0].generations[0].stages.keys()


def test_a_base_that_was_not_fitted_is_missed(based: list[Record]) -> None:
    first = based[0].generations[0]
    stages = {kind: stage for kind, stage in first.stages.items() if kind != "base"}
    less = first.human_tokens_used - 4_000
    claimed = first.model_copy(update={"stages": stages, "human_tokens_used": less})

    errors = _errors([based[0].model_copy(update={"generations": [claimed, based[0].last]})])

    assert any("stages base are not those of the workflow" in error for error in errors)
    assert any("human_tokens_used is" in error for error in errors)


@pytest.mark.usefixtures("questions")
def test_written_and_judged_text_with_tasks_passes(judged: Recipe, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval")

    (record,) = _run(replace(judged, generations=1, workflows=("mix",)), tmp_path, [0])

    assert _errors([record]) == []
    assert {"written", "judge", "downstream", "overlap"} <= record.last.stages.keys()
    untested = record.last.model_copy(update={"downstream": None})
    claimed = record.model_copy(update={"generations": [record.generations[0], untested]})
    assert any("tasks were not evaluated" in error for error in _errors([claimed]))


def test_a_packaged_model_is_converted_wherever_it_serves(tiny: Recipe) -> None:
    judging = Judging(model="smollm2", tokens=16, documents=10, words=200)

    found = {
        "checkpoint": expect(replace(tiny, checkpoint="smollm2"), "replace"),
        "prior": expect(replace(tiny, prior="smollm2"), "edit_source"),
        "judge": expect(replace(tiny, judging=judging), "replace"),
    }

    has_prior = {
        name: ["prior" in each.stages for each in wanted] for name, wanted in found.items()
    }
    assert has_prior == {
        "checkpoint": [True, False, False],
        "prior": [False, True, True],
        "judge": [True, True, True],
    }


@pytest.mark.slow
@pytest.mark.usefixtures("questions")
@pytest.mark.parametrize("kind", ["asked", "judged"])
def test_every_workflow_of_every_kind_passes(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pytest.importorskip("lm_eval")
    recipe: Recipe = request.getfixturevalue(kind)
    special = NEED_QUESTIONS + NEED_REWARDS
    unasked = ("truncated_loss", *special) if kind == "asked" else special
    workflows = tuple(name for name in WORKFLOWS if name not in unasked)

    assert _errors(_run(replace(recipe, workflows=workflows), tmp_path)) == []
