"""Claims that the theory decides by itself, and the table of them on a family's page."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from benchmarks.paper.claims import Entry, PaperClaim
from benchmarks.paper.printed_rules import FromTheory
from theory.verdict import Claim


def by_theory(id: str, where: str, claim: Claim[Any], *, noted: bool = False) -> PaperClaim:
    """A claim of a family's ledger that the theory decides by itself.

    Args:
        id: Id of the claim in the ledger.
        where: Where the paper makes it, or what it is about.
        claim: The claim of the theory.
        noted: Whether the theory's note stands behind the rule, in brackets.
    """
    return PaperClaim(
        id=id,
        where=where,
        statement=claim.statement,
        statistic=f"see `collapse theory --claim {claim.id}`",
        rule=FromTheory(claim),
        note=f"({claim.note})" if noted and claim.note else "",
    )


def all_by_theory(
    prefix: str, subjects: Mapping[str, Sequence[Claim[Any]]]
) -> tuple[PaperClaim, ...]:
    """Claims of the theory as claims of a family, with their notes, subject after subject.

    Args:
        prefix: What the family's ids begin with; the theory's id follows, with `_` for `-`.
        subjects: Claims of the theory by what they are about.
    """
    return tuple(
        by_theory(f"{prefix}.{claim.id.replace('-', '_')}", subject, claim, noted=True)
        for subject, claims in subjects.items()
        for claim in claims
    )


def proved_frame(proved: Sequence[PaperClaim], entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Subject, statement and verdict of claims of the theory, and what must be said besides.

    Args:
        proved: The claims, in the order of the table.
        entries: The family's ledger by claim.
    """
    return pd.DataFrame(
        [
            {
                "claim": f"`{one.id}`",
                "about": one.where,
                "statement": one.statement,
                "verdict": f"**{entries[one.id].verdict}**",
                "besides": one.note.removeprefix("(").removesuffix(")"),
            }
            for one in proved
        ]
    )
