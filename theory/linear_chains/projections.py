"""Cyclic moments of a random projection, in fractions: the mean of disjoint edits over Gaussian X.

For Gaussian X the hat matrix P is a uniformly distributed projection of rank d in T dimensions. The
mean of a product (I + U'M_1U) .. (I + U'M_nU) over disjoint masks of k_1, .., k_n rows adds up

    c_k = E[P_12 P_23 .. P_k1] / d,    the k rows distinct,

once for every choice of k masks and of a row in each. With zonal polynomials (Jack functions J of
parameter 2; R. P. Stanley, Adv. Math. 77, 1989): the power sum p_k is the sum over partitions of k
of (2k theta/j) J, and E J(P B) = J(B) J(I_d)/J(I_T) with J(I_d) proportional to (d/2)_lambda.
Comparing the coefficients of b_1 b_2 .. b_k for a diagonal B gives `cyclic_moment`.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from math import factorial, lcm, prod

import sympy

from theory.linear_chains.design import checked_size
from theory.linear_chains.symbolic import Expression

LAST_PROVED = 32
"""Largest T for which the ledger checks the sums that bound the mean of disjoint edits."""


@cache
def cyclic_moment(k: int, n_samples: int, n_features: int) -> Fraction:
    """Return c_k = E[P_12 P_23 .. P_k1] / d for a uniform projection P of rank d in T dimensions.

    Args:
        k: Number of distinct rows, 1 .. T.
        n_samples: Number T of dimensions.
        n_features: Rank d, 1 .. T.

    Raises:
        ValueError: k or d lies outside 1 .. T.
    """
    if not (1 <= k <= n_samples and 1 <= n_features <= n_samples):
        raise ValueError(f"k = {k} and d = {n_features} must lie in 1 .. T = {n_samples}")
    shapes, denominator = _over_dimensions(k, n_samples)
    total = sum(weight * _rising(n_features, *shape) for shape, weight in shapes)
    return Fraction(total, denominator * n_features)


@cache
def _over_dimensions(
    k: int, n_samples: int
) -> tuple[tuple[tuple[tuple[int, int, int], int], ...], int]:
    """Return (2k theta/j) / (T/2)_lambda of every partition over one denominator, and that one."""
    weights = {
        shape: weight / _rising(n_samples, *shape) for shape, weight in _expansion(k).items()
    }
    denominator = lcm(*(weight.denominator for weight in weights.values()))
    whole = tuple((shape, int(weight * denominator)) for shape, weight in weights.items())
    return whole, denominator


@cache
def _expansion(k: int) -> dict[tuple[int, int, int], Fraction]:
    """Return the coefficients 2k theta/j of the partitions (arm, second, 1, .., 1) of k.

    theta is zero for every partition that holds the box (3, 2), so that a first row, a second row
    and a number of ones are all.
    """
    found = {}
    for shape in _shapes(k):
        theta = prod(
            2 * j - i for i, row in enumerate(shape) for j in range(row) if (i, j) != (0, 0)
        )
        second = shape[1] if len(shape) > 1 else 0
        key = (shape[0], second, max(0, len(shape) - 2))
        found[key] = Fraction(2 * k * theta, _hooks(shape))
    return found


def _shapes(k: int) -> Iterator[tuple[int, ...]]:
    """Yield the partitions of k without the box (3, 2)."""
    yield (k,)
    for arm in range(1, k):
        for second in range(1, min(arm, k - arm) + 1):
            yield (arm, second, *([1] * (k - arm - second)))


def _hooks(shape: Sequence[int]) -> int:
    """Return j_lambda of parameter 2: the product over boxes of (2a + l + 1)(2a + l + 2)."""
    columns = [sum(row > j for row in shape) for j in range(shape[0])]
    boxes = [(i, j) for i, row in enumerate(shape) for j in range(row)]
    values = [2 * (shape[i] - j - 1) + columns[j] - i - 1 for i, j in boxes]
    return prod((value + 1) * (value + 2) for value in values)


@cache
def _rising(size: int, arm: int, second: int, legs: int) -> int:
    """Return 2^k (size/2)_lambda, the product over boxes (i, j) of size - i + 2 j."""
    return _steps(size, 2, arm) * _steps(size - 1, 2, second) * _steps(size - 2, -1, legs)


@cache
def _steps(start: int, step: int, count: int) -> int:
    """Return start (start + step) (start + 2 step) .. of so many factors."""
    if not count:
        return 1
    return _steps(start, step, count - 1) * (start + step * (count - 1))


def mean_growth(sizes: Sequence[int], n_samples: int, n_features: int) -> Fraction:
    """Return E tr C / d over Gaussian X, C the product of I + U'M_iU over disjoint masks.

    The sum over the choices of k masks of the product of their sizes is an elementary symmetric
    function. The mean error of disjoint edits of the last labels is at most 2 E tr C / d - 1.

    Args:
        sizes: Number of rows of every mask, T in all at most.
        n_samples: Number T of rows.
        n_features: Number d of columns.

    Raises:
        ValueError: The masks do not fit into T rows.
    """
    checked_size(n_samples, n_features)
    if sum(sizes) > n_samples:
        raise ValueError(f"disjoint masks of {sum(sizes)} rows do not fit into T = {n_samples}")
    elementary = [1]
    for size in sizes:
        before = [0, *elementary]
        elementary = [a + size * b for a, b in zip([*elementary, 0], before, strict=True)]
    terms = zip(elementary[1:], range(1, len(elementary)), strict=True)
    moments = (e * cyclic_moment(k, n_samples, n_features) for e, k in terms if e)
    return sum(moments, Fraction(1))


def growth_is_bounded(n_samples: int, n_features: int) -> bool:
    """Check E tr C / d <= e^S for every choice of disjoint masks, S their share of all rows.

    The sum over choices of k masks of the product of their sizes is at most (S T)^k / k!, so that
    E tr C / d <= 1 + sum_k a_k S^k / k! with a_k = max(0, T^k c_k). Where every a_k <= 1 this is at
    most e^S. Some a_k of large k exceed 1 from T = 27 on; since S <= 1, what they add is at most
    sum (a_k - 1)/k! S^2, and a_2 < 1 leaves room for (1 - a_2)/2 S^2.
    """
    moments = [
        n_samples**k * cyclic_moment(k, n_samples, n_features) for k in range(1, n_samples + 1)
    ]
    excess = sum(
        ((a - 1) / factorial(k) for k, a in enumerate(moments, start=1) if a > 1), Fraction(0)
    )
    return bool(moments[0] <= 1 and excess <= (1 - moments[1]) / 2)


def disjoint_mean_holds(last: int = LAST_PROVED) -> bool:
    """Check `growth_is_bounded` for every 3 <= T <= last and every d <= T - 2."""
    return all(growth_is_bounded(T, d) for T in range(3, last + 1) for d in range(1, T - 1))


def free_cumulant(k: int, share: Expression) -> Expression:
    """Return the integral of the Legendre polynomial P_{k-1}(1 - 2t) over 0 < t < x, x = d/T.

    It is the k-th free cumulant of a projection of normalised trace x, to which T^k c_k x tends.
    """
    t = sympy.Symbol("t")
    return sympy.integrate(sympy.legendre(k - 1, 1 - 2 * t), (t, 0, share))


def limiting_moment(k: int, share: Expression) -> Expression:
    """Return the limit of T^k c_k for T to infinity at d = x T, from the exact sum."""
    T = sympy.Symbol("T", positive=True)
    total = sum(
        sympy.Rational(weight.numerator, weight.denominator)
        * _symbolic_rising(share * T, *shape)
        / _symbolic_rising(T, *shape)
        for shape, weight in _expansion(k).items()
    )
    return sympy.limit(sympy.cancel(sympy.together(T ** (k - 1) * total / share)), T, sympy.oo)


def _symbolic_rising(size: Expression, arm: int, second: int, legs: int) -> Expression:
    first = sympy.prod([size + 2 * j for j in range(arm)])
    below = sympy.prod([size - 1 + 2 * j for j in range(second)])
    return first * below * sympy.prod([size - 2 - i for i in range(legs)])


def legendre_cumulants_hold() -> bool:
    """Check that the R-transform of a projection of trace x has Legendre polynomials as its slope.

    G(z) = (1-x)/z + x/(z-1) and G(1/g + R) = g; dR/dx = 1/sqrt(1 - 2yg + g^2), y = 1 - 2x, the
    generating function of P_k(y), and R = 0 at x = 0. So kappa_k is the integral of P_{k-1}, and
    |P| <= 1 on [-1, 1] gives |kappa_k| <= x.
    """
    g, x, z = sympy.symbols("g x z", positive=True)
    root = sympy.sqrt(1 - 2 * (1 - 2 * x) * g + g**2)
    transform = (g - 1 + root) / (2 * g)
    inverse = 1 / g + transform
    equation = sympy.numer(sympy.together((1 - x) / z + x / (z - 1) - g))
    solves = sympy.simplify(sympy.expand(equation.subs(z, inverse))) == 0
    slope = sympy.simplify(sympy.diff(transform, x) - 1 / root) == 0
    y = 1 - 2 * x
    series = sympy.series(1 / root, g, 0, 6).removeO()
    legendre = all(sympy.expand(series.coeff(g, k) - sympy.legendre(k, y)) == 0 for k in range(6))
    starts = sympy.series(transform, g, 0, 3).removeO().subs(x, 0)
    return bool(solves and slope and legendre and sympy.simplify(starts) == 0)
