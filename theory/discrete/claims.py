"""Every claim about discrete, Gaussian and maximum-likelihood chains."""

from typing import Any

from theory.discrete.forgetting_claims import FORGETTING_CLAIMS
from theory.discrete.gaussian_claims import GAUSSIAN_CLAIMS
from theory.discrete.likelihood_claims import LIKELIHOOD_CLAIMS
from theory.discrete.mixture_claims import MIXTURE_CLAIMS
from theory.discrete.prior_edit_claims import PRIOR_EDIT_CLAIMS
from theory.discrete.self_edit_claims import SELF_EDIT_CLAIMS
from theory.verdict import Claim

DISCRETE_CLAIMS: tuple[Claim[Any], ...] = (
    SELF_EDIT_CLAIMS
    + PRIOR_EDIT_CLAIMS
    + FORGETTING_CLAIMS
    + MIXTURE_CLAIMS
    + GAUSSIAN_CLAIMS
    + LIKELIHOOD_CLAIMS
)
"""Claims of this room, in the order of its page."""
