"""What people find in the folder of an edit, or do to it, and names that are no text."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from benchmarks.editing.edit import Watcher, edit_files
from benchmarks.editing.folder import EditFolder
from benchmarks.editing.outcome import EditOutcome
from benchmarks.editing.replay import replay
from benchmarks.editing.request import EditRequest
from data.editing import EditRule
from data.errors import BadInput
from data.text.corpus import Corpus
from data.text.text_files import Fields
from lightning_modules.settings import ModelShape
from tests.support.edit_requests import small_request
from tests.support.processes.forked import collapse


@pytest.fixture
def request_(
    tmp_path: Path, shape: ModelShape, tokenizer: PreTrainedTokenizerFast, corpus: Corpus
) -> EditRequest:
    return small_request(tmp_path, shape, tokenizer, corpus.select(range(4)))


def _edit(request: EditRequest, output: Path) -> EditOutcome:
    return edit_files(request, output, 1, Watcher())


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _renumber(path: Path) -> None:
    path.write_text(path.read_text().replace('"changed": ', '"changed": 1'))


@pytest.mark.parametrize(
    ("name", "harm", "message"),
    [
        ("text/in.jsonl", Path.unlink, "is missing from a finished edit"),
        ("text/in.jsonl", _cut, "is not what the edit wrote"),
        ("ledger.parquet", lambda path: path.write_bytes(b""), "is not what the edit wrote"),
        ("summary.json", _renumber, "was changed since the edit wrote it"),
        ("summary.json", _cut, "cannot be read"),
        ("edit.json", Path.unlink, "holds parts of an edit and no edit.json"),
    ],
)
def test_a_finished_edit_is_looked_at_again(
    request_: EditRequest, tmp_path: Path, name: str, harm: Callable[[Path], object], message: str
) -> None:
    _edit(request_, tmp_path / "out")
    harm(tmp_path / "out" / name)

    with pytest.raises(BadInput, match=message) as caught:
        _edit(request_, tmp_path / "out")

    assert "delete this folder and edit again" in str(caught.value)


class _Opened:
    """Listens to what this process opens; an audit hook cannot be taken away again."""

    def __init__(self) -> None:
        self.paths: set[Path] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.paths is not None and event == "open" and isinstance(arguments[0], str | Path):
            self.paths.add(Path(arguments[0]).resolve())

    def by(self, work: Callable[[], object]) -> set[Path]:
        """The files that the work opens."""
        self.paths = found = set[Path]()
        work()
        self.paths = None
        return found


_OPENED = _Opened()


def test_a_finished_edit_is_found_without_reading_what_it_was_made_from(
    request_: EditRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the system says that a file was written; then it is read, and must be the same."""
    made_from = {*request_.inputs, *(tmp_path / "prior").iterdir()}
    wrote = {tmp_path / "out" / name for name in ("ledger.parquet", "text/in.jsonl")}
    again = partial(_edit, request_, tmp_path / "out")
    first = again()
    assert made_from <= _OPENED.by(again)  # just written: it could be written once more
    monkeypatch.setattr("data.files._TICK", 0)
    again()

    opened = _OPENED.by(again)

    assert not made_from & opened
    assert wrote <= opened
    assert again() == first
    os.utime(request_.inputs[0])
    assert {*request_.inputs} <= _OPENED.by(again)  # the same, written anew
    assert not made_from & _OPENED.by(again)
    weights = tmp_path / "prior" / "model.safetensors"
    times = weights.stat()
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))  # as some tools do
    with pytest.raises(BadInput, match="holds another edit, whose prior was"):
        again()


@pytest.mark.parametrize("content", ["[]", "{", "7", '{"identity": []}', '{"identity": {}}'])
def test_a_damaged_request_is_named_in_one_line(
    request_: EditRequest, tmp_path: Path, content: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/edit.json").write_text(content)

    with pytest.raises(BadInput, match=r"edit\.json: cannot be read") as caught:
        _edit(request_, tmp_path / "out")

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ledger.parquet", "summary.json", "README.md", "text", "working"])
def test_a_place_of_another_kind_is_refused_before_any_work(
    request_: EditRequest, tmp_path: Path, name: str
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / ".lock").touch()
    if name in ("text", "working"):
        (output / name).symlink_to("nowhere")
    else:
        (output / name).mkdir()

    with pytest.raises(BadInput, match=f"{name}: is .*delete this folder and edit again"):
        _edit(request_, output)

    assert {path.name for path in output.iterdir()} == {".lock", name}


def test_a_failed_edit_leaves_only_what_was_there(request_: EditRequest, tmp_path: Path) -> None:
    too_many = replace(request_, rule=EditRule(top_k=400))
    (tmp_path / "mine").mkdir()

    for place in ("new/folders/out", "mine"):
        with pytest.raises(BadInput, match="top_k is 400"):
            _edit(too_many, tmp_path / place)

    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "mine").iterdir()) == []


def test_an_interrupted_edit_keeps_its_finished_parts(
    request_: EditRequest, tmp_path: Path
) -> None:
    class Interrupts(Watcher):
        """Stops after the first part."""

        def scored(self, n_tokens: int) -> None:
            raise InterruptedError

    many = replace(request_, characters_per_shard=100)
    with pytest.raises(InterruptedError):
        edit_files(many, tmp_path / "out", 1, Interrupts())

    assert EditFolder(tmp_path / "out").has_shards
    assert _edit(many, tmp_path / "out").source.documents == 4


def test_a_file_whose_name_is_no_utf_8_is_edited_and_replayed(
    request_: EditRequest, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    path.write_bytes(request_.inputs[0].read_bytes() + b"broken\n")

    outcome = _edit(replace(request_, inputs=(path,)), tmp_path / "out")
    replay(tmp_path / "out/ledger.parquet", [path], tmp_path / "again")

    assert list(outcome.source.files) == ["caf\\xe9.jsonl"]
    assert outcome.summary.changed > 0
    written = (tmp_path / "out/text" / path.name).read_bytes()
    assert (tmp_path / "again" / path.name).read_bytes() == written
    assert _edit(replace(request_, inputs=(path,)), tmp_path / "out") == outcome


def test_an_id_that_is_no_text_leaves_its_line_out(request_: EditRequest, tmp_path: Path) -> None:
    (path,) = request_.inputs
    path.write_text(path.read_text() + '{"id": "\\ud800", "text": "more of it"}\n')

    outcome = _edit(replace(request_, fields=Fields(id="id")), tmp_path / "out")

    assert outcome.source.skipped == {"no Unicode text in field 'id' for the id": 1}
    assert outcome.source.examples == [f"{path}:5: no Unicode text in field 'id' for the id"]
    assert outcome.summary.counts.documents == 4


def test_an_output_folder_may_look_like_markup(request_: EditRequest, tmp_path: Path) -> None:
    command = ["edit", str(request_.inputs[0]), "[/b]", "--prior", request_.prior]

    outcome = collapse(*command, "--device", "cpu", "--window", "32", folder=tmp_path)

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines()[-1].startswith("[/b]: text/, ledger.parquet")
    replayed = collapse(
        "replay", "[/b]/ledger.parquet", str(request_.inputs[0]), "[b]", folder=tmp_path
    )
    assert replayed.stdout == "[b]/in.jsonl\n"


def test_a_paragraph_that_is_edited_stays_one(request_: EditRequest, tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    texts = [json.loads(line)["text"] for line in request_.inputs[0].read_text().splitlines()]
    path.write_text("\n\n".join(text.replace(". ", ".\n") for text in texts))
    rule = EditRule(threshold=0.0, top_k=300, temperature=50.0)
    request = replace(request_, inputs=(path,), rule=rule)

    first = _edit(request, tmp_path / "out")
    edited = tmp_path / "out/text/in.txt"
    second = _edit(replace(request, inputs=(edited,)), tmp_path / "again")

    assert first.source.documents == second.source.documents == 4
    assert edited.read_text() != path.read_text()
