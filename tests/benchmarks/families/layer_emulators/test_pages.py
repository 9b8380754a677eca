import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.families.catalogue import read_all
from benchmarks.families.layer_emulators.family import FAMILY
from benchmarks.families.layer_emulators.figure import draw_gains
from benchmarks.families.layer_emulators.findings import opening
from benchmarks.families.layer_emulators.pages import (
    blind_frame,
    chain_frame,
    gains_frame,
    tables_frame,
)
from benchmarks.families.layer_emulators.proved import CLAIMS as PROVED
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.by_theory import proved_frame
from benchmarks.paper.pages import ledger, pages, render_tables
from benchmarks.paper.rendering import SUFFIX, Format
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope
from tests.support.places import RECORDS, ROOT

_BLIND = {
    f"{case}/{key}": values
    for case in ("d96_c1", "d6_c10", "d6_c3")
    for key, values in {
        "formula": [0.5, 0.5, 0.5],
        "cka": [0.49, 0.5, 0.51],
        "biased_cka": [0.6, 0.6, 0.6],
        "cka_without_top": [-0.00001, 0.0, -0.00001],
    }.items()
}


def test_the_committed_pages_are_those_of_the_committed_records() -> None:
    folder = ROOT / "docs" / "layer_emulators"
    fresh = pages(FAMILY, read_all(RECORDS))

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir()}
    pictures = {name for name in committed if name.endswith((".png", ".pdf"))}

    assert stale == [], "run: collapse tables layer_emulators --out docs/layer_emulators"
    assert committed - pictures == {*fresh}
    assert pictures == {
        name for stem in _pictures(fresh) for name in (f"{stem}.png", f"{stem}.pdf")
    }


def _pictures(texts: Mapping[str, str]) -> set[str]:
    """Names of the pictures that pages show, without their suffix."""
    return {name for text in texts.values() for name in re.findall(r"\]\(([\w-]+)\.png\)", text)}


def test_the_opening_says_what_was_decided_and_no_more() -> None:
    entries = {entry.claim.id: entry for entry in ledger(FAMILY, ())}
    said = opening(entries, rooms=())

    assert len(said) == 5
    assert said[0].startswith("In CRaSh's own table sharing adds to clustering and removing (")
    assert "(`r2-selection` undecided: -0.28 points" in said[1]


def test_a_room_brings_its_sentences_once_they_are_decided() -> None:
    entries = {entry.claim.id: entry for entry in ledger(FAMILY, ())}

    said = opening(entries, (_Room(), _Later()))

    assert said[2].startswith("The measure is invariant (`le.cka` reproduced")
    assert len(said) == 5
    assert not any("le.chain" in sentence for sentence in said)


class _Room:
    SENTENCES: tuple[Sentence, ...] = (
        Sentence(
            claim="le.cka",
            reproduced="The measure is invariant",
            not_reproduced="The measure is not invariant",
            subject="the measure is invariant",
        ),
    )

    def section(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
        return ""

    def draw(self, records: Sequence[Envelope], folder: Path) -> list[Path]:
        return []


class _Later(_Room):
    SENTENCES = (replace(_Room.SENTENCES[0], claim="le.chain"),)


@pytest.mark.parametrize("form", SUFFIX)
def test_every_table_renders_in_every_format(form: Format) -> None:
    audit = FAMILY.audit()
    assert audit is not None
    for name, table in audit.published.tables.items():
        assert table.cells[0].printed in render_tables(FAMILY, [name], (), form)


def test_the_picture_is_drawn_in_two_formats(tmp_path: Path) -> None:
    png, pdf = draw_gains(tmp_path / "new")

    assert png.read_bytes().startswith(b"\x89PNG")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_the_gains_of_the_page_are_those_of_the_table() -> None:
    first = gains_frame().iloc[0]

    assert list(first) == [
        "CRaSh: plug-in",
        "uniform: plug-in",
        "+1.89",
        "0.61",
        "+3.1",
        "8 of 8",
        "[+1.03, +2.75]",
        "+1.83 (z +2.7)",
    ]


def test_no_cell_of_what_is_proved_breaks_the_table() -> None:
    entries = {entry.claim.id: entry for entry in ledger(FAMILY, ())}

    assert not any("|" in text for text in proved_frame(PROVED, entries).to_numpy().ravel())
    assert list(tables_frame()["inconsistent as printed"]) == [
        "none",
        "4.8 for 3.8",
        "none",
        "none",
        "55.83 for 50.83",
    ]


def test_cases_are_in_the_order_of_their_numbers_with_intervals_over_seeds() -> None:
    frame = blind_frame(_BLIND)

    cases = list(zip(frame["features"], frame["strength"], strict=True))
    assert cases == [("6", "3"), ("6", "10"), ("96", "1")]
    assert frame["CKA"][0] == "0.5000 [0.4752, 0.5248]"  # t of 2 degrees: 4.303 * .01 / sqrt 3
    assert frame["without the top direction"][0].startswith("0.0000 [")


def test_one_seed_has_no_interval() -> None:
    found = {"adjacent/cka": [0.9], "adjacent/formula": [0.9]}
    found |= {"ends/cka": [0.3], "ends/formula": [0.3]}

    assert list(chain_frame(found)["CKA"]) == ["0.9000", "0.3000"]


def test_without_records_the_page_says_what_makes_them() -> None:
    text = FAMILY.pages(())["comparisons.md"]

    assert text.count("No record yet: `collapse run layer_emulators --seed 0") == 2
