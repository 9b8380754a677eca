"""What the paper measured (arXiv 2412.14689, Table 15), held against its theorem."""

import math
from dataclasses import replace

import numpy as np
import sympy

from theory.estimates import refined
from theory.linear_chains import assumptions
from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import fresh_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Array, Mask
from theory.linear_chains.rational import Instance
from theory.linear_chains.regression import last_error
from theory.linear_chains.sighted.choices import Choice
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence.cases import Draw, DrawMasks, family, gaussian, small
from theory.toedit.evidence.routes import (
    DRAWS,
    LARGE,
    MASKS,
    MIRRORED,
    RESIDUALS,
    mirrored,
    number,
    residuals,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim, Estimate, Route

PAPER = "arXiv 2412.14689"
MEASURED = (12.5, 11.76, 11.08)
"""Flagged tokens by generation, in percent of all tokens (Table 15)."""
DECAY = sympy.Rational(941, 1000)
"""Ratio of successive shares of Table 15."""


def second_part_looseness(n_samples: int = 1000, n_features: int = 10) -> float:
    """Return the second bound over the exact error with random rows of the shares of Table 15."""
    X = np.random.default_rng(0).normal(size=(n_samples, n_features))
    sizes = _measured_sizes(n_samples)
    return _second_bound(X, sizes[0]) / float(fresh_error(X, sizes, "edit_previous")[-1])


def second_part_looseness_drawn(
    rng: np.random.Generator, n_samples: int, n_features: int, *, draws: int
) -> Estimate:
    """Return the same as `second_part_looseness` over drawn masks and designs, with its noise."""
    values = []
    for _ in range(draws):
        X = rng.normal(size=(n_samples, n_features))
        masks = schedules.geometric(100, n_samples, 0.125, float(DECAY), rng=rng)
        values.append(_second_bound(X, int(masks[0].sum())) / last_error(X, masks, "edit_previous"))
    noise = float(np.std(values, ddof=1)) / math.sqrt(draws)
    return Estimate(value=float(np.mean(values)), stderr=noise)


def _second_bound(X: Array, first: int) -> float:
    """Return tr (X'X)^-1 + sqrt(tr (X'X)^-2 m_1) / (1 - sqrt eta), eta the decay of Table 15."""
    inverse = np.linalg.inv(X.T @ X)
    edited = math.sqrt(float((inverse**2).sum()) * first)
    return float(np.trace(inverse)) + edited / (1 - math.sqrt(DECAY))


def _whole_rows(_case: Instance) -> Estimate:
    """Return edited rows over all rows, where each edit takes whole rows of a million."""
    size, rows, total = 10**6, 125_000, 0
    while rows:
        total, rows = total + rows, int(rows * float(DECAY))
    return Estimate(value=total / size, stderr=100 / size)


def _measured_total(_case: Instance) -> float:
    """Sum the measured shares, continued at the ratio of the first and last."""
    ratio = math.sqrt(MEASURED[2] / MEASURED[0])
    return math.fsum(MEASURED[0] / 100 * ratio**i for i in range(1000))


def _measured_sizes(n_samples: int) -> list[int]:
    return [schedules.edited_rows(0.125 * float(DECAY) ** i, n_samples) for i in range(100)]


def _measured_average(case: Instance) -> float:
    return float(fresh_error(case.design(), case.sizes, "edit_previous")[-1]) / one_fit(case)


def _masks(n_samples: int, edits: int = 100) -> DrawMasks:
    """Return how to draw random rows of the measured shares, as many as there are edits."""

    def masks(rng: np.random.Generator) -> Mask:
        return schedules.geometric(edits, n_samples, 0.125, float(DECAY), rng=rng)

    return masks


def _random_rows(n_samples: int, n_features: int, edits: int = 100) -> Draw:
    return gaussian(n_samples, n_features, _masks(n_samples, edits), "edit_previous")


def _some(rng: np.random.Generator) -> Instance:
    return _random_rows(1000, 10, int(rng.integers(20, 100)))(rng)


def _again(case: Instance) -> DrawMasks:
    return _masks(case.n_samples, len(case.masks))


def _confident_rows(edits: int) -> Draw:
    """Return the same numbers of rows, chosen by the smallest |residual|."""

    def draw(rng: np.random.Generator) -> Instance:
        case = _random_rows(1000, 10, edits)(rng)
        return replace(case, choice=Choice(score="smallest |residual|"))

    return draw


def _sharp(route: Route[Instance]) -> Route[Instance]:
    """Return a route drawn until it sees 4.2 %: two see 6 %, and the bound is 9 % away."""
    return lambda case, rng: refined(lambda: route(case, rng), target=0.042)


def _shares_add_up(case: Instance) -> Expression:
    shares = [sympy.Rational(size, case.n_samples) for size in case.sizes]
    return 1 + sum(2 * part - part**2 for part in shares)


TABLE_15 = Claim(
    id="table-15",
    statement="the measured shares (12.5, 11.76, 11.08 %, ..) fit masks with M_i M_j = 0",
    source=f"this project: Table 15 of {PAPER} held against the proof of its Theorem 2",
    relation="at most",
    derivations={
        "symbolic": "geometric series",
        "exact": "geometric series",
        "dense": "edits counted row by row",
    },
    subject=lambda _rng: small([(1,)] * 3, [1], workflow="edit_previous"),
    span="one measured table, continued at its own ratio",
    stated=lambda _case: 1.0,
    routes={
        "symbolic": symbolic_route(lambda _case: sympy.Rational(1, 8) / (1 - DECAY)),
        "exact": number(_measured_total),
        "dense": lambda case, _rng: _whole_rows(case),
    },
    tolerance=0.02,
    unit="share",
    note="the paper does not say that they do; its sum passes 100 % of the tokens at edit 11",
)
MEASURED_BOUND = Claim(
    id="measured-shares",
    statement="random rows: edits of 12.5 % shrinking by 0.941 keep the error under 2",
    source=f"this project: follows from Theorem 2 of {PAPER} with its Table 15, on random rows",
    relation="at most",
    derivations={"symbolic": LARGE, "exact": MASKS, "simulated": DRAWS},
    cases=family(_random_rows(1000, 10), _random_rows(1000, 2), _random_rows(1000, 10, 3), _some),
    span="T = 1000, d = 2 and 10, 3 to 100 edits of whole numbers of rows",
    stated=lambda _case: 2.0,
    routes={
        "symbolic": symbolic_route(_shares_add_up),
        "exact": number(_measured_average),
        "simulated": simulated_over_designs(designs=12, chains=30, masks=_again),
    },
    assumptions=(assumptions.INDEPENDENT,),
    tolerance=0.03,
    note="new random rows each time; the paper edits confident tokens: measured-shares-confident",
)
MEASURED_CONFIDENT = Claim(
    id="measured-shares-confident",
    statement="confident rows: 100 edits of 12.5 % shrinking by 0.941 keep the error under 2",
    source=f"this project: follows from Theorem 2 of {PAPER} with its Table 15, on confident rows",
    relation="at most",
    derivations={"dense": RESIDUALS, "simulated": MIRRORED},
    cases=family(_confident_rows(10), _confident_rows(50), _confident_rows(100)),
    span="T = 1000, d = 10, 10, 50 and 100 edits: all that is stated",
    stated=lambda _case: 2.0,
    routes={"dense": _sharp(residuals(100)), "simulated": _sharp(mirrored(100))},
    assumptions=(assumptions.CONFIDENT,),
    exhaustive=True,
    note="rows of the smallest |residual|; the shares then edit no row, so that it stays there",
)

MEASURED_CLAIMS = (TABLE_15, MEASURED_BOUND, MEASURED_CONFIDENT)
"""Claims about what the measured shares mean for the bound."""
