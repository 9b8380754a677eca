from pathlib import Path

import pytest

from benchmarks.families.catalogue import read_all
from benchmarks.families.layer_emulators.family import FAMILY
from benchmarks.families.layer_emulators.figure import FIGURE, draw_gains
from benchmarks.families.layer_emulators.pages import blind_frame, chain_frame, gains_frame
from benchmarks.paper.pages import pages, render_tables
from benchmarks.paper.rendering import SUFFIX, Format
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

    assert stale == [], "run: collapse tables layer_emulators --out docs/layer_emulators"
    assert committed == {*fresh, f"{FIGURE}.png", f"{FIGURE}.pdf"}


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

    assert list(first) == ["CRaSh: plug-in", "uniform: plug-in", "+1.89", "0.61", "+3.1", "8 of 8"]


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
