"""The ledger and the table of ratios, as text and as JSON; nothing here prints."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.estimates import Estimate
from theory.linear_chains.design import unit
from theory.toedit.reference_chains import CHAINS, LinearChain, exact_ratio, simulated_ratio
from theory.verdict import ORDER, Finding, Verdict

WIDTH = 132
"""Number of columns of a ledger line, unless the caller names another width."""
NAME = 24
"""Number of columns of a claim's name."""


def worst_first(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Sort verdicts by status in the order of `verdict.ORDER`, then by margin."""
    return tuple(sorted(verdicts, key=lambda v: (ORDER.index(v.status), -abs(v.margin))))


def ledger_lines(verdicts: Sequence[Verdict], *, width: int = WIDTH) -> list[str]:
    """Return the ledger as lines of text, about one screen, worst first.

    A line holds verdict, claim, number of cases, and of the case that decided: stated and found
    number, margin, standard errors of the simulation between the two; then the least error that an
    independent witness shows in every case (`sees`), and the statement.
    """
    head = (
        f"{'verdict':9}{'claim':{NAME}}{'cases':>5}{'stated':>9}{'found':>9}{'margin':>9}{'s.e.':>7}"
        f"{'sees':>7}  statement"
    )
    lines = [head]
    for verdict in worst_first(verdicts):
        sigmas = "-" if math.isnan(verdict.standard_errors) else f"{verdict.standard_errors:+.1f}"
        numbers = (
            f"{verdict.status:9}{verdict.claim.id:{NAME}}{len(verdict.findings):5}"
            f"{verdict.stated:9.4g}{verdict.found:9.4g}"
            f"{round(100 * verdict.margin, 1) + 0.0:+8.1f}%{sigmas:>7}{_seen(verdict.sees):>7}  "
        )
        lines.append(numbers + _fitted(verdict.claim.statement, width - len(numbers)))
    return [*lines, *_sums(verdicts), *_against(verdicts), *_smallest(verdicts)]


def _seen(error: float) -> str:
    """Return the least error that a witness shows, in percent; a dash where there is no witness."""
    return f"{100 * error:.1f}%" if math.isfinite(error) else "-"


def _sums(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the number of verdicts of each kind: statements about the world, identities apart."""
    lines = []
    for kind, words in (("statement", "statements"), ("identity", "identities, counted apart")):
        some = [v for v in verdicts if v.claim.kind == kind]
        counts = ", ".join(f"{sum(v.status == s for v in some)} {s}" for s in ORDER)
        cases = sum(len(v.findings) for v in some)
        if some or kind == "statement":
            lines.append(f"{len(some)} {words}, {cases} cases: {counts}")
    return lines


def _fitted(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 2].rstrip() + ".."


def _against(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the case that speaks against each disputed and each refuted claim, worst first."""
    return [
        f"{v.status} {v.claim.id}: {v.reason}: {v.case}"
        for v in worst_first(verdicts)
        if v.status in ("disputed", "refuted")
    ]


def _smallest(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the counter-example to the bound of Theorem 2, where it is among the verdicts."""
    broken = [v for v in verdicts if v.status == "refuted" and v.claim.id == "theorem-2-first"]
    return [
        f"smallest counter-example to Theorem 2: {v.case}: "
        f"{v.evidence['symbolic'].exact} = {v.found:.4f} > {v.stated:g}"
        for v in broken
    ]


def detail_lines(verdict: Verdict) -> list[str]:
    """Return everything about one verdict: statement, every case with every route, and why."""
    claim = verdict.claim
    lines = [
        f"{claim.id}: {verdict.status} ({verdict.reason})",
        f"  {claim.statement}",
        f"  source: {claim.source}",
        *[f"  assumes: {assumption.text}" for assumption in claim.assumptions],
    ]
    if claim.span:
        lines.append(f"  range: {claim.span}")
    for number, finding in enumerate(verdict.findings, start=1):
        lines += _case_lines(verdict, finding, number)
    if claim.note:
        lines.append(f"  note: {claim.note}")
    return lines


def _case_lines(verdict: Verdict, finding: Finding, number: int) -> list[str]:
    claim = verdict.claim
    decides = ", decides" if finding is verdict.deciding else ""
    formula = f" [{claim.formula}]" if claim.formula else ""
    again = ", simulations drawn twice" if finding.redrawn else ""
    lines = [
        f"  case {number} of {len(verdict.findings)}: {finding.case}",
        f"    {finding.status}{decides}{again}: {finding.reason}",
        f"    stated{formula}: {claim.relation} {finding.stated:.6g} {claim.unit}".rstrip(),
        f"    independent witnesses show errors of {_seen(finding.sees)} and more",
    ]
    for name, estimate in finding.evidence.items():
        alone = len(finding.evidence) > 1 and name not in finding.agreeing
        noise = f" +- {estimate.stderr:.2g}" if estimate.stderr else ""
        exact = f" = {estimate.exact}" if estimate.exact else ""
        basis = f" [{claim.derivation(name)}]"
        apart = " (disagrees)" if alone else ""
        lines.append(f"    {name}{basis}: {estimate.value:.6g}{noise}{exact}{apart}")
    return lines


def as_record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain JSON values; what is not a number becomes None.

    The numbers at the top are those of the case that decided; `cases` has all of them.
    """
    claim = verdict.claim
    return {
        "id": claim.id,
        "statement": claim.statement,
        "source": claim.source,
        "assumptions": [assumption.text for assumption in claim.assumptions],
        "relation": claim.relation,
        "unit": claim.unit,
        "note": claim.note,
        "range": claim.span,
        "kind": claim.kind,
        "formula": claim.formula,
        "derivations": {name: claim.derivation(name) for name in claim.routes},
        "sees": _plain(verdict.sees),
        "status": verdict.status,
        "reason": verdict.reason,
        "looseness": _plain(verdict.looseness),
        **_finding_record(verdict.deciding),
        "cases": [
            {"status": each.status, "reason": each.reason, **_finding_record(each)}
            for each in verdict.findings
        ],
    }


def _finding_record(finding: Finding) -> dict[str, Any]:
    return {
        "stated": _plain(finding.stated),
        "found": _plain(finding.found),
        "margin": _plain(finding.margin),
        "standard_errors": _plain(finding.standard_errors),
        "case": finding.case,
        "sees": _plain(finding.sees),
        "redrawn": finding.redrawn,
        "routes": {
            name: _route_record(estimate, name in finding.agreeing)
            for name, estimate in finding.evidence.items()
        },
    }


def _route_record(estimate: Estimate, agrees: bool) -> dict[str, Any]:
    return {
        "value": _plain(estimate.value),
        "stderr": _plain(estimate.stderr),
        "exact": estimate.exact,
        "agrees": agrees,
    }


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def as_json(verdicts: Sequence[Verdict], *, seed: int) -> str:
    """Return the ledger as JSON text, worst first."""
    records = [as_record(verdict) for verdict in worst_first(verdicts)]
    return json.dumps({"version": 3, "seed": seed, "claims": records}, indent=2) + "\n"


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
