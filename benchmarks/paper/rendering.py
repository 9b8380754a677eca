"""Renders compared tables: Markdown, LaTeX (booktabs), HTML and CSV, by pandas and Jinja."""

from collections.abc import Iterable, Sequence
from typing import Literal

import pandas as pd
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from pandas.io.formats.style import Styler

from benchmarks.comparing import templates as common
from benchmarks.paper.claims import Entry, correction_words
from benchmarks.paper.family import Family
from benchmarks.paper.tables import MEANING, ComparedTable, Comparison

Format = Literal["markdown", "latex", "html", "csv"]
SUFFIX: dict[Format, str] = {"markdown": "md", "latex": "tex", "html": "html", "csv": "csv"}
DASH = "\N{EM DASH}"
MARK = "*"
"""Mark after a printed number that does not follow from the others."""
MAX_COLUMNS = 9
"""Number of columns that fit on a page; a table with more, and with fewer rows than columns, is
turned on its side."""
_LATEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}", "\N{EM DASH}": "---"}
    | {"[": "{[}"}  # at the start of a row it would be taken for an argument of the line break
)


def printed_frames(table: ComparedTable) -> list[pd.DataFrame]:
    """The table as printed, a mark after each number that does not follow.

    Rows with the same columns and units make one frame, whose corner names the unit; a frame wider
    than long is turned.
    """
    groups: dict[tuple[tuple[str, str], ...], list[tuple[Comparison, ...]]] = {}
    for row in table.published.rows:
        cells = tuple(each for each in table.comparisons if each.cell.row == row)
        groups.setdefault(tuple((c.cell.column, c.cell.unit) for c in cells), []).append(cells)
    return [_printed(columns, rows) for columns, rows in groups.items()]


def _printed(
    columns: tuple[tuple[str, str], ...], rows: Sequence[tuple[Comparison, ...]]
) -> pd.DataFrame:
    units = {unit for _, unit in columns}
    names = [column if len(units) == 1 else f"{column} ({unit})" for column, unit in columns]
    texts = [[c.cell.printed + (MARK if c.is_inconsistent else "") for c in row] for row in rows]
    frame = pd.DataFrame(texts, index=[row[0].cell.row for row in rows], columns=names)
    turned = frame.T if len(names) > max(len(rows), MAX_COLUMNS) else frame
    return turned.rename_axis(f"unit: {units.pop()}" if len(units) == 1 else "").reset_index()


def comparison_frame(table: ComparedTable) -> pd.DataFrame:
    """One line per cell: printed, audit, ours, interval, tier, difference, verdict, records."""
    return pd.DataFrame([_line(each) for each in table.comparisons])


def _line(each: Comparison) -> dict[str, str]:
    ours, digits = each.ours, each.cell.decimals + 1
    interval = difference = DASH
    if ours is not None and ours.low is not None and ours.high is not None:
        interval = f"[{ours.low:.{digits}f}, {ours.high:.{digits}f}]"
    if each.difference is not None:
        difference = f"{each.difference:+.{digits}f}"
    return {
        "table": each.cell.table,
        "row": each.cell.row,
        "column": each.cell.column,
        "unit": each.cell.unit,
        "version": each.cell.version,
        "printed": each.cell.printed,
        "audit": "; ".join(f"{f.status}: {f.recomputed} ({f.how})" for f in each.checks) or DASH,
        "ours": DASH if ours is None else f"{ours.mean:.{digits}f}",
        "interval": interval,
        "seeds": DASH if ours is None else str(ours.seeds),
        "tier": DASH if ours is None else ours.tier,
        "difference": difference,
        "verdict": each.verdict,
        "records, or the command that makes them": each.command
        if ours is None
        else ", ".join(ours.records),
    }


def doubts_frame(table: ComparedTable) -> pd.DataFrame:
    """Checks of the audit that do not come out to the last digit."""
    return pd.DataFrame(
        [
            {
                "row": check.cell.row,
                "column": check.cell.column,
                "printed": check.cell.printed,
                "recomputed": check.recomputed,
                "status": check.status,
                "from": check.how,
            }
            for check in table.doubts
        ]
    )


def measured_frame(table: ComparedTable) -> pd.DataFrame:
    """The lines of `comparison_frame` for cells with a record, without what is the same in all."""
    frame = comparison_frame(table)
    kept = frame[frame["ours"] != DASH]
    return kept.drop(columns=["table", "unit", "version", "audit"])


def open_frame(table: ComparedTable) -> pd.DataFrame:
    """How many cells wait for which command."""
    waiting = [each.command for each in table.comparisons if each.ours is None]
    return pd.DataFrame(
        [{"cells": waiting.count(line), "command": line} for line in dict.fromkeys(waiting)]
    )


def render(table: ComparedTable, form: Format) -> str:
    """One table as text.

    CSV has one line per cell and nothing else; the other formats show the table as printed, the
    doubts of the audit, the cells with records, the commands that would fill the rest, and the
    footnotes.
    """
    if form == "csv":
        return str(comparison_frame(table).to_csv(index=False, lineterminator="\n"))
    frames = {
        "printed": printed_frames(table),
        "doubts": [doubts_frame(table)],
        "measured": [measured_frame(table)],
        "open": [open_frame(table)],
    }
    parts = {
        name: [_body(frame, form) for frame in those if len(frame)]
        for name, those in frames.items()
    }
    return (
        templates(form)
        .get_template(f"table.{SUFFIX[form]}.jinja")
        .render(table=table, meaning=MEANING, mark=MARK, **parts)
    )


def as_markdown(frame: pd.DataFrame) -> str:
    """A frame as a table in Markdown, every cell as it is written; one without rows is empty."""
    return "" if frame.empty else str(frame.to_markdown(index=False, disable_numparse=True))


def _body(frame: pd.DataFrame, form: Format) -> str:
    if form == "markdown":
        return as_markdown(frame)
    styler = Styler(frame, uuid="t", cell_ids=False).hide(axis="index")
    if form == "html":
        return str(styler.format(escape="html").to_html())
    escaped = styler.format(latex).format_index(latex, axis="columns")
    columns = _columns(frame)
    return str(escaped.to_latex(hrules=True, environment="longtable", column_format=columns))


def latex(text: object) -> str:
    """Text that LaTeX sets as it stands."""
    return str(text).translate(_LATEX)


def _columns(frame: pd.DataFrame) -> str:
    """Left-aligned LaTeX columns; those with sentences get a width."""
    wide = {
        "from": "p{6cm}",
        "command": "p{8cm}",
        "records, or the command that makes them": "p{4cm}",
    }
    return "".join(wide.get(name, "l") for name in frame.columns)


def verdict_words(entry: Entry, *, observed: bool = True) -> str:
    """What was decided of a claim in Markdown, whether its rule is post hoc, and its number.

    Args:
        entry: The claim with its verdict.
        observed: Whether the number that was found stands beside it.
    """
    when = ", post hoc" if entry.standing.startswith("post hoc") else ""
    number = f": {entry.said}" if observed else ""
    return f"**{entry.outcome}**{when} (`{entry.claim.id}`{number})"


@pass_context
def _verdict(context: Context, claim: str, *, observed: bool = True) -> str:
    """`verdict_words` of one of the `claims` of a page, for its template."""
    return verdict_words(context["claims"][claim], observed=observed)


def templates(form: Format, package: str = "benchmarks") -> Environment:
    """The pages that results are set into, in one format, from a package's own folder of them.

    A page with `claims` by their ids says what was decided of one by `{{ verdict("ID") }}`.
    """
    environment = common.templates(package, is_html=form == "html", keep_trailing_newline=True)
    environment.filters["latex"] = latex
    environment.globals["verdict"] = _verdict
    return environment


def stem(table: ComparedTable) -> str:
    """File name without suffix: `table-03`, `figures`."""
    name = table.published.name
    if not name[0].isdigit():
        return name
    return "table-" + "-".join(part.zfill(2) for part in name.split("-"))


def index(family: Family, tables: Iterable[ComparedTable]) -> str:
    """The page that leads to all tables, in Markdown."""
    frame = pd.DataFrame(
        [
            {
                "table": f"[{table.published.heading}]({stem(table)}.md)",
                "what": table.published.title,
                "cells": str(len(table.comparisons)),
                "checks": str(table.n_checks),
                **{name: str(table.verdicts().get(name, 0)) for name in MEANING},
            }
            for table in tables
        ]
    )
    total = {
        c: str(frame[c].astype(int).sum()) for c in frame.columns if c not in ("table", "what")
    }
    whole = pd.concat([frame, pd.DataFrame([{"table": "all", "what": "", **total}])])
    return (
        templates("markdown")
        .get_template("index.md.jinja")
        .render(
            body=whole.to_markdown(index=False, disable_numparse=True),
            meaning=MEANING,
            family=family,
            plans=family.plans(),
        )
    )


def claims_page(family: Family, entries: Sequence[Entry]) -> str:
    """The ledger of claims, in Markdown."""
    frame = pd.DataFrame(
        [
            {
                "claim": entry.claim.id,
                "where": entry.claim.where,
                "statement": entry.claim.statement,
                "tier": entry.judgement.tier or DASH,
                "verdict": f"**{entry.verdict}**",
                "observed": "; ".join(filter(None, (entry.observed, entry.reason))) or DASH,
                "rule fixed": entry.standing,
                "printed numbers alone": entry.printed or DASH,
            }
            for entry in entries
        ]
    )
    body = frame.to_markdown(index=False, disable_numparse=True)
    return (
        templates("markdown")
        .get_template("claims.md.jinja")
        .render(body=body, entries=entries, family=family, corrected=correction_words(entries))
    )
