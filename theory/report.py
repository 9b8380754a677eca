"""The ledger and the table of ratios, as text and as JSON; nothing here prints."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.linear_chains.design import unit
from theory.toedit.reference_chains import CHAINS, LinearChain, exact_ratio, simulated_ratio
from theory.verdict import Status, Verdict

ORDER: tuple[Status, ...] = ("refuted", "vacuous", "unproven", "holds")
"""Statuses in the order of the ledger, worst first."""
WIDTH = 132
"""Number of columns of a ledger line, unless the caller names another width."""


def worst_first(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Sort verdicts: refuted by margin, then vacuous, unproven and holding ones."""
    return tuple(sorted(verdicts, key=lambda v: (ORDER.index(v.status), -abs(v.margin))))


def ledger_lines(verdicts: Sequence[Verdict], *, width: int = WIDTH) -> list[str]:
    """Return the ledger as lines of text, about one screen, worst first.

    A line holds verdict, claim, stated and found number, margin, standard errors of the
    simulation between the two, and the statement.
    """
    head = f"{'verdict':9}{'claim':22}{'stated':>8}{'found':>8}{'margin':>9}{'s.e.':>7}  statement"
    lines = [head]
    for verdict in worst_first(verdicts):
        sigmas = "-" if math.isnan(verdict.standard_errors) else f"{verdict.standard_errors:+.1f}"
        numbers = (
            f"{verdict.status:9}{verdict.claim.id:22}{verdict.stated:8.4g}{verdict.found:8.4g}"
            f"{round(100 * verdict.margin, 1) + 0.0:+8.1f}%{sigmas:>7}  "
        )
        lines.append(numbers + _fitted(verdict.claim.statement, width - len(numbers)))
    counts = ", ".join(f"{sum(v.status == s for v in verdicts)} {s}" for s in ORDER)
    return [*lines, f"{len(verdicts)} claims: {counts}", *_smallest(verdicts)]


def _fitted(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 2].rstrip() + ".."


def _smallest(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the counter-example to the bound of Theorem 2, where it is among the verdicts."""
    broken = [v for v in verdicts if v.status == "refuted" and v.claim.id == "theorem-2-first"]
    return [
        f"smallest counter-example to Theorem 2: {v.case}: "
        f"{v.evidence['symbolic'].exact} = {v.found:.4f} > {v.stated:g}"
        for v in broken
    ]


def detail_lines(verdict: Verdict) -> list[str]:
    """Return everything about one verdict: statement, case, every route, and why."""
    lines = [
        f"{verdict.claim.id}: {verdict.status} ({verdict.reason})",
        f"  {verdict.claim.statement}",
        f"  source: {verdict.claim.source}",
        f"  case: {verdict.case}",
        f"  stated: {verdict.claim.relation} {verdict.stated:.6g} {verdict.claim.unit}",
    ]
    for name, estimate in verdict.evidence.items():
        agrees = "" if name in verdict.agreeing else " (disagrees)"
        noise = f" +- {estimate.stderr:.2g}" if estimate.stderr else ""
        exact = f" = {estimate.exact}" if estimate.exact else ""
        lines.append(f"  {name}: {estimate.value:.6g}{noise}{exact}{agrees}")
    if verdict.claim.note:
        lines.append(f"  note: {verdict.claim.note}")
    return lines


def as_record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain JSON values; what is not a number becomes None."""
    return {
        "id": verdict.claim.id,
        "statement": verdict.claim.statement,
        "source": verdict.claim.source,
        "assumptions": [assumption.text for assumption in verdict.claim.assumptions],
        "relation": verdict.claim.relation,
        "unit": verdict.claim.unit,
        "note": verdict.claim.note,
        "tolerance": verdict.claim.tolerance,
        "status": verdict.status,
        "reason": verdict.reason,
        "stated": _plain(verdict.stated),
        "found": _plain(verdict.found),
        "margin": _plain(verdict.margin),
        "standard_errors": _plain(verdict.standard_errors),
        "looseness": _plain(verdict.looseness),
        "case": verdict.case,
        "routes": {
            name: {
                "value": _plain(estimate.value),
                "stderr": _plain(estimate.stderr),
                "exact": estimate.exact,
                "agrees": name in verdict.agreeing,
            }
            for name, estimate in verdict.evidence.items()
        },
    }


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def as_json(verdicts: Sequence[Verdict], *, seed: int) -> str:
    """Return the ledger as JSON text, worst first."""
    records = [as_record(verdict) for verdict in worst_first(verdicts)]
    return json.dumps({"version": 1, "seed": seed, "claims": records}, indent=2) + "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One chain of the table of ratios."""

    chain: LinearChain
    """Reference chain that the row is about."""
    ratios: tuple[float, ...]
    """Error over that of one fit, at the fits asked for: exact means, or simulated ones for
    policies."""
    stderrs: tuple[float, ...]
    """Standard errors of the ratios over designs and masks."""
    limits: tuple[float, ...]
    """Ratios by the closed form for T >> d; nan where there is none."""


def ratio_table(
    *,
    rng: np.random.Generator,
    fits: Sequence[int] = (2, 10, 50, 101),
    n_samples: int = 1000,
    n_features: int = 10,
    designs: int = 10,
) -> tuple[Row, ...]:
    """Return the error of every reference chain at some fits, over that of one fit."""
    unit(n_samples, n_features)
    picked = [n - 1 for n in fits]
    edits = max(picked)
    rows = []
    for chain in CHAINS:
        if chain.policy is not None:
            run = simulated_ratio(
                chain, n_samples, n_features, edits, designs=2 * designs, chains=50, rng=rng
            )
            means, noise = run.mean, run.stderr
        else:
            draws = [
                exact_ratio(chain, rng.normal(size=(n_samples, n_features)), edits, rng=rng)
                for _ in range(designs)
            ]
            values = np.array(draws)
            means, noise = values.mean(axis=0), values.std(axis=0, ddof=1) / math.sqrt(designs)
        rows.append(
            Row(
                chain=chain,
                ratios=tuple(float(means[k]) for k in picked),
                stderrs=tuple(float(noise[k]) for k in picked),
                limits=tuple(chain.limit(k) for k in picked),
            )
        )
    return tuple(rows)


def table_lines(rows: Sequence[Row], fits: Sequence[int] = (2, 10, 50, 101)) -> list[str]:
    """Return the table of ratios as lines: mean, standard error, and the limit for T >> d."""
    lines = [f"{'chain':38}" + "".join(f"{f'n = {n}':>27}" for n in fits)]
    for row in rows:
        cells = [
            f"{ratio:.3f} +- {noise:.3f}" + ("" if math.isnan(limit) else f" ({limit:.3f})")
            for ratio, noise, limit in zip(row.ratios, row.stderrs, row.limits, strict=True)
        ]
        lines.append(f"{row.chain.name:38}" + "".join(f"{cell:>27}" for cell in cells))
    return lines
