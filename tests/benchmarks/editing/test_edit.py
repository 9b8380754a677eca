import io
import json
import signal
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import datasets
import psutil
import pyarrow.parquet as pq
import pytest
import torch
from filelock import FileLock
from rich.console import Console
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.editing.edit import Watcher, edit_files
from benchmarks.editing.folder import EditFolder
from benchmarks.editing.outcome import EditOutcome
from benchmarks.editing.progress import EditProgress
from benchmarks.editing.replay import replay
from benchmarks.editing.report import histogram_table, side_by_side, summary_lines
from benchmarks.editing.request import EditRequest
from data.editing import EditRule
from data.ledger import metadata
from data.text.corpus import Corpus
from data.text.text_files import Fields
from lightning_modules.editing.shard_facts import ShardFacts
from lightning_modules.settings import ModelShape
from lightning_modules.trainer import quiet
from tests.support.edit_requests import small_request
from tests.support.processes.forked import Forked, collapse, start_python, wait_until

pytestmark = pytest.mark.long


@pytest.fixture
def request_(
    tmp_path: Path, shape: ModelShape, tokenizer: PreTrainedTokenizerFast, corpus: Corpus
) -> EditRequest:
    return small_request(tmp_path, shape, tokenizer, corpus)


@pytest.fixture
def jsonl(request_: EditRequest) -> Path:
    """The file that is edited."""
    return request_.inputs[0]


class Whole(NamedTuple):
    """An edit of many shards, and what it writes when nothing disturbs it."""

    request: EditRequest
    content: dict[str, bytes]


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory,
    shape: ModelShape,
    tokenizer: PreTrainedTokenizerFast,
    corpus: Corpus,
) -> Whole:
    quiet()  # this fixture is set up before the one that does it for a test
    folder = tmp_path_factory.mktemp("whole")
    request = replace(small_request(folder, shape, tokenizer, corpus), characters_per_shard=200)
    (path,) = request.inputs
    path.write_text(path.read_text() * 4)
    _edit(request, folder / "out")
    return Whole(request, _content(folder / "out"))


def _edit(request: EditRequest, output: Path, devices: int = 1) -> EditOutcome:
    return edit_files(request, output, devices, Watcher())


def _content(output: Path) -> dict[str, bytes]:
    files = [output / "ledger.parquet", *(output / "text").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def test_fields_lines_and_order_stay_and_only_text_changes(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    outcome = _edit(request_, tmp_path / "out")

    before = [json.loads(line) for line in jsonl.read_text().splitlines()]
    after = [json.loads(line) for line in (tmp_path / "out/text/in.jsonl").read_text().splitlines()]
    assert [{**row, "text": ""} for row in before] == [{**row, "text": ""} for row in after]
    n_changed = sum(a["text"] != b["text"] for a, b in zip(before, after, strict=True))
    ledger = pq.read_table(tmp_path / "out/ledger.parquet")
    changed = ledger.filter(ledger.column("changed"))
    assert n_changed == len(set(changed.column("document").to_pylist())) > 0
    assert outcome.summary.changed == len(changed)
    assert outcome.source.documents == len(before)
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "ledger.parquet",
        "summary.json",
    }
    assert not (tmp_path / "out/working").exists()


def test_an_edited_folder_opens_with_load_dataset(whole: Whole, tmp_path: Path) -> None:
    """Its card names the edited text, beside which a ledger and two JSON files lie."""
    folder = whole.request.inputs[0].parent / "out"

    rows = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))["train"]

    (lines,) = (data for name, data in whole.content.items() if name != "ledger.parquet")
    assert rows["text"][:] == [json.loads(line)["text"] for line in lines.splitlines()]


def test_a_replay_without_a_model_gives_the_same_bytes(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    second = tmp_path / "more.txt"
    second.write_text("The king saw the river.\n\n\nA shepherd heard.\n")
    _edit(replace(request_, inputs=(jsonl, second)), tmp_path / "out")

    replay(tmp_path / "out/ledger.parquet", [second, jsonl], tmp_path / "again")

    for name in ("in.jsonl", "more.txt"):
        again = (tmp_path / "again" / name).read_bytes()
        assert again == (tmp_path / "out/text" / name).read_bytes()


def test_a_replay_from_other_text_is_refused(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    _edit(request_, tmp_path / "out")
    ledger = tmp_path / "out/ledger.parquet"
    with pytest.raises(ValueError, match="is there already"):
        replay(ledger, [jsonl], tmp_path / "out/text")
    with pytest.raises(ValueError, match=r"was made from in\.jsonl"):
        replay(ledger, [ledger], tmp_path / "again")

    jsonl.write_text(jsonl.read_text().replace("king", "lord"))

    with pytest.raises(ValueError, match="is not the file that was edited"):
        replay(ledger, [jsonl], tmp_path / "again")


def test_the_ledger_names_all_that_decided_the_edits(request_: EditRequest, tmp_path: Path) -> None:
    outcome = _edit(request_, tmp_path / "out")

    done = metadata(tmp_path / "out/ledger.parquet")

    assert done["rule"] == asdict(outcome.rule)
    assert done["share"] == 0.3
    assert done["rule"]["threshold"] == outcome.summary.threshold
    assert done["seed"] == 0
    assert set(done["prior"]) == {"prior", "tokenizer", "context", "prefix", "dtype"}
    files = {file["name"]: file["sha256"] for file in done["source"]["files"]}
    assert files == outcome.source.files


def test_a_context_field_changes_the_probabilities_and_is_kept(
    request_: EditRequest, tmp_path: Path
) -> None:
    rule = EditRule(threshold=0.0, temperature=2.0)
    plain = replace(request_, rule=rule)
    _edit(plain, tmp_path / "plain")
    _edit(replace(plain, fields=Fields(context="ask")), tmp_path / "asked")

    plain_, asked = (
        pq.read_table(tmp_path / name / "ledger.parquet") for name in ("plain", "asked")
    )

    assert asked.column("position").to_numpy().min() == 0
    assert plain_.column("position").to_numpy().min() == 1
    text = (tmp_path / "asked/text/in.jsonl").read_text()
    assert all(json.loads(line)["ask"].endswith("th question: ") for line in text.splitlines())


def test_with_an_id_field_the_order_of_lines_does_not_matter(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    by_id = replace(request_, fields=Fields(id="id"))
    _edit(by_id, tmp_path / "forward")
    forward = (tmp_path / "forward/text/in.jsonl").read_text().splitlines()
    jsonl.write_text("".join(reversed(jsonl.read_text().splitlines(keepends=True))))

    _edit(by_id, tmp_path / "backward")

    backward = (tmp_path / "backward/text/in.jsonl").read_text().splitlines()
    assert backward == forward[::-1]


def _what_the_model_expects(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, corpus: Corpus
) -> str:
    """The word that is likeliest after itself, many times."""
    words = sorted({f" {word}" for text in corpus.texts() for word in text.split()})
    single = {
        tokenizer(word).input_ids[0]: word for word in words if len(tokenizer(word).input_ids) == 1
    }
    tokens = torch.tensor([[token] * 20 for token in single])
    with torch.inference_mode():
        after = model(tokens).logits.softmax(-1)[:, -1]
    best = after.gather(1, tokens[:, :1])[:, 0].argmax().item()
    return str(list(single.values())[best]) * 200


def test_two_processes_under_torchrun_edit_as_one(
    request_: EditRequest,
    jsonl: Path,
    tmp_path: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    corpus: Corpus,
) -> None:
    """A share, and a shard that holds so much of what is flagged that it is edited again."""
    expected = {"text": _what_the_model_expects(model, tokenizer, corpus)}
    jsonl.write_text(f"{json.dumps(expected)}\n{jsonl.read_text()}")
    one = _edit(request_, tmp_path / "one")

    two = _edit(request_, tmp_path / "two", devices=2)

    assert len(two.source.shards) > 4
    assert one.tokens_in_seconds > one.summary.counts.tokens
    assert two.tokens_in_seconds >= two.summary.counts.tokens
    assert _content(tmp_path / "two") == _content(tmp_path / "one")


def _started(request: EditRequest, output: Path, *, devices: int) -> Forked:
    """The command of this request, when it has finished three shards."""
    (source,) = request.inputs
    command = ["edit", str(source), str(output), "--prior", request.prior, "--device", "cpu"]
    command += ["--share", "0.3", "--temperature", "2.0", "--window", "32", "--prefix"]
    command += ["--shard-characters", "200", "--devices", str(devices)]
    process = start_python("-m", "benchmarks", *command, folder=output.parent)
    working = EditFolder(output).working
    wait_until(lambda: process.poll() is not None or len(list(working.glob("*.parquet"))) >= 3)
    return process


def test_a_killed_edit_goes_on_at_the_next_shard_to_the_same_bytes(
    whole: Whole, tmp_path: Path
) -> None:
    request, content = whole
    output = tmp_path / "cut"
    process = _started(request, output, devices=1)
    working = EditFolder(output).working
    process.send_signal(signal.SIGKILL)
    process.ended()
    n_done = len(list(working.glob("*.parquet")))
    written = {path: path.stat().st_mtime_ns for path in working.glob("*.parquet")}
    (working / f"000050.parquet.partial-{process.pid}").write_bytes(b"half")

    class Kept(Watcher):
        """Sees that finished shards are not written again."""

        def finished(self, n_characters: int, facts: ShardFacts) -> None:
            assert {path: path.stat().st_mtime_ns for path in written} == written

    outcome = edit_files(request, output, 1, Kept())

    assert 3 <= n_done < len(outcome.source.shards)
    assert outcome.tokens_in_seconds < outcome.summary.counts.tokens
    assert _content(output) == content


def test_inputs_in_another_order_are_another_edit(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second.jsonl"
    second.write_text(jsonl.read_text())
    _edit(replace(request_, inputs=(jsonl, second)), tmp_path / "out")

    with pytest.raises(ValueError, match="holds another edit, whose files"):
        _edit(replace(request_, inputs=(second, jsonl)), tmp_path / "out")


def test_more_candidates_than_tokens_are_refused(request_: EditRequest, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="top_k is 400, the prior has 300 tokens"):
        _edit(replace(request_, rule=EditRule(top_k=400)), tmp_path / "out")


def test_an_edit_whose_parent_is_killed_ends_and_goes_on(whole: Whole, tmp_path: Path) -> None:
    request, content = whole
    output = tmp_path / "cut"
    process = _started(request, output, devices=2)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.ended()

    _, alive = psutil.wait_procs(children, timeout=30)

    assert len(children) >= 2
    assert alive == []
    outcome = _edit(request, output)
    assert outcome.tokens_in_seconds < outcome.summary.counts.tokens
    assert _content(output) == content


def test_a_finished_edit_is_not_done_again(request_: EditRequest, tmp_path: Path) -> None:
    first = _edit(request_, tmp_path / "out")
    stamp = (tmp_path / "out/ledger.parquet").stat().st_mtime_ns

    assert _edit(request_, tmp_path / "out") == first
    assert (tmp_path / "out/ledger.parquet").stat().st_mtime_ns == stamp


def test_another_edit_into_the_same_folder_is_refused(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    _edit(request_, tmp_path / "out")

    with pytest.raises(ValueError, match="holds another edit, whose seed was 0, not 1"):
        _edit(replace(request_, seed=1), tmp_path / "out")
    jsonl.write_text(jsonl.read_text() + '{"text": "one more"}\n')
    with pytest.raises(ValueError, match="holds another edit, whose files"):
        _edit(request_, tmp_path / "out")


def test_a_folder_of_something_else_or_in_use_is_refused(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="holds no edit"):
        _edit(request_, tmp_path)
    with pytest.raises(ValueError, match="holds no edit"):
        _edit(request_, jsonl)
    (tmp_path / "out").mkdir()
    with (
        FileLock(tmp_path / "out/.lock"),
        pytest.raises(ValueError, match="another run edits into this folder"),
    ):
        _edit(request_, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no document to edit"),
        (b'{"body": "x"}\n', "no text in field 'text'"),
        (b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_a_file_without_text_is_refused_and_nothing_is_written(
    request_: EditRequest, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=message):
        _edit(replace(request_, inputs=(path,)), tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_every_line_is_written_or_left_out_with_a_reason(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    lines = jsonl.read_bytes().splitlines(keepends=True)
    jsonl.write_bytes(b"".join([*lines[:9], b"broken\n", b'{"text": ""}\n', b"\xff\n", *lines[9:]]))

    outcome = _edit(request_, tmp_path / "out")

    assert outcome.source.documents == len(lines) + 1
    assert sum(outcome.source.skipped.values()) == 2
    assert len((tmp_path / "out/text/in.jsonl").read_bytes().splitlines()) == len(lines) + 1
    text = "\n".join(summary_lines(outcome))
    assert f"documents: {len(lines) + 3} read = {len(lines) + 1} written + 2 left out" in text
    with pytest.raises(ValueError, match=r"in\.jsonl:10: not JSON"):
        _edit(replace(request_, strict=True), tmp_path / "strict")


def test_a_prior_that_is_not_there_is_refused_and_the_folder_stays_free(
    request_: EditRequest, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="missing: no such folder"):
        _edit(replace(request_, prior=str(tmp_path / "missing")), tmp_path / "out")

    assert not (tmp_path / "out").exists()
    assert _edit(request_, tmp_path / "out").summary.flagged > 0


def test_inputs_of_one_name_are_refused(request_: EditRequest, tmp_path: Path) -> None:
    path = tmp_path / "other" / "in.jsonl"
    path.parent.mkdir()
    path.write_text('{"text": "a"}\n')

    with pytest.raises(ValueError, match=r"two inputs are named in\.jsonl"):
        _edit(replace(request_, inputs=(*request_.inputs, path)), tmp_path / "out")


def test_the_report_shows_the_histogram_and_what_changed(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    outcome = _edit(request_, tmp_path / "out")
    console = Console(width=120, record=True, file=io.StringIO())
    texts = [passage.text for passage in request_.passages()]

    console.print(histogram_table(outcome.summary, [10.0] * 10))
    console.print(side_by_side(texts, tmp_path / "out/ledger.parquet", 3))

    shown = console.export_text()
    assert f"{outcome.summary.counts.histogram[0]:,}" in shown
    assert "10.0 %" in shown
    ledger = pq.read_table(tmp_path / "out/ledger.parquet")
    first = ledger.filter(ledger.column("changed")).column("document")[0].as_py()
    assert f"│ {first} " in shown


def test_the_command_shows_the_histogram_beside_that_of_the_paper(
    request_: EditRequest, jsonl: Path, tmp_path: Path
) -> None:
    command = ["edit", str(jsonl), "out", "--prior", request_.prior, "--device", "cpu"]

    outcome = collapse(*command, "--window", "32", folder=tmp_path)

    assert outcome.returncode == 0, outcome.stderr
    assert "34.7 %" in outcome.stdout
    assert (tmp_path / "out/histogram.png").read_bytes().startswith(b"\x89PNG")


def test_progress_without_a_terminal_says_how_far_it_is(
    request_: EditRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.editing.progress._SECONDS_BETWEEN_LINES", 0.0)
    console = Console(width=200, record=True, file=io.StringIO())
    plain = replace(request_, rule=EditRule(threshold=0.0033))

    with EditProgress(console, has_threshold=True).shown() as progress:
        outcome = edit_files(plain, tmp_path / "out", 1, progress)

    last = console.export_text().splitlines()[-1]
    counts = outcome.summary.counts
    assert f"{outcome.source.characters:,} of {outcome.source.characters:,} characters" in last
    assert "tokens/s" in last
    assert f"{outcome.summary.flagged / counts.tokens:.2%} flagged" in last
