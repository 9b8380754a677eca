"""Records of a tiny recipe, run here, tampered with, and run again."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, read_record
from benchmarks.comparing.curves import LOSS
from benchmarks.leaderboard.checks.check import findings_of
from benchmarks.leaderboard.checks.consistency import PERPLEXITY
from benchmarks.leaderboard.checks.findings import Checked, Finding
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.leaderboard.checks.rerun import Depth, other_results, with_rerun
from benchmarks.leaderboard.entries import DISTINCT
from benchmarks.running.record import Metric
from data.measures.document_losses import pack
from data.workflow import NEED_QUESTIONS, NEED_REWARDS, WORKFLOWS
from tests.support.chains import run_quietly
from tests.support.places import RECORDS


@pytest.fixture(scope="module")
def made(tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Record], Path]:
    """A record of a human control and one of `replace`, and the folder of their stages."""
    folder = tmp_path_factory.mktemp("made")
    recipe = replace(tiny, name="again", generations=1, workflows=("fresh_human", "replace"))
    records = run_quietly(recipe, folder / "outputs")
    return records, folder / "outputs"


def _tampered(record: Record, tamper: Callable[[dict[str, Any]], object]) -> Record:
    content = json.loads(record.model_dump_json())
    content["content"] = None
    tamper(content)
    return Record.model_validate(content)


def _again(records: Sequence[Record], outputs: Path, depth: Depth) -> tuple[Finding, ...]:
    checked = Checked(tuple(records), ())
    return with_rerun(
        checked, depth, chosen=records, outputs=outputs, say=lambda line: None
    ).findings


def test_an_honest_record_is_found_again_from_nothing(
    made: tuple[list[Record], Path], tmp_path: Path
) -> None:
    records, _ = made

    assert _again(records, tmp_path / "elsewhere", "data") == ()


@pytest.mark.parametrize(
    ("tamper", "text"),
    [
        (lambda c: c.update(seed=1), "generation 0: corpus fingerprint is"),
        (lambda c: c["human"].update(documents=3), "human documents is 3, the text gives"),
        (
            lambda c: c["human"]["floor"]["samples/distinct_2/none"].update(value=0.1),
            "floor of samples/distinct_2/none is 0.1, the text gives",
        ),
        (
            lambda c: c["generations"][1]["corpus"].update(fingerprint="0" * 16),
            "generation 1: corpus 0000000000000000 of",
        ),
        (
            lambda c: c["generations"][0]["corpus"]["health"].update(mean_bytes=1.0),
            "generation 0: health mean_bytes is 1, not",
        ),
    ],
)
def test_what_follows_from_the_text_is_found_without_a_fit(
    made: tuple[list[Record], Path], tamper: Any, text: str
) -> None:
    (control, _), outputs = made

    findings = _again([_tampered(control, tamper)], outputs, "data")

    assert any(f.level == "error" and text in f.text for f in findings)


def test_a_careful_change_of_a_loss_is_found_by_the_chain(
    made: tuple[list[Record], Path], tmp_path: Path
) -> None:
    """The finished stages are those of this machine: the record is compared with what they say."""
    (_, record), outputs = made

    def tamper(content: dict[str, Any]) -> None:
        metrics = content["generations"][-1]["metrics"]
        ratio = math.log(metrics[PERPLEXITY]["value"]) / metrics[LOSS]["value"]
        metrics[LOSS]["value"] -= 0.1
        metrics[PERPLEXITY]["value"] = math.exp(ratio * metrics[LOSS]["value"])
        bits, size = record.document_losses(-1)
        content["generations"][-1]["document_bits"]["held_out"] = pack(bits - 0.1 * size, "bits")

    honest = _again([record], outputs, "chain")
    findings = _again([_tampered(record, tamper)], outputs, "chain")

    assert honest == ()
    assert [f.level for f in findings] == ["error"]
    assert f"generation 1: {LOSS} is" in findings[0].text


def test_a_change_of_a_loss_alone_is_no_valid_record(made: tuple[list[Record], Path]) -> None:
    (_, record), _ = made

    def tamper(content: dict[str, Any]) -> None:
        content["generations"][-1]["metrics"][LOSS]["value"] -= 0.001

    with pytest.raises(ValueError, match="its documents give"):
        _tampered(record, tamper)


def test_other_held_out_documents_are_found_without_a_fit(
    made: tuple[list[Record], Path],
) -> None:
    (control, _), outputs = made

    def tamper(content: dict[str, Any]) -> None:
        content["evaluated"]["held_out"]["fingerprint"] = "0" * 16

    (finding,) = _again([_tampered(control, tamper)], outputs, "data")

    assert finding.text == "the held-out documents are not those that the text gives"


def test_a_text_that_is_not_here_is_told_and_no_error(made: tuple[list[Record], Path]) -> None:
    (control, _), outputs = made
    gone = _tampered(control, lambda c: None)
    gone.recipe["human"]["source"] = "gone.txt"

    (finding,) = _again([gone], outputs, "data")

    assert (finding.level, "gone.txt: no such file" in finding.text) == ("note", True)


def test_the_code_of_a_submitted_method_is_not_run(
    made: tuple[list[Record], Path], tmp_path: Path
) -> None:
    (control, _), outputs = made
    trap = tmp_path / "trap.py"
    trap.write_text(f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    mine = control.model_copy(update={"workflow": f"{trap}:method"})

    findings = _again([mine], outputs, "chain")

    assert ["read its code" in f.text for f in findings] == [True]
    assert not (tmp_path / "ran").exists()


def test_a_run_seals_its_records(made: tuple[list[Record], Path]) -> None:
    records, _ = made

    assert all(record.content is not None for record in records)


@pytest.mark.parametrize(
    ("tamper", "text"),
    [
        (lambda g: g["metrics"][DISTINCT].update(value=0.01, stderr=9.0), f"{DISTINCT} is 0.0100"),
        (lambda g: g["metrics"].pop(DISTINCT), f"{DISTINCT} is missing"),
        (lambda g: g.update(steps=1), "fit steps is 1, a run gives"),
        (lambda g: g["corpus"].update(documents=9_999), "corpus documents is 9,999, a run gives"),
        (lambda g: g.update(written=9_999), "evaluation written is 9,999, a run gives"),
    ],
)
def test_all_that_a_run_finds_is_compared_with_its_own_tolerance(
    made: tuple[list[Record], Path], tamper: Any, text: str
) -> None:
    (_, record), outputs = made

    def of_all(content: dict[str, Any]) -> None:
        for generation in content["generations"][:: 1 if "missing" in text else -2]:
            tamper(generation)

    findings = _again([_tampered(record, of_all)], outputs, "chain")

    assert any(f.level == "error" and text in f.text for f in findings)


def test_edits_that_a_run_does_not_make_are_found() -> None:
    (path,) = RECORDS.glob("smoke-*/edit_source-seed0.json")
    again = read_record(path).last
    assert again.corpus.edit is not None
    edit = again.corpus.edit.model_copy(update={"changed": 1})
    judged = {"corpus/distinct_2/none": Metric(value=0.5, stderr=None, n=100, version=1)}
    corpus = again.corpus.model_copy(update={"edit": edit, "text": judged})

    wrong = list(other_results(again.model_copy(update={"corpus": corpus}), again))

    assert list(other_results(again, again)) == []
    assert wrong[0].startswith("edit changed is 1, a run gives")
    assert wrong[1:] == ["corpus/distinct_2/none is no metric of this recipe"]


@pytest.mark.parametrize("setting", ["checkpoint", "prior", "synthetic"])
def test_a_model_that_is_not_here_is_told_and_no_error(
    made: tuple[list[Record], Path], setting: str
) -> None:
    (control, _), outputs = made
    gone = _tampered(control, lambda c: None)
    gone.recipe[setting] = "gone"

    (finding,) = _again([gone], outputs, "chain")

    assert (finding.level, "gone: no such" in finding.text) == ("note", True)


def test_a_run_that_fails_is_one_finding(made: tuple[list[Record], Path], tmp_path: Path) -> None:
    (control, _), _ = made
    wild = _tampered(control, lambda c: None)
    wild.recipe["fit"].update(learning_rate=1e30, gradient_clip=1e30)

    (finding,) = _again([wild], tmp_path, "chain")

    assert finding.level == "error"
    assert finding.text.startswith("a run of it fails: NonFiniteLoss: ")


@pytest.mark.slow
def test_an_honest_record_of_every_workflow_passes(tiny: Recipe, tmp_path: Path) -> None:
    special = NEED_QUESTIONS + NEED_REWARDS
    of_text = tuple(name for name in WORKFLOWS if name not in special)
    records = run_quietly(replace(tiny, workflows=of_text), tmp_path / "outputs", seeds=[0, 1])

    errors = [f for f in findings_of(records, Repository()) if f.level == "error"]

    assert [str(f) for f in errors if f.check != "commit"] == []  # this checkout may be at work
