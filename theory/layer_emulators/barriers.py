"""What lies between two tuned models whose weights are mixed: barriers of linear layers, exactly.

Weights are mixed with shares 1 - t and t, and the barrier is the highest loss of a mix above the
mix of the losses, the chord. If one linear layer is trained, whatever stands frozen before and
behind it, the squared loss is convex in it and there is none. If two are, two optima of one product
P differ by A and B in the layers, and the product of a mix is P - t (1 - t) B A: where both layers
moved there is a barrier. So finding none says something of two trained layers and more alone, and
after short tuning from one start it says little: the barrier is of fourth order in the distance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy
from scipy.optimize import minimize_scalar

from theory.cka import Matrix
from theory.verdict import Claim, Estimate, Route, RouteName

OURS = "this project"
_SAMPLES, _REPEATS = 4000, 24
_NOISE = 0.5
"""Standard deviation of the target's noise, which no layer can fit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OneLayer:
    """A case: y is read off B W A x, W is trained alone, and two of its weights are mixed."""

    before: Matrix
    """A, the frozen layers before it."""
    behind: Matrix
    """B, the frozen layers behind it."""
    first: Matrix
    last: Matrix
    """Weights W that are mixed, any two."""
    target: Matrix
    """T of y = T x + noise, white x."""
    share: Fraction
    """Share t of the last weights in the mix."""

    def describe(self) -> str:
        """The case in words."""
        out, width, inputs = len(self.behind), len(self.first), self.before.shape[1]
        return f"{inputs} to {width} to {out} features, share {self.share}"

    def mixed(self, share: float) -> Matrix:
        """The whole map of a mix, B W A."""
        weights: Matrix = (1 - share) * self.first + share * self.last
        return self.behind @ weights @ self.before


def _one_layer(d: int, width: int, rng: np.random.Generator) -> OneLayer:
    shapes = ((width, d), (d, width), (width, width), (width, width), (d, d))
    before, behind, first, last, target = (
        rng.integers(-3, 4, size=shape).astype(np.float64) for shape in shapes
    )
    return OneLayer(
        before=before,
        behind=behind,
        first=first,
        last=last + np.eye(width) * 7,  # so that the two differ
        target=target,
        share=Fraction(int(rng.integers(1, 10)), 10),
    )


def _below_chord(case: OneLayer) -> float:
    """How far the mix lies below the chord: t (1 - t) |B (V - W) A|^2."""
    change = case.behind @ (case.last - case.first) @ case.before
    return float(case.share * (1 - case.share)) * float(np.square(change).sum())


def _by_losses(case: OneLayer, _rng: np.random.Generator) -> Estimate:
    """Subtract the three losses, each of them |B W A - T|^2 and the noise, in fractions."""
    share = sympy.Rational(case.share.numerator, case.share.denominator)
    behind, first, last, before, target = (
        sympy.Matrix(one.astype(int).tolist())
        for one in (case.behind, case.first, case.last, case.before, case.target)
    )

    def loss(weights: sympy.Matrix) -> sympy.Expr:
        wrong = behind * weights * before - target
        return sum(entry**2 for entry in wrong)

    chord = (1 - share) * loss(first) + share * loss(last)
    value = chord - loss((1 - share) * first + share * last)
    return Estimate(value=float(value), exact=str(value))


def _by_texts(case: OneLayer, rng: np.random.Generator) -> Estimate:
    share, draws = float(case.share), []
    for _ in range(_REPEATS):
        x = rng.standard_normal((_SAMPLES, case.target.shape[1]))
        y = x @ case.target.T + _NOISE * rng.standard_normal((_SAMPLES, len(case.target)))
        losses = [
            float(np.square(x @ case.mixed(at).T - y).sum(axis=1).mean())
            for at in (0.0, share, 1.0)
        ]
        draws.append((1 - share) * losses[0] + share * losses[2] - losses[1])
    return Estimate.over(draws)


ONE_LAYER: Claim[OneLayer] = Claim(
    id="barrier-one-layer",
    statement="where one linear layer is trained between frozen ones, a mix of any two of its "
    "weights, W and V, lies t (1 - t) times the squared norm of B (V - W) A below the chord: there "
    "is no barrier",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        _one_layer(1, 1, rng),
        _one_layer(3, 4, rng),
        _one_layer(int(rng.integers(2, 4)), int(rng.integers(2, 5)), rng),
    ),
    span="1 to 3 features, 1 to 4 inside, shares of .1 to .9, targets with noise",
    stated=_below_chord,
    formula="square of a difference",
    routes={"exact": _by_losses, "simulated": _by_texts},
    derivations={"exact": "three losses in fractions", "simulated": "losses of drawn texts"},
    unit="loss",
    note="whatever the two weights are, trained or not: no barrier of one trained layer is no "
    "finding; a layer behind which something is not linear may have one",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoLayers:
    """A case: two optima of a product of two trained layers, W2 W1 = V2 V1, and a mix of them."""

    words: str
    first: tuple[Matrix, Matrix]
    """Layers of one optimum, the one next to the input first."""
    last: tuple[Matrix, Matrix]

    def describe(self) -> str:
        """The case in words."""
        return f"{self.words}, distance {self.distance:.3g}"

    @property
    def distance(self) -> float:
        """Distance of the two optima, over all weights."""
        pairs = zip(self.first, self.last, strict=True)
        return float(np.sqrt(sum(np.square(b - a).sum() for a, b in pairs)))

    def loss(self, share: float) -> float:
        """Mean squared error of a mix on white inputs, whose target both optima hit."""
        low, high = (
            (1 - share) * a + share * b for a, b in zip(self.first, self.last, strict=True)
        )
        return float(np.square(high @ low - self.first[1] @ self.first[0]).sum())


def _turned(first: tuple[Matrix, Matrix], turn: Matrix, words: str) -> TwoLayers:
    """An optimum and the same product of other layers: G W1 and W2 / G."""
    last = (turn @ first[0], first[1] @ np.linalg.inv(turn))
    return TwoLayers(words=words, first=first, last=last)


def opposite(weight: float) -> TwoLayers:
    """Scalar layers (w, w) and (-w, -w), whose product is the same."""
    layer = np.array([[weight]])
    return _turned((layer, layer), -np.eye(1), f"(w, w) and (-w, -w) for w = {weight:g}")


def mirrored(weight: float, stretch: float) -> TwoLayers:
    """Scalar layers (w g, w / g) and (w / g, w g): as far to one side as to the other."""
    low, high = np.array([[weight * stretch]]), np.array([[weight / stretch]])
    words = f"(w g, w / g) and (w / g, w g) for w = {weight:g}, g = {stretch:g}"
    return TwoLayers(words=words, first=(low, high), last=(high, low))


def _drawn(d: int, rng: np.random.Generator) -> TwoLayers:
    low, high = (rng.integers(-3, 4, size=(d, d)) + 4.0 * np.eye(d) for _ in range(2))
    turn = np.diag(rng.choice([-1.0, 0.5, 2.0, 4.0], size=d))
    turn[0, 0] = -1.0
    return _turned((low, high), turn, f"drawn layers of {d} features, others with their product")


def _sixteenth(case: TwoLayers) -> float:
    """A sixteenth of |B A|^2, for the changes A and B of the two layers."""
    low, high = (b - a for a, b in zip(case.first, case.last, strict=True))
    return float(np.square(high @ low).sum()) / 16


def _by_search(case: TwoLayers, _rng: np.random.Generator) -> Estimate:
    """Look for the highest loss between the optima, whose own losses are 0."""
    found = minimize_scalar(
        lambda share: -case.loss(share), bounds=(0, 1), method="bounded", options={"xatol": 1e-9}
    )
    return Estimate(value=-float(found.fun))


def _by_polynomial(case: TwoLayers, _rng: np.random.Generator) -> Estimate:
    """Write the loss as a polynomial of the share, in fractions, and look at its turning points."""
    t = sympy.Symbol("t")
    pairs = [
        tuple(sympy.Matrix(one.tolist()).applyfunc(sympy.nsimplify) for one in (a, b))
        for a, b in zip(case.first, case.last, strict=True)
    ]
    low, high = ((1 - t) * a + t * b for a, b in pairs)
    wrong = high * low - pairs[1][0] * pairs[0][0]
    loss = sympy.Poly(sympy.expand(sum(entry**2 for entry in wrong)), t)
    inside = [root for root in sympy.real_roots(loss.diff(t)) if 0 <= root <= 1]
    value = max(loss.eval(root) for root in inside)
    return Estimate(value=float(value), exact=str(value))


def _by_half(case: TwoLayers, rng: np.random.Generator) -> Estimate:
    """Mean squared error of drawn texts at the middle."""
    low, high = ((a + b) / 2 for a, b in zip(case.first, case.last, strict=True))
    wrong = high @ low - case.first[1] @ case.first[0]
    draws = [
        float(
            np.square(rng.standard_normal((_SAMPLES, wrong.shape[1])) @ wrong.T).sum(axis=1).mean()
        )
        for _ in range(_REPEATS)
    ]
    return Estimate.over(draws)


_TWO_ROUTES: dict[RouteName, Route[TwoLayers]] = {
    "symbolic": _by_polynomial,
    "dense": _by_search,
    "simulated": _by_half,
}
_TWO_WAYS: dict[RouteName, str] = {
    "symbolic": "turning points of a polynomial",
    "dense": "search along the path",
    "simulated": "drawn texts at the middle",
}
TWO_LAYERS: Claim[TwoLayers] = Claim(
    id="barrier-two-layers",
    statement="between two optima of a product of two trained layers that differ by A and B the "
    "barrier is a sixteenth of the squared norm of B A, at the middle: w^4 from (w, w) to (-w, -w)",
    source=OURS,
    relation="equals",
    cases=lambda rng: (opposite(1.0), opposite(3.0), _drawn(2, rng), _drawn(3, rng)),
    span="1 to 3 features; opposite signs, and drawn products",
    stated=_sixteenth,
    formula="product of a mix",
    routes=_TWO_ROUTES,
    derivations=_TWO_WAYS,
    tolerance=1e-8,
    unit="loss",
    note="0 where one of the layers did not move, or the changes have nothing to do with each "
    "other: then two trained layers have no barrier either",
)


def _fourth_order(case: TwoLayers) -> float:
    return case.distance**4 / 64


def _near(weight: float) -> Callable[[np.random.Generator], tuple[TwoLayers, ...]]:
    return lambda rng: (
        mirrored(weight, 2.0),
        mirrored(weight, 1.0625),
        mirrored(weight, float(Fraction(int(rng.integers(110, 400)), 100))),
    )


SHORT: Claim[TwoLayers] = Claim(
    id="barrier-short-tuning",
    statement="two optima at a distance r to both sides of a start have a barrier of r^4 / 64: "
    "half as much tuning has a sixteenth of it",
    source=OURS,
    relation="equals",
    cases=_near(1.0),
    span="scalar layers around (1, 1), stretched by 1.06 to 4",
    stated=_fourth_order,
    formula="distance alone",
    routes=_TWO_ROUTES,
    derivations=_TWO_WAYS,
    tolerance=1e-8,
    unit="loss",
    note="so short tuning from one start shows no barrier by itself: the control is two plug-ins "
    "of other emulators and orders, not the plug-in and full tuning from the same start",
)
BARRIER_CLAIMS = (ONE_LAYER, TWO_LAYERS, SHORT)
"""Claims about mixes of tuned linear layers."""
