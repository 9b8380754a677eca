"""A small study of texts in a cache of its own, run once for all tests of the text part."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks.families.critical_data.text import work
from benchmarks.families.critical_data.text.record import FamilyRecord
from benchmarks.families.critical_data.text.settings import TextSweep
from benchmarks.families.critical_data.text.study import TextStudy, critical_data_cpu_text
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from lightning_modules.device import Device

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


_SETS = ("imdb", "yelp_polarity", "task846")


def _write_sets(home: Path, n_texts: int = 80) -> None:
    """Put small files in the place of the sets that are in no package: two words tell the class."""
    folder = home / "data" / "labelled"
    folder.mkdir(parents=True)
    for number, name in enumerate(_SETS):
        rng = np.random.default_rng(number)
        lines = []
        for place in range(n_texts):
            label = place % 2
            words = rng.choice([f"word{n}" for n in range(30)], size=rng.integers(3, 15)).tolist()
            words[int(rng.integers(len(words)))] = ("awful", "lovely")[label]
            lines.append(json.dumps({"text": f"{' '.join(words)} no{place}", "label": label}))
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _run_study(study: TextStudy, folder: Path) -> list[FamilyRecord]:
    """Records of one seed of every arm."""
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    return [one for one in run_recipe(study, (0,), session) if isinstance(one, FamilyRecord)]


@pytest.fixture(scope="session")
def run_study() -> Callable[[TextStudy, Path], list[FamilyRecord]]:
    """Runs one seed of every arm of a study below a folder, and returns its records."""
    return _run_study


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the cache with small files for all sets that are in no package."""
    folder = tmp_path_factory.mktemp("home")
    _write_sets(folder)
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
    return {one.arm: one for one in _run_study(tiny, tmp_path_factory.mktemp("texts"))}
