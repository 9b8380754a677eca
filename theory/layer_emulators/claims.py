"""The ledger of what can be proved or computed about layer emulators."""

from typing import Any

from theory.layer_emulators.cka_claims import CKA_CLAIMS
from theory.verdict import Claim

EMULATOR_CLAIMS: tuple[Claim[Any], ...] = (*CKA_CLAIMS,)
"""Claims that can be computed without a model."""
