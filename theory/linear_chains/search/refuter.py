"""Search for a case that breaks a bound, and shrink it to one that can be checked by hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

import numpy as np

from theory.linear_chains.assumptions import FULL_RANK, INDEPENDENT, NO_FULL_EDIT
from theory.linear_chains.bounds import Bound, one_fit
from theory.linear_chains.rational import Instance
from theory.linear_chains.search.cases import changed, draw_case

TOLERANCE = 1e-9
"""Relative excess below which a floating-point violation counts as rounding."""
LEAST_ROOM = 0.25
"""Room over one fit, relative to it, that a bound must leave for a case to count as hard."""
COSTLY = (FULL_RANK, INDEPENDENT, NO_FULL_EDIT)
"""Assumptions that take a decomposition of the design or a simulation."""
SHRUNK = 6
"""Number of violations that are shrunk besides the worst; the smallest result is reported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refutation:
    """Result of a search for a case that violates a bound."""

    bound: Bound
    """Bound that the search attacked."""
    worst: Instance | None
    """The case with the largest error over bound; None where no case met the assumptions."""
    ratio: float
    """Error over bound in the worst case."""
    smallest: Instance | None
    """The shrunk violation, or the worst one where labels choose the rows; None without any."""
    exact_ratio: Fraction | None
    """Error over bound of the shrunk violation, in exact arithmetic where the bound is rational."""
    tried: int
    """Number of cases that met the assumptions."""

    @property
    def refuted(self) -> bool:
        """Whether a violation stands, exact where it can be."""
        if self.exact_ratio is not None:
            return self.exact_ratio > 1
        return self.smallest is not None


def refute(
    bound: Bound,
    *,
    rng: np.random.Generator,
    draws: int = 400,
    climbs: int = 400,
    draw: Callable[[np.random.Generator], Instance] = draw_case,
) -> Refutation:
    """Search T, d, X, Sigma, masks and schedules for a violation of a bound.

    Random cases first, then a climb from the best by small changes, then shrinking. Some cases have
    masks that are chosen by the labels; they count unless the bound assumes that masks are
    independent of the noise.

    Args:
        bound: The bound with its assumptions; cases that fail one are discarded.
        rng: Source of all randomness.
        draws: Random cases that meet the assumptions.
        climbs: Changes tried from the worst of them, and from the worst whose masks see the labels.
        draw: Draws a random case.
    """
    drawn = (draw(rng) for _ in range(20 * draws))
    cases = list(islice((case for case in drawn if _meets(bound, case)), draws))
    if not cases:
        return Refutation(
            bound=bound, worst=None, ratio=0.0, smallest=None, exact_ratio=None, tried=0
        )
    cases.sort(key=lambda case: _score(bound, case), reverse=True)
    tried = len(cases)
    ends = []
    for start in _starts(cases):
        worst, highest = start, _score(bound, start)
        for _ in range(climbs):
            case = changed(worst, rng)
            if _meets(bound, case):
                tried += 1
                score = _score(bound, case)
                if score > highest:
                    worst, highest = case, score
        ends.append((highest, worst))
    worst = max(ends, key=lambda end: end[0])[1]
    seen = [case for case in (worst, *cases[:SHRUNK]) if case.choice is None]
    broken = [case for case in seen if _violates(bound, case)]
    shrunk = [case for case in (shrink(bound, case) for case in broken) if case is not None]
    smallest = min(shrunk, key=_size, default=None)
    if smallest is None and worst.choice is not None and _violates(bound, worst):
        smallest = worst
    return Refutation(
        bound=bound,
        worst=worst,
        ratio=_ratio(bound, worst),
        smallest=smallest,
        exact_ratio=_exact_ratio(bound, smallest) if smallest is not None else None,
        tried=tried,
    )


def _starts(cases: list[Instance]) -> list[Instance]:
    """Return the worst case whose masks ignore the labels and the worst whose masks see them."""
    kinds = [[c for c in cases if (c.choice is None) == blind] for blind in (True, False)]
    return [kind[0] for kind in kinds if kind]


def _meets(bound: Bound, case: Instance) -> bool:
    """Tell whether a case meets the assumptions, of which the costly ones are asked last."""
    return all(one.holds(case) for one in sorted(bound.assumptions, key=COSTLY.__contains__))


def _ratio(bound: Bound, case: Instance) -> float:
    value = bound.value(case)
    return bound.error(case) / value if value > 0 else -np.inf


def _score(bound: Bound, case: Instance) -> float:
    """Return what the edits add over what the bound allows them, which the search raises.

    Cases that the bound leaves almost no room would only show rounding: they score zero.
    """
    base, value = one_fit(case), bound.value(case)
    room = value - base
    return (bound.error(case) - base) / room if room > LEAST_ROOM * base else 0.0


def _violates(bound: Bound, case: Instance) -> bool:
    """Tell whether a case meets the assumptions and breaks the bound, exactly where it can be."""
    if not _meets(bound, case) or not _ratio(bound, case) > 1 + TOLERANCE:
        return False
    exact = _exact_ratio(bound, case)
    return exact is None or exact > 1


def _exact_ratio(bound: Bound, case: Instance) -> Fraction | None:
    if bound.exact_value is None or case.choice is not None or not case.is_rational():
        return None
    return bound.exact_error(case) / bound.exact_value(case)


def shrink(bound: Bound, case: Instance) -> Instance | None:
    """Return the simplest violation reachable from a violation; None if rounding loses it.

    Each step keeps the bound broken: Sigma = I, integers in X, fewer edits, rows, columns and
    edited rows. Repeated until no step applies.
    """
    current = case
    improved = True
    while improved:
        improved = False
        for simpler in _simpler(current):
            if _size(simpler) < _size(current) and _violates(bound, simpler):
                current, improved = simpler, True
                break
    return current if _violates(bound, current) else None


def _size(case: Instance) -> tuple[int, ...]:
    """Order cases by how much there is to check by hand."""
    numbers = [x for row in case.X for x in row]
    floats = sum(isinstance(x, float) for x in numbers)
    edited = sum(map(sum, case.masks))
    whole = sum(abs(int(x)) + (x != 1) for x in numbers if not isinstance(x, float))
    return (
        case.covariance is not None,
        case.n_features,
        floats,
        case.n_samples,
        len(case.masks),
        edited,
        whole,
    )


def _simpler(case: Instance) -> list[Instance]:
    """Return candidates with one thing less, the boldest first."""
    X, masks = case.X, case.masks
    found = [replace(case, covariance=None)]
    if case.n_features == 1 and case.n_samples <= 8:
        found += [replace(case, X=tuple((1,) for _ in X))]
    elif case.n_features > 1:
        drop = range(case.n_features)
        found += [
            replace(case, X=tuple(r[:j] + r[j + 1 :] for r in X), covariance=None) for j in drop
        ]
    for scale in (1, 2, 4, 8):
        peak = max(abs(float(x)) for row in X for x in row) or 1.0
        rounded = tuple(tuple(round(scale * float(x) / peak) for x in row) for row in X)
        found.append(replace(case, X=rounded))
    for t in range(case.n_samples):
        found.append(
            replace(case, X=X[:t] + X[t + 1 :], masks=tuple(m[:t] + m[t + 1 :] for m in masks))
        )
    for i, mask in enumerate(masks):
        found.append(replace(case, masks=masks[:i] + masks[i + 1 :]))
        for t in (t for t, bit in enumerate(mask) if bit):
            fewer = (*mask[:t], 0, *mask[t + 1 :])
            found.append(replace(case, masks=(*masks[:i], fewer, *masks[i + 1 :])))
    for t, row in enumerate(X):
        for j in range(len(row)):
            one = (*row[:j], 1, *row[j + 1 :])
            found.append(replace(case, X=(*X[:t], one, *X[t + 1 :])))
    return found
