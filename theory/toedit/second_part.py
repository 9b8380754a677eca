"""The second part of Theorem 2 of the paper: no violation, no proof, and a worth that varies."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from theory.linear_chains import assumptions, bounds, limits
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import Array
from theory.linear_chains.rational import Instance
from theory.linear_chains.regression import expected_error
from theory.toedit.evidence.cases import (
    SEARCHED,
    Draw,
    attacked,
    family,
    gaussian,
    instance,
    schedule,
)
from theory.toedit.evidence.routes import (
    DRAWS,
    LABELS,
    LARGE,
    MASKS,
    ROWS,
    dense,
    exact,
    number,
    simulated,
)
from theory.toedit.measured import DECAY, second_part_looseness, second_part_looseness_drawn
from theory.verdict import Claim, Estimate

PAPER = "arXiv 2412.14689"


def _of_size(n_samples: int, n_features: int) -> Draw:
    """Return a Gaussian design of a size, of which half of the rows are edited once."""
    masks = schedule("fresh", 1, 0.5, n_samples=n_samples)
    return gaussian(n_samples, n_features, masks, "edit_previous")


def _square(n_features: int) -> Instance:
    """Return T = d + 2 orthonormal rows of cosines, all of them edited, then one."""
    size = n_features + 2
    grid = np.arange(size)[:, None] + 0.5
    X = np.sqrt(2 / size) * np.cos(np.pi / size * grid * np.arange(1, n_features + 1))
    masks = np.array([np.ones(size, dtype=bool), np.arange(size) == 0])
    return instance(X, masks, "edit_previous")


def _square_share(case: Instance) -> float:
    """Return error over bound of `_square` in closed form."""
    size, d = case.n_samples, case.n_features
    lever = float((case.design()[0] ** 2).sum())
    root = math.sqrt(size)
    return (2 * d + 2 * lever - lever**2) / (d + math.sqrt(d * size) * root / (root - 1))


def _share_of_bound(case: Instance, error: Callable[..., Array]) -> float:
    last = error(case.design(), case.mask_array(), case.workflow)[-1]
    return float(last) / bounds.THEOREM_2_SECOND.value(case)


def _simulated_share(case: Instance, rng: np.random.Generator) -> Estimate:
    found, bound = simulated(4000)(case, rng), bounds.THEOREM_2_SECOND.value(case)
    share = one_fit(case) / bound
    return Estimate(value=share * found.value, stderr=share * found.stderr)


def _looseness(case: Instance) -> float:
    return second_part_looseness(case.n_samples, case.n_features)


def _looseness_drawn(case: Instance, rng: np.random.Generator) -> Estimate:
    """Return bound over error with the rows of a few drawn schedules, by the row recursion."""
    return second_part_looseness_drawn(rng, case.n_samples, case.n_features, draws=10)


def _some_loose(rng: np.random.Generator) -> Instance:
    """Return a size with T/d between 100 and 1000."""
    d = int(rng.integers(2, 6))
    return _of_size(d * int(rng.integers(100, 501)), d)(rng)


def _looseness_limit(case: Instance) -> float:
    """Return bound over error for T >> d: (1 + sqrt(m T/d) / (1 - eta)) over the sum of edits."""
    m, decay = 0.125, float(DECAY)
    bound = 1 + math.sqrt(m * case.n_samples / case.n_features) / (1 - math.sqrt(decay))
    return bound / limits.geometric_previous(m, decay)


def _second_part_looseness() -> Mapping[str, float]:
    """Return the second bound over the error in the case that it is made for and in a tight one."""
    return {
        "shares of Table 15, T = 1000, d = 10": second_part_looseness(),
        "masks of T, then 1 row, T = d + 2 = 102": 1 / _square_share(_square(100)),
    }


SECOND_BOUND = Claim(
    id="theorem-2-second",
    statement="E_test <= u + sigma^2 sqrt(E tr (X'X)^-2) sqrt(E tr M_1) / (1 - eta)",
    source=f"{PAPER}, Theorem 2, second part",
    relation="at most",
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=attacked(bounds.THEOREM_2_SECOND),
    span=SEARCHED,
    stated=bounds.THEOREM_2_SECOND.in_fits,
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.THEOREM_2_SECOND.assumptions,
    typical=_second_part_looseness,
    note="how much it says depends on the case: theorem-2-second-tight, theorem-2-second-loose",
)
SECOND_TIGHT = Claim(
    id="theorem-2-second-tight",
    statement="masks of T, then 1 row, T = d + 2, X'X = I: error/bound of its second part -> 1",
    source="this project",
    relation="equals",
    formula="leverages of two nested masks",
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=lambda rng: tuple(_square(d) for d in (2, 100, int(rng.integers(3, 100)))),
    span="d = 2 to 100",
    stated=_square_share,
    routes={
        "exact": number(lambda case: _share_of_bound(case, expected_error)),
        "dense": number(lambda case: _share_of_bound(case, dense_error)),
        "simulated": _simulated_share,
    },
    assumptions=bounds.THEOREM_2_SECOND.assumptions,
    unit="of the bound",
    note="(2d + 2l - l^2) / (d + sqrt(dT) sqrt(T)/(sqrt(T) - 1)), l the leverage of the last row",
)
SECOND_LOOSE = Claim(
    id="theorem-2-second-loose",
    statement="random rows of the shares of Table 15, T/d >= 100: its second part is 10 times off",
    source="this project",
    relation="at least",
    derivations={"exact": MASKS, "symbolic": LARGE, "dense": "row recursion over drawn masks"},
    cases=family(_of_size(1000, 10), _of_size(2000, 2), _some_loose),
    span="T/d = 100 to 1000, d = 2 to 10",
    stated=lambda _case: 10.0,
    routes={
        "exact": number(_looseness),
        "symbolic": number(_looseness_limit),
        "dense": _looseness_drawn,
    },
    assumptions=(assumptions.INDEPENDENT,),
    tolerance=0.02,
    exhaustive=True,
    unit="bound/error",
    note="every size in the range keeps it by far: the worst is the least T/d",
)
SECOND_PART_CLAIMS = (SECOND_BOUND, SECOND_TIGHT, SECOND_LOOSE)
"""Claims about the second bound of the paper."""
