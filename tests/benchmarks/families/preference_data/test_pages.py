import re
from collections.abc import Mapping

from benchmarks.families.catalogue import read_all
from benchmarks.families.preference_data.family import FAMILY
from benchmarks.paper.pages import pages
from tests.support.places import RECORDS, ROOT


def test_the_committed_pages_are_those_of_the_committed_records() -> None:
    folder = ROOT / "docs" / "preference_data"
    fresh = pages(FAMILY, read_all(RECORDS))

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir()}
    pictures = {name for name in committed if name.endswith((".png", ".pdf"))}

    assert stale == [], "run: collapse tables preference_data --out docs/preference_data"
    assert committed - pictures == {*fresh}
    assert pictures == {
        name for stem in _pictures(fresh) for name in (f"{stem}.png", f"{stem}.pdf")
    }


def _pictures(texts: Mapping[str, str]) -> set[str]:
    """Names of the pictures that pages show, without their suffix."""
    return {name for text in texts.values() for name in re.findall(r"\]\(([\w-]+)\.png\)", text)}
