import re
from collections.abc import Mapping

from benchmarks.families.catalogue import read_all
from benchmarks.families.story_style.family import FAMILY
from benchmarks.families.story_style.parts import ROOMS
from benchmarks.families.story_style.record import STUDIES
from benchmarks.paper.pages import pages
from tests.support.places import RECORDS, ROOT


def test_the_committed_pages_are_those_of_the_committed_records() -> None:
    folder = ROOT / "docs" / "story_style"
    fresh = pages(FAMILY, read_all(RECORDS))

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir()}
    pictures = {name for name in committed if name.endswith((".png", ".pdf"))}

    assert stale == [], "run: collapse tables story_style --out docs/story_style"
    assert committed - pictures == {*fresh}
    assert pictures == {
        name for stem in _pictures(fresh) for name in (f"{stem}.png", f"{stem}.pdf")
    }


def _pictures(texts: Mapping[str, str]) -> set[str]:
    """Names of the pictures that pages show, without their suffix."""
    return {name for text in texts.values() for name in re.findall(r"\]\(([\w-]+)\.png\)", text)}


def test_sentences_of_rooms_rest_on_claims_of_the_family() -> None:
    known = {claim.id for claim in FAMILY.claims()}

    assert {one.claim for room in ROOMS for one in room.SENTENCES} <= known


def test_no_two_kinds_of_studies_have_the_same_settings() -> None:
    fields = [frozenset(kind.__dataclass_fields__) for kind in STUDIES]

    assert len(set(fields)) == len(fields)
