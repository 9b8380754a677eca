"""The claims of the literature about chains of simple models, in the order of their papers."""

from typing import Any

from theory.literature.claims.refits import REFIT_CLAIMS
from theory.literature.claims.regression import REGRESSION_CLAIMS
from theory.literature.claims.ridge import RIDGE_CLAIMS
from theory.literature.claims.share import SHARE_CLAIMS
from theory.literature.claims.stability import STABILITY_CLAIMS
from theory.literature.claims.verifier import VERIFIER_CLAIMS
from theory.literature.claims.weight import WEIGHT_CLAIMS
from theory.verdict import Claim

LITERATURE_CLAIMS: tuple[Claim[Any], ...] = (
    REGRESSION_CLAIMS
    + RIDGE_CLAIMS
    + REFIT_CLAIMS
    + SHARE_CLAIMS
    + WEIGHT_CLAIMS
    + VERIFIER_CLAIMS
    + STABILITY_CLAIMS
)
"""Every claim of this package; docs/theory-literature.md tells them paper by paper."""
