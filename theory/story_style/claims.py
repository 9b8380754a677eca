"""The ledger of what can be proved or computed about the disentangling loss."""

from typing import Any

from theory.story_style.erasure_claims import ERASURE_CLAIMS
from theory.story_style.flow_claims import FLOW_CLAIMS
from theory.story_style.graph_claims import GRAPH_CLAIMS
from theory.story_style.moment_claims import MOMENT_CLAIMS
from theory.story_style.order_claims import ORDER_CLAIMS
from theory.story_style.scale_claims import SCALE_CLAIMS
from theory.verdict import Claim

STORY_CLAIMS: tuple[Claim[Any], ...] = (
    *MOMENT_CLAIMS,
    *SCALE_CLAIMS,
    *GRAPH_CLAIMS,
    *FLOW_CLAIMS,
    *ERASURE_CLAIMS,
    *ORDER_CLAIMS,
)
"""Claims on the loss, what it is least for, how fast, what would erase a style, and on orders."""
