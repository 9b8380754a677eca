"""Search for a case that breaks a bound, and shrink it to one that can be checked by hand."""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

import numpy as np

from theory.linear_chains import masks as schedules
from theory.linear_chains.bounds import Bound, one_fit
from theory.linear_chains.design import WORKFLOWS, Array, Mask, Workflow
from theory.linear_chains.rational import Instance

TOLERANCE = 1e-9
"""Relative excess below which a floating-point violation counts as rounding."""
LEAST_ROOM = 0.25
"""Room over one fit, relative to it, that a bound must leave for a case to count as hard."""
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
    """The shrunk violation; None where there is none."""
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
    bound: Bound, *, rng: np.random.Generator, draws: int = 400, climbs: int = 400
) -> Refutation:
    """Search T, d, X, Sigma, masks and schedules for a violation of a bound.

    Random cases first, then a climb from the best by small changes, then shrinking.

    Args:
        bound: The bound with its assumptions; cases that fail one are discarded.
        rng: Source of all randomness.
        draws: Random cases that meet the assumptions.
        climbs: Changes tried from the worst of them.
    """
    drawn = (_draw(rng) for _ in range(20 * draws))
    cases = list(islice((case for case in drawn if _meets(bound, case)), draws))
    if not cases:
        return Refutation(
            bound=bound, worst=None, ratio=0.0, smallest=None, exact_ratio=None, tried=0
        )
    cases.sort(key=lambda case: _score(bound, case), reverse=True)
    worst, tried = cases[0], len(cases)
    for _ in range(climbs):
        case = _changed(worst, rng)
        if _meets(bound, case):
            tried += 1
            worst = max(worst, case, key=lambda case: _score(bound, case))
    broken = [case for case in (worst, *cases[:SHRUNK]) if _violates(bound, case)]
    shrunk = [case for case in (shrink(bound, case) for case in broken) if case is not None]
    smallest = min(shrunk, key=_size, default=None)
    return Refutation(
        bound=bound,
        worst=worst,
        ratio=_ratio(bound, worst),
        smallest=smallest,
        exact_ratio=_exact_ratio(bound, smallest) if smallest is not None else None,
        tried=tried,
    )


def _meets(bound: Bound, case: Instance) -> bool:
    return all(assumption.holds(case) for assumption in bound.assumptions)


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
    if bound.exact_value is None or not case.is_rational():
        return None
    return bound.exact_error(case) / bound.exact_value(case)


def _draw(rng: np.random.Generator) -> Instance:
    """Draw a case: a few columns, up to a dozen rows, skewed designs, masks of some schedule."""
    d = int(rng.integers(1, 4))
    size = int(rng.integers(d + 2, 13))
    X = rng.normal(size=(size, d)) * np.exp(rng.normal(size=(size, 1)) * rng.integers(0, 2))
    edits = int(rng.integers(1, 9))
    return Instance(
        X=_rows(X),
        masks=_bits(_draw_masks(edits, size, rng)),
        workflow=_edit_workflow(rng),
        covariance=None if rng.random() < 0.7 else _rows(_draw_covariance(d, rng)),
    )


def _draw_masks(edits: int, size: int, rng: np.random.Generator) -> Mask:
    share = float(rng.uniform(0.05, 0.9))
    kind = rng.integers(5)
    if kind == 0:
        return schedules.fixed(edits, size, share, rng=rng)
    if kind == 1:
        return schedules.fresh(edits, size, share, rng=rng)
    if kind == 2:
        fits = min(edits, size)
        rows = int(rng.integers(1, size // fits + 1))
        return schedules.disjoint(fits, size, rows / size, rng=rng)
    first = int(2 ** rng.integers(1, int(np.log2(size)) + 1))
    sizes = [first // 2**i for i in range(max(edits, 2)) if first // 2**i]
    order = rng.permutation(size)
    nested = kind == 3
    return np.array([(order if nested else rng.permutation(size)) < rows for rows in sizes])


def _draw_covariance(d: int, rng: np.random.Generator) -> Array:
    root = rng.normal(size=(d, d))
    return root @ root.T + 0.1 * np.eye(d)


def _edit_workflow(rng: np.random.Generator) -> Workflow:
    edits = [name for name in WORKFLOWS if name.startswith("edit_")]
    return edits[int(rng.integers(len(edits)))]


def _rows(
    values: Array,
) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(x) for x in row) for row in values)


def _bits(masks: Mask) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(bit) for bit in mask) for mask in masks)


def _changed(case: Instance, rng: np.random.Generator) -> Instance:
    """Return a neighbour: another X, a moved or swapped edit, one edit more or fewer."""
    X, masks = case.design(), case.mask_array()
    kind = rng.integers(6)
    if kind <= 1 or not len(masks):
        X = X + rng.normal(size=X.shape) * np.exp(rng.uniform(-4, 0))
    elif kind == 2:
        t = int(rng.integers(len(X)))
        X[t] *= np.exp(rng.normal())
    elif kind == 3:
        i, t = int(rng.integers(len(masks))), int(rng.integers(len(X)))
        masks[i, t] = not masks[i, t]
    elif kind == 4:
        a, b = rng.integers(len(X), size=2)
        i = int(rng.integers(len(masks)))
        masks[i, [a, b]] = masks[i, [b, a]]
    else:
        i = int(rng.integers(len(masks) + 1))
        copy = (
            masks[int(rng.integers(len(masks)))] if rng.random() < 0.5 else rng.random(len(X)) < 0.2
        )
        masks = np.insert(masks, i, copy, axis=0)
    return replace(case, X=_rows(X), masks=_bits(masks))


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
