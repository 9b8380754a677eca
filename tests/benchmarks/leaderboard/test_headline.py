"""What becomes of every method: one table and one picture over all studies."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.comparing.curves import CONTROL, compare_all
from benchmarks.leaderboard.headline import (
    by_method,
    draw_picture,
    groups,
    picture,
    promise,
    studies,
    table,
)
from benchmarks.leaderboard.ranking import rank, unranked
from benchmarks.leaderboard.summary import PICTURE, headline_table, summary
from tests.support import committed
from tests.support.pictures import differs, stumbles
from tests.support.places import ROOT


def test_the_committed_page_is_that_of_the_committed_records_and_short() -> None:
    written = (ROOT / "LEADERBOARD.md").read_text(encoding="utf-8")

    made = summary(committed.tracks(), unranked(committed.records()))

    assert written == made, "run: collapse leaderboard --markdown LEADERBOARD.md"
    assert len(written.encode()) < 15_000


def test_the_committed_picture_is_that_of_the_committed_records(tmp_path: Path) -> None:
    """But for the edges of letters, which differ from machine to machine."""
    draw_picture(committed.studies(), tmp_path / "made.png")

    assert differs(tmp_path / "made.png", ROOT / PICTURE) < 0.001, (
        f"run: collapse leaderboard --picture {PICTURE}"
    )


def test_the_words_of_the_picture_can_be_read_on_a_phone() -> None:
    assert stumbles(picture(committed.studies())) == []


def test_the_main_study_has_most_generations_and_stands_first() -> None:
    found = committed.studies()

    sizes = [
        (not study.programs, study.generations, study.n_seeds, len(study.found)) for study in found
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert found[0].name == "workflows"
    assert sum(len(study.found) for study in found) == sum(
        len(track.standings) for track in committed.tracks()
    )


def test_chains_that_several_recipes_have_are_tested_once() -> None:
    """A recipe that runs chains again under its own name makes no word harder to earn."""
    tracks = [track for track in committed.tracks() if track.study == committed.studies()[0].id]
    words = {
        (one.standing.method, one.standing.excess_by_seed): one.outcome
        for study in studies(tracks)
        for one in study.found
    }
    once = [
        replace(track, standings=tuple({s.method: s for s in track.standings}.values()))
        for track in tracks
    ]
    assert sum(len(t.standings) for t in once) < sum(len(t.standings) for t in tracks)

    for one in studies(once)[0].found:
        assert words[one.standing.method, one.standing.excess_by_seed] == one.outcome


def test_no_study_changes_a_word_of_another() -> None:
    together = {study.id: study for study in committed.studies()}

    for id, study in together.items():
        (alone,) = studies([track for track in committed.tracks() if track.study == id])
        assert alone == study
    assert len(together) > 10


def test_the_numbers_are_those_of_the_study_by_itself() -> None:
    name = committed.studies()[0].name
    records = [record for record in committed.records() if record.recipe["name"] == name]
    alone = compare_all(records)
    (main,) = studies(rank(records))

    found = {one.standing.workflow: one.outcome.excess for one in main.found}

    assert found.keys() == {one.workflow for one in alone}
    for one in alone:
        assert found[one.workflow].mean == pytest.approx(one.excess.mean)
        assert found[one.workflow].low == pytest.approx(one.excess.low)


def test_controls_of_other_recipes_shift_the_numbers_of_a_study_by_rounding_alone() -> None:
    main = committed.studies()[0]
    (alone,) = studies(rank([r for r in committed.records() if r.recipe["name"] == main.name]))

    together = {(s.standing.recipe, s.standing.workflow): s.outcome.excess for s in main.found}
    for one in alone.found:
        excess = together[one.standing.recipe, one.standing.workflow]
        assert excess.mean == pytest.approx(one.outcome.excess.mean, abs=1e-5)


def test_the_table_has_every_method_once_and_the_control() -> None:
    found = committed.studies()
    shown = [study for study in found if study.shows_growth]
    text = headline_table(found, with_intervals=True)

    methods = re.findall(r"^\| `(.+?)` \|", text, re.MULTILINE)

    assert methods == [*by_method(shown), CONTROL]
    assert len(set(methods)) == len(methods)
    cells = [cell for row in by_method(shown).values() for cell in row if cell is not None]
    assert text.count("[") == len(cells)
    assert "[" not in headline_table(found, with_intervals=False)


def test_the_picture_has_every_method_of_a_study_once() -> None:
    main = committed.studies()[0]
    (rows,) = [one.rows for one in groups([main])]
    names = [row.name for row in rows]

    assert sorted(names) == sorted({one.standing.method for one in main.found})
    assert [row.difference.mean for row in rows] == sorted(
        (row.difference.mean for row in rows), reverse=True
    )


def test_what_is_downloaded_has_every_method_with_its_records() -> None:
    rows = table(committed.tracks())

    files = {file for track in committed.tracks() for s in track.standings for file in s.files}
    assert {file for row in rows for file in row["records"]} == files
    assert {row["verdict"] for row in rows} >= {"collapses", "undecided"}
    assert all(row["why"] for row in rows if row["verdict"] == "undecided")
    assert all(row["excess_low"] < row["excess"] < row["excess_high"] for row in rows)


def test_the_promise_names_margins_and_correction() -> None:
    assert all(words in promise() for words in ("0.01", "0.002", "Holm", "5 %"))
