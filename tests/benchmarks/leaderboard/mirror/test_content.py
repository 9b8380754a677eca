"""What a run holds, and how long its end is waited for; without any service."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from benchmarks.chains.record import Record, read_record
from benchmarks.leaderboard.mirror import runs as mirror_runs
from benchmarks.leaderboard.mirror import session as wandb_session
from benchmarks.leaderboard.mirror.content import history_of, summary_of

Looks = list[Mapping[str, str]]


def test_judged_text_and_accuracies_are_in_the_history(files: list[Path]) -> None:
    content = json.loads(read_record(files[0]).model_dump_json()) | {"content": None}
    last = content["generations"][-1]
    last["corpus"]["text"] = {
        "corpus/distinct_2/none": {"value": 0.25, "stderr": None, "n": 9, "version": 1}
    }
    score = {"value": 0.75, "stderr": 0.1, "n": 4, "version": "1"}
    last["downstream"] = {"scores": {"copa/acc/none": score}, "shots": None, "limit": 4} | {
        "samples": {}, "outcomes": {}, "cut": {}, "lm_eval": "0.4",
    }  # fmt: skip
    record = Record.model_validate(content)

    found = {"corpus/distinct_2/none": 0.25, "downstream/copa/acc/none": 0.75}

    assert found.items() <= history_of(record)[-1].items()
    assert found.items() <= summary_of(record).items()
    assert history_of(record)[0].keys().isdisjoint(found)


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Looks], Looks]:
    """Lets a service answer one thing after the other; what it has not answered is left."""

    def answers(looks: Looks) -> Looks:
        monkeypatch.setattr(mirror_runs, "states", lambda api, path: looks.pop(0))
        monkeypatch.setattr(mirror_runs, "connect", lambda wandb: None)
        monkeypatch.setattr(time, "sleep", lambda seconds: None)
        return looks

    return answers


def test_a_run_that_is_not_listed_yet_is_waited_for(looking: Callable[[Looks], Looks]) -> None:
    left = looking([{}, {"a": "pending"}, {"a": "running"}, {"a": "finished"}, {}])

    assert mirror_runs.finished(None, "someone/p", {"a"}) == {"a"}
    assert left == [{}]


def test_a_run_that_failed_is_not_waited_for(looking: Callable[[Looks], Looks]) -> None:
    left = looking([{"a": "finished", "b": "crashed"}, {}])

    assert mirror_runs.finished(None, "someone/p", {"a", "b"}) == {"a"}
    assert left == [{}]


def test_the_wait_for_a_run_has_an_end(looking: Callable[[Looks], Looks]) -> None:
    left = looking([{}] * 9)

    assert mirror_runs.finished(None, "someone/p", {"a"}) == set()
    assert len(left) == 4


def test_a_service_that_never_ends_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """One child has just ended, the other is killed, and wandb still does not return."""
    killed: list[str] = []

    def gone() -> str:
        raise psutil.NoSuchProcess(1)

    children = [
        SimpleNamespace(name=gone),
        SimpleNamespace(name=lambda: "wandb-core", kill=lambda: killed.append("wandb-core")),
    ]
    monkeypatch.setattr(psutil.Process, "children", lambda self: children)
    monkeypatch.setattr(wandb_session, "patience", lambda wandb: -9.9)
    monkeypatch.setattr(wandb_session, "_AFTER_KILL", 0.1)
    began = time.monotonic()

    wandb_session.end_wandb(SimpleNamespace(teardown=lambda: time.sleep(30)))

    assert killed == ["wandb-core"]
    assert time.monotonic() - began < 5
