"""What docs/verifying.md says of classes, hostile programs and Python is so."""

import re
from collections import Counter

import pytest

from data.executing.execute import executor
from data.executing.hostile import hostile_programs
from data.executing.limits import LIMITS, Limits
from data.executing.outcome import OutcomeClass
from tests.support.places import ROOT

_PAGE = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")


def test_the_classes_of_the_page_are_those_there_are_in_their_order() -> None:
    table = _PAGE.partition("| class, in this order |")[2].partition("\n\n")[0]

    assert re.findall(r"^\| ([a-z ]+) \|", table, re.M) == [kind.value for kind in OutcomeClass]


def test_the_limits_of_the_page_are_the_limits() -> None:
    words = [f"{LIMITS.steps:,} steps", f"{LIMITS.bits:,} binary", f"{LIMITS.megabytes} MiB",
             f"{LIMITS.recursion} calls", f"{LIMITS.printed:,} printed",
             f"{LIMITS.characters:,} characters"]  # fmt: skip

    assert [word for word in words if word not in _PAGE] == []
    assert LIMITS.seconds == 1


def test_the_hostile_programs_end_where_the_page_says() -> None:
    pytest.importorskip("pydantic_monty", reason="the extra executor is not installed")
    with executor(Limits(seconds=0.1)) as run:
        layers = Counter(run.execute(one.program).layer for one in hostile_programs("", ""))

    counts = r"The (\d+) programs .*: (\d+) by their form, (\d+) in the exact layer,\s+(\d+)"
    said = re.search(counts, _PAGE, re.DOTALL)
    assert said is not None
    assert [int(number) for number in said.groups()] == [layers.total(), *(
        layers[layer] for layer in ("form", "exact", "sandbox")
    )]  # fmt: skip


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)

    exec(code, {})

    assert capsys.readouterr().out.startswith("right 72  (Line(number=1, name='x', value=24)")
