"""The pages and pictures are those of the committed records."""

from pathlib import Path

from benchmarks.families.catalogue import read_all
from benchmarks.families.critical_data.estimates import threshold
from benchmarks.families.critical_data.family import FAMILY
from benchmarks.families.critical_data.figure import draw_all
from benchmarks.families.critical_data.pages import threshold_words
from benchmarks.paper.pages import pages
from tests.support.places import RECORDS, ROOT


def test_the_committed_pages_are_those_of_the_committed_records() -> None:
    folder = ROOT / "docs" / "critical_data"
    fresh = pages(FAMILY, read_all(RECORDS))

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir() if path.suffix not in (".png", ".pdf")}

    assert stale == [], "run: collapse tables critical_data --out docs/critical_data"
    assert committed == set(fresh)


def test_every_picture_of_the_page_is_drawn(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "critical_data" / "README.md").read_text(encoding="utf-8")

    drawn = draw_all(read_all(RECORDS), tmp_path)

    shown = {path.name for path in drawn if f"({path.name})" in page}
    assert shown == {path.name for path in drawn if path.suffix == ".png"}
    assert all((ROOT / "docs" / "critical_data" / path.name).is_file() for path in drawn)


def test_a_critical_size_is_never_said_without_its_budget() -> None:
    inside = threshold([100, 200] * 3, [False, True] * 3, budget=3000)
    outside = threshold([100, 200] * 3, [False, False] * 3, budget=3000)

    assert threshold_words(inside).startswith("141 examples [")
    assert threshold_words(outside).startswith("outside the grid ([")
    assert all("3,000 steps" in threshold_words(one) for one in (inside, outside))
