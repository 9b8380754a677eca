"""What the theory decides of the disentangling loss, as claims of the family."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmarks.paper.claims import Entry, PaperClaim
from benchmarks.paper.printed_rules import FromTheory
from theory.story_style.erasure_claims import ERASURE_CLAIMS
from theory.story_style.flow_claims import FLOW_CLAIMS
from theory.story_style.graph_claims import GRAPH_CLAIMS
from theory.story_style.moment_claims import MOMENT_CLAIMS
from theory.story_style.order_claims import ORDER_CLAIMS
from theory.story_style.scale_claims import SCALE_CLAIMS
from theory.verdict import Claim

_WHERE: Mapping[str, tuple[Claim[Any], ...]] = {
    "what the loss is": (*MOMENT_CLAIMS, *SCALE_CLAIMS),
    "its optimum and rates": (*GRAPH_CLAIMS, *FLOW_CLAIMS),
    "erasure": ERASURE_CLAIMS,
    "order": ORDER_CLAIMS,
}


def claim_id(claim: Claim[Any]) -> str:
    """The id that a claim of the theory has in the family's ledger."""
    return f"st.{claim.id.replace('-', '_')}"


CLAIMS: tuple[PaperClaim, ...] = tuple(
    PaperClaim(
        id=claim_id(claim),
        where=where,
        statement=claim.statement,
        statistic=f"see `collapse theory --claim {claim.id}`",
        rule=FromTheory(claim),
        note=f"({claim.note})" if claim.note else "",
    )
    for where, claims in _WHERE.items()
    for claim in claims
)
"""Each claim of the theory, by its subject."""


def proved_frame(claims: Mapping[str, Entry]) -> pd.DataFrame:
    """Subject, statement and verdict of each, and what must be said besides."""
    return pd.DataFrame(
        [
            {
                "claim": f"`{one.id}`",
                "about": one.where,
                "statement": one.statement,
                "verdict": f"**{claims[one.id].verdict}**",
                "besides": one.note.removeprefix("(").removesuffix(")"),
            }
            for one in CLAIMS
        ]
    )
