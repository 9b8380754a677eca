"""Tampering with committed records: each test says what catches it, or that nothing does."""

import contextlib
import hashlib
import json
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Record, read_record, read_records
from benchmarks.comparing.curves import LOSS
from benchmarks.leaderboard.checks.agreement import (
    Chain,
    chain_of,
    implausible,
    prediction_interval,
)
from benchmarks.leaderboard.checks.check import check_records
from benchmarks.leaderboard.checks.consistency import PERPLEXITY
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.running.record import content_digest, sealed, write_record
from tests.support.losses import follow_losses
from tests.support.places import RECORDS

_SMOKE = "smoke-470bad5f"
_REPOSITORY = Repository()

Tamper = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copies of the committed records of the recipe `smoke`."""
    shutil.copytree(RECORDS / _SMOKE, tmp_path / "records" / _SMOKE)
    return tmp_path / "records"


def _tampered(folder: Path, name: str, tamper: Tamper, *, leave: bool = False) -> Path:
    """Change one record, and put it where it then belongs."""
    path = folder / _SMOKE / name
    content = json.loads(path.read_text())
    tamper(content)
    follow_losses(content)
    content["digest"] = recipe_digest(content["recipe"])
    content["content"] = None  # whoever changes a record can seal it anew
    if not leave:
        path.unlink()
    return write_record(Record.model_validate(content), folder)


def _errors(folder: Path) -> dict[str, str]:
    """The errors found, by the name of the check."""
    findings = check_records([folder], _REPOSITORY).findings
    return {f.check: f"{f.file}: {f.text}" for f in findings if f.level == "error"}


def _last(content: dict[str, Any]) -> dict[str, Any]:
    return dict(content["generations"][-1])


def _lower(content: dict[str, Any], generation: int, by: float) -> None:
    """Lower a loss and its perplexity as one who knows how they hang together would."""
    metrics = content["generations"][generation]["metrics"]
    loss, perplexity = metrics[LOSS], metrics[PERPLEXITY]
    ratio = math.log(perplexity["value"]) / loss["value"]
    loss["value"] -= by
    perplexity["value"] = math.exp(ratio * loss["value"])


def _chains(records: list[Record]) -> list[Chain]:
    return [chain for chain in map(chain_of, records) if chain is not None]


def _copy_seed(content: dict[str, Any]) -> None:
    content["seed"] = 9


def test_the_committed_records_pass() -> None:
    checked = check_records([RECORDS], _REPOSITORY)

    assert [str(f) for f in checked.findings if f.level == "error"] == []
    assert len(checked.records) == len(list(RECORDS.rglob("*.json")))


def test_a_changed_loss_contradicts_its_perplexity(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        _last(content)["metrics"][LOSS]["value"] -= 0.05

    _tampered(folder, "replace-seed0.json", tamper)

    assert "their ratio changes over generations" in _errors(folder)["arithmetic"]


def test_a_changed_loss_of_the_shared_first_model_contradicts_other_records(folder: Path) -> None:
    _tampered(folder, "replace-seed0.json", lambda content: _lower(content, 0, 0.001))

    assert "has another metric than in" in _errors(folder)["agreement"]


def test_a_change_of_every_other_number_of_the_first_model_is_seen_too(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["generations"][0]["final_loss"] -= 0.01

    _tampered(folder, "replace-seed0.json", tamper)

    assert "has another final_loss than in" in _errors(folder)["agreement"]


def test_a_careful_change_of_a_last_loss_passes_but_for_a_warning(folder: Path) -> None:
    """What no check without a run can see, here; `rerun.py` does."""
    _tampered(folder, "same_human-seed0.json", lambda content: _lower(content, 3, 0.05))

    checked = check_records([folder], _REPOSITORY)

    assert not checked.failed
    (warning,) = [f for f in checked.findings if f.file == f"{_SMOKE}/same_human-seed0.json"]
    assert (warning.level, warning.check) == ("warning", "plausibility")


def test_the_digest_of_the_content_shows_a_careless_change(folder: Path) -> None:
    path = folder / _SMOKE / "replace-seed0.json"
    content = json.loads(sealed(read_records(folder)[0]).model_dump_json())
    content["generations"][1]["written"] += 1
    path.write_text(json.dumps(content))

    assert "content was changed after the run had written it" in _errors(folder)["schema"]


def test_a_changed_recipe_does_not_have_its_digest(folder: Path) -> None:
    path = folder / _SMOKE / "replace-seed0.json"
    path.write_text(path.read_text().replace('"temperature": 1.0', '"temperature": 0.7'))

    assert "the recipe inside gives" in _errors(folder)["schema"]


@pytest.mark.parametrize(
    ("part", "name", "value", "check"),
    [
        ("human", "generation_tokens", 65_536, "workflow"),
        ("fit", "windows_per_step", 8, "arithmetic"),
        ("first_fit", "learning_rate", 1e-3, "agreement"),
        ("fit", "learning_rate", 1e-4, "agreement"),
        ("edit_rule", "share", 0.25, "workflow"),
        ("edit_rule", "top_k", 64, "agreement"),
        ("sampling", "temperature", 1.5, "agreement"),
        ("human", "source", "world_factbook", "arithmetic"),
    ],
)
def test_a_changed_recipe_with_a_new_digest(
    folder: Path, part: str, name: str, value: Any, check: str
) -> None:
    """Beside the original, a stage with the digest of other settings gives it away."""

    def tamper(content: dict[str, Any]) -> None:
        content["recipe"][part][name] = value

    _tampered(folder, "edit_source-seed0.json", tamper, leave=True)

    assert check in _errors(folder)


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("workflows-*/importance-seed0", "candidates", 4.0),
        ("workflows-*/truncated_loss-seed0", "truncate_above", 0.5),
        ("workflows-*/mix-seed0", "human_share", 0.25),
        ("smoke_pretrained_prior-*/edit_source-seed0", "prior_context", 64),
        ("smoke_pretrained_prior-*/edit_source-seed0", "prior", "self"),
    ],
)
def test_a_changed_setting_of_a_method_is_not_that_of_its_stages(
    tmp_path: Path, name: str, setting: str, value: Any
) -> None:
    """The settings in which methods compete enter the digests of the stages that depend on them."""
    (path,) = RECORDS.glob(f"{name}.json")
    original = read_record(path)
    write_record(original, tmp_path)
    content = json.loads(path.read_text())
    content["recipe"][setting] = value
    content["digest"] = recipe_digest(content["recipe"])
    write_record(Record.model_validate({**content, "content": None}), tmp_path)

    assert f"another setting {setting}" in _errors(tmp_path)["agreement"]


def test_another_share_of_human_text_contradicts_the_corpus(tmp_path: Path) -> None:
    (path,) = RECORDS.glob("mixture_25-*/mix-seed0.json")
    content = json.loads(path.read_text())
    content["recipe"]["human_share"] = 0.25
    content["digest"] = recipe_digest(content["recipe"])
    write_record(Record.model_validate({**content, "content": None}), tmp_path)

    assert "human tokens; the recipe asks for" in _errors(tmp_path)["workflow"]


def test_two_controls_of_one_chain_agree(folder: Path) -> None:
    """Under another name and with other stages the control of one seed is still the same chain."""

    def tamper(content: dict[str, Any]) -> None:
        content["recipe"]["human_share"] = 0.75
        for index, generation in enumerate(content["generations"]):
            _lower(content, index, -0.05)
            for kind, stage in generation["stages"].items():
                stage["digest"] = f"{index}{kind[:3]}".ljust(16, "0")

    _tampered(folder, "fresh_human-seed0.json", tamper, leave=True)

    assert "the loss of this control differs by 0.0500" in _errors(folder)["agreement"]


def test_a_control_above_the_band_is_told(folder: Path) -> None:
    _tampered(folder, "fresh_human-seed0.json", lambda content: _lower(content, 3, -0.2))

    name = "fresh_human-seed0.json"
    (warning,) = [f for f in implausible(_chains(read_records(folder))) if f.file.endswith(name)]

    assert "bits per byte is above" in warning.text


@pytest.mark.parametrize(
    ("tamper", "text"),
    [
        (lambda c: c["recipe"].pop("human"), "recipe.human: "),
        (lambda c: c["recipe"].update(human=7), "recipe.human: "),
        (lambda c: c["recipe"].update(generations="many"), "recipe.generations: "),
        (lambda c: c["recipe"]["human"].update(field=["text"]), "recipe.human.field: "),
        (lambda c: c["generations"][1]["stages"].pop("fit"), "generation 1 has no stage fit"),
        (lambda c: _last(c)["metrics"][LOSS].update(value=0.0), "it is above 0"),
        (lambda c: _last(c)["metrics"][PERPLEXITY].update(value=-1.0), "it is above 0"),
        (lambda c: c["recipe"].update(colour="red"), "recipe.colour is no setting"),
        (lambda c: c["recipe"]["human"].update(hue=1), "recipe.human.hue is no setting"),
    ],
)
def test_a_damaged_record_is_one_line_of_the_check(folder: Path, tamper: Tamper, text: str) -> None:
    path = folder / _SMOKE / "replace-seed0.json"
    content = json.loads(path.read_text())
    tamper(content)
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        content["digest"] = recipe_digest(content["recipe"])
    content["content"] = None
    with contextlib.suppress(ValueError):  # sealed anew, where it is a record
        content["content"] = content_digest(Record.model_validate(content))
    path.unlink()
    path = folder / f"smoke-{content['digest']}" / path.name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))

    found = check_records([folder], _REPOSITORY).findings

    assert [text in f.text for f in found if f.check == "schema" and f.level == "error"] == [True]


def test_a_copied_seed_shares_stages_with_the_original(folder: Path) -> None:
    _tampered(folder, "replace-seed0.json", _copy_seed, leave=True)

    assert "of seed 9 is that of seed 0" in _errors(folder)["agreement"]


def test_a_copied_seed_with_other_digests_and_losses_shares_its_text(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        _copy_seed(content)
        for index, generation in enumerate(content["generations"]):
            _lower(content, index, 1e-4)
            for kind, stage in generation["stages"].items():
                stage["digest"] = f"{index}{kind[:3]}".ljust(16, "0")

    _tampered(folder, "replace-seed0.json", tamper, leave=True)

    assert "the corpus of seed 9 is that of seed 0" in _errors(folder)["agreement"]


@pytest.mark.parametrize(
    ("made", "claimed"),
    [
        ("same_human", "replace"),
        ("replace", "accumulate"),
        ("accumulate", "replace"),
        ("edit_source", "same_human"),
        ("edit_source", "edit_previous"),
        ("edit_previous", "edit_source"),
        ("same_human", "fresh_human"),
        ("fresh_human", "same_human"),
    ],
)
def test_a_swapped_workflow_leaves_other_traces(folder: Path, made: str, claimed: str) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["workflow"] = claimed
        for generation in content["generations"]:
            new = 49_152 * generation["generation"] * (claimed == "fresh_human")
            generation["human_tokens_used"] = 400_000 + new

    (folder / _SMOKE / f"{claimed}-seed1.json").unlink()
    _tampered(folder, f"{made}-seed1.json", tamper)

    assert "workflow" in _errors(folder)


def test_a_lock_that_never_was_is_found(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["environment"]["lock"]["sha256"] = "0" * 64

    _tampered(folder, "replace-seed0.json", tamper)

    assert "neither now nor at its commit" in _errors(folder)["lock"]


def test_versions_that_the_lock_does_not_pin_are_found(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["environment"]["versions"]["transformers"] = "4.0.0"

    _tampered(folder, "replace-seed0.json", tamper)

    assert "transformers is 4.0.0, its lock pins ==" in _errors(folder)["lock"]


@pytest.mark.parametrize(
    ("lock", "text"),
    [(None, "made outside any lock"), ({"satisfied": False}, "made outside its lock")],
)
def test_a_record_outside_its_lock_is_told_so(folder: Path, lock: Any, text: str) -> None:
    def tamper(content: dict[str, Any]) -> None:
        before = content["environment"]["lock"]
        content["environment"]["lock"] = lock and {**before, **lock}

    _tampered(folder, "replace-seed0.json", tamper)

    checked = check_records([folder], _REPOSITORY)

    assert not checked.failed
    assert any(f.level == "warning" and f.check == "lock" and text in f.text
               for f in checked.findings)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "text"),
    [({"commit": "0" * 40}, "is not in the history"), ({"dirty": True}, "made with changes")],
)
def test_a_commit_that_nobody_has_is_found(folder: Path, change: Any, text: str) -> None:
    _tampered(folder, "replace-seed0.json", lambda content: content.update(change))

    assert text in _errors(folder)["commit"]


@pytest.mark.parametrize("commit", ["HEAD", "--all", "0" * 39, "unknown"])
def test_a_commit_is_forty_digits(folder: Path, commit: str) -> None:
    _tampered(folder, "replace-seed0.json", lambda content: content.update(commit=commit))

    assert set(_errors(folder)) == {"commit"}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": "README.md"}, "is no lock of a benchmark"),
        ({"name": "tests.txt"}, "is no lock of a benchmark"),
        ({"name": "bench-light.txt"}, "its lock pins no torch"),
    ],
)
def test_a_lock_is_one_of_a_benchmark_with_torch(
    folder: Path, tmp_path: Path, change: Any, text: str
) -> None:
    (tmp_path / "locks").mkdir()
    light = tmp_path / "locks" / "bench-light.txt"
    light.write_text("numpy==2.4.6\n")

    def tamper(content: dict[str, Any]) -> None:
        lock = content["environment"]["lock"]
        lock.update(change, sha256=hashlib.sha256(light.read_bytes()).hexdigest())

    _tampered(folder, "replace-seed0.json", tamper)

    findings = check_records([folder], Repository(tmp_path)).findings
    assert any(text in f.text for f in findings if f.check == "lock" and f.level == "error")


def test_every_recorded_package_is_pinned(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["environment"]["versions"]["my-own-torch"] = "1.0"

    _tampered(folder, "replace-seed0.json", tamper)

    assert "its lock pins no my-own-torch" in _errors(folder)["lock"]


@pytest.mark.parametrize("history", ["shallow", "none", "no git"])
def test_what_no_history_here_shows_is_a_note(
    folder: Path, tmp_path: Path, history: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock changed since: only the commit of the record could show what it was."""
    root = tmp_path / "clone"
    (root / "locks").mkdir(parents=True)
    (root / "locks" / "bench-smoke.txt").write_text("torch==1.0\n")
    if history == "shallow":
        git = ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e@example.org"]
        subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True).stdout
        (root / ".git" / "shallow").write_bytes(head)
    if history == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))

    findings = check_records([folder], Repository(root)).findings

    mine = {(f.level, f.check) for f in findings if f.check in ("commit", "lock")}
    assert mine == {("note", "commit"), ("note", "lock")}


def test_since_names_a_commit_and_a_folder_of_the_repository(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"--output=x is no commit of"):
        _REPOSITORY.changed_since("--output=x", RECORDS)
    with pytest.raises(ValueError, match=r"lies outside the repository"):
        _REPOSITORY.changed_since("HEAD", tmp_path)


def test_another_human_text_under_the_same_name_is_found(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["human"]["fingerprint"] = "0" * 16

    _tampered(folder, "replace-seed0.json", tamper)

    assert "human text king_james is 0000000000000000" in _errors(folder)["data"]


def test_one_record_under_two_names_is_found(folder: Path) -> None:
    path = folder / _SMOKE / "replace-seed0.json"
    shutil.copy(path, path.with_name("replace-seed9.json"))
    shutil.copy(path, folder / "replace-seed0.json")

    places = [f.file for f in check_records([folder], _REPOSITORY).findings if f.check == "place"]

    assert places == ["replace-seed0.json", f"{_SMOKE}/replace-seed9.json"]


@pytest.mark.parametrize(
    ("tamper", "text"),
    [
        (lambda c: c.update(seconds=1.0), "seconds is 1, its stages took"),
        (lambda c: _last(c)["corpus"].update(breaches=["empty 1.000 > 0.05"]), "breaches are"),
        (lambda c: c["generations"][2].update(tokens_seen=10), "tokens_seen is 10"),
        (lambda c: c["generations"][2].update(human_tokens_used=1), "human_tokens_used is 1"),
        (lambda c: _last(c)["corpus"]["edit"]["histogram"].append(9), "the histogram holds"),
        (lambda c: _last(c)["corpus"]["edit"].update(unwritable=30_000), "than there were to"),
        (lambda c: _last(c)["corpus"].update(documents=1), "1 documents, but"),
        (lambda c: _last(c)["stages"]["fit"].update(tokens_per_second=1.0), "tokens over seconds"),
    ],
)
def test_numbers_that_do_not_add_up_are_found(folder: Path, tamper: Tamper, text: str) -> None:
    _tampered(folder, "edit_source-seed2.json", tamper)

    assert any(text in f.text for f in check_records([folder], _REPOSITORY).findings)
    assert "arithmetic" in _errors(folder)


def test_two_folders_may_not_hold_two_records_of_one_chain(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(folder, mine)
    same = check_records([folder, mine], _REPOSITORY)
    _tampered(mine, "replace-seed0.json", lambda content: content.update(started="2020-01-01"))

    other = check_records([folder, mine], _REPOSITORY)

    assert not same.failed
    assert [f.check for f in other.findings if f.level == "error"] == ["place"]


def test_another_machine_may_round_otherwise(folder: Path) -> None:
    """The same stage with other seconds is another run: 0.005 bits per byte contradict nothing."""

    def again(by: float) -> Tamper:
        def tamper(content: dict[str, Any]) -> None:
            _lower(content, 0, by)
            stage = content["generations"][0]["stages"]["evaluate"]
            content["seconds"] += stage["seconds"]
            stage["seconds"] *= 2
            stage["tokens_per_second"] /= 2

        return tamper

    _tampered(folder, "replace-seed0.json", again(0.005))
    little = _errors(folder)
    _tampered(folder, "replace-seed0.json", again(0.05))

    assert little == {}
    assert "another loss (by 0.05" in _errors(folder)["agreement"]


def test_a_prediction_interval_is_the_textbook_one() -> None:
    """Mean 2, standard deviation 1, n = 3: t(0.975, 2) sqrt(4/3) = 4.3027 x 1.1547."""
    width = 4.30265 * 1.154700

    assert prediction_interval((1.0, 2.0, 3.0)) == pytest.approx((2 - width, 2 + width), abs=1e-4)


def test_few_committed_chains_are_below_a_band_of_95_percent() -> None:
    """One in forty honest models lies below by chance; more would be a method, or a fault."""
    records = read_records(RECORDS)

    below = {f.file for f in implausible(_chains(records)) if " is below " in f.text}

    assert len(below) <= len(records) / 20


def test_a_method_of_a_users_own_is_told_to_be_unchecked(folder: Path) -> None:
    def tamper(content: dict[str, Any]) -> None:
        content["recipe"].update(name="mine", workflows=["fresh_human", "mine.py:invented"])
        content["workflow"] = "mine.py:invented"

    _tampered(folder, "replace-seed0.json", tamper, leave=True)

    checked = check_records([folder], _REPOSITORY)

    assert not checked.failed
    assert any("mine.py:invented is not in the project" in f.text for f in checked.findings)
