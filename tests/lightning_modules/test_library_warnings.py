"""What libraries warn of is counted for the record, and stays out of the terminal."""

import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from transformers.utils.logging import get_logger

from benchmarks.running.record import stage_facts
from benchmarks.running.stage import Stages
from lightning_modules.library_warnings import (
    MOST_CHARACTERS,
    MOST_KINDS,
    LibraryWarning,
    bounded,
    heard,
    in_words,
)


@pytest.mark.usefixtures("_listening")
def test_warnings_of_libraries_are_counted_by_who_gave_them(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with heard() as found:
        for _ in range(3):
            stats.skewtest(np.ones(20))
        torch.nn.functional.softmax(torch.ones(2, 2))
        get_logger("transformers.models").warning("a %s", "log line\x1b[31m\nof two")
    with heard() as nothing:
        pass

    by_source = {one.source.split(".")[0]: one for one in found}
    assert by_source["scipy"].count in (3, 6)  # once or twice per call, by version
    assert by_source["scipy"].kind == "RuntimeWarning"
    assert by_source["torch"].text.startswith("Implicit dimension choice for softmax")
    assert by_source["transformers"] == LibraryWarning(
        "transformers.models", "Warning", "a log line\\x1b[31m of two", 1
    )
    assert nothing == []
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


@pytest.mark.usefixtures("_listening")
def test_whoever_wants_tracebacks_sees_the_warnings_too(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_TRACEBACK", "1")

    with heard() as found:
        stats.skewtest(np.ones(20))

    assert len(found) == 1
    assert f"{found[0].source}: RuntimeWarning: {found[0].text}" in capfd.readouterr().err


@pytest.mark.usefixtures("_listening")
def test_nothing_is_lost_where_threads_warn_at_once_or_of_many_things() -> None:
    def warn(number: int) -> None:
        for index in range(200):
            warnings.warn(f"{number} {index % 50}" + "x" * 1000, UserWarning, stacklevel=1)

    with heard() as found:
        threads = [threading.Thread(target=warn, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sum(one.count for one in found) == 800
    assert len(found) == MOST_KINDS + 1
    assert max(len(one.text) for one in found) == MOST_CHARACTERS


def test_a_program_that_does_not_listen_hears_nothing() -> None:
    with heard() as found, pytest.warns(UserWarning, match="seen"):
        warnings.warn("seen", UserWarning, stacklevel=1)

    assert found == []


def test_equal_warnings_of_several_processes_are_one() -> None:
    one = LibraryWarning("scipy.stats", "RuntimeWarning", "odd", 2)
    many = [LibraryWarning("torch", "UserWarning", str(index), 1) for index in range(30)]

    assert bounded([one, one]) == [LibraryWarning("scipy.stats", "RuntimeWarning", "odd", 4)]
    again = bounded([*bounded(many), *bounded(many)])
    assert sum(entry.count for entry in again) == 60
    assert len(again) == MOST_KINDS + 1
    assert list(in_words([one], "summary.json")) == [
        "libraries warned 2 times (scipy); see summary.json"
    ]
    assert list(in_words([], "summary.json")) == []


@pytest.mark.usefixtures("_listening")
def test_a_stage_keeps_what_libraries_warned_of_for_its_record(tmp_path: Path) -> None:
    def work(folder: Path) -> dict[str, int]:
        stats.skewtest(np.ones(20))
        return {"tokens": 0}

    stages = Stages(tmp_path / "stages", tmp_path / "chain.json", lambda line: None)
    stage = stages.run("0", "odd", arguments={}, code={}, work=work)
    quiet_one = stages.run("0", "even", arguments={}, code={}, work=lambda folder: {"tokens": 0})

    (warned,) = stage_facts(stage).library_warnings
    assert warned.source.startswith("scipy.stats")
    assert warned.kind == "RuntimeWarning"
    assert stage_facts(quiet_one).library_warnings == ()
