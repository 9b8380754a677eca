import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.cells import FILLINGS
from benchmarks.families.toedit.family import FAMILY as TOEDIT
from benchmarks.families.toedit.figure import draw_u_shape
from benchmarks.families.toedit.pages import FIGURE, WRITTEN_FIGURE
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.paper.cells import Filling, Measured, command, measure
from benchmarks.paper.pages import pages, render_tables, write_pages
from benchmarks.paper.rendering import SUFFIX, comparison_frame, latex
from benchmarks.paper.tables import CellVerdict, Comparison, compare_tables
from tests.support.places import RECORDS, ROOT


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read_records(RECORDS)


def _measured(mean: float, low: float | None, high: float | None, tier: str = "cpu") -> Measured:
    return Measured(mean, low, high, 1 if low is None else 3, tier, ("a/b-seed0",))


def _comparison(ours: Measured | None) -> Comparison:
    return Comparison(PUBLISHED.tables["7"].find("top-k", "MedQA"), (), ours, "collapse run x")


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        (None, "not attempted"),
        (_measured(24.0, None, None), "undecided"),
        (_measured(24.0, 23.0, 25.0), "within interval"),
        (_measured(24.0, 23.0, 25.0, "paper"), "reproduced"),
        (_measured(26.0, 25.0, 27.0), "outside interval"),
        (_measured(26.0, 25.0, 27.0, "paper"), "outside interval"),
        (_measured(25.0, 24.824, 25.2), "within interval"),  # 24.82 may have been 24.8249
    ],
)
def test_the_verdict_of_a_cell(ours: Measured | None, verdict: CellVerdict) -> None:
    assert _comparison(ours).verdict == verdict


def test_a_number_that_does_not_follow_is_not_compared() -> None:
    (table,) = compare_tables(TOEDIT, ["4"], ())
    cell = PUBLISHED.tables["4"].find("OSS-Instruct-75K: Llama-3-8B", "Avg")
    (found,) = (each for each in table.comparisons if each.cell == cell)

    assert replace(found, ours=_measured(45.76, 45.0, 46.0)).verdict == "inconsistent as printed"


def test_the_difference_is_ours_minus_printed() -> None:
    assert _comparison(_measured(25.0, 24.0, 26.0)).difference == pytest.approx(0.18)


def test_records_of_a_changed_recipe_fill_nothing(records: list[Record]) -> None:
    filling = FILLINGS["6"][0]
    changed = replace(filling, recipe=lambda: replace(filling.recipe(), prior_context=256))

    assert measure(records, [filling])
    assert measure(records, [changed]) == {}


def test_a_filled_cell_is_the_mean_over_seeds_with_a_t_interval(records: list[Record]) -> None:
    digest = smoke().digest
    mine = [r for r in records if r.digest == digest and r.workflow == "replace" and r.seed < 3]
    filling = Filling(smoke, "replace", (("t", "r", "c"),), lambda record: (record.seed,), "")

    (found,) = measure(mine, [filling]).values()

    assert (found.mean, found.seeds, found.tier) == (1.0, 3, "smoke")
    assert found.low == pytest.approx(1 - 4.303 / 3**0.5, abs=1e-3)  # t quantile of 2 degrees
    assert found.records[0].endswith("/replace-seed0")


def test_shares_of_probability_are_those_of_the_records(records: list[Record]) -> None:
    """Of the three seeds of repeated editing: first, the prior sees human text."""
    edits = [
        r.generations[1].corpus.edit
        for r in records
        if r.recipe["name"] == "repeated_editing" and r.workflow == "edit_previous"
    ]
    shares = [100 * e.histogram[9] / sum(e.histogram) for e in edits if e is not None]

    found = measure(records, FILLINGS["6"])[("Table 6", "[0.9,1.0]", "share")]

    assert len(shares) == 3
    assert found.mean == pytest.approx(sum(shares) / 3)


def test_every_filled_place_is_a_printed_cell() -> None:
    printed = {cell.key for table in PUBLISHED.tables.values() for cell in table.cells}

    assert all(place in printed for fs in FILLINGS.values() for f in fs for place in f.places)


def test_a_cell_without_a_record_shows_a_dash_and_a_command() -> None:
    (table,) = compare_tables(TOEDIT, ["6"], ())

    line = comparison_frame(table).iloc[0]

    assert (line["ours"], line["interval"], line["verdict"]) == ("—", "—", "not attempted")
    assert line.iloc[-1] == command("repeated_editing")
    assert line.iloc[-1] == "collapse run repeated_editing --seed 0 --seed 1 --seed 2"


@pytest.mark.parametrize("form", SUFFIX)
def test_every_table_renders_in_every_format(form: str, records: list[Record]) -> None:
    for name, table in PUBLISHED.tables.items():
        text = render_tables(TOEDIT, [name], records, form)  # type: ignore[arg-type]

        assert table.cells[0].printed in text
        assert not re.search(r"\bnan\b", text)


def test_csv_has_one_line_per_printed_cell(records: list[Record]) -> None:
    lines = list(csv.DictReader(io.StringIO(render_tables(TOEDIT, ["3"], records, "csv"))))

    assert len(lines) == len(PUBLISHED.tables["3"].cells)
    assert lines[0]["printed"] == "52.59"


def test_latex_is_booktabs_and_escapes_text() -> None:
    text = render_tables(TOEDIT, ["4"], (), "latex")

    assert r"\toprule" in text
    assert r"collapse run finetuning\_paper" in text
    assert r"unit: \%" in text


def test_latex_takes_no_row_for_an_argument_of_the_line_break() -> None:
    text = render_tables(TOEDIT, ["6"], (), "latex")

    assert "\n{[}0.1,0.2) & 8.1" in text
    assert not re.search(r"\\\\\s*\[", text)


def test_latex_sets_signs_as_they_stand() -> None:
    assert latex("P >= 0.99 & 50 %, a_b") == r"P \textgreater{}= 0.99 \& 50 \%, a\_b"


def test_html_escapes_text() -> None:
    text = render_tables(TOEDIT, ["5"], (), "html")

    assert "P &gt;= 0.99" in text
    assert "P >= 0.99" not in text


def test_history_is_marked_and_only_in_footnotes() -> None:
    text = render_tables(TOEDIT, ["3"], (), "markdown")
    before, _, footnotes = text.partition("## Footnotes")

    assert "52.95" not in before
    assert "52.95" in footnotes
    assert footnotes.count("public history of the official repository") == 5


def test_an_unknown_table_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown table"):
        write_pages(TOEDIT, ["99"], (), tmp_path / "out", None)

    assert not (tmp_path / "out").exists()


def test_one_table_in_one_format_is_one_file(tmp_path: Path) -> None:
    written = write_pages(TOEDIT, ["13-17"], (), tmp_path, "latex")

    assert [path.name for path in written] == ["table-13-17.tex"]
    assert [path.name for path in tmp_path.iterdir()] == ["table-13-17.tex"]


def test_the_committed_pages_are_those_of_the_committed_records(records: list[Record]) -> None:
    folder = ROOT / "docs" / "paper"
    fresh = pages(TOEDIT, records)

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir()}

    assert stale == [], "run: collapse tables toedit --out docs/paper"
    figures = {f"{name}.{form}" for name in (FIGURE, WRITTEN_FIGURE) for form in ("png", "pdf")}
    assert committed == {*fresh, *figures}


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_figure_is_drawn(suffix: str, records: list[Record], tmp_path: Path) -> None:
    path = tmp_path / f"figure{suffix}"

    draw_u_shape(measure(records, FILLINGS["6"]), [path])

    assert path.read_bytes()[:4] in (b"\x89PNG", b"%PDF")


def test_a_figure_without_records_is_refused_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="collapse run repeated_editing"):
        draw_u_shape({}, [tmp_path / "figure.png"])
