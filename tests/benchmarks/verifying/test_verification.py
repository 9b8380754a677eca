"""Programs are counted, kept and shown by what became of them."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from rich.console import Console
from scipy.stats import binomtest

from benchmarks.verifying import progress as progress_module
from benchmarks.verifying.funnel import as_json, funnel_table, interval, stages, summary_lines
from benchmarks.verifying.page import as_html, source_lines
from benchmarks.verifying.progress import VerifyProgress
from benchmarks.verifying.reading import Row
from benchmarks.verifying.verification import Example, Verification, verify_rows
from data.executing.execute import Executor, executor
from data.executing.limits import LIMITS
from data.executing.outcome import OutcomeClass
from tests.support.processes.children import WRITES, Kill, in_child

_ROWS = [
    Row("a:1", "<b>How</b> many?", "def solution():\n    x = 9\n    return x * 2\n", 18),
    Row("a:2", "", "x = 17.6", 18),
    Row("a:3", "", "x = y  # <script>alert(1)</script>", 18),
    Row("a:4", "", "x = 36 / 2\n", 18),
    Row("a:5", "", "import os", 18),
    Row("a:6", "", "x = 1 / 3", Fraction(1, 3)),
    Row("a:7", "", "x = '\ud800'", 1),
]


@pytest.fixture
def found() -> Verification:
    verification = Verification()
    verify_rows(_ROWS, Executor(), verification, most_examples=2)
    verification.seconds = 0.5
    return verification


def test_programs_are_counted_by_class(found: Verification) -> None:
    assert found.n_programs == len(_ROWS)
    assert found.classes == {
        OutcomeClass.RIGHT: 3,
        OutcomeClass.WRONG_VALUE: 1,
        OutcomeClass.UNDEFINED_NAME: 1,
        OutcomeClass.REFUSED: 2,
    }
    assert (found.n_released, found.n_released_alone) == (4, 1)
    kept = {kind: [one.row.id for one in kept] for kind, kept in found.examples.items()}
    assert kept[OutcomeClass.RIGHT] == ["a:1", "a:4"]


def test_the_funnel_loses_programs_class_by_class(found: Verification) -> None:
    shown = {stage.kind: (stage.programs, stage.left) for stage in stages(found)}

    assert list(shown) == list(OutcomeClass)
    assert shown[OutcomeClass.REFUSED] == (2, 5)
    assert shown[OutcomeClass.UNDEFINED_NAME] == (1, 4)
    assert shown[OutcomeClass.WRONG_VALUE] == (1, 3)
    assert shown[OutcomeClass.RIGHT] == (3, 3)
    assert sum(stage.share for stage in stages(found)) == pytest.approx(1)


@pytest.mark.parametrize(("count", "n"), [(0, 7), (7, 7), (3, 7), (1, 1), (40, 1000)])
def test_an_interval_is_that_of_clopper_and_pearson(count: int, n: int) -> None:
    expected = binomtest(count, n).proportion_ci()

    assert interval(count, n) == pytest.approx((expected.low, expected.high))


def test_the_table_and_the_lines_say_all(found: Verification) -> None:
    found.report.skip("a:9", "not JSON", strict=False)
    console = Console(file=io.StringIO(), width=200)
    console.print(funnel_table(found))
    text = console.file.getvalue()  # type: ignore[attr-defined]

    assert all(kind.value in text for kind in OutcomeClass)
    assert "42.86%" in text
    assert "[9.90%, 81.59%]" in text
    lines = summary_lines(found, without="")
    assert lines[0].startswith("decided: 2 by form, 5 by exact, 0 by sandbox; 14 programs/s")
    assert "4 (57.14%), 1 of which are not right" in lines[1]
    assert lines[-1] == "left out 1 rows (not JSON: 1), such as a:9: not JSON"


def test_the_extra_is_named_where_it_would_have_helped(found: Verification) -> None:
    assert len(summary_lines(found, without="pip install it")) == 2
    verify_rows([Row("b", "", "while 1:\n    x = 1", 1)], Executor(), found)
    assert summary_lines(found, without="pip install it")[-1].endswith("pip install it")


def test_counts_and_rates_are_json_too(found: Verification, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("")

    facts = json.loads(json.dumps(as_json(found, [path], LIMITS, sandbox=False)))

    assert facts["programs"] == 7
    assert facts["classes"]["right"]["programs"] == 3
    assert facts["classes"]["right"]["share"] == pytest.approx(3 / 7)
    assert facts["layers"] == {"form": 2, "exact": 5, "sandbox": 0}
    assert (facts["released_right"], facts["released_right_alone"]) == (4, 1)
    assert facts["limits"]["bits"] == LIMITS.bits
    assert facts["sandbox"] is None
    assert facts["files"][0]["sha256"].startswith("e3b0c442")


@pytest.mark.parametrize("name", ["r.jsonl", "r.jsonl.gz"])
def test_results_have_a_line_for_every_program(tmp_path: Path, name: str) -> None:
    from data.text.packed_lines import raw_lines

    verify_rows(_ROWS, Executor(), Verification(), results=tmp_path / name)

    lines = [json.loads(line) for line in raw_lines(tmp_path / name)]
    assert [line["id"] for line in lines] == [row.id for row in _ROWS]
    assert lines[0] == {
        "id": "a:1",
        "class": "right",
        "value": "18",
        "answer": "18",
        "released": True,
        "layer": "exact",
        "steps": 7,
        "reason": "",
        "lines": [[2, "x", "9"], [3, "return", "18"]],
    }
    assert lines[5]["value"] == "1/3"
    assert lines[1]["reason"] == "is 17.6, where 18 is the answer"
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_nothing_is_left_where_a_row_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("before")

    def rows() -> Iterator[Row]:
        yield _ROWS[0]
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        verify_rows(rows(), Executor(), Verification(), results=tmp_path / "r.jsonl")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("r.jsonl", "before")]


@pytest.mark.parametrize("how", ["exit", "bytes"])
def test_a_kill_leaves_no_results_half_written(
    tmp_path: Path, how: Literal["exit", "bytes"]
) -> None:
    """At every call that changes the folder, and inside the first write."""
    work = partial(verify_rows, _ROWS, Executor(), Verification(), results=tmp_path / "r.jsonl")
    assert in_child(work) == 0
    whole = (tmp_path / "r.jsonl").read_bytes()
    (tmp_path / "r.jsonl").unlink()
    n_killed = 0

    while in_child(partial(WRITES.of, tmp_path, work, Kill(n_killed, how, 100))) != 0:
        found = tmp_path / "r.jsonl"
        assert not found.exists() or found.read_bytes() == whole
        n_killed += 1

    assert n_killed >= (5 if how == "exit" else 1)
    assert (tmp_path / "r.jsonl").read_bytes() == whole


class _Page(HTMLParser):
    """Tags, cells and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.rows: list[list[str]] = []
        self.is_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags[tag] += 1
        if tag == "tr":
            self.rows.append([])
        self.is_cell = tag in ("td", "th", "code")
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.rows[-1][-1] += data


def test_a_page_shows_question_program_values_and_verdict(found: Verification) -> None:
    text = as_html(found, "a.jsonl")
    page = _Page(text)

    assert ["2", "    x = 9", "x = 9"] in page.rows
    assert ["3", "    return x * 2", "returns 18"] in page.rows
    assert "&lt;b&gt;How&lt;/b&gt; many?" in text
    assert "&lt;script&gt;" in text
    assert page.tags["script"] == page.tags["b"] == 0
    assert page.tags["article"] == 6  # of the three that are right, the first two
    assert "18 is the answer" in text
    assert "is 17.6, where 18 is the answer; the released scorer counts it as right" in text
    assert "reads y, which has no value yet" in text
    assert "http" not in text.replace("http-equiv", "")


def test_lines_of_a_program_stand_beside_their_values() -> None:
    row, run = Row("a", "", "a = b = 1\r\nprint(a)\r\n", 1), Executor()
    example = Example(row, run.verify(row.program, 1), run.lines(row.program))

    assert source_lines(example) == [(1, "a = b = 1", "a = 1; b = 1"), (2, "print(a)", "prints 1")]


def test_a_loop_shows_its_first_values() -> None:
    pytest.importorskip("pydantic_monty", reason="the extra executor is not installed")
    row = Row("a", "", "t = 0\nfor i in range(50):\n    t += i", 1225)
    found = Verification()
    with executor() as run:
        verify_rows([row], run, found, most_examples=1)

    _, _, last = source_lines(found.examples[OutcomeClass.RIGHT][0])
    assert last.values.startswith("t = 0, 1, 3, 6,")
    assert last.values.endswith("66, ...")


def test_progress_says_rate_share_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 10_000, 20))
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: float(next(now)))
    console = Console(file=io.StringIO(), width=200)
    progress = VerifyProgress(console, 256)

    with progress.shown():
        for place in range(128):
            kind = OutcomeClass.RIGHT if place % 2 else OutcomeClass.SYNTAX
            progress.verified(kind)

    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "verify: 64 of 256, 3 programs/s, 50.0% right, 60 s left" in text
    assert "verify: 128 of 256, 3 programs/s, 50.0% right, 40 s left" in text


def test_a_page_can_be_written_whatever_the_text(found: Verification) -> None:
    assert "\\ud800" in as_html(found, "a").encode().decode()
