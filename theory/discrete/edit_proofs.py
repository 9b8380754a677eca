"""Proofs of the bounds on edited contexts, each step checked by algebra."""

import sympy

t, m, x = sympy.symbols("t m x", positive=True)


def golden_holds() -> bool:
    """Check that m^2 >= 1 - m for m >= .618 and that no other token reaches t afterwards.

    m is the share of K that the flagged token has. After an edit it is m^2, every other token has
    at most 1 - m^2 <= 1 - t^2, and that lies below t when t^2 + t > 1.
    """
    gap = m**2 + m - 1
    roots = sympy.solve(gap, m)
    return roots == [sympy.Rational(-1, 2) + sympy.sqrt(5) / 2] and bool(
        sympy.diff(gap, m).is_positive
    )


def entropy_rises() -> bool:
    """Check that self-editing with t >= .618 and temperature 1 never lowers the entropy.

    H = H(S) + S (h(m) + (1 - m) R), R the entropy of the rest of K, whose law stays. m -> m^2 has
    R weigh more, and h, concave and symmetric about 1/2, is at m^2 no smaller than at m because
    1 - m <= m^2 <= m.
    """
    binary = -x * sympy.log(x) - (1 - x) * sympy.log(1 - x)
    symmetric = sympy.simplify(binary - binary.subs(x, 1 - x)) == 0
    bend = sympy.simplify(sympy.diff(binary, x, 2) * x * (1 - x))
    # the rest gains by 1 + m, and that is all that leaves the flagged token
    conserved = sympy.expand((1 - m) * (1 + m) + m**2 - 1) == 0
    weight = sympy.factor((1 - m**2) - (1 - m)) == sympy.factor(m * (1 - m))
    return bool(symmetric and bend == -1 and conserved and weight) and golden_holds()


def stops_above_square() -> bool:
    """Check that a flagged token, last seen at m >= t, is left at m^2 / S >= t^2, S <= 1."""
    above, below = sympy.symbols("above below", nonnegative=True)
    last, mass = t + above, 1 / (1 + below)
    gap = sympy.expand(last**2 / mass - t**2)
    return all(c >= 0 for c in sympy.Poly(gap, t, above, below).coeffs()) and golden_holds()


def redraw_keeps() -> bool:
    """Check the least chance that a redraw gives the observed token.

    At temperature T > 1 the power 1/T is concave, so that the other candidates weigh most when they
    are equal (Jensen), and the odds (1 - s)/s fall in s: the least chance is at s = t with all of
    1 - t shared evenly. At T = 1 the weight of the others is at most 1 - s whatever their number.
    """
    over = sympy.Symbol("over", positive=True)
    power = 1 / (1 + over)
    bend = sympy.simplify(sympy.diff(x**power, x, 2) / x ** (power - 2))
    concave = sympy.simplify(bend + over / (1 + over) ** 2) == 0
    falling = sympy.simplify(sympy.diff((1 - x) / x, x) + 1 / x**2) == 0
    return bool(concave and falling)


def nothing_else_loses() -> bool:
    """Check for up to five tokens and any flagged set that unflagged tokens never lose mass.

    The law after an edit is h_w + sum_v h_v q_v(w) off F and sum_v h_v q_v(w) on F: its difference
    from h_w, or from kept h_w with q_w(w) = kept + more, has no negative term.
    """
    return all(_no_loss(size, flagged) for size in range(2, 6) for flagged in range(1, size))


def _no_loss(size: int, flagged: int) -> bool:
    h = sympy.symbols(f"h:{size}", nonnegative=True)
    kept = sympy.Symbol("kept", nonnegative=True)
    q = [sympy.symbols(f"q{v}_:{size}", nonnegative=True) for v in range(flagged)]
    chances = [[q[v][w] + (kept if v == w else 0) for w in range(size)] for v in range(flagged)]
    for w in range(size):
        arrives = sum(h[v] * chances[v][w] for v in range(flagged))
        stays, owed = (0, kept * h[w]) if w < flagged else (h[w], h[w])
        gap = sympy.expand(stays + arrives - owed)
        if any(c < 0 for c in sympy.Poly(gap, *h, kept, *[s for row in q for s in row]).coeffs()):
            return False
    return True


def source_bounds_hold() -> bool:
    """Check both steps of the bounds on edits of the human text."""
    return redraw_keeps() and nothing_else_loses()


def self_bounds_hold() -> bool:
    """Check all steps of the bounds on self-editing."""
    return stops_above_square() and nothing_else_loses()
