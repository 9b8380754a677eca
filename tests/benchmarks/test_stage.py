import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.record import stage_facts
from benchmarks.stage import DamagedStage, Stage, Stages, code_digests, code_of
from benchmarks.task_work import task_identity


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
    def run_one(work: Counter, inputs: dict[str, Stage] | None = None, **settings: Any) -> Stage:
        stages = Stages(tmp_path / "stages", tmp_path / "chain.json", lines.append)
        return stages.run("one", "test", settings=settings, inputs=inputs or {}, work=work)

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
    assert lines[-1] == "one test: runs again: settings.nested.rate was 0.1, is 0.2"


def test_another_input_is_another_stage(run: Callable[..., Stage], lines: list[str]) -> None:
    work = Counter()
    first, second = run(work, size=1), run(work, size=2)

    run(work, {"corpus": first})
    run(work, {"corpus": second})

    assert work.done == 4
    assert f"inputs.corpus was {first.digest}, is {second.digest}" in lines[-1]


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


_ROOT = Path(__file__).parents[2]
_NAMING_CODE = {"code_of": code_of, "task_identity": lambda function: task_identity(())}
"""What calls of `Laboratory.run` name their code by: the names, from the function of the stage."""


def _calls_of_run() -> Iterator[tuple[Path, ast.Call]]:
    """Every call `laboratory.run(generation, kind, function, ..)`."""
    for path in sorted((_ROOT / "benchmarks").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value).rsplit(".", 1)[-1]
                is_laboratory = owner == "laboratory" or (
                    owner == "self" and path.name == "laboratory.py"
                )
                if node.func.attr == "run" and is_laboratory:
                    yield path, node


def _function_of(path: Path, call: ast.Call) -> Callable[..., Any]:
    name = path.relative_to(_ROOT).with_suffix("").as_posix().replace("/", ".")
    found: Any = importlib.import_module(name)
    for part in ast.unparse(call.args[2]).split("."):
        found = getattr(found, part)
    assert callable(found)
    return found


def _named_code(call: ast.Call, function: Callable[..., Any]) -> set[str]:
    """Names of modules that the argument `also` holds."""
    (also,) = [keyword.value for keyword in call.keywords if keyword.arg == "also"] or [ast.Dict()]
    made_by = {
        ast.unparse(node.func)
        for node in ast.walk(also)
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) != "code_of" or ast.unparse(node.args[0]) == function.__name__)
    }
    return {
        name for maker in made_by & _NAMING_CODE.keys() for name in _NAMING_CODE[maker](function)
    }


def test_the_code_of_every_stage_is_in_its_address() -> None:
    pytest.importorskip("lm_eval")  # whose version is beside the code of tasks
    calls = list(_calls_of_run())

    for path, call in calls:
        function = _function_of(path, call)
        module = Path(inspect.getfile(function))
        is_common = module.relative_to(_ROOT).as_posix() in code_digests()
        place = f"{path.name}:{call.lineno}: {module.name}"
        assert is_common or module.name in _named_code(call, function), place
    kinds = {
        ast.literal_eval(call.args[1]) for _, call in calls if type(call.args[1]) is ast.Constant
    }
    assert {"fit", "evaluate", "edit", "judge", "written", "downstream"} <= kinds
