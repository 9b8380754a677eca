"""What descent on the disentangling loss does to style and to content over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from theory.story_style.representations import OURS, Array, hessian
from theory.verdict import Claim, Estimate

_GRAPH, _DESCENT = "spectrum of the graph of stories", "small steps of descent on pairs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Descent:
    """A case: stories of two styles in one coordinate, and a time of descent."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    time: float

    def describe(self) -> str:
        """Return the case in words."""
        rows = "; ".join(", ".join(f"{x:g}" for x in one) for one in (self.first, self.second))
        return f"stories {rows}; time {self.time:g}"

    @property
    def start(self) -> Array:
        """All stories, style after style."""
        return np.array(self.first + self.second)


def style_to_content(x: Array, n_first: int) -> float:
    """Return the squared gap over the variance inside styles.

    Args:
        x: All stories, style after style.
        n_first: Number of stories of the first style.
    """
    first, second = x[:n_first], x[n_first:]
    return float((first.mean() - second.mean()) ** 2 / (first.var() + second.var()))


def flowed(case: Descent) -> Array:
    """Return the stories after the time of descent, by the exponential of the matrix."""
    sizes = len(case.first), len(case.second)
    return np.asarray(expm(-case.time * hessian(sizes)) @ case.start)


def _descended(case: Descent) -> Array:
    """Take small steps, each by the differences of every story to those of the other style."""
    steps = 20_000
    x, y = (np.array(one) for one in (case.first, case.second))
    rate = case.time / steps / (len(x) * len(y))
    for _ in range(steps):
        x, y = x - rate * (len(y) * x - y.sum()), y - rate * (len(x) * y - x.sum())
    return np.concatenate([x, y])


def _ratio_left(case: Descent, after: Array) -> Estimate:
    n = len(case.first)
    return Estimate(value=style_to_content(after, n) / style_to_content(case.start, n))


def _by_flow(case: Descent, _rng: np.random.Generator) -> Estimate:
    return _ratio_left(case, flowed(case))


def _by_descent(case: Descent, _rng: np.random.Generator) -> Estimate:
    return _ratio_left(case, _descended(case))


def variance_left(case: Descent) -> float:
    """Return the share of the variance inside styles that is left after a time.

    Content of a style of n stories has the rate 1/n, and its variance twice that.
    """
    before = [float(np.var(one)) for one in (case.first, case.second)]
    rates = [2 / len(one) for one in (case.first, case.second)]
    left = [v * np.exp(-rate * case.time) for v, rate in zip(before, rates, strict=True)]
    return float(sum(left) / sum(before))


def _descents(rng: np.random.Generator) -> Sequence[Descent]:
    first, second = rng.normal(size=(2, 3))
    return (
        Descent(first=(0.0, 1.0), second=(3.0, 5.0), time=1.0),
        Descent(
            first=tuple(round(float(x), 2) for x in first),
            second=tuple(round(float(x) + 2, 2) for x in second),
            time=round(float(rng.uniform(1, 5)), 1),
        ),
    )


FLOW: Claim[Descent] = Claim(
    id="dis-flow",
    statement="of two styles of equal size descent on the loss alone takes the scale-free ratio of "
    "style to content, g / (tr S_A + tr S_B) with g the squared gap of means, down by a factor "
    "only as it takes the variance of content down by the same factor",
    source=OURS,
    relation="equals",
    cases=_descents,
    span="2 and 3 stories in each of two styles, times of 1 to 5",
    stated=variance_left,
    formula="exponentials of the two rates",
    routes={"dense": _by_flow, "exact": _by_descent},
    derivations={"dense": "exponential of the matrix", "exact": _DESCENT},
    tolerance=1e-3,
    unit="ratio over ratio before",
    note="of other sizes it is not so: `st.dis_flow_any`",
)


def _uneven_descents(rng: np.random.Generator) -> Sequence[Descent]:
    common = tuple(round(float(x), 2) for x in rng.normal(3, 1, size=6))
    return (
        Descent(first=(0.0, 0.1), second=(3.0, 2.0, 5.0, 4.0, 1.0, 6.0, 3.0, 2.0), time=2.0),
        Descent(first=(0.0, 0.5), second=common, time=round(float(rng.uniform(1, 5)), 1)),
    )


FLOW_ANY: Claim[Descent] = Claim(
    id="dis-flow-any",
    statement="of two styles of any sizes descent on the loss alone takes the scale-free ratio of "
    "style to content down by no larger a factor than the variance of content",
    source=f"{OURS}: too strong a reading of two styles of equal size",
    relation="at least",
    cases=_uneven_descents,
    span="2 stories in one style and 6 or 8 in the other, times of 1 to 5",
    stated=variance_left,
    routes={"dense": _by_flow, "exact": _by_descent},
    derivations={"dense": "exponential of the matrix", "exact": _DESCENT},
    tolerance=1e-3,
    unit="ratio over ratio before",
    note="content of the common style B has the slow rate 1/n_B and the gap 1/n_A + 1/n_B: the "
    "ratio falls by more than the variance of content does",
)

FLOW_CLAIMS = (FLOW, FLOW_ANY)
