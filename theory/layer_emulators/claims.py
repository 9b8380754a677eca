"""The ledger of what can be proved or computed about layer emulators."""

from typing import Any

from theory.layer_emulators.barriers import BARRIER_CLAIMS
from theory.layer_emulators.cka_claims import CKA_CLAIMS
from theory.layer_emulators.merging import MERGING_CLAIMS
from theory.layer_emulators.plug_in_claims import PLUG_IN_CLAIMS
from theory.layer_emulators.removal_claims import REMOVAL_CLAIMS
from theory.layer_emulators.skipping import SKIPPING_CLAIMS
from theory.layer_emulators.tied import TIED_CLAIMS
from theory.layer_emulators.top_direction import TOP_CLAIMS
from theory.verdict import Claim

EMULATOR_CLAIMS: tuple[Claim[Any], ...] = (
    *CKA_CLAIMS,
    *TOP_CLAIMS,
    *MERGING_CLAIMS,
    *SKIPPING_CLAIMS,
    *REMOVAL_CLAIMS,
    *TIED_CLAIMS,
    *BARRIER_CLAIMS,
    *PLUG_IN_CLAIMS,
)
"""Claims on what similarity sees, which layers to drop, what sharing and plugging in promise."""
