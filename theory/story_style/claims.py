"""The ledger of what can be proved or computed about the disentangling loss."""

from typing import Any

from theory.verdict import Claim

STORY_CLAIMS: tuple[Claim[Any], ...] = ()
"""Claims on the loss, what it is least for, how fast, and what would erase a style."""
