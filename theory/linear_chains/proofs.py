"""Steps of the proofs in docs/theory.md, each checked by sympy: True when the step holds."""

import sympy
from sympy import Integer, Rational

from theory.linear_chains.symbolic import (
    Expression,
    disjoint_closed_form,
    fixed_closed_form,
    fixed_recursion,
    fresh_source_limit,
    h,
    is_zero,
    k,
    m,
    n,
    subsample_closed_form,
    subsample_recursion,
    subsample_step,
    x,
)


def gamma_integral_holds() -> bool:
    """Check the integral that `inverse_wishart_mean` uses, x^(a-1) e^(-x/2) over x > 0."""
    values = [
        sympy.integrate(x ** (a - 1) * sympy.exp(-x / 2), (x, 0, sympy.oo))
        - sympy.gamma(a) * Integer(2) ** a
        for a in (Integer(1), Rational(3, 2), Integer(2), Rational(7, 2))
    ]
    return all(is_zero(value) for value in values)


def one_edit_covariance_holds() -> bool:
    """Check (I - MQ)(I - MQ)' + M under A: AA' + 2AMA' - AMPMA', for T = 3, d = 1, general x."""
    design = sympy.Matrix(sympy.symbols("x1:4", positive=True))
    mask = sympy.diag(*sympy.symbols("m1:4"))
    fit = design.T / (design.T * design)[0]
    hat = design * fit
    step = sympy.eye(3) - mask * (sympy.eye(3) - hat)
    lhs = fit * (step * step.T + mask) * fit.T
    claimed = fit * (sympy.eye(3) + 2 * mask - mask * hat * mask) * fit.T
    gap = sympy.expand(sympy.together((lhs - claimed)[0]) * (design.T * design)[0] ** 4)
    gap = sympy.expand(gap.subs({entry**2: entry for entry in mask.diagonal()}))
    return is_zero(gap)


def disjoint_closed_form_holds() -> bool:
    """Check v_0 = 1 and v_{k+1} = r^2 v_k + 2m - 2m r^(k+1), for symbolic k."""
    step = (1 + m) ** 2 * disjoint_closed_form(k) + 2 * m - 2 * m * (1 + m) ** (k + 1)
    gap = sympy.powsimp(sympy.expand(disjoint_closed_form(k + 1) - step))
    return is_zero(gap) and is_zero(disjoint_closed_form(Integer(0)) - 1)


def subsample_steps_hold() -> bool:
    """Check that the step is 3/n^2, hence positive, and the closed form against the recursion."""
    matches = all(
        is_zero(subsample_closed_form(fits) - subsample_recursion(fits)) for fits in range(1, 9)
    )
    return matches and is_zero(subsample_step() - 3 / n**2)


def disjoint_product_holds() -> bool:
    """Check the matrix step behind the bound C + C' - I, with symbols that do not commute.

    With V <= C + C' - I before an edit, the edit gives at most (I + H)C + C'(I + H) - I - H^2.
    """
    edit, grown, transposed = sympy.symbols("H C Ct", commutative=False)
    step = 1 + edit
    new = (
        step * (grown + transposed - 1) * step
        + 2 * edit
        - step * grown * edit
        - edit * transposed * step
    )
    claimed = step * grown + transposed * step - 1 - edit**2
    return bool(sympy.expand(new - claimed) == 0)


def scalar_growth_holds() -> bool:
    """Check 1 + q <= e^q: the gap is zero at 0 and grows from there."""
    gap = sympy.exp(h) - 1 - h
    slope = sympy.series(sympy.diff(gap, h), h, 0, 8).removeO()
    positive = all(c > 0 for c in sympy.Poly(slope, h).coeffs())
    return is_zero(gap.subs(h, 0)) and positive


def fixed_bound_holds() -> bool:
    """Check that the limit exceeds f_n by h^(n+1)/(1-h) (2 - h^(n+1)/(1+h)), never negative.

    The closed form is compared with the recursion for the first edits, and by its own step.
    """
    power = sympy.Symbol("p", positive=True)
    gap = power / (1 - h) * (2 - power / (1 + h))
    lowest = gap.subs(power, 1) * (1 - h)
    first = all(is_zero(fixed_recursion(i) - fixed_closed_form(i)) for i in range(6))
    return first and is_zero(lowest - (1 + 2 * h) / (1 + h))


def source_bound_holds() -> bool:
    """Check the fixed points of a = h a + 1 (human noise) and f = h^2 f + h (fresh noise)."""
    value = sympy.Symbol("a")
    human = sympy.solve(sympy.Eq(value, h * value + 1), value)[0]
    fresh = sympy.solve(sympy.Eq(value, h**2 * value + h), value)[0]
    return is_zero(human - 1 / (1 - h)) and is_zero(fresh - h / (1 - h**2))


def jensen_holds() -> bool:
    """Check (1+2h)/(1-h^2) = 3/2/(1-h) - 1/2/(1+h), and that 1/(1+h) is convex."""
    parts = Rational(3, 2) / (1 - h) - Rational(1, 2) / (1 + h)
    convex = sympy.diff(1 / (1 + h), h, 2)
    return is_zero(parts - (1 + 2 * h) / (1 - h**2)) and bool(sympy.simplify(convex).is_positive)


def residual_projection_holds() -> bool:
    """Check A Q = 0 with Q = I - X A, for T = 3, d = 1 and general x."""
    design = sympy.Matrix(sympy.symbols("x1:4", positive=True))
    fit = design.T / (design.T * design)[0]
    return all(is_zero(entry) for entry in fit * (sympy.eye(3) - design * fit))


def source_half_holds() -> bool:
    """Check that the limit of edit_source passes 2 only at m = 1/2: 2 - v = (1 - 2m)/(1 - m^2)."""
    return is_zero(2 - fresh_source_limit() - (1 - 2 * m) / (1 - m**2))


def confident_crossover_holds() -> bool:
    """Check that confident minus random is (v - m)(1 - v - m), and that v + m grows from zero.

    With m = erf(a / sqrt 2), dv/da = a^2 dm/da: the slope of v + m in m is 1 + a^2 > 0, and v < m.
    """
    v = sympy.Symbol("v", positive=True)
    gap = (1 + m + v - v**2) - (1 + 2 * m - m**2) - (v - m) * (1 - v - m)
    half = sympy.Symbol("a", positive=True)
    density = sympy.exp(-(half**2) / 2) / sympy.sqrt(2 * sympy.pi)
    share = sympy.erf(half / sympy.sqrt(2))
    kept = share - 2 * half * density
    slope = sympy.diff(kept, half) - half**2 * sympy.diff(share, half)
    starts = kept.subs(half, 0) == 0 and share.subs(half, 0) == 0
    return is_zero(sympy.expand(gap)) and is_zero(slope) and bool(starts)


def residual_bound_holds() -> bool:
    """Check the steps behind u + 2 (sum_i sqrt(tr Sigma A M_i A'))^2, edit_previous, any blind M_i.

    With r = Q N the recursion gives r' = (I - S) r + Q M E, S = Q M Q. If Cov r <= Q before an edit
    it is at most Q - S + S^2 after it, and S - S^2 = (P M Q)' (P M Q), a square. An edit moves the
    weights by A M (E - r), of variance at most A M (I + Q) M A' = 2 A M A' - (A M P)(A M P)'.
    Symbols do not commute; Q Q = Q, M M = M and A Q = 0 are used.
    """
    residual, mask, fit = sympy.symbols("Q M A", commutative=False)
    rules = {residual**2: residual, mask**2: mask}
    hat = 1 - residual
    moved = residual * mask * residual
    shrunk = (1 - moved) * residual * (1 - moved) + residual * mask * mask * residual
    squares = residual * mask * hat * hat * mask * residual
    bounded = reduced(shrunk - (residual - squares), rules)
    label = 1 - mask * residual
    recursion = reduced(residual * label - (1 - moved) * residual, rules)
    weights = fit * label - fit + fit * mask * residual
    spread = fit * mask * (1 + residual) * mask - 2 * fit * mask + fit * mask * hat * hat * mask
    gaps = (bounded, recursion, sympy.expand(weights), reduced(spread, rules))
    return all(gap == 0 for gap in gaps)


def reduced(expression: Expression, rules: dict[Expression, Expression]) -> Expression:
    """Expand a polynomial in symbols that do not commute, and apply projections' squares."""
    before = sympy.expand(expression)
    while True:
        after = sympy.expand(before.subs(rules))
        if after == before:
            return after
        before = after
