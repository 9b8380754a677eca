import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.families.catalogue import read_all
from benchmarks.families.preference_data.curves import draw_selection
from benchmarks.families.preference_data.family import FAMILY
from benchmarks.families.preference_data.figure import draw_steps
from benchmarks.families.preference_data.findings import opening
from benchmarks.families.preference_data.pages import pooled_frame, steps_frame, tables_frame
from benchmarks.families.preference_data.parts import ROOMS
from benchmarks.families.preference_data.proved import CLAIMS as PROVED
from benchmarks.families.preference_data.record import STUDIES
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.by_theory import proved_frame
from benchmarks.paper.pages import ledger, pages
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope
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


class _Room:
    SENTENCES: tuple[Sentence, ...] = (
        Sentence(
            claim="um.medqa",
            reproduced="It is so",
            not_reproduced="It is not so",
            subject="it is so",
        ),
    )

    def section(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
        return ""

    def pages(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
        return {}

    def draw(self, records: Sequence[Envelope], folder: Path) -> list[Path]:
        return []


def test_the_opening_says_what_was_decided_and_no_more() -> None:
    entries = {entry.claim.id: entry for entry in ledger(FAMILY, ())}

    said = opening(entries, (), rooms=(_Room(),))

    assert len(said) == 5
    assert said[0].startswith("By the paper's printed table, tuning an 8B model on the instruc")
    assert said[1].startswith("It is undecided whether preference tuning adds to it there (")
    assert "(`um.medqa` inconsistent as printed: 1 of 1 checks fail" in said[2]


def test_sentences_of_rooms_rest_on_claims_of_the_family() -> None:
    known = {claim.id for claim in FAMILY.claims()}

    assert {one.claim for room in ROOMS for one in room.SENTENCES} <= known


def test_no_two_kinds_of_studies_have_the_same_settings() -> None:
    fields = [frozenset(kind.__dataclass_fields__) for kind in STUDIES]

    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize("draw", [draw_steps, draw_selection])
def test_a_picture_is_drawn_in_two_formats(
    tmp_path: Path, draw: Callable[[Path], list[Path]]
) -> None:
    png, pdf = draw(tmp_path / "new")

    assert png.read_bytes().startswith(b"\x89PNG")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_every_claim_of_the_theory_is_one_of_the_family() -> None:
    entries = {entry.claim.id: entry for entry in ledger(FAMILY, ())}
    frame = proved_frame(PROVED, entries)

    assert len(frame) == len(FAMILY.theory())
    assert list(frame["verdict"]).count("**not reproduced**") == 3
    assert not any("|" in text for text in frame.to_numpy().ravel())


def test_steps_and_tables_of_the_page_are_those_of_the_paper() -> None:
    first = steps_frame().iloc[0]

    assert list(first)[3:] == ["+6.64", "+6.64", "1.38", "+4.8", "8 of 9", "any"]
    assert list(tables_frame()["that fail"]) == ["0", "21", "1", "0", "1", "0", "0"]
    assert [tuple(row) for row in pooled_frame()[["claim", "size", "z"]].to_numpy()][-1] == (
        "U4",
        "8B",
        "+0.5",
    )
