"""The family's own pages: what was found, Table 1 with error bars, counts, and disagreements."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import paired
from benchmarks.families.layer_emulators.audit import AUDIT, CRASH, PUBLISHED, reruns_won
from benchmarks.families.layer_emulators.figure import FIGURE
from benchmarks.families.layer_emulators.findings import opening
from benchmarks.families.layer_emulators.paper.plans import PLANS
from benchmarks.families.layer_emulators.parts import ROOMS
from benchmarks.families.layer_emulators.printed import inconsistencies, right_answers
from benchmarks.families.layer_emulators.printed.contrasts import (
    COMPARED,
    LEFT_OUT,
    chosen_rise,
    contrast,
    smallest_clear,
)
from benchmarks.families.layer_emulators.proved import CLAIMS as PROVED
from benchmarks.families.layer_emulators.recipes import BLIND, CHAIN, layer_emulators
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.audit import Check
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.by_theory import proved_frame
from benchmarks.paper.common.rooms import sections
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.layer_emulators"
Means = Mapping[str, list[float]]
"""Values of each measure, one for every seed."""


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
    blind, chain = _by_seed(records, BLIND), _by_seed(records, CHAIN)
    claims = {entry.claim.id: entry for entry in ledger}
    reached, cells, able = right_answers.reached()
    return {
        "README.md": render("opening.md.jinja").render(
            citation=citation,
            sentences=opening(claims),
            figure=FIGURE,
            disagreements=len(inconsistencies.disagreements()),
            sections=sections(ROOMS, records, claims),
            proved=as_markdown(proved_frame(PROVED, claims)),
            tables=as_markdown(tables_frame()),
            plan=next(iter(PLANS)),
        ),
        "comparisons.md": render("comparisons.md.jinja").render(
            gains=as_markdown(gains_frame()),
            figure=FIGURE,
            left_out=LEFT_OUT,
            rise=f"{chosen_rise(CRASH):.1f}",
            clear=f"{smallest_clear():.1f}",
            reruns=[reruns_won(over) for over in ("distilled", "full: zero-shot")],
            blind=as_markdown(blind_frame(blind)) if blind else "",
            chain=as_markdown(chain_frame(chain)) if chain else "",
            command=command("layer_emulators"),
        ),
        right_answers.PAGE: render("right_answers.md.jinja").render(
            counts=as_markdown(right_answers.counts_frame()),
            reached=reached,
            cells=cells,
            able=able,
        ),
        inconsistencies.PAGE: render("inconsistencies.md.jinja").render(
            rows=as_markdown(inconsistencies.disagreements_frame()), commit=inconsistencies.COMMIT
        ),
    }


def _by_seed(records: Sequence[Envelope], arm: str) -> Means:
    digest = layer_emulators().digest
    mine = [r for r in records if isinstance(r, EmulatorRecord) and r.digest == digest]
    found: dict[str, list[float]] = {}
    for record in mine:
        if record.arm == arm:
            for key, metric in record.metrics.items():
                found.setdefault(key, []).append(metric.value)
    return found


def gains_frame() -> pd.DataFrame:
    """Differences of rows of Table 1, with their errors over items and over tasks."""
    lines = []
    for after, before in COMPARED:
        one = contrast(after, before)
        low, high = (f"{end:+.2f}" for end in (one.tasks.low or 0.0, one.tasks.high or 0.0))
        lines.append(
            {
                "row": after,
                "less": before,
                "points": f"{one.items.mean:+.2f}",
                "standard error": f"{one.items.stderr:.2f}",
                "z": f"{one.items.z:+.1f}",
                "tasks up": f"{one.items.up} of {one.items.tasks}",
                "over tasks": f"[{low}, {high}]",
                f"without {LEFT_OUT}": f"{one.rest.mean:+.2f} (z {one.rest.z:+.1f})",
            }
        )
    return pd.DataFrame(lines)


def tables_frame() -> pd.DataFrame:
    """The printed tables with their cells and checks, and what fails."""
    return pd.DataFrame(
        [
            {
                "table": f"[{table.heading}]({_file(name)}.md)",
                "what": table.title,
                "cells": str(len(table.cells)),
                "checks": str(len(checks)),
                "inconsistent as printed": ", ".join(map(_failed, checks)).strip(", ") or "none",
            }
            for name, table in PUBLISHED.tables.items()
            for checks in [AUDIT.checks([table])]
        ]
    )


def _file(name: str) -> str:
    return f"table-{name.zfill(2)}" if name[0].isdigit() else name


def _failed(check: Check) -> str:
    if check.status != "inconsistent as printed":
        return ""
    return f"{check.cell.printed} for {check.recomputed}"


def blind_frame(found: Means) -> pd.DataFrame:
    """CKA of layers that share one direction: formula, sampled, and without that direction."""
    cases = sorted(map(_case, (key for key in found if key.endswith("/formula"))))
    return pd.DataFrame(
        [
            {
                "features": str(n_features),
                "strength": f"{strength:g}",
                "formula": f"{found[f'{key}/formula'][0]:.4f}",
                "CKA": _interval(found[f"{key}/cka"]),
                "as the paper computes it": _interval(found[f"{key}/biased_cka"]),
                "without the top direction": _interval(found[f"{key}/cka_without_top"]),
            }
            for n_features, strength, key in cases
        ]
    )


def _case(measure: str) -> tuple[int, float, str]:
    """Features, strength and name of the case `d6_c3` of a measure."""
    name = measure.partition("/")[0]
    n_features, strength = name.removeprefix("d").split("_c")
    return int(n_features), float(strength), name


def chain_frame(found: Means) -> pd.DataFrame:
    """CKA along a chain: between neighbours, and between its ends."""
    words = {"adjacent": "least of two neighbours", "ends": "first and last layer"}
    return pd.DataFrame(
        [
            {
                "between": text,
                "formula": f"{found[f'{key}/formula'][0]:.4f}",
                "CKA": _interval(found[f"{key}/cka"]),
            }
            for key, text in words.items()
        ]
    )


def _interval(values: Sequence[float]) -> str:
    """Mean over seeds and its interval, where there are several."""
    estimate = paired(np.array(values))
    if estimate.low is None or estimate.high is None:
        return _digits(estimate.mean)
    return f"{_digits(estimate.mean)} [{_digits(estimate.low)}, {_digits(estimate.high)}]"


def _digits(value: float) -> str:
    """Four digits after the point, and no minus before a zero."""
    return f"{round(value, 4) + 0.0:.4f}"
