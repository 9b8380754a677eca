"""The ledger of the literature as the table of docs/theory-literature.md; nothing here prints."""

from collections.abc import Sequence

from theory.verdict import Verdict

START, END = "<!-- ledger -->", "<!-- /ledger -->"
"""Marks between which the table stands."""


def table_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the table: claim, statement, verdict over so many cases, and the first case's number.

    The number is the stated one of the simplest case, so that no digit depends on a simulation.
    """
    rows = [
        "| claim | statement | verdict | cases | first case | stated |",
        "|---|---|---|---|---|---|",
    ]
    for verdict in verdicts:
        first, claim = verdict.findings[0], verdict.claim
        sign = {"equals": "", "at most": "at most ", "at least": "at least "}[claim.relation]
        cells = (
            f"`{claim.id}`",
            claim.statement,
            _words(verdict),
            str(len(verdict.findings)),
            first.case,
            f"{sign}{first.stated:.4g} {claim.unit}".strip(),
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows


def _words(verdict: Verdict) -> str:
    """Return the status, and why where the claim does not hold."""
    return verdict.status if verdict.status == "holds" else f"{verdict.status}: {verdict.reason}"


def filled(page: str, verdicts: Sequence[Verdict]) -> str:
    """Return the page with its table as it should be.

    Raises:
        ValueError: The page has not exactly one pair of marks.
    """
    if page.count(START) != 1 or page.count(END) != 1:
        raise ValueError(f"the page needs one {START} and one {END} after it")
    head, _, rest = page.partition(START)
    tail = rest.partition(END)[2]
    return "\n".join([f"{head}{START}", *table_lines(verdicts), f"{END}{tail}"])
