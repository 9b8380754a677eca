"""The ledger of what can be proved or computed about preference losses and selection by reward."""

from typing import Any

from theory.preference_data.displacement import DISPLACEMENT_CLAIMS
from theory.preference_data.optimum_claims import OPTIMUM_CLAIMS
from theory.preference_data.pair_claims import PAIR_CLAIMS
from theory.preference_data.selection_claims import SELECTION_CLAIMS
from theory.preference_data.verifier_claims import VERIFIER_CLAIMS
from theory.verdict import Claim

PREFERENCE_CLAIMS: tuple[Claim[Any], ...] = (
    *PAIR_CLAIMS,
    *OPTIMUM_CLAIMS,
    *DISPLACEMENT_CLAIMS,
    *SELECTION_CLAIMS,
    *VERIFIER_CLAIMS,
)
"""Claims on losses of pairs, displacement, the best of N, and verifiers against votes."""
