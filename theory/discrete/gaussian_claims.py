"""Claims about refitted Gaussians."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy

from theory.discrete import gaussians
from theory.discrete.gaussians import Gaussians
from theory.estimates import refined
from theory.verdict import Assumption, Claim, Route, RouteName

SURESH = "arXiv 2412.17646, abstract and its summaries, as we read it"
KAZDAN = "arXiv 2410.16713, multivariate Gaussians, replace"
BARZILAI = "arXiv 2505.19046, abstract, as we read it"
FACTORS = "mean logarithm of the chi-square factors"
"""Derivation of the closed form, and of its integral."""
CHAINS = 4000
"""Number of simulated chains."""


def _family(
    *ends: Gaussians, dimension: int = 1, generations: int = 30, unbiased: bool | None = None
) -> Callable[[np.random.Generator], Sequence[Gaussians]]:
    """Return a family: the ends, and three chains drawn inside."""

    def cases(rng: np.random.Generator) -> Sequence[Gaussians]:
        drawn = []
        for _ in range(3):
            d = int(rng.integers(1, dimension + 1))
            drawn.append(
                Gaussians(
                    points=int(rng.integers(d + 3, 40)),
                    generations=int(rng.integers(1, generations + 1)),
                    dimension=d,
                    unbiased=bool(rng.integers(2)) if unbiased is None else unbiased,
                    level=float(rng.uniform(0.05, 0.9)),
                )
            )
        return (*ends, *drawn)

    return cases


UNBIASED: Assumption[Gaussians] = Assumption(
    text="one dimension, the variance divided by n - 1",
    holds=lambda case: case.unbiased and case.dimension == 1,
)
LINE: Assumption[Gaussians] = Assumption(
    text="one dimension", holds=lambda case: case.dimension == 1
)

RATE = Claim(
    id="gaussian-rate",
    statement="replace: log det of the covariance falls by sum_(j < d) (log(c/2) - "
    "digamma((n-1-j)/2)) a generation, c = n or n - 1",
    source=f"{KAZDAN}, and {SURESH}: the variance tends to 0",
    relation="equals",
    formula=FACTORS,
    cases=_family(
        Gaussians(points=2, generations=3),
        Gaussians(points=6, generations=5, dimension=4, unbiased=False),
        dimension=4,
    ),
    span="n = 2 to 40, d = 1 to 4, either divisor, up to 30 generations",
    stated=gaussians.log_determinant,
    routes={
        "exact": lambda case, _rng: gaussians.log_determinant_by_densities(case),
        "simulated": lambda case, rng: refined(
            lambda: gaussians.log_determinant_simulated(case, rng, chains=CHAINS)
        ),
    },
    derivations={"exact": FACTORS, "simulated": "points drawn and fitted"},
    tolerance=1e-7,
    unit="nats",
    note="the rate of almost every chain, about d (d + 1) / 2n with n - 1: every Gaussian ends at "
    "a point, the wider the space the faster",
)
VARIANCE = Claim(
    id="gaussian-variance",
    statement="replace: the expected variance is (1 - 1/n)^g, and stays 1 where it is divided by "
    "n - 1, although every chain tends to 0",
    source=SURESH,
    relation="equals",
    formula="unbiased sums of squares",
    cases=_family(
        Gaussians(points=4, generations=3, unbiased=True),
        Gaussians(points=5, generations=6, unbiased=False),
        generations=8,
    ),
    span="n = 4 to 40, either divisor, up to 8 generations",
    stated=gaussians.mean_variance,
    routes={
        "exact": lambda case, _rng: gaussians.variance_by_densities(case),
        "simulated": lambda case, rng: gaussians.variance_simulated(case, rng, chains=CHAINS),
    },
    derivations={
        "exact": "density of the chi-square factors",
        "simulated": "points drawn and fitted",
    },
    assumptions=(LINE,),
    unit="variance",
    note="a mean over chains hides the collapse: few chains with a huge variance hold it up",
)


def _above() -> Mapping[RouteName, Route[Gaussians]]:
    return {
        "exact": lambda case, _rng: gaussians.above_by_transform(case),
        "dense": lambda case, _rng: gaussians.above_by_convolution(case),
        "simulated": lambda case, rng: gaussians.above_simulated(case, rng, chains=CHAINS),
    }


ABOVE_WAYS: Mapping[RouteName, str] = {
    "exact": "characteristic function inverted",
    "dense": "densities convolved",
    "simulated": "points drawn and fitted",
}
ABOVE = Claim(
    id="gaussian-above",
    statement="replace: P(sigma_g > x sigma_0) <= exp(-g/(4n)) / x, the variance divided by n - 1",
    source=SURESH,
    relation="at most",
    cases=_family(
        Gaussians(points=3, generations=4, level=0.9),
        Gaussians(points=10, generations=60, level=0.5),
        generations=60,
        unbiased=True,
    ),
    span="n = 3 to 40, up to 60 generations, levels .05 to .9",
    stated=gaussians.above_bound,
    routes=_above(),
    derivations=ABOVE_WAYS,
    assumptions=(UNBIASED,),
    tolerance=1e-5,
    proof=lambda: _root_mean_holds(),
    typical=lambda: _above_looseness(),
    unit="probability",
    note="the rate 1/4n is right: log sigma is about normal with mean -g/2n and variance g/2n, and "
    "its upper tail falls as exp(-g/4n)",
)
HALF_LIFE = Claim(
    id="gaussian-half-life",
    statement="replace: the standard deviation of half of the chains has halved after 2 n log 2 = "
    "1.39 n generations, n large",
    source=f"{SURESH}: the deviation tends to 0 in about n iterations; the factor is ours",
    relation="equals",
    formula="normal limit of many factors",
    cases=lambda rng: tuple(
        Gaussians(points=n, generations=round(2 * math.log(2) * n))
        for n in (60, 300, int(rng.integers(61, 300)))
    ),
    span="n = 60 to 300",
    stated=lambda _case: 0.5,
    routes={name: route for name, route in _above().items() if name != "simulated"},
    derivations={name: way for name, way in ABOVE_WAYS.items() if name != "simulated"},
    assumptions=(UNBIASED,),
    tolerance=0.02,
    unit="probability",
)


def _root_mean_holds() -> bool:
    """Check E sigma_1 / sigma_0 = c_4(n) < exp(-1/(4n)); Markov's inequality does the rest.

    c_4(n) c_4(n + 1) = sqrt(1 - 1/n) by the recursion of Gamma. With g(n) = log c_4(n) + 1/(4n) the
    sums g(n) + g(n + 1) = h(n) rise in n, so that g(n) < g(n + 2) < .. -> 0: c_4 <= 1 (Jensen), and
    the product of neighbours tends to 1.
    """
    n = sympy.Symbol("n", positive=True)

    def c4(m: sympy.Expr) -> sympy.Expr:
        return sympy.sqrt(2 / (m - 1)) * sympy.gamma(m / 2) / sympy.gamma((m - 1) / 2)

    product = sympy.gammasimp((c4(n) * c4(n + 1)) ** 2 / (1 - 1 / n))
    h = sympy.log(1 - 1 / n) / 2 + 1 / (4 * n) + 1 / (4 * (n + 1))
    over = sympy.Symbol("over", positive=True)
    slope = sympy.together(sympy.diff(h, n).subs(n, 2 + over))
    rising = all(c > 0 for part in sympy.fraction(slope) for c in sympy.Poly(part, over).coeffs())
    ends = sympy.limit(sympy.sqrt(1 - 1 / n), n, sympy.oo) == 1
    return sympy.simplify(product) == 1 and rising and ends


def _above_looseness() -> Mapping[str, float]:
    cases = {
        "n = 10, 10 generations": Gaussians(points=10, generations=10),
        "n = 10, 60 generations": Gaussians(points=10, generations=60),
    }
    return {
        name: gaussians.above_bound(case) / gaussians.above_by_transform(case).value
        for name, case in cases.items()
    }


GAUSSIAN_CLAIMS = (RATE, VARIANCE, ABOVE, HALF_LIFE)
"""Claims about refitted Gaussians."""
