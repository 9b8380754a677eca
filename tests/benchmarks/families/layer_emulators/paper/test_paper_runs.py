"""The paper's runs: their plan, why they are refused here, and how they go on small stand-ins."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from transformers import AutoModelForCausalLM, OPTConfig, PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.downstream.lm_eval_tasks import TaskScore, hub_tasks
from benchmarks.families.layer_emulators.family import FAMILY
from benchmarks.families.layer_emulators.paper import needs, work
from benchmarks.families.layer_emulators.paper.examples import (
    Example,
    packed,
    read_examples,
    training_part,
)
from benchmarks.families.layer_emulators.paper.plans import ARMS, PLANS
from benchmarks.families.layer_emulators.paper.study import (
    CHOICES,
    STUDIES,
    PaperStudy,
    layer_emulators_paper_opt,
    layer_emulators_paper_opt_large,
    start,
)
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.run import Session, run_recipe
from benchmarks.running.bench import Pinned
from benchmarks.running.progress import Progress
from data.errors import BadInput
from data.text.answers import IGNORED
from lightning_modules.device import Device
from lightning_modules.settings import Optimization

_FIT = Optimization(learning_rate=1e-2, warmup_steps=0, windows_per_step=4, weight_decay=0.0)
_ARMS = ("clusters_shared", "offsite", "full")


def test_the_digests_of_the_recipes_are_pinned() -> None:
    assert layer_emulators_paper_opt().digest == "f9f2bfad"
    assert layer_emulators_paper_opt_large().digest == "bbc36a4d"


def test_a_plan_says_its_runs_and_their_cost() -> None:
    said = "\n".join(PLANS["layer_emulators_paper"].lines("layer_emulators_paper"))

    assert "168 per seed, 598,920 steps; 3 seeds" in said
    assert "time: 2 hours of one H100" in said
    assert "not run: RACE, of which lm-eval writes out no training part" in said
    assert "distilled emulators are not among them" in said


def test_steps_and_operations_of_a_plan_follow_from_its_parts() -> None:
    plan = replace(
        PLANS["layer_emulators_paper"],
        tasks=(replace(PLANS["layer_emulators_paper"].tasks[0], examples=33, tokens=10),),
        arms=("clusters", "full"),
        rates=(1e-4,),
    )

    assert plan.steps == 2 * 5 * 3
    assert plan.tokens == 33 * 10 * 5
    # 4 and 2 operations for each weight passed and trained: half and a sixth of all, then all.
    each = 4 * 0.5 + 2 / 6 + 6
    assert plan.cost.training_flops == pytest.approx(each * plan.parameters * plan.tokens)


def test_every_arm_of_a_plan_has_a_choice_and_every_task_a_name_in_lm_eval() -> None:
    stock = {task.task: task.data for task in hub_tasks()}

    assert tuple(CHOICES) == ARMS
    assert set(PLANS) == set(FAMILY.plans())
    assert set(STUDIES) <= set(FAMILY.recipes)
    for plan in PLANS.values():
        assert {task.task: task.data for task in plan.asked}.items() <= stock.items()


def test_the_papers_runs_are_refused_with_all_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(needs, "_cached", lambda repository, file, kind: kind == "dataset")

    with pytest.raises(BadInput, match=r"facebook/opt-1.3b is not in the hub's cache") as refused:
        FAMILY.start("layer_emulators_paper")

    assert "\n" not in str(refused.value)
    assert "allenai/ai2_arc" not in str(refused.value)


def test_a_plan_whose_needs_are_met_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "missing", lambda name: [])

    (study,) = start("layer_emulators_paper_large")

    assert study == layer_emulators_paper_opt_large()
    assert (study.ends, study.kept, study.fit.warmup_steps) == ((0, 1, 30, 31), 22, 20)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arms": ("best",)}, "unknown arm 'best'"),
        ({"tasks": ()}, "tasks and rates name no case"),
        ({"spread": ()}, "spread: 0 layers are trained, 12 kept"),
        ({"ends": tuple(range(12))}, "ends: 12 layers are trained, 12 kept"),
    ],
)
def test_what_cannot_be_tuned_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        replace(layer_emulators_paper_opt(), **changes)


class _Task:
    """A task as lm-eval has them, of three kinds of targets."""

    def __init__(self, target: Any) -> None:
        self.target = target
        self.config = SimpleNamespace(target_delimiter=" ", task="mine")

    def training_docs(self) -> Any:
        return [{"question": "Who?", "choices": ["a king", "a lamb"]}]

    def doc_to_text(self, document: Any) -> str:
        return f"Question: {document['question']}"

    def doc_to_target(self, document: Any) -> Any:
        return self.target

    def doc_to_choice(self, document: Any) -> list[str]:
        found: list[str] = document["choices"]
        return found


@pytest.mark.parametrize("target", [1, [1, 0], "a lamb"])
def test_the_right_answer_is_written_out_behind_the_prompt(target: Any) -> None:
    assert training_part(_Task(target)) == [Example("Question: Who?", " a lamb")]


def test_a_task_without_a_training_part_and_a_file_of_other_lines_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"prompt": "Who?"}\n')
    task = _Task(0)
    monkeypatch.setattr(task, "training_docs", lambda: None)

    with pytest.raises(BadInput, match="mine has no training part"):
        training_part(task)
    with pytest.raises(BadInput, match="not lines with a prompt and an answer"):
        read_examples("mine", file)


def test_an_example_has_a_row_of_its_own_and_its_answer_alone_is_learnt(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    example = Example("the king", " saw the lamb")
    (row,) = packed([example], tokenizer, 24)
    end = tokenizer.eos_token_id
    whole = tokenizer.encode(example.prompt + example.answer, add_special_tokens=False)
    prompt = tokenizer.encode(example.prompt, add_special_tokens=False)

    assert row[0].tolist() == [end, *whole, end, *[end] * (25 - len(whole) - 2)]
    learnt = row[1][row[1] != IGNORED]
    assert learnt.tolist() == [*whole[len(prompt) :], end]
    assert row[2].tolist() == list(range(25))


def test_every_pass_has_all_examples_in_an_order_of_its_own_and_equal_steps(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    examples = [Example(f"king {k}", " lamb" * (1 + k % 3)) for k in range(9)]
    lessons = work.lessons_of(examples, tokenizer, _FIT, 24, 2, np.random.default_rng(0))
    order = np.array(lessons.order)
    first, second = order[:2].ravel(), order[2:].ravel() - 9

    assert order.shape == (4, 4)
    assert len(set(first)) == len(set(second)) == 8
    assert first.tolist() != second.tolist()
    windows: Any = lessons.windows
    for step in lessons.order:
        rows = [windows[at] for at in step]
        weighed = sum(float(row.weight) * int((row.labels != IGNORED).sum()) for row in rows)
        assert weighed == pytest.approx(1)


def test_fewer_examples_than_a_step_takes_are_refused(tokenizer: PreTrainedTokenizerFast) -> None:
    with pytest.raises(BadInput, match="3 examples are fewer than one step of 4"):
        work.lessons_of([Example("a", " b")] * 3, tokenizer, _FIT, 8, 1, np.random.default_rng(0))


@pytest.fixture(scope="module")
def stand_in(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast
) -> PaperStudy:
    """A small OPT, and questions with answers that it can learn."""
    folder = tmp_path_factory.mktemp("paper")
    torch.manual_seed(0)
    config = OPTConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=6,
        ffn_dim=32,
        num_attention_heads=2,
        max_position_embeddings=64,
        word_embed_proj_dim=16,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    lines = [{"prompt": f"king {k} sees", "answer": " the lamb"} for k in range(12)]
    (folder / "sees.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return replace(
        layer_emulators_paper_opt(),
        arms=_ARMS,
        model=str(folder / "model"),
        tasks=("sees",),
        files={"sees": str(folder / "sees.jsonl")},
        ends=(0, 5),
        spread=(1, 4),
        kept=4,
        rates=(1e-2, 1e-4),
        epochs=2,
        fit=_FIT,
        context=24,
        chosen_by=6,
        limit=3,
    )


@pytest.fixture(scope="module")
def records(
    stand_in: PaperStudy, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, EmulatorRecord]:
    """The records of the stand-in by arm; its score is the chance of the answer's first token."""

    def score(
        model: PreTrainedModel, words: Any, tasks: Sequence[str], *, limit: int | None
    ) -> SimpleNamespace:
        ids = torch.tensor([words.encode("king 3 sees the", add_special_tokens=False)])
        with torch.no_grad():
            chances = model(input_ids=ids).logits.softmax(-1)
        value = float(chances[0, -2, ids[0, -1]])
        scores = {f"{tasks[0]}/acc/none": TaskScore(value, None, limit or 0, "1")}
        return SimpleNamespace(scores=scores)

    folder = tmp_path_factory.mktemp("paper_records")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "evaluate_tasks", score)
        pinned = lambda tasks: Pinned(list(tasks), list(tasks))  # noqa: E731
        patch.setattr("benchmarks.downstream.stages.pinned_tasks", pinned)
        session = Session(
            outputs=folder / "outputs",
            records=folder / "records",
            device=Device(name="cpu"),
            progress=Progress(Console(quiet=True)),
        )
        found = run_recipe(stand_in, (0,), session)
    return {one.arm: one for one in found if isinstance(one, EmulatorRecord)}


def _value(record: EmulatorRecord, key: str) -> float:
    return record.metrics[f"sees/{key}"].value


def test_every_arm_is_tuned_at_every_rate_and_put_back(
    records: dict[str, EmulatorRecord],
) -> None:
    assert tuple(records) == _ARMS
    for record in records.values():
        assert set(record.metrics) == {
            f"sees/{key}"
            for key in (
                "full/zero_shot",
                "emulator/zero_shot",
                *(f"{rate}/{what}" for rate in ("0.01", "0.0001") for what in ("tuned", "plug_in")),
            )
        }
        assert _value(record, "0.01/tuned") > _value(record, "0.0001/tuned")
        assert _value(record, "0.01/tuned") > _value(record, "emulator/zero_shot")


def test_an_emulator_of_all_layers_is_the_model_and_its_plug_in_itself(
    records: dict[str, EmulatorRecord],
) -> None:
    full, offsite = records["full"], records["offsite"]

    assert _value(full, "emulator/zero_shot") == _value(full, "full/zero_shot")
    assert _value(full, "0.01/plug_in") == pytest.approx(_value(full, "0.01/tuned"))
    assert _value(offsite, "emulator/zero_shot") != _value(offsite, "full/zero_shot")
    assert _value(offsite, "0.01/plug_in") != pytest.approx(_value(offsite, "0.01/tuned"))
