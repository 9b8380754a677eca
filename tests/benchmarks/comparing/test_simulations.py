"""The page of how often intervals and ranks are wrong, drawn again in part."""

import re
from pathlib import Path

import pytest

from benchmarks.comparing import simulations
from benchmarks.comparing.decisions import LEVEL
from benchmarks.comparing.differences import WRONG_OF_T
from benchmarks.comparing.sequential import WRONG_OF_SEARCH, promise
from benchmarks.comparing.simulations import LAWS, SHARES, TRACKS
from tests.support.places import ROOT

_PAGE = ROOT / "docs" / "statistics.md"


def _rows(block: str, path: Path = _PAGE) -> list[dict[str, str]]:
    """The lines of a table of the page, by the names of its columns."""
    (text,) = re.findall(rf"<!-- {block} -->\n(.*?)<!-- /{block} -->", path.read_text(), re.DOTALL)
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def _share(cell: str) -> float:
    return float(cell.split()[0]) / 100


def _near(found: float, cell: str, n: int) -> bool:
    """Whether a share of n studies is within four standard errors of that of the page."""
    expected = _share(cell)
    return abs(found - expected) < 4 * (max(expected * (1 - expected), 0.01) / n) ** 0.5


@pytest.mark.parametrize("law", ["two-point", "skewed (exponential)"])
def test_intervals_are_wrong_as_often_as_the_page_says(
    law: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulations, "LAWS", {law: LAWS[law]})
    monkeypatch.setattr(simulations, "SEEDS", (3, 5))
    page = {(row["differences"], row["seeds"]): row for row in _rows("intervals")}

    for row in simulations.interval_rows(100, seed=1):
        n = 1000 if row["method"] == "t" else 100
        cell = page[str(row["law"]), str(row["seeds"])][str(row["method"])]
        assert _near(float(row["wrong"]), cell, n), row


def test_what_is_printed_of_t_intervals_is_what_the_page_says() -> None:
    page = {(row["differences"], int(row["seeds"])): _share(row["t"]) for row in _rows("intervals")}
    laws = ("normal", "skewed (exponential)", "two-point")

    assert {
        n: tuple(round(page[law, n], 2) for law in laws) for n in simulations.SEEDS
    } == WRONG_OF_T


def test_the_interval_for_other_texts_is_wrong_as_often_as_the_page_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        simulations, "SHARES", {"documents above all": SHARES["documents above all"]}
    )
    keys = ("effects", "variance", "seeds")
    page = {tuple(row[key] for key in keys): row for row in _rows("two-way")}

    for row in simulations.two_way_rows(60, seed=1):
        told = page[tuple(str(row[key]) for key in keys)]
        for method in ("t over seeds", "two-way"):
            assert _near(float(row[method]), told[method], 60), row


def test_the_interval_for_other_texts_holds_where_effects_are_normal() -> None:
    """Of 1,000 studies at 5 %, more than 7.1 % are wrong in one of a thousand rows."""
    normal = [row for row in _rows("two-way") if row["effects"] == "normal"]

    assert len(normal) == 4 * len(SHARES)
    assert all(_share(row["two-way"]) <= 0.071 for row in normal)
    assert max(_share(row["t over seeds"]) for row in normal) > 0.5


def test_searches_end_wrong_as_often_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    page = {(row["differences"], row["budget"]): row for row in _rows("searches")}
    law = "skewed (exponential)"
    monkeypatch.setattr(simulations, "LAWS", {law: LAWS[law]})
    monkeypatch.setattr(simulations, "BUDGETS", (12,))

    (row,) = simulations.search_rows(80, seed=1)

    told = page[law, "12"]
    for column in told.keys() - {"differences", "budget"}:
        assert _near(float(row[column]), told[column], 80), column
    assert _share(page["normal", "30"]["wrong"]) <= LEVEL
    assert _share(page["normal", "30"]["every look at 95 %"]) > 3 * LEVEL


def test_what_a_search_prints_of_itself_is_what_the_page_says() -> None:
    page = {(row["differences"], int(row["budget"])): row for row in _rows("searches")}
    laws = ("normal", "skewed (exponential)", "1 of 10 lies 10 sd out")

    assert {
        budget: tuple(round(_share(page[law, budget]["wrong"]), 2) for law in laws)
        for budget in simulations.BUDGETS
    } == WRONG_OF_SEARCH
    assert "12 % of searches end wrong, and where one seed in ten" in promise(5)
    assert "24 % (measured at a budget of 30" in promise(13)
    assert promise(30) == promise(99)


def test_ranks_keep_their_promise_in_every_track_where_the_other_rule_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 600 studies at 5 %, more than 7.9 % are wrong in one of a thousand rows."""
    page = {(row["track"], row["losses"], row["seeds"]): row for row in _rows("ranks")}
    track = "3 equal best, 3 worse by 3 sd"
    monkeypatch.setattr(simulations, "TRACKS", {track: TRACKS[track]})

    assert all(_share(row["demoted"]) <= 0.079 for row in page.values())
    assert max(_share(row["demoted, BH"]) for row in page.values()) > 0.3
    for row in simulations.rank_rows(40, seed=1):
        told = page[track, str(row["losses"]), str(row["seeds"])]
        for column in ("demoted", "found"):
            assert _near(float(row[column]), told[column], 40), row
