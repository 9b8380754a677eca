"""What the disentangling loss is least for, and how fast descent goes there.

Its pairs of stories of different styles are the edges of a complete multipartite graph, and the
loss of one coordinate is the quadratic form of this graph's Laplacian.

Where the loss is 0. Each edge holds the square of a difference. Two stories of different styles
have an edge, and two of one style are both joined to any story of another: with two styles or more
the graph is connected. Where every square is 0 neighbours are equal, so that all stories are.

How fast. Of styles of a and b stories the graph is K_(a,b), each edge of weight 1/(a b). A move of
style A's stories that sums to 0 meets b edges at each story: rate b / (a b) = 1/a. Styles moved
against each other, by b and -a, have the rate (a + b) / (a b). All moved together: 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
import sympy

from theory.story_style.representations import OURS, hessian
from theory.verdict import Claim, Estimate

_GRAPH, _DESCENT, _SYMBOLS = (
    "spectrum of the graph of stories",
    "small steps of descent on pairs",
    "derivatives of the definition by symbols",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """A case: numbers of stories of each style in a batch."""

    sizes: tuple[int, ...]

    def describe(self) -> str:
        """Return the case in words."""
        return f"{' and '.join(map(str, self.sizes))} stories"


def _symbolic_hessian(sizes: Sequence[int]) -> sympy.Matrix:
    """Differentiate the loss of one coordinate, a polynomial, twice by every story."""
    styles = [at for at, size in enumerate(sizes) for _ in range(size)]
    polynomials, *x = sympy.ring(f"x:{len(styles)}", sympy.QQ)
    loss = polynomials.zero
    for one, mine in zip(x, styles, strict=True):
        others = [other for other, style in zip(x, styles, strict=True) if style != mine]
        loss += sum((one - other) ** 2 for other in others) * sympy.QQ(1, len(others))
    slopes = [(loss * sympy.QQ(1, 2 * len(styles))).diff(one) for one in x]
    return sympy.Matrix([[slope.diff(other).as_expr() for other in x] for slope in slopes])


def _nullity(case: Sizes, _rng: np.random.Generator) -> Estimate:
    found = _symbolic_hessian(case.sizes)
    return Estimate(value=float(found.rows - found.rank()))


def _components(case: Sizes, _rng: np.random.Generator) -> Estimate:
    """Walk from story to story of another style, and count how often one has to begin anew."""
    styles = [at for at, size in enumerate(case.sizes) for _ in range(size)]
    left, count = set(range(len(styles))), 0
    while left:
        count += 1
        reached = [left.pop()]
        while reached:
            here = reached.pop()
            near = {other for other in left if styles[other] != styles[here]}
            left -= near
            reached += near
    return Estimate(value=float(count))


def _batches(rng: np.random.Generator) -> Sequence[Sizes]:
    drawn = tuple(int(n) for n in rng.integers(1, 4, size=3))
    return (Sizes(sizes=(1, 1)), Sizes(sizes=(2, 2)), Sizes(sizes=(1, 3)), Sizes(sizes=drawn))


OPTIMUM: Claim[Sizes] = Claim(
    id="dis-optimum",
    statement="the disentangling loss is 0 on one line of every coordinate alone: where all "
    "stories of all styles are one and the same",
    source=OURS,
    relation="equals",
    cases=_batches,
    span="2 and 3 styles of 1 to 3 stories",
    stated=lambda case: 1.0,
    formula="a complete multipartite graph is connected",
    routes={"symbolic": _nullity, "exact": _components},
    derivations={"symbolic": "rank of the second derivatives", "exact": "a walk over the graph"},
    unit="dimensions of a coordinate's stories",
    note="the representation that disentangles best by this loss holds nothing",
)


def _rate_by_symbols(case: Sizes, _rng: np.random.Generator) -> Estimate:
    first, second = case.sizes
    move = sympy.Matrix([second] * first + [-first] * second)
    turned = _symbolic_hessian(case.sizes) * move
    rate = turned[0] / move[0]
    assert turned == rate * move, "the gap is no direction of its own"
    return Estimate(value=float(rate), exact=str(rate))


def _steepest(case: Sizes, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=float(np.linalg.eigvalsh(hessian(case.sizes))[-1]))


def _two_styles(rng: np.random.Generator) -> Sequence[Sizes]:
    return (
        Sizes(sizes=(4, 4)),
        Sizes(sizes=(2, 2)),
        Sizes(sizes=(2, 5)),
        Sizes(sizes=(int(rng.integers(2, 6)), int(rng.integers(2, 6)))),
    )


GAP_RATE: Claim[Sizes] = Claim(
    id="dis-rate-gap",
    statement="descent on the loss shrinks the gap of two styles at the rate 1/n_A + 1/n_B, which "
    "is its fastest: 2/n where both have n stories",
    source=OURS,
    relation="equals",
    cases=_two_styles,
    span="2 to 5 stories in each of two styles",
    stated=lambda case: sum(1 / n for n in case.sizes),
    formula="degrees of the graph of stories",
    routes={"symbolic": _rate_by_symbols, "dense": _steepest},
    derivations={"symbolic": _SYMBOLS, "dense": _GRAPH},
    unit="second derivative of d times the loss",
)


def _content_by_symbols(case: Sizes, _rng: np.random.Generator) -> Estimate:
    """Move two stories of the first style apart, and nothing else."""
    move = sympy.Matrix([1, -1] + [0] * (sum(case.sizes) - 2))
    turned = _symbolic_hessian(case.sizes) * move
    assert turned == turned[0] * move, "two stories apart are no direction of their own"
    return Estimate(value=float(turned[0]), exact=str(turned[0]))


def _content_by_spectrum(case: Sizes, _rng: np.random.Generator) -> Estimate:
    """Return the mean rate of all directions that move the first style's stories apart."""
    first = case.sizes[0]
    whole = hessian(case.sizes)[:first, :first]
    apart = np.eye(first) - 1 / first
    return Estimate(value=float(np.trace(apart @ whole @ apart) / (first - 1)))


CONTENT_RATE: Claim[Sizes] = Claim(
    id="dis-rate-content",
    statement="it shrinks every difference of stories inside style A at the rate 1/n_A, half of "
    "the gap's where both styles have n stories: nothing is spared",
    source=OURS,
    relation="equals",
    cases=_two_styles,
    span="2 to 5 stories in each of two styles",
    stated=lambda case: 1 / case.sizes[0],
    formula="degrees of the graph of stories",
    routes={"symbolic": _content_by_symbols, "dense": _content_by_spectrum},
    derivations={"symbolic": _SYMBOLS, "dense": _GRAPH},
    unit="second derivative of d times the loss",
)


def _faster_by_symbols(case: Sizes, rng: np.random.Generator) -> Estimate:
    gap, content = _rate_by_symbols(case, rng), _content_by_symbols(case, rng)
    return Estimate(value=gap.value / content.value)


def _faster_by_spectrum(case: Sizes, rng: np.random.Generator) -> Estimate:
    gap, content = _steepest(case, rng), _content_by_spectrum(case, rng)
    return Estimate(value=gap.value / content.value)


def _uneven(rng: np.random.Generator) -> Sequence[Sizes]:
    return (Sizes(sizes=(3, 1)), Sizes(sizes=(int(rng.integers(3, 6)), 2)))


TWICE: Claim[Sizes] = Claim(
    id="dis-rate-twice",
    statement="it shrinks the gap at most twice as fast as any content",
    source=f"{OURS}: too strong a reading of the rates 1/n and 2/n",
    relation="at most",
    cases=_uneven,
    span="batches with more stories of one style",
    stated=lambda case: 2.0,
    routes={"symbolic": _faster_by_symbols, "dense": _faster_by_spectrum},
    derivations={"symbolic": _SYMBOLS, "dense": _GRAPH},
    unit="rate of the gap over that of content",
    note="it is 1 + n_A/n_B for content of style A: a rare style moves towards the common one",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A case: a batch of so many stories, each of the first style with some chance."""

    size: int
    share: Fraction

    def describe(self) -> str:
        """Return the case in words."""
        return f"{self.size} stories, {self.share} of them of the first style"


def _by_listing(case: Batch, _rng: np.random.Generator) -> Estimate:
    """Add the chances of all rows of styles without two that differ."""
    chance = {0: case.share, 1: 1 - case.share}
    total = Fraction(0)
    for styles in product((0, 1), repeat=case.size):
        if not any(one != styles[0] for one in styles):
            weight = Fraction(1)
            for one in styles:
                weight *= chance[one]
            total += weight
    return Estimate(value=float(total), exact=str(total))


def _by_batches(case: Batch, rng: np.random.Generator) -> Estimate:
    styles = rng.random((16, 8000, case.size)) < float(case.share)
    alone = styles.all(axis=2) | ~styles.any(axis=2)
    return Estimate.over(alone.mean(axis=1))


def _all_batches(rng: np.random.Generator) -> Sequence[Batch]:
    return (
        Batch(size=4, share=Fraction(1, 2)),
        Batch(size=2, share=Fraction(1, 3)),
        Batch(size=int(rng.integers(3, 7)), share=Fraction(int(rng.integers(2, 6)), 7)),
    )


BATCH: Claim[Batch] = Claim(
    id="dis-batch",
    statement="a batch of b stories has no pair of different styles, and so no disentangling loss, "
    "with chance p^b + (1 - p)^b: one batch in eight of four stories",
    source=OURS,
    relation="equals",
    cases=_all_batches,
    span="batches of 2 to 6, shares of 2/7 to 5/7",
    stated=lambda case: float(case.share**case.size + (1 - case.share) ** case.size),
    formula="independent stories",
    routes={"exact": _by_listing, "simulated": _by_batches},
    derivations={"exact": "rows of styles listed", "simulated": "batches drawn"},
    unit="probability",
    note="the mean of an empty list is no number; the released code guards against it",
)
GRAPH_CLAIMS = (OPTIMUM, GAP_RATE, CONTENT_RATE, TWICE, BATCH)
