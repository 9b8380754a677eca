import io

import pytest
from rich.console import Console

from benchmarks.running import progress as module
from benchmarks.running.progress import Progress


def _run(console: Console, n_tokens: int = 1000) -> None:
    progress = Progress(console, n_chains=2)
    with progress.shown():
        progress.chain(1, "replace-seed0")
        with progress.stage("generation 1 fit", n_tokens):
            progress.note("generation 1 fit: runs")
            for _ in range(5):
                progress.advance(100)
            progress.say("half-way")


def test_without_a_terminal_plain_lines_tell_speed_and_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LINES", 0.0)
    out = io.StringIO()

    _run(Console(file=out, width=120))

    lines = out.getvalue().splitlines()
    assert lines[0] == "[2/2] replace-seed0 generation 1 fit"
    assert lines[1].startswith("[2/2] replace-seed0 generation 1 fit: 100 of 1,000 tokens, ")
    assert lines[1].endswith(" s left")
    assert lines[-1] == "[2/2] replace-seed0 half-way"


def test_where_nobody_knows_how_much_there_is_no_time_left_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LINES", 0.0)
    out = io.StringIO()

    _run(Console(file=out, width=120), n_tokens=0)

    line = out.getvalue().splitlines()[1]
    assert line.startswith("[2/2] replace-seed0 generation 1 fit: 100 tokens, ")
    assert line.endswith(" tokens/s")


def test_in_a_terminal_a_bar_names_the_stage() -> None:
    out = io.StringIO()

    _run(Console(file=out, force_terminal=True, width=140, color_system=None))

    assert "[2/2] replace-seed0 generation 1 fit" in out.getvalue()
    assert "/1000" in out.getvalue()
    assert "half-way" in out.getvalue()
