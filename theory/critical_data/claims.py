"""The ledger of what can be proved or computed about critical data sizes."""

from typing import Any

from theory.critical_data.cosine import COSINE_CLAIMS
from theory.critical_data.identify_claims import IDENTIFY_CLAIMS
from theory.critical_data.lazy_student import LAZY_CLAIMS
from theory.critical_data.linear_claims import LINEAR_CLAIMS
from theory.critical_data.mix_share import MIX_CLAIMS
from theory.critical_data.shrinkage import SHRINKAGE_CLAIMS
from theory.verdict import Claim

CRITICAL_CLAIMS: tuple[Claim[Any], ...] = (
    *SHRINKAGE_CLAIMS,
    *LINEAR_CLAIMS,
    *IDENTIFY_CLAIMS,
    *COSINE_CLAIMS,
    *LAZY_CLAIMS,
    *MIX_CLAIMS,
)
"""Decay, a linear student, which examples determine a table, a network that adds, a lazy one."""
