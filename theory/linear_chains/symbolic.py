"""The derivations of docs/theory.md redone by sympy: identities, sums and limits, no floats.

A function either returns an exact value, or True when its step simplifies to zero.
"""

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

import sympy
from sympy import Integer, Rational

Expression: TypeAlias = sympy.Expr
"""An exact sympy expression, which a derivation returns."""

Symbols: TypeAlias = tuple[sympy.Symbol, ...]
"""Symbols of the shares q_t of the rows."""

m, eta, h, S = sympy.symbols("m eta h S", positive=True)
T, d, k, n = sympy.symbols("T d k n", positive=True, integer=True)
x = sympy.Symbol("x", positive=True)


def is_zero(expression: Expression) -> bool:
    """Tell whether an expression simplifies to zero."""
    return bool(sympy.simplify(expression) == 0)


def inverse_wishart_mean() -> Expression:
    """Return a diagonal entry of E (X'X)^-1 for Sigma = I, as an expression in T and d.

    The entry is 1 / s with s the squared distance of one column from the span of the others, a
    chi-square with f = T - d + 1 degrees of freedom; E 1/s is a gamma integral.
    """
    freedom = sympy.Symbol("f", positive=True)
    a = freedom / 2 - 1
    integral = sympy.gamma(a) * Integer(2) ** a
    density = Integer(2) ** (freedom / 2) * sympy.gamma(freedom / 2)
    return sympy.simplify(sympy.gammasimp(integral / density)).subs(freedom, T - d + 1)


def unrolled_ratio(
    masks: Sequence[Sequence[int]], *, source: bool = False
) -> tuple[Expression, Symbols]:
    """Return the error ratio for d = 1 as a polynomial in q_t = x_t^2 / |x|^2, and the q_t.

    Labels are unrolled: each is a table of coefficients of every noise, divided by x_t / |x|. The
    ratio is the test error over sigma^2 / (X'X), for general real x.
    """
    rows = len(masks[0])
    q = sympy.symbols(f"q1:{rows + 1}", positive=True)
    first = [{(0, t): 1 / q[t]} for t in range(rows)]
    labels: list[dict[tuple[int, int], Expression]] = first
    for age, mask in enumerate(masks, start=1):
        fitted = _fitted(labels, q)
        kept = first if source else labels
        labels = [{**fitted, (age, t): 1 / q[t]} if mask[t] else kept[t] for t in range(rows)]
    noises = _fitted(labels, q)
    return sympy.expand(sum(c**2 * q[t] for (_, t), c in noises.items())), q


def _fitted(
    labels: list[dict[tuple[int, int], Expression]], q: Symbols
) -> dict[tuple[int, int], Expression]:
    """Return the coefficients of the weight: sum over rows of q_t times those of the label."""
    total: dict[tuple[int, int], Expression] = {}
    for share, label in zip(q, labels, strict=True):
        for noise, coefficient in label.items():
            total[noise] = total.get(noise, 0) + share * coefficient
    return {noise: sympy.expand(value) for noise, value in total.items()}


def gaussian_expectation(ratio: Expression, q: Symbols) -> Expression:
    """Return E of a polynomial in q over Gaussian x, where q ~ Dirichlet(1/2, .., 1/2)."""
    half, total = Rational(1, 2), Integer(0)
    for powers, coefficient in sympy.Poly(sympy.expand(ratio), *q).terms():
        top = sympy.prod([sympy.rf(half, power) for power in powers])
        total += coefficient * top / sympy.rf(half * len(q), sum(powers))
    return sympy.nsimplify(total)


def row_moment() -> Expression:
    """Return E |u_t|^4 / E |u_t|^2 for a row of U, with |u_t|^2 ~ Beta(d/2, (T-d)/2)."""
    a, b = d / 2, (T - d) / 2
    return sympy.simplify((a + 1) / (a + b + 1))


def one_edit_finite() -> Expression:
    """Return the expected ratio after one edit of k of T rows, Gaussian X, in k, T and d."""
    lever = row_moment()
    pair = (k - 1) / (T - 1)
    return 1 + 2 * k / T - k / T * (lever + (1 - lever) * pair)


def fixed_closed_form(edits: Expression) -> Expression:
    """Return f_n(h) = (1+2h)/(1-h^2) - h^(n+1)/(1-h) (2 - h^(n+1)/(1+h))."""
    power = h ** (edits + 1)
    return (1 + 2 * h) / (1 - h**2) - power / (1 - h) * (2 - power / (1 + h))


def fixed_recursion(edits: int) -> Expression:
    """Return the ratio after `edits` edits with one mask where U'MU = h, from the recursion.

    w <- h w + (noise of variance h) + (first noise of the kept rows, variance 1 - h).
    """
    kept, edited, fresh = Integer(1), Integer(1), Integer(0)
    for _ in range(edits):
        kept, edited, fresh = h * kept + 1, h * edited, h**2 * fresh + h
    return sympy.expand(kept**2 * (1 - h) + edited**2 * h + fresh)


def fixed_limit() -> Expression:
    """Return the value to which `fixed_closed_form` tends, with h^(n+1) -> 0 for h < 1."""
    power = sympy.Symbol("p")
    general = (1 + 2 * h) / (1 - h**2) - power / (1 - h) * (2 - power / (1 + h))
    return sympy.simplify(sympy.limit(general, power, 0))


def disjoint_closed_form(edits: Expression) -> Expression:
    """Return 2 r^k - (2 + m r^2k) / (2 + m) with r = 1 + m."""
    growth = (1 + m) ** edits
    return 2 * growth - (2 + m * growth**2) / (2 + m)


def disjoint_limit() -> Expression:
    """Return the limit of k edits of share S / k for k to infinity: 2 e^S - 1."""
    growth = sympy.limit((1 + S / x) ** x, x, sympy.oo)
    return sympy.simplify(
        2 * growth - sympy.limit((2 + S / x * growth**2) / (2 + S / x), x, sympy.oo)
    )


def geometric_sum() -> Expression:
    """Return 1 + sum over i >= 0 of 2 m eta^i - m^2 eta^2i, for eta < 1."""
    ratio = sympy.Symbol("ratio", positive=True)
    series = sympy.summation(ratio**n, (n, 0, sympy.oo)).args[0][0]
    return 1 + 2 * m * series.subs(ratio, eta) - m**2 * series.subs(ratio, eta**2)


def fresh_source_limit() -> Expression:
    """Return the fixed point of v = m^2 v + 1 + 2 m (1 - m)."""
    v = sympy.Symbol("v")
    return sympy.simplify(sympy.solve(sympy.Eq(v, m**2 * v + 1 + 2 * m * (1 - m)), v)[0])


def fresh_slope() -> Expression:
    """Return the growth a generation of edit_previous with random rows, T >> d."""
    residual = sympy.Symbol("l")
    steady = sympy.solve(sympy.Eq(residual, (1 - m) ** 2 * residual + m * (1 - m) * residual + m))
    return sympy.expand(m + m * (1 - m) * steady[0][residual])


def accumulate_limit() -> Expression:
    """Return sum over i of 1 / i^2."""
    return sympy.summation(1 / n**2, (n, 1, sympy.oo))


def subsample_recursion(fits: int) -> Expression:
    """Return the ratio of accumulate_subsample after `fits` fits, T >> d, as a rational.

    w_k = (w_1 + .. + w_{k-1}) / k + z_k, Var z_k = 1, Cov(z_k, z_l) = 1 / max(k, l).
    """
    rows: list[Expression] = []
    for age in range(1, fits + 1):
        unit = sympy.zeros(1, fits)
        unit[0, age - 1] = Integer(1)
        rows.append(sum(rows, sympy.zeros(1, fits)) / age + unit)
    noise = sympy.Matrix(
        fits, fits, lambda i, j: Integer(1) if i == j else Rational(1, max(i, j) + 1)
    )
    return (rows[-1] * noise * rows[-1].T)[0]


def subsample_step() -> Expression:
    """Return v_n - v_{n-1} of accumulate_subsample, T >> d: it simplifies to 3 / n^2.

    Summing the recursion gives, with harmonic numbers H,
    v_n = 1 + 2 (H_n - 1)/n + sum_{k=2}^n 1/k^2 + 2 sum_{l<n} (H_l - 1)/(l (l + 1)).
    """
    before = sympy.Symbol("H", positive=True)
    after = before + 1 / n
    ends = 2 * (after - 1) / n - 2 * (before - 1) / (n - 1)
    return sympy.simplify(ends + 1 / n**2 + 2 * (before - 1) / ((n - 1) * n))


def subsample_closed_form(fits: int) -> Expression:
    """Return 3 sum_{i<=n} 1/i^2 - 2."""
    return 3 * sympy.harmonic(fits, 2) - 2


def subsample_limit() -> Expression:
    """Return 3 pi^2/6 - 2, the plateau of accumulate_subsample."""
    return 3 * accumulate_limit() - 2


def thresholds() -> dict[str, Expression]:
    """Return where a limit passes 2: `fixed` and `source` shares, `disjoint` total share."""
    fixed = [r for r in sympy.solve(sympy.Eq(1 + 2 * m, 2 * (1 - m**2)), m) if r.is_positive]
    disjoint = sympy.solve(sympy.Eq(2 * sympy.exp(S) - 1, 2), S)
    source = [r for r in sympy.solve(sympy.Eq(fresh_source_limit(), 2), m) if r.is_positive]
    return {"fixed": fixed[0], "disjoint": disjoint[0], "source": source[0]}


def full_edit_limit(edits: int) -> Expression:
    """Return f_n at h = 1, a direction that only edited rows determine: n + 1, as in replace."""
    return sympy.limit(fixed_closed_form(Integer(edits)), h, 1)


def confident_one_edit(share: Expression) -> Expression:
    """Return 1 + m + E g^2 - (E g r)^2 / E r^2, g = r where |r| < a, P(|r| < a) = m: a number.

    The edit adds fresh noise, m, and takes out g(r). Only what is orthogonal to r reaches the
    weights, since A r = 0 (the normal equations of the fit that r comes from).
    """
    if share == 1:
        return Integer(2)
    moment, total = _normal_moments()
    cut = moment.subs(S, sympy.sqrt(2) * sympy.erfinv(share))
    return (1 + share + cut - cut**2 / total).evalf(20)


@cache
def _normal_moments() -> tuple[Expression, Expression]:
    """Return E x^2 of a standard normal x where |x| < S, and over all x, both integrated."""
    normal = sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi)
    inside, every = (2 * sympy.integrate(x**2 * normal, (x, 0, end)) for end in (S, sympy.oo))
    return inside, every


def confident_crossover() -> Expression:
    """Return the share at which a confident edit costs as much as a random one, to 20 digits.

    With m = erf(a / sqrt 2) and v = m - 2 a phi(a), confident minus random is (v - m)(1 - v - m).
    """
    share = sympy.erf(S / sympy.sqrt(2))
    density = sympy.exp(-(S**2) / 2) / sympy.sqrt(2 * sympy.pi)
    half = sympy.nsolve(2 * share - 2 * S * density - 1, S, 1.1, prec=30)
    return share.subs(S, half).evalf(20)


def ridge_variance_limit() -> tuple[Expression, sympy.Symbol, sympy.Symbol]:
    """Return the sum over j of s^2j g/(g+l)^2 with s = g/(g+l), that is 1/(l (2 + l/g)); g; l."""
    g, penalty = sympy.symbols("g l", positive=True)
    ratio = (g / (g + penalty)) ** 2
    return sympy.simplify(g / (g + penalty) ** 2 / (1 - ratio)), g, penalty
