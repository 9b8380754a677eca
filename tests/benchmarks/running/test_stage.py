from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.running.record import stage_facts
from benchmarks.running.stage import DamagedStage, Stage, Stages


class Counter:
    """Work that counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, folder: Path) -> dict[str, Any]:
        self.done += 1
        (folder / "result.txt").write_text("result")
        return {"answer": 42}


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def run(tmp_path: Path, lines: list[str]) -> Callable[..., Stage]:
    def run_one(work: Counter, code: dict[str, str] | None = None, **arguments: Any) -> Stage:
        stages = Stages(tmp_path / "stages", tmp_path / "chain.json", lines.append)
        return stages.run("one", "test", arguments=arguments, code=code or {}, work=work)

    return run_one


def test_a_finished_stage_is_never_done_again(run: Callable[..., Stage]) -> None:
    work = Counter()

    first, second = run(work, size=1), run(work, size=1)

    assert work.done == 1
    assert first.facts == second.facts == {"answer": 42}
    assert (first.reused, second.reused) == (False, True)


def test_another_setting_is_another_stage_and_the_reason_is_said(
    run: Callable[..., Stage], lines: list[str]
) -> None:
    work = Counter()

    run(work, size=1, nested={"rate": 0.1})
    run(work, size=1, nested={"rate": 0.2})

    assert work.done == 2
    assert lines[-1] == "one test: runs again: arguments.nested.rate was 0.1, is 0.2"


def test_other_code_is_another_stage_and_the_module_is_named(
    run: Callable[..., Stage], lines: list[str]
) -> None:
    work = Counter()

    run(work, {"data/editing.py": "old", "data/prior.py": "same"})
    run(work, {"data/editing.py": "new", "data/prior.py": "same"})

    assert work.done == 2
    assert lines[-1] == "one test: runs again: code.data/editing.py was old, is new"


def test_work_that_fails_leaves_no_stage(run: Callable[..., Stage], tmp_path: Path) -> None:
    def fails(folder: Path) -> dict[str, Any]:
        (folder / "half.txt").write_text("half")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run(fails, size=1)

    names = [path.name for path in (tmp_path / "stages").iterdir() if path.is_dir()]
    assert all(name.endswith(".partial") for name in names)


@pytest.mark.parametrize("damage", ["truncate", "remove", "add", "manifest", "settings", "facts"])
def test_a_damaged_folder_is_never_taken_for_whole(run: Callable[..., Stage], damage: str) -> None:
    work = Counter()
    stage = run(work, size=1)
    match damage:
        case "truncate":
            (stage.path / "result.txt").write_text("res")
        case "remove":
            (stage.path / "result.txt").unlink()
        case "add":
            (stage.path / "other.txt").write_text("")
        case "manifest":
            (stage.path / "manifest.json").write_text("{")
        case "facts":
            manifest = stage.path / "manifest.json"
            manifest.write_text(manifest.read_text().replace('"answer": 42', '"answer": 43'))
        case "settings":
            manifest = stage.path / "manifest.json"
            manifest.write_text(manifest.read_text().replace('"size": 1', '"size": 2'))

    with pytest.raises(DamagedStage, match=rf"{stage.path.name}: .*delete this folder"):
        run(work, size=1)


def test_a_tuple_and_a_list_are_the_same_setting(run: Callable[..., Stage]) -> None:
    work = Counter()

    run(work, betas=(0.9, 0.95))
    run(work, betas=[0.9, 0.95])

    assert work.done == 1


def test_memory_on_a_gpu_is_that_of_the_stage(
    run: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for a GPU whose peak goes on growing until it is reset."""
    peak = [1_000]
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: peak.__setitem__(0, 0))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: peak[0] + 7)

    stage = run(Counter(), size=1)

    assert stage.manifest["peak_device_memory_bytes"] == 7


def test_without_a_gpu_there_is_no_memory_on_it(run: Callable[..., Stage]) -> None:
    assert run(Counter(), size=1).manifest["peak_device_memory_bytes"] is None


def test_a_stage_without_tokens_has_no_speed(run: Callable[..., Stage]) -> None:
    facts = stage_facts(run(Counter(), size=1))

    assert facts.tokens == 0
    assert facts.tokens_per_second is None
