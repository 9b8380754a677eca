"""A network that adds modulo p: two layers, squares, and cosines for weights (Gromov 2023).

Unit k sees cos(w a + f) + cos(w b + g), with a frequency w = 2 pi k / p and phases f and g of its
own, squares it, and votes for every answer c with cos(w c + f + g). Summed over phases only the
vote for c = a + b is left.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.verdict import Claim, Estimate

GROMOV = "arXiv 2301.02679, as we read it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Angles:
    """A case: three angles."""

    x: float
    y: float
    z: float

    def describe(self) -> str:
        """The case in words."""
        return f"x = {self.x:.3g}, y = {self.y:.3g}, z = {self.z:.3g}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """A case: a modulus and a number of hidden units."""

    p: int
    units: int

    def describe(self) -> str:
        """The case in words."""
        return f"p = {self.p}, {self.units} units"


def _phases(case: Network, rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """Frequency and two phases of every unit: frequencies in turn, phases drawn."""
    frequency = 2 * np.pi * (1 + np.arange(case.units) % (case.p // 2)) / case.p
    return frequency, *rng.uniform(0, 2 * np.pi, size=(2, case.units))


def network_accuracy(case: Network, rng: np.random.Generator) -> float:
    """Share of all questions that the network answers rightly, by a forward pass."""
    frequency, f, g = _phases(case, rng)
    symbols = np.arange(case.p)
    first, second = (np.cos(np.outer(symbols, frequency) + phase) for phase in (f, g))
    hidden = (first[:, None] + second[None]) ** 2
    votes = hidden @ np.cos(np.outer(frequency, symbols) + (f + g)[:, None])
    right = (symbols[:, None] + symbols[None]) % case.p
    return float((votes.argmax(axis=2) == right).mean())


def expanded_accuracy(case: Network, rng: np.random.Generator) -> float:
    """The same from the square's terms, each a sum of cosines of sums of angles.

    2 cos cos is a cosine of the sum and one of the difference, and so again with the vote.
    """
    frequency, f, g = _phases(case, rng)
    a, b, c = np.ogrid[: case.p, : case.p, : case.p]
    votes = np.zeros((case.p,) * 3)
    for w, one, other in zip(frequency, f, g, strict=True):
        vote, both = w * c + one + other, w * (a + b) + one + other
        votes += np.cos(both - vote) / 2 + np.cos(both + vote) / 2
        votes += (np.cos(w * (a - b) + one - other + vote)) / 2
        votes += (np.cos(w * (a - b) + one - other - vote)) / 2
        for angle in (w * a + one, w * b + other):
            votes += np.cos(vote) / 2
            votes += (np.cos(2 * angle + vote) + np.cos(2 * angle - vote)) / 4
    right = (np.arange(case.p)[:, None] + np.arange(case.p)) % case.p
    return float((votes.argmax(axis=2) == right).mean())


_X, _Y, _Z = sympy.symbols("x y z", real=True)


@cache
def _integrated() -> sympy.Expr:
    """The mean over both phases, integrated symbolically."""
    f, g = sympy.symbols("f g", real=True)
    product = sympy.cos(_X + f) * sympy.cos(_Y + g) * sympy.cos(_Z + f + g)
    whole = sympy.integrate(
        sympy.integrate(sympy.expand(sympy.expand_trig(product)), (f, 0, 2 * sympy.pi)),
        (g, 0, 2 * sympy.pi),
    )
    return sympy.simplify(whole / (4 * sympy.pi**2))


def _by_integral(case: Angles, _rng: np.random.Generator) -> Estimate:
    mean = _integrated()
    return Estimate(value=float(mean.subs({_X: case.x, _Y: case.y, _Z: case.z})), exact=str(mean))


def _by_grid(case: Angles, _rng: np.random.Generator) -> Estimate:
    """The mean over four by four phases, which is exact for products of so few cosines."""
    phases = np.arange(4) * np.pi / 2
    f, g = phases[:, None], phases[None]
    product = np.cos(case.x + f) * np.cos(case.y + g) * np.cos(case.z + f + g)
    return Estimate(value=float(product.mean()))


def _angles(rng: np.random.Generator) -> Sequence[Angles]:
    drawn = [Angles(**dict(zip("xyz", rng.uniform(-7, 7, 3), strict=True))) for _ in range(2)]
    return (Angles(x=0, y=0, z=0), Angles(x=1, y=2, z=3), *drawn)


_PASSES = 3


def _accuracy(case: Network, rng: np.random.Generator) -> Estimate:
    return Estimate.over([network_accuracy(case, one) for one in rng.spawn(_PASSES)])


def _expanded(case: Network, rng: np.random.Generator) -> Estimate:
    return Estimate.over([expanded_accuracy(case, one) for one in rng.spawn(_PASSES)])


COSINE_IDENTITY: Claim[Angles] = Claim(
    id="cosine-identity",
    statement="over the phases, cos(x + f) cos(y + g) cos(z + f + g) has the mean cos(x + y - z)/4",
    source=GROMOV,
    relation="equals",
    formula="integration",
    kind="identity",
    cases=_angles,
    span="angles from -7 to 7",
    stated=lambda case: math.cos(case.x + case.y - case.z) / 4,
    routes={"symbolic": _by_integral, "exact": _by_grid},
    derivations={"symbolic": "integration", "exact": "a mean over sixteen phases"},
    unit="",
    note="so the votes of many units are largest for c = a + b",
)
COSINE_NETWORK: Claim[Network] = Claim(
    id="cosine-network",
    statement="8 p squares of cosines with drawn phases answer 98 % of the table rightly, or more",
    source=GROMOV,
    relation="at least",
    cases=lambda _rng: tuple(Network(p=p, units=8 * p) for p in sympy.primerange(11, 20)),
    span="every prime from 11 to 19",
    stated=lambda _case: 0.98,
    routes={"exact": _accuracy, "dense": _expanded},
    derivations={"exact": "forward pass", "dense": "sums of angles, term by term"},
    exhaustive=True,
    unit="of the table",
    note="the upper side: a solution that such a model can represent, and needs no data to find",
)
COSINE_CLAIMS = (COSINE_IDENTITY, COSINE_NETWORK)
