"""Token editing: the rule of ToEdit (Zhu et al., ICML 2025, Eq. 2 and Algorithm 1).

    x'_i = x_i            if P(x_i | x_<i) <  threshold
    x'_i ~ prior's top-k  if P(x_i | x_<i) >= threshold

All probabilities come from one forward pass over the text as it stands: the context is never
updated with edits. A token is `flagged` when the rule redraws it and `changed` when the draw
differs.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput

DELETED = -1
"""Token id in `Edits.drawn` where the rule deletes instead of drawing; no token has it."""

_LARGEST_NUCLEUS = 256
_TINY = np.finfo(np.float64).tiny
"""Stands for the sum of no weights, so that a quotient by it is 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditRule:
    """Which tokens are redrawn, and from what."""

    threshold: float = 0.99
    """Probability from which a token is flagged. Above 1 nothing is."""
    below: float | None = None
    """With the threshold, the upper end of a band: a token of this probability, or of more, is not
    flagged. None, or 1, sets no upper end."""
    share: float | None = None
    """When set, the threshold is the one that flags this share of the corpus' editable tokens."""
    side: Literal["above", "below"] = "above"
    """Whether likely tokens are flagged, or unlikely ones (last rows of the paper's Table 5)."""
    inclusive: bool = True
    """Whether a probability equal to the threshold flags."""
    action: Literal["redraw", "delete"] = "redraw"
    """What is done to a flagged token. Deletion is what the runs behind the paper's Tables 5 and 7
    did, by their configurations."""
    sampling: Literal["top_k", "top_p", "rejection"] = "top_k"
    """How a flagged token is redrawn; see `resample`."""
    top_k: int = 8
    """Number of candidates: the prior's k likeliest tokens, and always the observed token."""
    top_p: float = 0.99
    """With `top_p` sampling, candidates are the fewest likeliest tokens of at least this mass, 256
    at most, and always the observed token."""
    proposals: int = 16
    """With `rejection` sampling, number of proposals before the observed token is kept."""
    temperature: float = 1.0
    """Number that divides the log-probabilities of the candidates before they are normalised."""
    replaces: bool = False
    """Whether the observed token is left out of the candidates, so that a flagged token always
    becomes another one, where there is another."""

    def __post_init__(self) -> None:
        for name in ("threshold", "below", "share", "top_p", "temperature"):
            if (value := getattr(self, name)) is not None and not math.isfinite(value):
                raise BadInput(f"{name} is {value}; it must be a finite number")
        if self.threshold < 0:
            raise BadInput(f"threshold is {self.threshold}; it must be 0 or more")
        if self.share is not None and not 0 <= self.share <= 1:
            raise BadInput(f"share is {self.share}; it must lie between 0 and 1")
        self._check_band()
        if self.top_k < 1:
            raise BadInput(f"top_k is {self.top_k}; it must be 1 or more")
        if not 0 < self.top_p <= 1:
            raise BadInput(f"top_p is {self.top_p}; it must be above 0 and at most 1")
        if self.proposals < 1:
            raise BadInput(f"proposals is {self.proposals}; it must be 1 or more")
        if self.temperature <= 0:
            raise BadInput(f"temperature is {self.temperature}; it must be above 0")

    def _check_band(self) -> None:
        if self.below is None:
            return
        if self.share is not None or self.side == "below":
            raise BadInput("below ends a band that a threshold begins; leave out share and side")
        if not self.threshold < self.below <= 1:
            raise BadInput(
                f"below is {self.below}; it must lie above threshold {self.threshold}, 1 at most"
            )

    @property
    def n_candidates(self) -> int:
        """Number of likeliest tokens that have to be known of a flagged token."""
        if self.action == "delete":
            return 0
        return _LARGEST_NUCLEUS if self.sampling == "top_p" else self.top_k

    @property
    def n_uniforms(self) -> int:
        """Number of uniform draws that one token takes."""
        return 2 * self.proposals if self.sampling == "rejection" else 1


PAPER = EditRule()
"""The rule of Algorithm 1 as the paper prints it."""
RELEASED = EditRule(temperature=1.5, inclusive=False)
"""The rule of the released script: strictly above 0.99, log-probabilities divided by 1.5."""
SHARE = EditRule(share=0.125)
"""The rule that flags the share of Table 15 (584,103 of 4,671,834 tokens); makes priors
comparable."""
DELETE = EditRule(action="delete", inclusive=False)
"""The rule that deletes what the released script would redraw."""
RULES = {"paper": PAPER, "released": RELEASED, "share": SHARE, "delete": DELETE}
"""Rules by the name that commands and recipes give them."""


def adjusted(rule: EditRule, **settings: float | str | None) -> EditRule:
    """The rule with these settings; None leaves one as it is, and a threshold replaces a share.

    Raises:
        BadInput: Both a threshold and a share are given, or a value is impossible.
    """
    given: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    if {"threshold", "share"} <= given.keys():
        raise BadInput("a threshold and a share were given; a rule has one of them")
    if "threshold" in given:
        given["share"] = None
    return replace(rule, **given)


@dataclass(frozen=True, slots=True)
class Edits:
    """What an edit rule did to n scored tokens; arrays of shape (n,)."""

    flagged: NDArray[np.bool_]
    drawn: NDArray[np.int64]
    """Token that stands there afterwards, or DELETED; the observed one where it is kept."""
    candidate_mass: NDArray[np.float64]
    """Probability that the prior gives to all candidates together."""
    change_probability: NDArray[np.float64]
    """Exact probability that the draw differs from the observed token; 0 where nothing is drawn."""
    drawn_probability: NDArray[np.float64]
    """Probability that the prior gives to the token that stands there afterwards, with the text
    before it as it stood; NaN where it is deleted."""
    divergence: NDArray[np.float64]
    """Kullback-Leibler divergence from the prior's distribution to the law that the token is drawn
    from, KL(law || prior), in bits; 0 where nothing is drawn, NaN where it is deleted."""

    def changed(self, observed: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Where the token that stands there afterwards is another."""
        return np.asarray(self.drawn != observed)


def with_threshold(rule: EditRule, probability: NDArray[np.floating]) -> EditRule:
    """Replace `share` by the threshold that flags this share of `probability`, shape (tokens,).

    The share is reached exactly, up to ties: the threshold is the last flagged probability.

    Raises:
        BadInput: A probability is not finite, so that none of them has a place in the order.
    """
    if rule.share is None:
        return rule
    if n_broken := int((~np.isfinite(probability)).sum()):
        raise BadInput(f"{n_broken:,} of {probability.size:,} probabilities are not finite")
    n_flagged = round(rule.share * probability.size)
    if n_flagged == 0:
        return nothing(rule)
    place = probability.size - n_flagged if rule.side == "above" else n_flagged - 1
    return at_threshold(rule, float(np.partition(probability, place)[place]))


def check_share(n_wanted: int, n_beyond: int, n_from: int) -> None:
    """Refuse a threshold that does not flag the share asked for, by more than ties explain.

    Args:
        n_wanted: Number of tokens that the share stands for.
        n_beyond: Number of tokens on the flagged side of the threshold, without those at it.
        n_from: Number of tokens on that side, with those at it: all that are flagged.

    Raises:
        BadInput: Fewer tokens are flagged than wanted, or more even without those at the threshold.
    """
    if not n_beyond < max(n_wanted, 1) <= max(n_from, 1):
        raise BadInput(
            f"the share asks for {n_wanted:,} flagged tokens, the threshold flags {n_from:,}, "
            f"{n_from - n_beyond:,} of them ties; the scores are damaged: edit again from the start"
        )


def at_threshold(rule: EditRule, threshold: float) -> EditRule:
    """The rule with a threshold in place of its share."""
    return replace(rule, share=None, threshold=threshold, inclusive=True)


def nothing(rule: EditRule) -> EditRule:
    """The rule with a threshold that flags nothing."""
    if rule.side == "above":
        return replace(rule, share=None, threshold=2.0)
    return replace(rule, share=None, threshold=0.0, inclusive=False)


def flag(probability: NDArray[np.floating], rule: EditRule) -> NDArray[np.bool_]:
    """The tokens that the rule edits, shape (tokens,)."""
    assert rule.share is None, "call with_threshold first: the share needs the whole corpus"
    p, threshold = probability.astype(np.float64), rule.threshold
    if rule.side == "above":
        found = p >= threshold if rule.inclusive else p > threshold
        end = math.inf if rule.below is None or rule.below == 1 else rule.below
        return np.asarray(found & (p < end))
    return np.asarray(p <= threshold if rule.inclusive else p < threshold)


def resample(
    observed: NDArray[np.int64],
    probability: NDArray[np.floating],
    candidates: NDArray[np.int64],
    candidate_probability: NDArray[np.floating],
    uniform: NDArray[np.float64],
    rule: EditRule,
    same_text: NDArray[np.bool_] | None = None,
) -> Edits:
    """Apply the rule to n tokens; the one definition used by every engine and test.

    - `top_k` draws from the k likeliest tokens and the observed one, by inverse CDF.
    - `top_p` draws from the nucleus and the observed token, by inverse CDF.
    - `rejection` proposes evenly among the top-k candidates and accepts token y with probability
      (P(y) / P(likeliest))^(1 / temperature); when every proposal is rejected, the observed token
      stays. The paper names rejection sampling (after Liu et al. 2023) and gives no algorithm.

    Args:
        observed: Tokens of the text, shape (n,).
        probability: P(observed token | text before it), shape (n,).
        candidates: The prior's likeliest tokens, likeliest first, shape (n, k) with
            k >= rule.n_candidates, or the whole vocabulary where that is smaller.
        candidate_probability: Probabilities of the candidates, shape (n, k).
        uniform: Draws in [0, 1), shape (n, rule.n_uniforms).
        rule: The edit rule, with a threshold.
        same_text: Whether each candidate stands for the same text as the observed token, as a byte
            does for the letter of that byte, shape (n, k); where such a one is drawn, the observed
            token is kept. None where every token has a text of its own.
    """
    flagged = flag(probability, rule)
    if rule.action == "delete":
        mass = probability.astype(np.float64)
        gone = np.where(flagged, np.nan, mass)
        return Edits(
            flagged,
            np.where(flagged, DELETED, observed),
            mass,
            flagged.astype(float),
            gone,
            np.where(flagged, np.nan, 0.0),
        )
    if rule.sampling != "top_p" and candidates.shape[1] < rule.top_k:
        raise BadInput(f"{candidates.shape[1]} candidates scored, the rule needs {rule.top_k}")
    tokens, mass = _candidates(observed, probability, candidates, candidate_probability, rule)
    odds = np.where(mass > 0, mass / mass.max(axis=1, keepdims=True), 0.0)
    weight = odds ** (1.0 / rule.temperature)
    is_kept = tokens == observed[:, None]
    if same_text is not None:
        is_kept[:, :-1] |= same_text[:, : is_kept.shape[1] - 1]
    if rule.replaces:
        weight, mass = np.where(is_kept, 0.0, weight), np.where(is_kept, 0.0, mass)
    draw = _propose(weight, uniform) if rule.sampling == "rejection" else _invert(weight, uniform)
    rows = np.arange(len(observed))
    stays = ~flagged | (draw < 0) | is_kept[rows, draw]
    total = np.maximum(weight.sum(axis=1), _TINY)
    kept = np.where(is_kept, weight, 0.0).sum(axis=1) / total
    is_drawn = weight.any(axis=1)
    change = is_drawn * (1.0 - kept) * (1.0 - _all_rejected(weight, rule))
    return Edits(
        flagged,
        np.where(stays, observed, tokens[rows, draw]),
        mass.sum(axis=1),
        np.where(flagged, change, 0),
        np.where(stays, probability, mass[rows, draw]).astype(np.float64),
        np.where(flagged, divergence(weight / total[:, None], mass), 0.0),
    )


def divergence(law: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """KL(law || prior) of each row, in bits, shape (n,).

    Args:
        law: Probabilities of the law that a token is drawn from, shape (n, tokens); 0 has no part.
        prior: Probabilities that the prior gives to the same tokens, same shape.
    """
    drawn = law > 0
    ratio = np.divide(law, prior, out=np.ones_like(law), where=drawn)
    return np.asarray((law * np.log2(ratio)).sum(axis=1))


def _candidates(
    observed: NDArray[np.int64],
    probability: NDArray[np.floating],
    candidates: NDArray[np.int64],
    candidate_probability: NDArray[np.floating],
    rule: EditRule,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Candidates with the observed token last, shape (n, k + 1), and mass, 0 for what is none."""
    best = candidate_probability[:, : rule.n_candidates].astype(np.float64)
    if rule.sampling == "top_p":
        before = np.cumsum(best, axis=1) - best
        best = np.where(before < rule.top_p, best, 0.0)
    tokens = np.column_stack([candidates[:, : rule.n_candidates], observed])
    inside = ((tokens[:, :-1] == observed[:, None]) & (best > 0)).any(axis=1)
    own = np.where(inside, 0.0, probability)  # the observed token is a candidate once
    return tokens, np.column_stack([best, own])


def _invert(weight: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """Place of the draw by inverse CDF, shape (n,)."""
    cumulative = np.cumsum(weight, axis=1)
    place = (uniform[:, :1] * cumulative[:, -1:] >= cumulative).sum(axis=1)
    return np.asarray(np.minimum(place, weight.shape[1] - 1))


def _propose(weight: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """Place of the first proposal that is accepted, or -1, shape (n,).

    The candidates in play are those with weight; the i-th proposal takes two uniforms.
    """
    order = np.argsort(weight <= 0, axis=1, kind="stable")  # candidates in play first
    n_in_play = (weight > 0).sum(axis=1, keepdims=True)
    proposed = np.take_along_axis(order, (uniform[:, 0::2] * n_in_play).astype(np.int64), axis=1)
    most = np.maximum(weight.max(axis=1, keepdims=True), _TINY)
    odds = np.take_along_axis(weight, proposed, axis=1) / most
    accepted = uniform[:, 1::2] < odds
    first = np.argmax(accepted, axis=1)
    place = proposed[np.arange(len(weight)), first]
    return np.where(accepted.any(axis=1), place, -1)


def _all_rejected(weight: NDArray[np.float64], rule: EditRule) -> NDArray[np.float64]:
    """Probability that no proposal is accepted, shape (n,); 0 where every draw counts."""
    if rule.sampling != "rejection":
        return np.zeros(len(weight))
    in_play = weight.max(axis=1) * (weight > 0).sum(axis=1)
    accepted = weight.sum(axis=1) / np.maximum(in_play, _TINY)
    return np.asarray((1.0 - accepted) ** rule.proposals)


def splice(text: str, spans: list[tuple[int, int]], replacements: list[str]) -> str:
    """Put replacements into the text; every other character stays as it was.

    Args:
        text: Text of the document.
        spans: Characters that are replaced, in order, without overlap.
        replacements: Text that stands in each place afterwards.
    """
    pieces, last = [], 0
    for (start, stop), replacement in zip(spans, replacements, strict=True):
        pieces += [text[last:start], replacement]
        last = stop
    return "".join([*pieces, text[last:]])
