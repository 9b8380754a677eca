"""What tied layers can compute: sharing restricts an emulator, it does not repair it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy.optimize import minimize

from theory.verdict import Claim, Estimate

OURS = "this project"
_STARTS = 6
_GRID = 400_001


@dataclass(frozen=True, kw_only=True, slots=True)
class Tied:
    """A case: so many tied scalar residual layers, and the factor that they should multiply by."""

    layers: int
    target: Fraction

    def describe(self) -> str:
        """The case in words."""
        return f"{self.layers} layers x + a x with one a, for a factor of {self.target}"


def _by_roots(case: Tied, _rng: np.random.Generator) -> Estimate:
    """The least of |(1 + a)^m - T|^2 at all real turning points, in closed form."""
    a = sympy.Symbol("a")
    target = sympy.Rational(case.target.numerator, case.target.denominator)
    loss = sympy.Poly(sympy.expand(((1 + a) ** case.layers - target) ** 2), a)
    values = [loss.eval(root) for root in set(sympy.real_roots(loss.diff(a)))]
    least = min(values, key=float)
    return Estimate(value=float(least), exact=str(sympy.nsimplify(least)))


def _by_grid(case: Tied, _rng: np.random.Generator) -> Estimate:
    """The least loss over a grid of a that holds 0 and -1."""
    a = np.linspace(-6, 4, _GRID)
    return Estimate(value=float(np.square((1 + a) ** case.layers - float(case.target)).min()))


def _reached(case: Tied, _rng: np.random.Generator) -> Estimate:
    """What the a of least loss on a grid multiplies by."""
    a = np.linspace(-6, 4, _GRID)
    factor = (1 + a) ** case.layers
    return Estimate(value=float(factor[np.square(factor - float(case.target)).argmin()]))


def _root_reached(case: Tied, _rng: np.random.Generator) -> Estimate:
    """What 1 + a, the real root of T, multiplies by, in closed form."""
    root = sympy.real_root(
        sympy.Rational(case.target.numerator, case.target.denominator), case.layers
    )
    factor = sympy.expand(root**case.layers)
    return Estimate(value=float(factor), exact=str(factor))


def _factors(*layers: int) -> Callable[[np.random.Generator], tuple[Tied, ...]]:
    return lambda rng: (
        *(Tied(layers=m, target=Fraction(-1)) for m in layers),
        Tied(layers=layers[0], target=Fraction(-int(rng.integers(1, 40)), 10)),
    )


EVEN: Claim[Tied] = Claim(
    id="tied-even",
    statement="an even number of tied scalar residual layers, (1 + a)^m >= 0, misses a factor T < "
    "0 by T^2 at least, which two untied layers hit",
    source=OURS,
    relation="equals",
    cases=_factors(2, 4),
    span="2 and 4 layers, T = -4 to -.1",
    stated=lambda case: float(case.target**2),
    formula="sign of an even power",
    routes={"symbolic": _by_roots, "dense": _by_grid},
    derivations={"symbolic": "turning points of a polynomial", "dense": "a grid"},
    unit="loss",
    note="sharing restricts what an emulator can compute; whether it repairs what was removed is a "
    "matter of the layers that are shared",
)
ODD: Claim[Tied] = Claim(
    id="tied-odd",
    statement="an odd number of tied scalar residual layers reaches every factor T",
    source=OURS,
    relation="equals",
    cases=_factors(3, 5),
    span="3 and 5 layers, T = -4 to -.1",
    stated=lambda case: float(case.target),
    formula="the target itself",
    routes={"symbolic": _root_reached, "dense": _reached},
    derivations={"symbolic": "a real root", "dense": "a grid"},
    tolerance=1e-3,
    unit="factor",
    note="where the restriction of an even number fails",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Width:
    """A case: two tied linear residual layers of so many features, which should compute -x."""

    d: int

    def describe(self) -> str:
        """The case in words."""
        return f"two layers x + A x with one A, {self.d} features, for -x"


def _nearest(d: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """The (I + A)^2 nearest to -I that a search from drawn starts finds, shape (d, d)."""

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        root = flat.reshape(d, d)
        wrong = root @ root + np.eye(d)
        slope = 2 * (wrong @ root.T + root.T @ wrong)
        return float(np.square(wrong).sum()), slope.ravel()

    found = [
        minimize(loss, rng.standard_normal(d * d), jac=True, method="BFGS", options={"gtol": 1e-9})
        for _ in range(_STARTS * d)
    ]
    root = min(found, key=lambda one: float(one.fun)).x.reshape(d, d)
    return np.asarray(root @ root)


def _searched(case: Width, rng: np.random.Generator) -> Estimate:
    return Estimate(value=float(np.square(_nearest(case.d, rng) + np.eye(case.d)).sum()))


def _quarter_turns(d: int) -> sympy.Matrix:
    """Quarter turns in as many planes as d features have, and 0 for one that is left over."""
    turn = sympy.Matrix([[0, -1], [1, 0]])
    left = [sympy.zeros(1, 1)] if d % 2 else []
    return sympy.diag(*[turn] * (d // 2), *left)


def _constructed(case: Width, _rng: np.random.Generator) -> Estimate:
    wrong = _quarter_turns(case.d) ** 2 + sympy.eye(case.d)
    value = sum(entry**2 for entry in wrong)
    return Estimate(value=float(value), exact=str(value))


def _nearest_singular(case: Width) -> float:
    """Squared distance of -I from the nearest matrix of determinant 0: its least singular value.

    A square has no negative determinant and -I has one in odd widths, so that the way from one to
    the other passes a singular matrix (Eckart and Young 1936).
    """
    return float(np.linalg.svd(-np.eye(case.d), compute_uv=False)[-1] ** 2)


def _searched_trace(case: Width, rng: np.random.Generator) -> Estimate:
    return Estimate(value=float(np.trace(_nearest(case.d, rng))))


def _constructed_trace(case: Width, _rng: np.random.Generator) -> Estimate:
    value = (_quarter_turns(case.d) ** 2).trace()
    return Estimate(value=float(value), exact=str(value))


ODD_WIDTH: Claim[Width] = Claim(
    id="tied-odd-width",
    statement="two tied linear layers of an odd number of features miss -x by 1 at least, the "
    "squared least singular value of what they should be",
    source=OURS,
    relation="equals",
    cases=lambda _rng: (Width(d=1), Width(d=3), Width(d=5)),
    span="1, 3 and 5 features",
    stated=_nearest_singular,
    formula="nearest singular matrix",
    routes={"exact": _constructed, "dense": _searched},
    derivations={"exact": "quarter turns in planes", "dense": "search from drawn starts"},
    tolerance=1e-5,
    unit="squared distance",
)
EVEN_WIDTH: Claim[Width] = Claim(
    id="tied-even-width",
    statement="two tied linear layers of an even number of features reach -x, by quarter turns: "
    "their trace is -d",
    source=OURS,
    relation="equals",
    cases=lambda _rng: (Width(d=2), Width(d=4)),
    span="2 and 4 features",
    stated=lambda case: -float(case.d),
    formula="trace of -I",
    routes={"exact": _constructed_trace, "dense": _searched_trace},
    derivations={"exact": "quarter turns in planes", "dense": "search from drawn starts"},
    tolerance=1e-5,
    unit="trace",
    note="where the restriction of scalar layers fails: a wide layer has more than a sign",
)
TIED_CLAIMS = (EVEN, ODD, ODD_WIDTH, EVEN_WIDTH)
"""Claims about layers that share their weights."""
