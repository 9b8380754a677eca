"""The code of a stage is what its work imports: all of it, and no more."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.text.human_text import prepare
from benchmarks.chains.text.judging import judge_corpus
from benchmarks.chains.text.written_text import take_written
from benchmarks.chains.work.corpora import check_health, decode_again, select
from benchmarks.chains.work.edit import edit
from benchmarks.chains.work.evaluate import evaluate
from benchmarks.chains.work.fit import fit
from benchmarks.chains.work.sample import sample
from benchmarks.downstream.questions import overlap
from benchmarks.running import code
from benchmarks.running.code import code_of, source_digest
from benchmarks.running.packaged import convert_prior

_WORKS = (
    prepare, fit, sample, evaluate, edit, select, decode_again, check_health, take_written,
    judge_corpus, overlap, convert_prior,
)  # fmt: skip


@pytest.mark.parametrize("work", _WORKS, ids=lambda work: work.__name__)
def test_the_code_of_a_work_holds_every_module_that_it_loads(work: Any) -> None:
    """Whatever a module of the closure names of ours when it is loaded is in the closure too."""
    found = code_of(work)

    for name in found:
        module = importlib.import_module(name.removesuffix(".py").replace("/", "."))
        for value in vars(module).values():
            place = getattr(value, "__module__", None) or getattr(value, "__name__", "")
            if isinstance(place, str) and place.partition(".")[0] in code.PACKAGES:
                path = place.replace(".", "/")
                assert {f"{path}.py", f"{path}/__init__.py"} & found.keys(), (name, place)


@pytest.mark.parametrize("work", _WORKS, ids=lambda work: work.__name__)
def test_no_stage_of_a_chain_rests_on_a_family_a_command_or_the_leaderboard(work: Any) -> None:
    rooms = {Path(name).parts[1] for name in code_of(work) if name.startswith("benchmarks/")}

    assert rooms <= {"chains", "downstream", "running", "__init__.py"}


def test_a_stage_rests_on_no_bookkeeping_of_stages() -> None:
    assert not {"benchmarks/running/stage.py", "benchmarks/chains/recipe.py"} & code_of(fit).keys()


def _digest(text: str) -> str:
    return source_digest(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        '"""Said."""\nX = 1\n"""Of a name."""\ndef f(a):\n    """Does."""\n    return a + X\n',
        "X = 1  # one\n\n\ndef f(a):\n    return (a\n            + X)\n",
    ],
)
def test_words_and_layout_change_no_digest(text: str) -> None:
    assert _digest(text) == _digest("X = 1\ndef f(a):\n    return a + X\n")


@pytest.mark.parametrize(
    "text",
    [
        "X = 2\ndef f(a):\n    return a + X\n",
        "X = 1\ndef f(a):\n    return a - X\n",
        "X = 1\ndef f(a=0):\n    return a + X\n",
        "X = 1\n@cache\ndef f(a):\n    return a + X\n",
    ],
)
def test_any_other_change_is_another_digest(text: str) -> None:
    assert _digest(text) != _digest("X = 1\ndef f(a):\n    return a + X\n")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project of its own, in place of this one."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "__init__.py").write_text('"""Text."""\n')
    (tmp_path / "data" / "deep.py").write_text("DEPTH = 1\n")
    (tmp_path / "data" / "late.py").write_text("LATE = 1\n")
    (tmp_path / "data" / "notes.py").write_text("NOTE = 1\n")
    (tmp_path / "data" / "other.py").write_text("OTHER = 1\n")
    (tmp_path / "data" / "work.py").write_text(
        "from typing import TYPE_CHECKING\nfrom data.deep import DEPTH\n"
        "if TYPE_CHECKING:\n    from data.notes import NOTE\n"
        "def work(folder):\n    from data import late\n    return {}\n"
    )
    monkeypatch.setattr(code, "ROOT", tmp_path)
    code._read.cache_clear()
    return tmp_path


def _work(project: Path) -> Any:
    spec = importlib.util.spec_from_file_location("work_of_a_test", project / "data" / "work.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    exec(  # its imports are another project's
        compile("def work(folder):\n    return {}\n", str(project / "data" / "work.py"), "exec"),
        module.__dict__,
    )
    return module.work


def test_a_digest_is_the_same_under_every_python() -> None:
    """The quotes around an f-string, and what is between its parts, differ from 3.12 on."""
    text = """print(f"a {name!r:>{width}} and {table['key']} {1:{2}}", f'{"b"}')\n"""

    assert source_digest(ast.parse(text)) == "e8d122ba999b"


def test_imports_are_followed_wherever_they_stand(project: Path) -> None:
    assert code_of(_work(project)).keys() == {
        "data/__init__.py", "data/deep.py", "data/late.py", "data/work.py",
    }  # fmt: skip


def test_a_changed_module_is_named_and_an_unused_one_is_not(project: Path) -> None:
    work = _work(project)
    before = code_of(work)
    (project / "data" / "deep.py").write_text("DEPTH = 2\n")
    (project / "data" / "other.py").write_text("OTHER = 2\n")
    code._read.cache_clear()
    after = code_of(work)

    assert {name for name in before if before[name] != after[name]} == {"data/deep.py"}
