"""The pages and pictures are those of the committed records."""

from pathlib import Path

import pytest

from benchmarks.families.catalogue import read_all
from benchmarks.families.critical_data.estimates import threshold
from benchmarks.families.critical_data.family import FAMILY
from benchmarks.families.critical_data.figure import draw_all
from benchmarks.families.critical_data.findings import SURPRISES, surprises
from benchmarks.families.critical_data.pages import inconsistencies_frame, threshold_words
from benchmarks.paper.claims import Entry
from benchmarks.paper.pages import ledger, pages
from benchmarks.running.record import Envelope
from tests.support.places import RECORDS, ROOT

_NUMBERS = [
    "below_n",
    "below",
    "apart",
    "chance",
    "fastest",
    "slowest",
    "least_n",
    "most_n",
    "near",
    "near_n",
]
"""Names of the numbers of records that stand beside the paper's contradictions."""


@pytest.fixture(scope="module")
def records() -> list[Envelope]:
    """Every committed record."""
    return list(read_all(RECORDS))


@pytest.fixture(scope="module")
def entries(records: list[Envelope]) -> dict[str, Entry]:
    """What the committed records say of every claim of the family."""
    return {entry.claim.id: entry for entry in ledger(FAMILY, records)}


def test_the_committed_pages_are_those_of_the_committed_records(records: list[Envelope]) -> None:
    folder = ROOT / "docs" / "critical_data"
    fresh = pages(FAMILY, records)

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir() if path.suffix not in (".png", ".pdf")}

    assert stale == [], "run: collapse tables critical_data --out docs/critical_data"
    assert committed == set(fresh)


def test_every_picture_of_the_page_is_drawn(tmp_path: Path, records: list[Envelope]) -> None:
    folder = ROOT / "docs" / "critical_data"
    page = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md")))

    drawn = draw_all(records, tmp_path)

    shown = {path.name for path in drawn if f"({path.name})" in page}
    assert shown == {path.name for path in drawn if path.suffix == ".png"}
    assert all((ROOT / "docs" / "critical_data" / path.name).is_file() for path in drawn)


def test_a_critical_size_is_never_said_without_its_budget() -> None:
    inside = threshold([100, 200] * 3, [False, True] * 3, budget=3000)
    outside = threshold([100, 200] * 3, [False, False] * 3, budget=3000)

    assert threshold_words(inside).startswith("141 examples [")
    assert threshold_words(outside).startswith("outside the grid ([")
    assert all("3,000 steps" in threshold_words(one) for one in (inside, outside))


def test_what_was_not_expected_is_said_by_its_verdict_and_only_where_it_was_decided(
    entries: dict[str, Entry],
) -> None:
    open_ = [
        one for one in SURPRISES if entries[one.claim].verdict in ("not attempted", "undecided")
    ]
    width = entries["cds.width"]

    said = surprises(entries)

    assert 0 < len(open_) < len(SURPRISES)
    assert len(said) == len(SURPRISES) - len(open_)
    assert sum(f"(`cds.width` {width.outcome}: " in sentence for sentence in said) == 1
    assert not any("ndecided" in sentence for sentence in said)


def test_a_statistic_that_is_no_number_is_called_so(entries: dict[str, Entry]) -> None:
    log = entries["cds.exponent_log"]

    assert log.judgement.observed == "+nan, 8 seeds"
    assert (log.observed, log.verdict) == ("no number, 8 seeds", "undecided")


def test_an_interval_beside_undecided_says_that_the_correction_took_the_verdict(
    entries: dict[str, Entry],
) -> None:
    page = (ROOT / "docs" / "critical_data" / "README.md").read_text(encoding="utf-8")

    alone = [one for one in entries.values() if one.verdict != one.judgement.verdict]
    shown = [one for one in alone if f"`{one.claim.id}`" in page]

    assert shown
    assert all(one.outcome in page for one in shown)


def test_the_eleven_contradictions_have_their_numbers_with_records_and_without() -> None:
    rows = inconsistencies_frame({name: "7" for name in _NUMBERS})

    assert len(rows) == 11
    assert "230" in rows["one place"][9]
    assert "350,000" in rows["another"][9]
    assert rows["what follows"][3] == "7 to 7 steps from n = 7 to 7; see `cds.memorise_flat`"
    assert not any("{" in text for text in rows.to_numpy().ravel())


def test_a_name_that_no_record_gives_is_seen() -> None:
    with pytest.raises(KeyError):
        inconsistencies_frame({})
