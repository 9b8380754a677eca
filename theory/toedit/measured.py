"""What the paper measured (arXiv 2412.14689, Table 15), held against its theorem."""

import math

import numpy as np
import sympy

from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import fresh_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Mask
from theory.linear_chains.rational import Instance
from theory.toedit.evidence import gaussian, number, simulated_designs, small
from theory.toedit.evidence import symbolic as symbolic_route
from theory.verdict import Claim

PAPER = "arXiv 2412.14689"
MEASURED = (12.5, 11.76, 11.08)
"""Flagged tokens by generation, in percent of all tokens (Table 15)."""
DECAY = sympy.Rational(941, 1000)
"""Ratio of successive shares of Table 15."""


def second_part_looseness() -> float:
    """Return the second bound over the exact error, T = 1000, d = 10, the shares of Table 15."""
    X = np.random.default_rng(0).normal(size=(1000, 10))
    inverse = np.linalg.inv(X.T @ X)
    sizes = _measured_sizes(1000)
    edited = math.sqrt(float((inverse**2).sum()) * sizes[0])
    bound = float(np.trace(inverse)) + edited / (1 - math.sqrt(DECAY))
    return bound / float(fresh_error(X, sizes, "edit_previous")[-1])


def _measured_total(_case: Instance) -> float:
    """Sum the measured shares, continued at the ratio of the first and last."""
    ratio = math.sqrt(MEASURED[2] / MEASURED[0])
    return math.fsum(MEASURED[0] / 100 * ratio**i for i in range(1000))


def _measured_sizes(n_samples: int) -> list[int]:
    return [schedules.edited_rows(0.125 * float(DECAY) ** i, n_samples) for i in range(100)]


def _measured_average(case: Instance) -> float:
    sizes = [sum(mask) for mask in case.masks]
    return float(fresh_error(case.design(), sizes, "edit_previous")[-1]) / one_fit(case)


def _measured_masks(rng: np.random.Generator) -> Mask:
    return schedules.geometric(100, 1000, 0.125, float(DECAY), rng=rng)


TABLE_15 = Claim(
    id="table-15",
    statement="the measured shares (12.5, 11.76, 11.08 %, ..) fit masks with M_i M_j = 0",
    source=f"{PAPER}, Table 15 against the proof of Theorem 2",
    relation="at most",
    subject=lambda _rng: small([(1,)] * 3, [1], workflow="edit_previous"),
    stated=lambda _case: 1.0,
    routes={
        "symbolic": symbolic_route(lambda _case: sympy.Rational(1, 8) / (1 - DECAY)),
        "exact": number(_measured_total),
    },
    tolerance=0.02,
    unit="share",
    note="disjoint masks cannot edit more than all tokens; the sum passes 100 % at edit 11",
)
MEASURED_BOUND = Claim(
    id="measured-shares",
    statement="edits of 12.5 % shrinking by 0.941 keep the error under 2",
    source=f"{PAPER}, Theorem 2 as stated, Table 15",
    relation="at most",
    subject=gaussian(1000, 10, _measured_masks, "edit_previous"),
    stated=lambda _case: 2.0,
    routes={
        "symbolic": symbolic_route(
            lambda case: (
                1
                + sum(
                    2 * sympy.Rational(sum(mask), 1000) - sympy.Rational(sum(mask), 1000) ** 2
                    for mask in case.masks
                )
            )
        ),
        "exact": number(_measured_average),
        "simulated": simulated_designs(_measured_masks, designs=40, chains=50),
    },
    tolerance=0.03,
    note="new random rows each time, 101 fits, whole numbers of rows",
)

MEASURED_CLAIMS = (TABLE_15, MEASURED_BOUND)
"""Claims about what the measured shares mean for the bound."""
