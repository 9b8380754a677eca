"""The ledger of what can be proved or computed about preference losses and selection by reward."""

from typing import Any

from theory.preference_data.displacement import DISPLACEMENT_CLAIMS
from theory.preference_data.loss_claims import LOSS_CLAIMS
from theory.preference_data.selection_claims import SELECTION_CLAIMS
from theory.preference_data.verifier_claims import VERIFIER_CLAIMS
from theory.verdict import Claim

PREFERENCE_CLAIMS: tuple[Claim[Any], ...] = (
    *LOSS_CLAIMS,
    *DISPLACEMENT_CLAIMS,
    *SELECTION_CLAIMS,
    *VERIFIER_CLAIMS,
)
"""Claims on losses of pairs, displacement, the best of N, and verifiers against votes."""
