"""The published numbers of a paper as data: one CSV per table in its family's `published/`.

A cell keeps its text as printed, because the number of printed digits says how exactly it is known.
Rows whose version is `history` are not printed anywhere: they were read in the public history of
the paper's repository, are shown in footnotes only and are never compared with a result of ours.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from data.errors import BadInput

HISTORY = "history"
"""Version of a number that no version of the paper prints."""
Origin = Literal["computed", "history"]
Key = tuple[str, str, str]
"""Names a cell: table, row and column."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number that a paper prints, at its place in a table."""

    table: str
    """Name of the table as the paper calls it, `Table 3`."""
    row: str
    column: str
    printed: str
    """Digits of the number as they are printed."""
    unit: str
    version: str
    """Version of the paper that prints it; `HISTORY` for a number that is printed nowhere."""

    @property
    def key(self) -> Key:
        """Table, row and column, which no other cell has."""
        return self.table, self.row, self.column

    @property
    def value(self) -> Fraction:
        """The number itself, without a floating-point error."""
        return Fraction(self.printed)

    @property
    def decimals(self) -> int:
        """Number of digits after the point, as printed."""
        return len(self.printed.partition(".")[2])

    @property
    def last_place(self) -> Fraction:
        """Worth of one unit in the last printed digit."""
        return Fraction(1, 10**self.decimals)


@dataclass(frozen=True, slots=True)
class Footnote:
    """What must be said about a cell, a row or a whole table."""

    table: str
    row: str
    """Row that it is about; empty for the whole table."""
    column: str
    """Column that it is about; empty for the whole row."""
    origin: Origin
    """Where it comes from: computed by us from the printed numbers, or the public history of the
    paper's repository."""
    text: str


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table of the paper, or the facts of its figures."""

    name: str
    """Name of the table on the command line: `3`, `13-17`, `figures`."""
    title: str
    cells: tuple[Cell, ...]
    """All cells of the table in reading order."""
    footnotes: tuple[Footnote, ...]

    @property
    def heading(self) -> str:
        """Name of the table in headings, such as `Table 3`."""
        return self.cells[0].table if self.name != "figures" else "Figures and text"

    @property
    def rows(self) -> tuple[str, ...]:
        """Names of the rows in reading order."""
        return tuple(dict.fromkeys(cell.row for cell in self.cells))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in reading order."""
        return tuple(dict.fromkeys(cell.column for cell in self.cells))

    def find(self, row: str, column: str) -> Cell:
        """The cell at a place.

        Raises:
            KeyError: Nothing is printed at this place.
        """
        for cell in self.cells:
            if cell.row == row and cell.column == column:
                return cell
        raise KeyError(f"{self.heading} has no cell at row {row!r}, column {column!r}")

    def row(self, row: str, columns: Iterable[str] | None = None) -> tuple[Cell, ...]:
        """Cells of a row, all or those in `columns`, in that order."""
        chosen = self.columns if columns is None else columns
        there = {cell.column: cell for cell in self.cells if cell.row == row}
        return tuple(there[column] for column in chosen if column in there)


@dataclass(frozen=True)
class PublishedNumbers:
    """All numbers that one paper prints, read from a folder of CSV files.

    `tables.csv` names the tables and their titles; `footnotes.csv`, `history.csv` and
    `evaluation_sets.csv` may be missing.
    """

    folder: Path
    versions: tuple[str, ...]
    """Versions of the paper whose numbers are printed, the first one first."""

    @cached_property
    def tables(self) -> dict[str, PublishedTable]:
        """All tables by name, in the order of the paper.

        Raises:
            BadInput: A file is malformed; the message names file and line.
        """
        footnotes = [
            Footnote(
                line["table"], line["row"], line["column"], _origin(line["source"]), line["text"]
            )
            for line in self._optional("footnotes.csv")
        ]
        found = {}
        for line in _lines(self.folder / "tables.csv"):
            name = line["name"]
            cells = self._cells(f"{_stem(name)}.csv")
            mine = tuple(note for note in footnotes if note.table in {cell.table for cell in cells})
            found[name] = PublishedTable(name, line["title"], cells, mine)
        return found

    @cached_property
    def history(self) -> dict[Key, Cell]:
        """Numbers from the public history of the paper's repository; footnotes only."""
        if not (self.folder / "history.csv").is_file():
            return {}
        return {cell.key: cell for cell in self._cells("history.csv")}

    @cached_property
    def items_of(self) -> dict[str, int]:
        """Number of items of each evaluation set, by the tables' column names."""
        return {line["task"]: int(line["items"]) for line in self._optional("evaluation_sets.csv")}

    def find(self, names: Iterable[str] = ()) -> list[PublishedTable]:
        """Tables by name; all of them when none is named.

        Raises:
            BadInput: A name is unknown.
        """
        chosen = list(names) or list(self.tables)
        unknown = [name for name in chosen if name not in self.tables]
        if unknown:
            raise BadInput(f"unknown table {unknown[0]!r}; use some of {', '.join(self.tables)}")
        return [self.tables[name] for name in chosen]

    def _cells(self, file: str) -> tuple[Cell, ...]:
        return tuple(
            Cell(
                line["table"],
                line["row"],
                line["column"],
                line["value"],
                line["unit"],
                self._version(line),
            )
            for line in _lines(self.folder / file)
        )

    def _version(self, line: dict[str, str]) -> str:
        if line["version"] not in (*self.versions, HISTORY):
            raise BadInput(
                f"{line['table']}, row {line['row']}: unknown version {line['version']!r}"
            )
        return line["version"]

    def _optional(self, file: str) -> Iterator[dict[str, str]]:
        path = self.folder / file
        return _lines(path) if path.is_file() else iter(())


def _stem(name: str) -> str:
    if not name[0].isdigit():
        return name
    return "table_" + "_".join(part.zfill(2) for part in name.split("-"))


def _origin(text: str) -> Origin:
    for origin in get_args(Origin):
        if text == origin:
            return origin  # type: ignore[no-any-return]
    raise BadInput(f"footnotes.csv: unknown source {text!r}; use {get_args(Origin)}")


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        for line in reader:
            if None in line or None in line.values():
                raise BadInput(f"{path}: line {reader.line_num} has another number of fields")
            yield line
