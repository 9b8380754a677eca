"""The ledger: every claim, and the check of all of them."""

from typing import Any

import numpy as np

from theory.discrete.claims import DISCRETE_CLAIMS
from theory.literature.ledger import LITERATURE_CLAIMS
from theory.toedit.confident import CONFIDENT_CLAIMS
from theory.toedit.disjoint import DISJOINT_CLAIMS
from theory.toedit.disjoint_mean import MEAN_CLAIMS
from theory.toedit.earlier import EARLIER_CLAIMS
from theory.toedit.fixed import FIXED_CLAIMS
from theory.toedit.measured import MEASURED_CLAIMS
from theory.toedit.moving import MOVING_CLAIMS
from theory.toedit.one_edit import ONE_EDIT_CLAIMS
from theory.toedit.paper import PAPER_CLAIMS
from theory.toedit.places.claims import PLACE_CLAIMS
from theory.toedit.second_part import SECOND_PART_CLAIMS
from theory.toedit.sighted import SIGHTED_CLAIMS, SURE_CLAIMS
from theory.toedit.source import SOURCE_CLAIMS
from theory.verdict import Claim, Verdict

CLAIMS: tuple[Claim[Any], ...] = (
    PAPER_CLAIMS
    + SECOND_PART_CLAIMS
    + MEASURED_CLAIMS
    + EARLIER_CLAIMS
    + ONE_EDIT_CLAIMS
    + FIXED_CLAIMS
    + DISJOINT_CLAIMS
    + MEAN_CLAIMS
    + MOVING_CLAIMS
    + SOURCE_CLAIMS
    + CONFIDENT_CLAIMS
    + SIGHTED_CLAIMS
    + SURE_CLAIMS
    + PLACE_CLAIMS
    + LITERATURE_CLAIMS
    + DISCRETE_CLAIMS
)
"""Every statement about chains of models that can be solved."""
_CHECKED: dict[tuple[int, int], Verdict] = {}
"""Verdicts of this process, by the claim's identity and the seed."""


def check_all(claims: tuple[Claim[Any], ...] = CLAIMS, *, seed: int = 0) -> tuple[Verdict, ...]:
    """Check claims, each with a random stream of its own, in the order given: see `checked`.

    Args:
        claims: Claims to check; all of them by default.
        seed: Seed of every stream; a claim's stream depends on its id, not on its place.
    """
    return tuple(checked(claim, seed=seed) for claim in claims)


def checked(claim: Claim[Any], *, seed: int = 0) -> Verdict:
    """Return the verdict on a claim with its own random stream; a process computes it once.

    Ledger, tables and pages ask for the same verdicts, which cost a minute in all.
    """
    key = (id(claim), seed)  # the verdict holds the claim, so that no other one gets its number
    if key not in _CHECKED:
        _CHECKED[key] = claim.check(rng=stream(claim.id, seed))
    return _CHECKED[key]


def stream(claim_id: str, seed: int) -> np.random.Generator:
    """Return the random stream of one claim."""
    return np.random.default_rng([seed, *claim_id.encode("ascii")])
