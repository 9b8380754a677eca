"""The ledger, checked once."""

import pytest

from theory.claims import CLAIMS, check_all
from theory.layer_emulators.cka_claims import CKA_CLAIMS
from theory.verdict import Verdict


@pytest.fixture(scope="session")
def verdicts() -> dict[str, Verdict]:
    """Every verdict of every claim by its id.

    Only tests/theory/test_claims.py asks for it, so that no second worker checks the ledger again.
    """
    return {verdict.claim.id: verdict for verdict in check_all(CLAIMS + CKA_CLAIMS)}
