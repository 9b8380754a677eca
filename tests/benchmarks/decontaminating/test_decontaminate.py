import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.decontaminating.decontaminate import (
    Outcome,
    Request,
    clear_work,
    count_documents,
    decontaminate,
    prepare,
)
from benchmarks.decontaminating.report import as_json, draw, recall_rows, summary_lines
from benchmarks.decontaminating.tasks import Against, read_against
from data.errors import BadInput
from data.program_distillation.faithfulness import by_words
from tests.support.exams.questions import QUESTIONS

AGAINST = Against(QUESTIONS, ("exam",) * 20, tuple(range(1, 21)), 0)
DOCUMENTS = (
    "A note about the weather of the last week, which was fine on all days but one.",
    QUESTIONS[4].upper(),
    "Nobody asked about the harvest, for everybody had seen the fields from the road.",
    f"Here is something to think about over the weekend. {QUESTIONS[7]}",
)


def _request(path: Path, **changes: object) -> Request:
    return replace(Request(inputs=(path,), against=AGAINST, encoder="words"), **changes)  # type: ignore[arg-type]


def _run(request: Request, output: Path, tell: Callable[[int], None] = lambda n: None) -> Outcome:
    return decontaminate(request, output, prepare(request, by_words), tell=tell)


def _jsonl(path: Path) -> Path:
    lines = [json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(DOCUMENTS)]
    lines.insert(1, "not json\n")
    content = "".join(lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_lines_without_copies_stay_as_they_are(tmp_path: Path, name: str) -> None:
    path = _jsonl(tmp_path / name)

    outcome = _run(_request(path), tmp_path / "out")

    kept = (tmp_path / "out" / "kept" / name).read_bytes()
    text = gzip.decompress(kept) if name.endswith(".gz") else kept
    assert [json.loads(line)["id"] for line in text.splitlines()] == [0, 2]
    assert (outcome.documents, outcome.removed, outcome.by_task) == (4, 2, {"exam": 2})
    assert outcome.report.skipped.total() == 1
    assert len(outcome.distances) == 4


def test_what_is_removed_is_kept_with_its_reason(tmp_path: Path) -> None:
    _run(_request(_jsonl(tmp_path / "a.jsonl")), tmp_path / "out")

    lines = (tmp_path / "out" / "removed.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(row["file"], row["row"], row["task"]) for row in rows] == [
        ("a.jsonl", 3, "exam:5"),
        ("a.jsonl", 5, "exam:8"),
    ]
    assert rows[0]["reasons"] == ["words", "embedding"]
    assert (rows[0]["share"], rows[0]["distance"]) == (1.0, pytest.approx(0, abs=1e-4))
    assert rows[0]["question"] == QUESTIONS[4]
    assert rows[0]["text"] == DOCUMENTS[1]


def test_rows_of_parquet_and_paragraphs_of_txt_are_left_out(tmp_path: Path) -> None:
    table = pa.table({"text": list(DOCUMENTS), "n": [1, 2, 3, 4]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=3)
    (tmp_path / "b.txt").write_text("\n\n".join(DOCUMENTS) + "\n")
    request = _request(tmp_path / "a.parquet")

    _run(replace(request, inputs=(tmp_path / "a.parquet", tmp_path / "b.txt")), tmp_path / "out")

    assert pq.read_table(tmp_path / "out/kept/a.parquet")["n"].to_pylist() == [1, 3]
    assert (tmp_path / "out/kept/b.txt").read_text() == f"{DOCUMENTS[0]}\n\n{DOCUMENTS[2]}\n\n"


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [json.dumps({"text": f"document number {i} of a long list"}) for i in range(1100)]
    path.write_text("\n".join([*rows, json.dumps({"text": QUESTIONS[2]})]) + "\n")
    request, out = _request(path, encoder=None), tmp_path / "out"

    class Stopped(Exception):
        pass

    def stop(n: int) -> None:
        if len(list((out / "work").rglob("*.json"))) == 2:
            raise Stopped

    ready = prepare(request, None)
    with pytest.raises(Stopped):
        decontaminate(request, out, ready, tell=stop)
    assert not (out / "removed.jsonl").exists()
    assert not (out / "kept" / "a.jsonl").exists()
    before = {one: one.stat().st_mtime_ns for one in (out / "work").rglob("*.json")}
    outcome = decontaminate(request, out, ready)

    assert all(one.stat().st_mtime_ns == time for one, time in before.items())
    assert (outcome.documents, outcome.removed) == (1101, 1)
    clear_work(out)
    assert sorted(one.name for one in out.iterdir()) == ["kept", "removed.jsonl"]


def test_given_thresholds_are_taken(tmp_path: Path) -> None:
    request = _request(_jsonl(tmp_path / "a.jsonl"), distance=0.0, share=0.99)

    outcome = _run(request, tmp_path / "out")

    assert outcome.measured.thresholds.distance == 0.0
    assert outcome.removed == outcome.by_words == 2
    assert "given: at least 0.99" in "\n".join(summary_lines(outcome, request))


def test_the_report_says_what_was_measured(tmp_path: Path) -> None:
    request = _request(_jsonl(tmp_path / "a.jsonl"))
    outcome = _run(request, tmp_path / "out")

    facts = json.loads(json.dumps(as_json(outcome, request), allow_nan=False))
    draw(outcome, tmp_path / "recall.png")

    rows = {row["edit"]: row for row in recall_rows(outcome.measured)}
    assert rows["copy"]["published rule"] == rows["copy"]["either"] == 1.0
    assert rows["no copy"]["13 words in a row"] is None
    assert facts["documents"] == 4
    assert facts["removed_by_task"] == {"exam": 2}
    assert (tmp_path / "recall.png").read_bytes()[:4] == b"\x89PNG"


def test_without_an_encoder_there_is_a_report_too(tmp_path: Path) -> None:
    request = _request(_jsonl(tmp_path / "a.jsonl"), encoder=None)
    outcome = decontaminate(request, tmp_path / "out", prepare(request, None))

    draw(outcome, tmp_path / "recall.png")

    assert outcome.removed == 2
    assert recall_rows(outcome.measured)[0]["embedding"] is None
    assert as_json(outcome, request)["nearest_distances"] is None


def test_a_corpus_without_documents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("")
    request = _request(path)

    assert count_documents(request) == 0
    with pytest.raises(BadInput, match=r"a\.jsonl: no document to look at \(it is empty\)"):
        _run(request, tmp_path / "out")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    one, other = _jsonl(tmp_path / "a.jsonl"), _jsonl(tmp_path / "x" / "a.jsonl")

    with pytest.raises(BadInput, match=r"a\.jsonl: two files have this name"):
        _request(one, inputs=(one, other)).files()


def test_questions_are_read_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "exam.jsonl"
    rows = [{"question": text} for text in (*QUESTIONS[:2], "Too short?")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    found = read_against([str(path)])

    assert found.questions == QUESTIONS[:2]
    assert found.short == 1
    assert found.name(1) == f"{path}:2"


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([], "nothing to hold the text against"),
        (["hellaswag"], "hellaswag: no task whose questions are at hand"),
        (["collapse_nothing"], "collapse_nothing: no task whose questions are at hand"),
    ],
)
def test_what_is_no_task_is_refused(names: list[str], fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        read_against(names)
