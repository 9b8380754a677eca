"""The pages of the family: what was found, each printed step with its error, disagreements."""

from collections.abc import Mapping, Sequence

import pandas as pd

from benchmarks.families.preference_data.audit import AUDIT, KINDS, PUBLISHED
from benchmarks.families.preference_data.curves import FIGURE as SELECTION
from benchmarks.families.preference_data.figure import FIGURE
from benchmarks.families.preference_data.findings import opening
from benchmarks.families.preference_data.paper.needs import PLAN
from benchmarks.families.preference_data.parts import ROOMS
from benchmarks.families.preference_data.printed import inconsistencies
from benchmarks.families.preference_data.printed.human_pairs import (
    human_frame,
    longer_is_preferred,
)
from benchmarks.families.preference_data.printed.rows import able_to_fail, impossible, is_own
from benchmarks.families.preference_data.printed.steps import (
    ENSEMBLE,
    MEAN,
    STEPS,
    Pair,
    by_items,
    printed_gap,
    row_error,
    step,
)
from benchmarks.families.preference_data.proved import CLAIMS as PROVED
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.by_theory import proved_frame
from benchmarks.paper.common.rooms import own_pages, sections
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.running.record import Envelope
from data.preference_data.hhh import FILE as HHH_FILE

_PACKAGE = "benchmarks.families.preference_data"
STEPS_PAGE = "steps.md"
"""The page of every step with its error."""


def pages(
    records: Sequence[Envelope], ledger: Sequence[Entry], citation: str = ""
) -> dict[str, str]:
    """The family's own pages, by file name; the first takes the place of the index.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
        citation: The paper, as Markdown.
    """
    render = templates("markdown", _PACKAGE).get_template
    claims: Mapping[str, Entry] = {entry.claim.id: entry for entry in ledger}
    able, cells = able_to_fail()
    pairs = [PUBLISHED.items_of[kind] for kind in KINDS]
    return {
        "README.md": render("opening.md.jinja").render(
            citation=citation,
            sentences=opening(claims, records),
            figure=FIGURE,
            disagreements=len(inconsistencies.disagreements()),
            sections=sections(ROOMS, records, claims),
            selection=SELECTION,
            plan=PLAN,
            claims=claims,
            human=as_markdown(human_frame()),
            human_longer=longer_is_preferred(),
            human_file=HHH_FILE,
            proved=as_markdown(proved_frame(PROVED, claims)),
            tables=as_markdown(tables_frame()),
        ),
        STEPS_PAGE: render("steps.md.jinja").render(
            figure=FIGURE,
            claims=claims,
            steps=as_markdown(steps_frame()),
            pooled=as_markdown(pooled_frame()),
            rewards=as_markdown(rewards_frame()),
            impossible=as_markdown(impossible_frame()),
            able=able,
            cells=cells,
            smallest=min(pairs),
            largest=max(pairs),
        ),
        inconsistencies.PAGE: render("inconsistencies.md.jinja").render(
            rows=as_markdown(inconsistencies.disagreements_frame())
        ),
        **own_pages(ROOMS, records, claims),
    }


def steps_frame() -> pd.DataFrame:
    """Every step that a claim rests on, from the cells, with its error and what would decide it."""
    named = [(claim, pair) for claim, pairs in STEPS.items() for pair in pairs]
    return pd.DataFrame([_step_line(claim, pair) for claim, pair in [*named, ("U6", ENSEMBLE)]])


def _step_line(claim: str, pair: Pair) -> Mapping[str, str]:
    one = step(pair)
    return {
        "claim": claim,
        "from": pair[0],
        "to": pair[1],
        "points": f"{one.mean:+.2f}",
        "by printed means": f"{printed_gap(*pair):+.2f}",
        "standard error": f"{one.stderr:.2f}",
        "z": f"{one.z:+.1f}",
        "sets up": f"{one.up} of {one.sets}",
        "clear from a correlation of": "any" if one.needed == 0 else f"{one.needed:.2f}",
    }


def pooled_frame() -> pd.DataFrame:
    """The mean of all steps of a claim, at each size and over both."""
    lines = []
    for claim, pairs in STEPS.items():
        sizes = {
            size: [pair for pair in pairs if pair[1].startswith(size)] for size in ("8B", "70B")
        }
        there = {size: mine for size, mine in sizes.items() if mine}
        for size, mine in {**there, "both": pairs}.items() if len(there) > 1 else there.items():
            one = step(*mine)
            lines.append(
                {
                    "claim": claim,
                    "size": size,
                    "steps": str(len(mine)),
                    "points": f"{one.mean:+.2f}",
                    "standard error": f"{one.stderr:.2f}",
                    "z": f"{one.z:+.1f}",
                    "sets up": f"{one.up} of {one.sets}",
                }
            )
    return pd.DataFrame(lines)


def rewards_frame() -> pd.DataFrame:
    """Table 4's reward models: by kind, over kinds with the error, and over all pairs."""
    table = PUBLISHED.tables["4"]
    return pd.DataFrame(
        [
            {
                "reward model": row,
                **{kind: table.find(row, kind).printed for kind in KINDS},
                "mean of kinds": table.find(row, MEAN).printed,
                "standard error": f"{row_error(row, '4'):.2f}",
                "over all pairs": f"{by_items(row):.2f}",
                "general": table.find(row, "general Avg").printed,
            }
            for row in table.rows
        ]
    )


def impossible_frame() -> pd.DataFrame:
    """Cells that no whole number of right answers gives, with the nearest that some do."""
    return pd.DataFrame(
        [
            {
                "row": check.cell.row,
                "set": check.cell.column,
                "items": str(PUBLISHED.items_of[check.cell.column]),
                "printed": check.cell.printed,
                "possible": check.recomputed,
                "run by": "the authors" if is_own(check.cell.row) else "others",
            }
            for check in impossible()
        ]
    )


def tables_frame() -> pd.DataFrame:
    """The printed tables with their cells and checks, and how many fail."""
    lines = []
    for name, table in PUBLISHED.tables.items():
        checks = AUDIT.checks([table])
        wrong = sum(check.status == "inconsistent as printed" for check in checks)
        file = f"table-{name.zfill(2)}" if name[0].isdigit() else name
        lines.append(
            {
                "table": f"[{table.heading}]({file}.md)",
                "what": table.title,
                "cells": str(len(table.cells)),
                "checks": str(len(checks)),
                "that fail": str(wrong),
            }
        )
    return pd.DataFrame(lines)
