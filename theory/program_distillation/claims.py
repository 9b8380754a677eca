"""The ledger of what can be proved or computed about verified recursion on programs."""

from typing import Any

from theory.program_distillation.filtering import FILTER_CLAIMS
from theory.program_distillation.pull import PULL_CLAIMS
from theory.program_distillation.rounds import ROUND_CLAIMS
from theory.program_distillation.tail import TAIL_CLAIMS
from theory.verdict import Claim

DISTILLATION_CLAIMS: tuple[Claim[Any], ...] = (
    *FILTER_CLAIMS,
    *ROUND_CLAIMS,
    *TAIL_CLAIMS,
    *PULL_CLAIMS,
)
"""Claims on filters, rounds of writing, and the tail of verified recursion."""
