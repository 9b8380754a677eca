"""What the theory decides of the disentangling loss, as claims of the family."""

from collections.abc import Mapping
from typing import Any

from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_theory import all_by_theory
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

CLAIMS: tuple[PaperClaim, ...] = all_by_theory("st", _WHERE)
"""Each claim of the theory, by its subject."""
