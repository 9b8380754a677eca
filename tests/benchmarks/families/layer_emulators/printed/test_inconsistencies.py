"""Counts of right answers, and the places in which paper, code and a re-run disagree."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.families.layer_emulators.audit import PUBLISHED, EmulatorRow
from benchmarks.families.layer_emulators.printed.claims import judge_emulator_row, row_verdict
from benchmarks.families.layer_emulators.printed.inconsistencies import (
    disagreements,
    disagreements_frame,
)
from benchmarks.families.layer_emulators.printed.right_answers import (
    counts_frame,
    counts_of,
    in_words,
    reached,
)
from benchmarks.paper.audit import Audit
from benchmarks.paper.evidence import Evidence
from benchmarks.paper.published import PublishedNumbers

_TASKS = PUBLISHED.tables["1"].columns


def test_every_cell_has_counts_that_print_as_it() -> None:
    for cell in PUBLISHED.tables["1"].cells:
        n_items = PUBLISHED.items_of[cell.column]
        counts = counts_of(cell)
        assert counts
        for right in (counts[0], counts[-1]):
            share = 100 * right / n_items
            assert float(cell.value) - 0.05 <= share < float(cell.value) + 0.1

    assert reached() == (128, 128, 16)


def test_the_page_of_counts_has_every_cell() -> None:
    frame = counts_frame()

    assert frame.shape == (16, 9)
    assert frame.iloc[0, 1] == "117"
    assert frame.columns[1] == "OBQA (of 500)"
    assert (in_words(range(0)), in_words(range(1350, 1354))) == ("none", "1,350 to 1,353")


def test_every_place_says_two_things_and_what_follows() -> None:
    places = disagreements()

    assert len({one.about for one in places}) == len(places) == 10
    assert Counter(one.in_code for one in places) == {False: 4, True: 6}
    assert all(one.one and one.other and one.follows for one in places)
    assert not any("|" in text for text in disagreements_frame().to_numpy().ravel())


def test_numbers_of_places_are_computed() -> None:
    gain, row, _, rerun = disagreements()[:4]

    assert (gain.one.split()[0], gain.follows) == ("4.8", "the gain is 3.8")
    assert "full model on WebQs, SciQ, RACE" in row.other
    assert "55.83 % printed for a random network, 50.83 % by" in rerun.other


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (EmulatorRow(_TASKS[:3], _TASKS[3:], ()), "not reproduced"),
        (EmulatorRow(_TASKS[:1], (), _TASKS[1:]), "undecided"),
        (EmulatorRow((), (), _TASKS), "reproduced"),
    ],
)
def test_a_row_of_its_own_would_be_reproduced(row: EmulatorRow, verdict: str) -> None:
    assert row_verdict(row) == verdict


def test_a_changed_cell_turns_the_row(tmp_path: Path) -> None:
    folder = shutil.copytree(PUBLISHED.folder, tmp_path / "published")
    table = folder / "table_01.csv"
    text = table.read_text()
    assert "CRaSh: emulator zero-shot,SciQ,84.3" in text
    table.write_text(text.replace("emulator zero-shot,SciQ,84.3", "emulator zero-shot,SciQ,61.0"))
    changed = Audit(published=PublishedNumbers(folder, PUBLISHED.versions))

    found = judge_emulator_row(Evidence((), changed))

    assert found.verdict == "undecided"
    assert found.observed.endswith("its own on 1 of 8 tasks")
