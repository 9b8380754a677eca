"""An edit and a replay that are killed at any call that writes: run again, they write the same."""

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from benchmarks.editing.edit import Watcher, edit_files
from benchmarks.editing.replay import replay
from benchmarks.editing.request import EditRequest
from data.editing import EditRule
from data.errors import BadInput
from data.files import PARTIAL
from data.text.corpus import Corpus
from lightning_modules.settings import ModelShape
from tests.support.edit_requests import small_request
from tests.support.processes.children import WRITES, How, Kill, in_child
from tests.support.processes.counted import TRIED
from tests.support.text_files import FILES, Made

_EXAMPLES = max(settings().max_examples // 16, 1)
"""Each is several runs of an edit."""
_RULES = (EditRule(share=0.3, temperature=2.0), EditRule(threshold=0.003, temperature=2.0))
_WAYS: tuple[How, ...] = ("exit", "interrupt", "bytes")
_TIMES = ("seconds", "tokens_in_seconds", "peak_memory_bytes", "library_warnings", "checksum")
"""What a summary says of the last run alone."""


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast, corpus: Corpus
) -> EditRequest:
    """An edit by the smallest of models, in shards of a few characters."""
    shape = ModelShape(
        layers=1, width=16, heads=2, feed_forward=16, context=32, vocabulary_size=300
    )
    folder = tmp_path_factory.mktemp("asked")
    request = small_request(folder, shape, tokenizer, corpus.select(range(3)))
    return replace(request, characters_per_shard=20)


def _written(folder: Path) -> dict[str, bytes]:
    """All files of an edit or a replay, and what they hold apart from times of a run."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name == "summary.json":
            content = json.loads(path.read_bytes())
            found[name] = json.dumps({k: v for k, v in content.items() if k not in _TIMES}).encode()
        elif path.is_file() and name not in ("edit.json", ".lock"):  # it has times of the inputs
            found[name] = path.read_bytes()
    return found


def _outcome(work: Callable[[Path], object], folder: Path) -> dict[str, bytes] | str:
    """What work writes into a folder, or the line in which it refuses."""
    try:
        work(folder)
    except BadInput as error:
        assert not any(path.is_file() for path in folder.rglob("*"))
        return str(error)
    return _written(folder)


@st.composite
def _kills(draw: st.DrawFn, n_calls: int, sizes: Sequence[int]) -> Kill:
    """A kill at any of the calls, or at any byte of any file that is written after one."""
    how = draw(st.sampled_from(_WAYS))
    size = draw(st.integers(0, max(sizes, default=1))) if how == "bytes" else 0
    return Kill(draw(st.integers(0, n_calls - 1)), how, size)


@settings(deadline=None, max_examples=_EXAMPLES)
@given(FILES, st.sampled_from([True, True, True, False]), st.sampled_from(_RULES), st.data())
def test_an_edit_that_is_killed_at_any_write_goes_on_to_the_same_bytes(
    asked: EditRequest, made: Made, has_more: bool, rule: EditRule, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / f"drawn{made.suffix}"
        path.write_bytes(made.content)
        request = replace(asked, inputs=(path, *(asked.inputs if has_more else ())), rule=rule)

        def edit(output: Path) -> object:
            return edit_files(request, output, 1, Watcher())

        whole: list[dict[str, bytes] | str] = []
        WRITES.of(folder, lambda: whole.append(_outcome(edit, folder / "whole")))
        n_calls = WRITES.count
        sizes = (
            [len(content) for content in whole[0].values()] if isinstance(whole[0], dict) else [1]
        )
        for _ in range(data.draw(st.integers(1, 2))):
            kill = data.draw(_kills(n_calls, sizes))
            code = in_child(partial(WRITES.of, folder, partial(edit, folder / "killed"), kill))
            TRIED["kills"] += code != 0

        assert _outcome(edit, folder / "killed") == whole[0]
        TRIED["kills resumed"] += 1


@settings(deadline=None, max_examples=_EXAMPLES)
@given(st.data())
def test_a_replay_that_is_killed_at_any_write_leaves_no_file_half_written(
    edited: tuple[EditRequest, Path], data: st.DataObject
) -> None:
    request, output = edited
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        again = partial(replay, output / "ledger.parquet", request.inputs, folder / "again")
        WRITES.of(folder, again)
        n_calls, whole = WRITES.count, _written(folder / "again")
        shutil.rmtree(folder / "again")
        call = data.draw(st.integers(0, n_calls - 1))
        size = data.draw(st.integers(0, max(len(content) for content in whole.values())))

        for how in _WAYS:
            kill = Kill(call, how, size)
            code = in_child(partial(WRITES.of, folder, again, kill))
            TRIED["kills"] += code != 0
            found = _written(folder / "again")
            assert {n: b for n, b in found.items() if PARTIAL not in n}.items() <= whole.items()
            assert how != "interrupt" or code == 0 or not (folder / "again").exists()
            shutil.rmtree(folder / "again", ignore_errors=True)

        again()
        assert _written(folder / "again") == whole


@pytest.fixture(scope="module")
def edited(
    asked: EditRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[EditRequest, Path]:
    """A finished edit of two files."""
    folder = tmp_path_factory.mktemp("edited")
    (folder / "b.txt").write_text("The king saw the river.\n\nA shepherd heard.\n")
    request = replace(asked, inputs=(*asked.inputs, folder / "b.txt"))
    edit_files(request, folder / "out", 1, Watcher())
    return request, folder / "out"
