"""Bounds when masks see the labels: which fall, and which stand for the surest rows.

Every bound of the ledger assumes that masks are independent of the noise. The paper chooses tokens
by their probability, that is by the labels; here the search may do the same.
"""

from dataclasses import replace

import numpy as np

from theory.estimates import refined
from theory.linear_chains import assumptions, bounds
from theory.linear_chains.bounds import Bound, one_fit
from theory.linear_chains.design import Array
from theory.linear_chains.rational import Instance
from theory.linear_chains.search.cases import draw_sighted
from theory.toedit.evidence.cases import Draw, attacked, chosen
from theory.toedit.evidence.routes import DRAWS, RESIDUALS, residuals, simulated
from theory.toedit.paper import closed_form_proof
from theory.verdict import Claim, Estimate

OURS = "this project"
PAPER = "arXiv 2412.14689"


def _chains(case: Instance) -> int:
    """Return a number of chains that takes about half a second."""
    return int(np.clip(4_000_000 / (case.n_samples * max(1, len(case.masks))), 200, 4000))


def _by_residuals(case: Instance, rng: np.random.Generator) -> Estimate:
    return residuals(_chains(case))(case, rng)


def _by_labels(case: Instance, rng: np.random.Generator) -> Estimate:
    return simulated(_chains(case))(case, rng)


def _closed_form(case: Instance, chains: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Follow w* + A (E_1 + sum_i M_i E_{i+1}), the rows chosen by the residuals of the sum so far.

    Returns the error of every chain, and one fit plus tr Sigma A M_i A' of the rows it chose.
    """
    X, gains = case.design(), bounds.row_gains(case)
    fit = np.linalg.pinv(X)
    noise = rng.standard_normal((chains, case.n_samples))
    known = np.full(chains, gains.sum())
    choose = None if case.choice is None else case.choice.policy(case.sizes)
    for edit, mask in enumerate(case.mask_array()):
        rows = mask if choose is None else choose(noise, noise @ fit.T @ X.T, edit, rng)
        noise = noise + rows * rng.standard_normal(noise.shape)
        known = known + (rows * gains).sum(axis=-1)
    shift = noise @ fit.T @ np.linalg.cholesky(case.sigma())
    return (shift**2).sum(axis=1), known


def _closed_form_drawn(case: Instance, rng: np.random.Generator) -> Estimate:
    return refined(lambda: _mean(_closed_form(case, _chains(case), rng)[0] / one_fit(case)))


def _closed_form_given_rows(case: Instance, rng: np.random.Generator) -> Estimate:
    return _mean(_closed_form(case, _chains(case), rng)[1] / one_fit(case))


def _mean(values: Array) -> Estimate:
    noise = float(values.std(ddof=1)) / np.sqrt(len(values))
    return Estimate(value=float(values.mean()), stderr=float(noise))


def _draw_sure(rng: np.random.Generator) -> Instance:
    return draw_sighted(rng, scores=("smallest |residual|",))


def _sighted(bound: Bound, claim_id: str, statement: str) -> Claim[Instance]:
    """Return the claim that a bound needs no assumption about what the masks see."""
    free = bounds.without(bound, assumptions.INDEPENDENT)
    return Claim(
        id=f"{claim_id}-sighted",
        statement=f"rows chosen by their labels: {statement}",
        source=f"{OURS}, the bound taken beyond masks that are independent of the noise",
        relation="at most",
        derivations={"dense": RESIDUALS, "simulated": DRAWS},
        cases=attacked(free, draws=120, climbs=60),
        span="the worst case of a search whose masks may see the labels, and two random ones",
        stated=bound.in_fits,
        routes={"dense": _by_residuals, "simulated": _by_labels},
        assumptions=free.assumptions,
        note="the search chooses by the largest residual, the largest |residual| or the smallest",
    )


def _confident(bound: Bound, claim_id: str, statement: str, *typical: Draw) -> Claim[Instance]:
    """Return the claim that a bound holds for the surest rows."""
    free = bounds.without(bound, assumptions.INDEPENDENT)
    sure = replace(free, assumptions=(assumptions.CONFIDENT, *free.assumptions))
    return Claim(
        id=f"{claim_id}-confident",
        statement=f"the surest rows: {statement}",
        source=f"{OURS}; the choice is what {PAPER} does to tokens",
        relation="at most",
        derivations={"dense": RESIDUALS, "simulated": DRAWS},
        cases=attacked(sure, draws=40, climbs=60, draw=_draw_sure, others=typical),
        span="the worst case of a search among rows of the smallest |residual|, and typical ones",
        stated=bound.in_fits,
        routes={"dense": _by_residuals, "simulated": _by_labels},
        assumptions=sure.assumptions,
    )


SIGHTED_CLAIMS = (
    _sighted(bounds.FIXED, "fixed-bound", "one mask, at most the limit for the worst such mask"),
    _sighted(bounds.DISJOINT_SCALAR, "disjoint-scalar", "disjoint, d = 1, at most 2 e^S - 1"),
    _sighted(bounds.SOURCE_ANY, "source-any", "edit_source, at most 1/(1-h)^2 + h/(1-h^2)"),
    _sighted(bounds.PREVIOUS_ANY, "previous-any", "at most u + 2 (sum_i sqrt(tr Sigma A M_iA'))^2"),
    replace(
        _sighted(bounds.THEOREM_2_CLOSED_FORM, "closed-form", "Theorem 1 as the process, under 2"),
        routes={"dense": _closed_form_given_rows, "simulated": _closed_form_drawn},
        derivations={"dense": "gains of the chosen rows", "simulated": DRAWS},
        proof=closed_form_proof,
        note="it survives: every mask is chosen before its own noise is drawn",
    ),
)
"""Claims that bounds hold for masks that see the labels; the search decides."""
SURE_CLAIMS = (
    _confident(
        bounds.THEOREM_2_FIRST,
        "theorem-2-first",
        "under 2, disjoint masks",
        chosen(0.9, size=(400, 3), rows="new"),
        chosen(0.1, size=(400, 3), edits=8, rows="new"),
    ),
    _confident(
        bounds.FIXED,
        "fixed-bound",
        "one mask, at most the limit for the worst such mask",
        chosen(0.5, size=(400, 1), edits=10, rows="first"),
    ),
    _confident(
        bounds.DISJOINT_SCALAR,
        "disjoint-scalar",
        "disjoint, d = 1, at most 2 e^S - 1",
        chosen(0.1, size=(400, 1), edits=10, rows="new"),
    ),
    _confident(
        bounds.SOURCE_ANY,
        "source-any",
        "edit_source, at most 1/(1-h)^2 + h/(1-h^2)",
        chosen(0.3, size=(400, 1), edits=10, workflow="edit_source"),
    ),
    _confident(
        bounds.PREVIOUS_ANY,
        "previous-any",
        "at most u + 2 (sum_i sqrt(tr Sigma A M_iA'))^2",
        chosen(0.3, size=(400, 3), edits=6),
    ),
)
"""Claims that bounds hold for the rows that the model is surest of, as the paper chooses tokens."""
