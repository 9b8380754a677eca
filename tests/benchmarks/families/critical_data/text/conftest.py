"""A small study of texts in a cache of its own, run once for all tests of the text part."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.families.critical_data.text import work
from benchmarks.families.critical_data.text.record import FamilyRecord
from benchmarks.families.critical_data.text.settings import TextSweep
from benchmarks.families.critical_data.text.study import TextStudy, critical_data_cpu_text
from tests.support.labelled_texts import run_study, write_sets

_SWEEP = TextSweep(
    source="imdb",
    sizes=(10, 20, 40),
    steps=50,
    batch=8,
    width=8,
    heads=2,
    inner=8,
    vocabulary=40,
    context=12,
    learning_rate=1e-2,
)
"""Small encoders for small texts."""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the cache with small files for all sets that are in no package."""
    folder = tmp_path_factory.mktemp("home")
    write_sets(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLLAPSE_HOME", str(folder))
        work.usable.cache_clear()
        yield folder
        work.usable.cache_clear()


@pytest.fixture(scope="session")
def tiny() -> TextStudy:
    """Two arms of encoders that learn small texts in a moment."""
    return replace(
        critical_data_cpu_text(),
        arms=("sizes", "scrambled"),
        texts={
            "sizes": replace(_SWEEP, at_once=2),
            "scrambled": replace(_SWEEP, sizes=(40,), labels="scrambled", linear=False),
        },
    )


@pytest.fixture(scope="session")
def records(
    home: Path, tiny: TextStudy, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, FamilyRecord]:
    """The records of the small study by arm."""
    return {one.arm: one for one in run_study(tiny, tmp_path_factory.mktemp("texts"))}
