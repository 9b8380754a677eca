"""Any bad input of edits, replays and profiles ends in one line, and nothing is left behind."""

import json
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from benchmarks import __main__
from benchmarks.commands import edit as _edit_command
from benchmarks.editing import edit, folder, report, request
from benchmarks.families.toedit import cells
from benchmarks.profile import answers, corpora, markdown, page
from data.text.corpus import Corpus
from lightning_modules.settings import ModelShape
from tests.support.edit_requests import small_request
from tests.support.processes.children import command
from tests.support.processes.counted import TRIED

LOADED = (_edit_command, edit, folder, report, request, cells, answers, corpora, markdown, page)
"""What commands load late: here once, and not in every child."""
_EXAMPLES = max(settings().max_examples // 10, 1)
_PRIOR = ("--prior", "prior", "--device", "cpu", "--window", "32", "--shard-characters", "200")
_COMMANDS = {
    "edit": ("edit", "a.jsonl", "b.txt", "c.parquet", "out", *_PRIOR, "--share", "0.3"),
    "edit again": ("edit", "a.jsonl", "edited", *_PRIOR, "--share", "0.3"),
    "replay": ("replay", "edited/ledger.parquet", "a.jsonl", "again"),
    "profile": ("profile", "human.txt", "--reference", "human.jsonl", "--json", "found.json"),
}
_READS = {
    "edit": ("a.jsonl", "b.txt", "c.parquet", "prior", "prior/*"),
    "edit again": ("a.jsonl", "prior/*", "edited", "edited/*", "edited/text/*"),
    "replay": ("a.jsonl", "edited/ledger.parquet", "edited"),
    "profile": ("human.txt", "human.jsonl"),
}
"""The files that a command reads, any of which may be bad."""
_ODD: tuple[Any, ...] = (None, True, -1, 0, 2.5, 10**6, 10**30, "", "x", "\x1b[31m", [], {}, [[7]])
"""What may stand in a file of JSON where something else belongs."""
_OPTIONS = {
    "--temperature": ("nan", "inf", "-1", "0", "1e-320", "1e308"),
    "--top-k": ("0", "9999999", "1"),
    "--seed": ("-1", "1e3", "9" * 40),
    "--field": ("", "body", "n", "[/b]", "\x1b"),
    "--id-field": ("", "body", "text", "n"),
    "--context-field": ("", "body", "n", "text"),
    "--window": ("1", "2", "99999999"),
    "--shard-characters": ("0", "1", "9" * 30),
    "--prior": ("", ".", "a.jsonl", "nobody/nothing", "edited", "\x1b[31m", "[/b]"),
    "--dtype": ("float64", "bfloat16"),
    "--share": ("1.1", "nan", "0", "1"),
    "--reference": ("a.jsonl", "prior", "c.parquet", "", "nothing.txt"),
    "--json": ("", ".", "human.txt/x", "new/found.json"),
    "--embed-documents": ("0", "80"),
}
_OPTIONS_OF = {
    "edit": tuple(_OPTIONS)[:11],
    "edit again": tuple(_OPTIONS)[:11],
    "replay": (),
    "profile": ("--field", "--reference", "--json", "--embed-documents"),
}


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory,
    tokenizer: PreTrainedTokenizerFast,
    corpus: Corpus,
) -> Path:
    """A folder with files, a prior, a finished edit, and human text, all of which are good."""
    found = tmp_path_factory.mktemp("place")
    shape = ModelShape(
        layers=1, width=16, heads=2, feed_forward=16, context=32, vocabulary_size=300
    )
    small_request(found, shape, tokenizer, corpus.select(range(3)))
    (found / "in.jsonl").rename(found / "a.jsonl")
    texts = [document.text for document in corpus.select(range(3, 6))]
    (found / "b.txt").write_text("\n\n".join(texts) + "\n")
    pq.write_table(pa.table({"n": [1, 2, 3], "text": texts}), found / "c.parquet")
    rng = np.random.default_rng(0)
    words = [" ".join(f"w{k}" for k in rng.zipf(1.3, 60) % 500) for _ in range(240)]
    (found / "human.txt").write_text("\n\n".join(words[:120]))
    (found / "human.jsonl").write_text("".join(json.dumps({"text": w}) + "\n" for w in words[120:]))
    made = command(__main__.main, *_COMMANDS["edit again"], folder=found)
    assert made.returncode == 0, made.stderr
    return found


Harm = Callable[[Path], object]


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fill(content: bytes, path: Path) -> None:
    _remove(path)
    path.write_bytes(content)


def _make_folder(path: Path) -> None:
    _remove(path)
    path.mkdir()


def _link_to_nothing(path: Path) -> None:
    _remove(path)
    path.symlink_to("nowhere")


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b"a folder"


def _cut(share: float, path: Path) -> None:
    content = _content(path)
    _fill(content[: int(share * len(content))], path)


def _flip(share: float, value: int, path: Path) -> None:
    content = bytearray(_content(path))
    if content:
        content[int(share * len(content)) % len(content)] ^= value
    _fill(bytes(content), path)


def _insert(share: float, more: bytes, path: Path) -> None:
    content = _content(path)
    middle = int(share * len(content))
    _fill(content[:middle] + more + content[middle:], path)


def _places(content: Any) -> list[tuple[Any, Any]]:
    """Every part of a value of JSON, as what it is in and its key there."""
    keys = list(content) if isinstance(content, dict) else list(range(len(content)))[:3]
    found = [(content, key) for key in keys]
    for key in keys:
        if isinstance(content[key], dict | list):
            found += _places(content[key])
    return found


def _set_odd(which: float, value: Any, path: Path) -> None:
    """Put something odd into a file of JSON, or into the first line of one of lines."""
    try:
        first, *lines = (
            _content(path).decode().splitlines() if path.suffix == ".jsonl" else ["", ""]
        )
        content = json.loads(first or path.read_text())
    except (ValueError, OSError):
        return _fill(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n", path)
    found = _places(content)
    inside, key = found[int(which * len(found)) % len(found)]
    if value == "no key" and isinstance(inside, dict):
        del inside[key]
    else:
        inside[key] = value
    _fill("\n".join([json.dumps(content), *lines]).encode(), path)
    return None


_SHARES = st.floats(0, 1, exclude_max=True)
HARMS: st.SearchStrategy[Harm] = st.one_of(
    st.just(_remove),
    st.just(_make_folder),
    st.just(_link_to_nothing),
    st.builds(partial, st.just(_fill), st.binary(max_size=20)),
    st.builds(partial, st.just(_cut), _SHARES),
    st.builds(partial, st.just(_flip), _SHARES, st.integers(1, 255)),
    st.builds(partial, st.just(_insert), _SHARES, st.binary(min_size=1, max_size=9)),
    st.builds(partial, st.just(_set_odd), _SHARES, st.sampled_from((*_ODD, "no key"))),
    st.builds(partial, st.just(_set_odd), _SHARES, st.sampled_from((*_ODD, "no key"))),
)
"""What makes a file bad, or by chance another good one."""


def _tree(folder: Path) -> dict[str, bytes | str | None]:
    """Everything in a folder; a link stands for where it leads."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in sorted(folder.rglob("*"))
        if path.name != ".lock"
    }


@settings(deadline=None, max_examples=_EXAMPLES)
@given(st.sampled_from(sorted(_COMMANDS)), st.data())
def test_any_bad_input_ends_in_one_line_and_leaves_nothing(
    place: Path, name: str, data: st.DataObject
) -> None:
    arguments = list(_COMMANDS[name])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "place"
        shutil.copytree(place, folder, symlinks=True)
        if _OPTIONS_OF[name] and data.draw(st.integers(0, 3)) == 0:
            option = data.draw(st.sampled_from(_OPTIONS_OF[name]))
            arguments += [option, data.draw(st.sampled_from(_OPTIONS[option]))]
        else:
            files = sorted(path for one in _READS[name] for path in folder.glob(one))
            file = data.draw(st.sampled_from([path.relative_to(folder) for path in files]))
            data.draw(HARMS)(folder / file)
        before = _tree(folder)

        ended = command(__main__.main, *arguments, folder=folder)

        TRIED["inputs that may be bad"] += 1
        TRIED["refused in one line"] += ended.returncode == 2
        assert ended.returncode in (0, 2), ended.stderr
        if ended.returncode == 2:
            assert len(ended.stderr.splitlines()) == 1, ended.stderr
            assert ended.stderr.startswith("error: ")
            assert ended.stderr.rstrip("\n").isprintable()
            assert _tree(folder) == before
        else:
            assert "Traceback" not in ended.stderr
            _is_whole(name, folder)


def _is_whole(name: str, folder: Path) -> None:
    """A command that ended well has written all that it writes."""
    if name == "replay":
        assert (folder / "again/a.jsonl").read_bytes() == (
            folder / "edited/text/a.jsonl"
        ).read_bytes()
    elif name.startswith("edit"):
        output = folder / ("out" if name == "edit" else "edited")
        summary = json.loads((output / "summary.json").read_text())
        assert set(summary["written"]) <= set(_tree(output))
        assert not (output / "working").exists()
