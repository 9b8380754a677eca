"""Token editing in one context, exactly: the Markov kernel of ToEdit and what follows from it.

A context has the human law h of the next token and the law s that the prior gives. An edit
redraws every token v with s(v) >= t from the k likeliest tokens and v itself, in proportion to
s^(1/temperature), and keeps the others (arXiv 2412.14689, Eq. 2 and Algorithm 1). F are the flagged
tokens, S the mass of the k likeliest, K. The context is held: what an edit does to the tokens
before is no part of this page.

The law of the text stands for infinitely much text: nothing is lost by drawing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Process = Literal["source", "previous"]
"""Which text an edit starts from: the human one every time, or what the last edit left."""

GOLDEN = (math.sqrt(5) - 1) / 2
"""Positive root of x^2 + x = 1, .618: from this threshold on, self-editing has a simple law."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """One context of a next-token model, in integers, and the rule that edits its tokens."""

    human: tuple[int, ...]
    """Numbers in proportion to the human probabilities h of each token."""
    prior: tuple[int, ...] | None
    """Numbers in proportion to the prior's probabilities s, the same at every edit; None where the
    prior is the law of the text as it stands: a model of that text, refitted before every edit."""
    threshold: Fraction
    """Probability t from which a token is redrawn."""
    top_k: int
    """Number k of likeliest tokens that a redraw chooses from, besides the observed one."""
    temperature: float = 1.0
    """Number that divides the log-probabilities of the candidates."""
    edits: int = 1
    """Number of edits, one in each generation."""
    process: Process = "previous"
    """Which text each edit starts from."""

    def describe(self) -> str:
        """Return the context in words, with the numbers that a reader needs to redo it."""
        prior = "its own law" if self.prior is None else f"prior {_ratio(self.prior)}"
        of = "human text" if self.process == "source" else "last text"
        return (
            f"h = {_ratio(self.human)}, {prior}, P >= {float(self.threshold):.4g}, top "
            f"{self.top_k}, temperature {self.temperature:g}, {self.edits} edits of the {of}"
        )

    @property
    def law(self) -> Array:
        """Human probabilities h, shape (tokens,)."""
        return _normal(self.human)

    @property
    def prior_law(self) -> Array:
        """Probabilities s of the first edit's prior, shape (tokens,)."""
        return self.law if self.prior is None else _normal(self.prior)

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Tokens F that the first edit redraws, shape (tokens,)."""
        return np.asarray(self.prior_law >= float(self.threshold))

    @property
    def flagged_share(self) -> float:
        """Share h(F) of the human text that the first edit redraws."""
        return float(self.law[self.flagged].sum())


def _normal(numbers: tuple[int, ...]) -> Array:
    counts = np.array(numbers, dtype=float)
    return np.asarray(counts / counts.sum())


def _ratio(numbers: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, numbers))})/{sum(numbers)}"


def redraws(prior: Array, top_k: int, temperature: float) -> Array:
    """Return the law of a redraw of each token v, row v of shape (tokens, tokens)."""
    order = np.argsort(-prior, kind="stable")
    candidate = np.zeros((len(prior), len(prior)), dtype=bool)
    candidate[:, order[:top_k]] = True
    np.fill_diagonal(candidate, True)
    weight = np.where(candidate, prior ** (1 / temperature), 0.0)
    weight[weight.sum(axis=1) == 0] = np.eye(len(prior))[weight.sum(axis=1) == 0]
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def kernel(case: Context, prior: Array) -> Array:
    """Return the probability that an edit turns token v into w, shape (tokens, tokens)."""
    rows = np.eye(len(prior))
    flagged = prior >= float(case.threshold)
    rows[flagged] = redraws(prior, case.top_k, case.temperature)[flagged]
    return rows


def laws(case: Context) -> Array:
    """Return the law of the text before and after every edit, shape (edits + 1, tokens)."""
    found = [case.law]
    for _ in range(case.edits):
        prior = found[-1] if case.prior is None else case.prior_law
        start = case.law if case.process == "source" else found[-1]
        found.append(start @ kernel(case, prior))
    return np.array(found)


def total_variation(human: Array, law: Array) -> float:
    """Return half the sum of the differences: the share of tokens that have to differ."""
    return float(np.abs(human - law).sum() / 2)


def excess_loss(human: Array, law: Array) -> float:
    """Return KL(h | law) in nats a token: what a model of the edited text loses on human text."""
    seen = human > 0
    with np.errstate(divide="ignore"):
        return float((human[seen] * np.log(human[seen] / law[seen])).sum())


def entropy(_human: Array, law: Array) -> float:
    """Return the entropy of the law of the text, in nats a token."""
    seen = law > 0
    return float(-(law[seen] * np.log(law[seen])).sum())


Quantity = Callable[[Array, Array], float]
"""A number of the human law and of the law of the edited text."""


def flagged_mass(case: Context) -> Quantity:
    """Return the quantity: mass of the tokens that the first edit flags."""
    return lambda _human, law: float(law[case.flagged].sum())


def top(case: Context) -> float:
    """Return the mass S of the k likeliest tokens of the first edit's prior."""
    return float(np.sort(case.prior_law)[::-1][: case.top_k].sum())


def self_edit_distance(case: Context) -> float:
    """Return m (1 - m/S), how far one edit moves a law that is its own prior, temperature 1.

    m = h(F): flagged tokens keep the share m/S of their mass, the other tokens of K gain by the
    factor 1 + m/S, and tokens outside K stay as they are. It needs every flagged token in K.
    """
    m = case.flagged_share
    return m * (1 - m / top(case))


def self_edit_stops_at(case: Context) -> float:
    """Return where self-editing leaves the flagged token: the first S (m/S)^(2^j) below t.

    It needs t >= .618 and temperature 1. With m = S nothing moves: K has no other token.
    """
    m, mass = case.flagged_share, top(case)
    t = float(case.threshold)
    if m < t or m >= mass:
        return m
    while m >= t:
        m = mass * (m / mass) ** 2
    return m


def self_edit_cost(case: Context) -> float:
    """Return S d(m/S | m_end/S), the loss of a model where self-editing stops, from S (m/S)^(2^j).

    d(a | b) is the relative entropy of coins. Only the balance of the flagged token and the rest of
    K changes, not the law of the rest.
    """
    mass = top(case)
    a, b = case.flagged_share / mass, self_edit_stops_at(case) / mass
    rest = (1 - a) * math.log((1 - a) / (1 - b)) if a < 1 else 0.0
    return mass * (a * math.log(a / b) + rest)


def fixed_prior_mass(case: Context) -> float:
    """Return h(F) q^n, the flagged mass after n edits of the last text with one prior.

    q = s(F)/S at temperature 1 is the chance that a redraw is flagged again.
    """
    return float(case.flagged_share * _again(case) ** case.edits)


def fixed_prior_loss(case: Context) -> float:
    """Return KL(h | law) after n edits of the last text with one prior, in closed form.

    Of the flagged tokens the share (1 - q^n) has been spread in proportion to s over K without F.
    """
    h, s = case.law, case.prior_law
    mass, q, n = top(case), _again(case), case.edits
    inside = np.zeros(len(s), dtype=bool)
    inside[np.argsort(-s, kind="stable")[: case.top_k]] = True
    m = case.flagged_share
    spread = m * (1 - q**n) / (1 - q) if q < 1 else m * n
    gained = np.where(inside & ~case.flagged, h + spread * s / mass, h)
    law = np.where(case.flagged, m * q ** (n - 1) * s / mass, gained)
    return excess_loss(h, law)


def _again(case: Context) -> float:
    return float(case.prior_law[case.flagged].sum()) / top(case)


def kept_at_least(case: Context) -> float:
    """Return the least chance that a redraw gives the observed token, any prior with s(v) >= t.

    With c = min(k, tokens) candidates t^(1/T) / (t^(1/T) + (c - 1)^(1 - 1/T) (1 - t)^(1/T)),
    T >= 1 the temperature, for t > 1/2: the others are worst when they share 1 - t evenly. At T = 1
    it is t.
    """
    others = min(case.top_k, len(case.human)) - 1
    power, t = 1 / case.temperature, float(case.threshold)
    rest = others ** (1 - power) * (1 - t) ** power if others else 0.0
    return float(t**power / (t**power + rest))


def source_distance_bound(case: Context) -> float:
    """Return h(F) (1 - kept), which no edit of the human text exceeds in total variation."""
    return case.flagged_share * (1 - kept_at_least(case))


def source_loss_bound(case: Context) -> float:
    """Return h(F) log(1/kept): no model of an edited human text loses more, in any generation.

    Unflagged tokens never lose mass, and flagged ones keep at least the share `kept_at_least`.
    """
    return case.flagged_share * -math.log(kept_at_least(case))


def self_loss_bound(case: Context) -> float:
    """Return 2 h(F) log(1/t), the bound for self-editing with t >= .618 and temperature 1."""
    return 2 * case.flagged_share * -math.log(float(case.threshold))
