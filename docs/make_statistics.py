"""Writes the tables of docs/statistics.md: how often intervals and ranks are wrong.

Run `python docs/make_statistics.py` when `benchmarks/comparing/simulations.py` or what it studies
has changed; it takes about a quarter of an hour. A test draws some rows again.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from tabulate import tabulate

from benchmarks.comparing.outcomes.rates import rate_rows
from benchmarks.comparing.simulations import (
    Row,
    interval_rows,
    rank_rows,
    search_rows,
    two_way_rows,
)

PAGE = Path(__file__).resolve().parent / "statistics.md"
STUDIES = {"intervals": 2000, "two-way": 1000, "searches": 1000, "ranks": 600, "words": 200}
"""Studies of each row."""


def intervals(rows: Sequence[Row]) -> str:
    """One line per law and number of seeds, one column per method."""
    methods = list(dict.fromkeys(str(row["method"]) for row in rows))
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        line = lines.setdefault((str(row["law"]), str(row["seeds"])), {})
        width = f" ({row['width']:.2f})" if "width" in row and row["method"] != "t" else ""
        line[str(row["method"])] = f"{_percent(row['wrong'])}{width}"
    body = [[*key, *(line.get(name, "") for name in methods)] for key, line in lines.items()]
    return _table(["differences", "seeds", *methods], body)


def plain(rows: Sequence[Row]) -> str:
    """The rows as they are, shares in per cent and widths as they stand."""
    names = list(rows[0])
    body = [[_cell(name, row[name]) for name in names] for row in rows]
    return _table(names, body)


def _cell(name: str, value: str | int | float) -> str:
    if name == "width":
        return f"{value:.2f}"
    return _percent(value) if isinstance(value, float) else str(value)


def _percent(share: str | int | float) -> str:
    return f"{100 * float(share):.1f}"


def _table(headers: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    return str(tabulate(body, headers, tablefmt="github", disable_numparse=True))


def blocks() -> dict[str, str]:
    """All tables by the name of their block, with the number of studies below."""
    found = {
        "intervals": intervals(interval_rows(STUDIES["intervals"])),
        "two-way": plain(two_way_rows(STUDIES["two-way"])),
        "searches": plain(search_rows(STUDIES["searches"])),
        "ranks": plain(rank_rows(STUDIES["ranks"])),
        "words": plain(rate_rows(STUDIES["words"])),
    }
    return {name: f"{table}\n\n*{STUDIES[name]:,} studies a row.*" for name, table in found.items()}


def filled(text: str, found: dict[str, str]) -> str:
    """The page with its blocks as they should be."""
    for name, body in found.items():
        before, rest = re.split(rf"(?<=<!-- {name} -->\n)", text, maxsplit=1)
        text = before + body + "\n" + rest[rest.index(f"<!-- /{name} -->") :]
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), blocks()), encoding="utf-8")
