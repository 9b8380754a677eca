"""What the theory decides of preference data, as claims of the family."""

from collections.abc import Mapping
from typing import Any

from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_theory import all_by_theory
from theory.preference_data.displacement import DISPLACEMENT_CLAIMS
from theory.preference_data.optimum_claims import OPTIMUM_CLAIMS
from theory.preference_data.pair_claims import PAIR_CLAIMS
from theory.preference_data.selection_claims import SELECTION_CLAIMS
from theory.preference_data.verifier_claims import VERIFIER_CLAIMS
from theory.verdict import Claim

_WHERE: Mapping[str, tuple[Claim[Any], ...]] = {
    "losses of pairs": (*PAIR_CLAIMS, *OPTIMUM_CLAIMS),
    "displacement": DISPLACEMENT_CLAIMS,
    "the best of N": SELECTION_CLAIMS,
    "verifier against vote": VERIFIER_CLAIMS,
}

CLAIMS: tuple[PaperClaim, ...] = all_by_theory("um", _WHERE)
"""Each claim of the theory, by its subject."""
