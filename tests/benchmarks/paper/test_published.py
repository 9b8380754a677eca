from collections import Counter
from pathlib import Path

import pytest

from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.paper.published import PublishedNumbers
from data.errors import BadInput

_SHAPES = {
    "1": (25, 5),
    "2": (2, 9),
    "3": (15, 16),
    "4": (12, 10),
    "5": (5, 6),
    "6": (11, 3),
    "7": (3, 3),
    "8": (2, 3),
    "9": (5, 8),
    "11": (5, 13),
    "13-17": (6, 30),
    "14": (10, 13),
    "15": (3, 3),
    "16": (3, 6),
    "18": (8, 4),
    "figures": (13, 16),
}
_CELLS = (
    ("1", "EuroParl", "75%", "56.32"),
    ("1", "Avg (all 22)", "100%", "49.30"),
    ("2", "OLMo-1B + ToEdit", "WinoGrande", "52.49"),
    ("3", "Biomedicine: OLMo-1B", "MQP", "52.59"),
    ("3", "Finance: Llama-3-8B + CPT", "ConvFinQA", "67.78"),
    ("3", "Math: OLMo-1B + ToEdit", "MMLU", "23.63"),
    ("4", "FLAN v2: Llama-3-8B + ToEdit", "BoolQ", "85.20"),
    ("4", "Evol-Instruct-110K: Llama-3-8B", "Avg", "46.62"),
    ("5", "P <= 0.001", "Avg", "39.16"),
    ("6", "[0.9,1.0]", "share", "27.1"),
    ("6", "[0.0,0.1)", "tokens (v1)", "388626330"),
    ("7", "rejection sampling", "MedQA", "28.20"),
    ("8", "k = 64", "MedMCQA", "28.14"),
    ("9", "100%", "ARC-e", "46.3"),
    ("11", "0%", "WinoGrande stderr", "1.404"),
    ("13-17", "mc4-en", "50%, epoch 3", "59.61"),
    ("14", "M2D2-S2ORC", "DSIR 10M", "496.40"),
    ("15", "tokens P > 0.99", "generation 2", "549519"),
    ("16", "generation 2", "BoolQ", "82.69"),
    ("18", "PeS2o", "documents", "38.8"),
    ("figures", "Figure 5: human text", "tokens below probability 0.6", "75"),
)


@pytest.mark.parametrize(("name", "shape"), _SHAPES.items())
def test_a_table_has_its_rows_and_columns(name: str, shape: tuple[int, int]) -> None:
    table = PUBLISHED.tables[name]

    assert (len(table.rows), len(table.columns)) == shape


def test_every_table_is_checked_for_its_shape() -> None:
    assert set(PUBLISHED.tables) == set(_SHAPES)


@pytest.mark.parametrize(("name", "row", "column", "printed"), _CELLS)
def test_a_cell_is_as_printed(name: str, row: str, column: str, printed: str) -> None:
    assert PUBLISHED.tables[name].find(row, column).printed == printed


def test_no_place_has_two_cells() -> None:
    places = Counter(cell.key for table in PUBLISHED.tables.values() for cell in table.cells)

    assert [place for place, n in places.items() if n > 1] == []


def test_no_cell_of_a_table_comes_from_the_history() -> None:
    versions = {cell.version for table in PUBLISHED.tables.values() for cell in table.cells}

    assert versions == {"v1", "v3"}
    assert {cell.version for cell in PUBLISHED.history.values()} == {"history"}


def test_every_footnote_belongs_to_a_place_that_is_printed() -> None:
    for table in PUBLISHED.tables.values():
        for note in table.footnotes:
            assert note.row in ("", *table.rows)
            assert note.column in ("", *table.columns)


def test_every_evaluation_set_is_a_column() -> None:
    columns = {column for table in PUBLISHED.tables.values() for column in table.columns}

    assert set(PUBLISHED.items_of) <= columns


def test_trailing_zeros_count_as_digits() -> None:
    cell = PUBLISHED.tables["2"].find("OLMo-1B", "OBQA")

    assert (cell.printed, cell.decimals, float(cell.last_place)) == ("12.20", 2, 0.01)


def test_an_unknown_table_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown table '10'; use some of 1, 2"):
        PUBLISHED.find(["10"])


def test_a_line_with_a_missing_field_is_refused_with_its_place(
    tmp_path: Path,
) -> None:
    (tmp_path / "history.csv").write_text("table,row,column,value,unit,version\nTable 1,a,b,1\n")

    with pytest.raises(BadInput, match=r"history\.csv: line 2 has another number of fields"):
        PublishedNumbers(tmp_path, versions=("v1",)).history  # noqa: B018


def test_a_version_that_the_paper_does_not_have_is_refused(tmp_path: Path) -> None:
    head = "table,row,column,value,unit,version\n"
    (tmp_path / "tables.csv").write_text("name,title\n1,First\n")
    (tmp_path / "table_01.csv").write_text(f"{head}Table 1,a,b,1,%,v7\n")

    with pytest.raises(BadInput, match="Table 1, row a: unknown version 'v7'"):
        PublishedNumbers(tmp_path, versions=("v1",)).tables  # noqa: B018
    assert PublishedNumbers(tmp_path, versions=("v7",)).tables["1"].find("a", "b").printed == "1"
