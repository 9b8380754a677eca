"""Token editing: the rule of ToEdit (Zhu et al., ICML 2025, Eq. 2 and Algorithm 1).

    x'_i = x_i            if P(x_i | x_<i) <  threshold
    x'_i ~ prior's top-k  if P(x_i | x_<i) >= threshold

All probabilities come from one forward pass over the text as it stands: the context is never
updated with edits. A token is `flagged` when the rule redraws it and `changed` when the draw
differs.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class EditRule:
    """Which tokens are redrawn, and from what."""

    threshold: float = 0.99
    """Probability from which a token is flagged. Above 1 nothing is."""
    share: float | None = None
    """When set, the threshold is the one that flags this share of the corpus' editable tokens."""
    top_k: int = 8
    """Candidates: the prior's k likeliest tokens, and always the observed token."""
    temperature: float = 1.0
    """Divides the log-probabilities of the candidates before they are normalised."""
    inclusive: bool = True
    """Whether a probability equal to the threshold flags."""

    def __post_init__(self) -> None:
        if self.threshold < 0:
            raise ValueError(f"threshold is {self.threshold}; it must be 0 or more")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"share is {self.share}; it must lie between 0 and 1")
        if self.top_k < 1:
            raise ValueError(f"top_k is {self.top_k}; it must be 1 or more")
        if self.temperature <= 0:
            raise ValueError(f"temperature is {self.temperature}; it must be above 0")


PAPER = EditRule()
"""Algorithm 1 as printed."""
RELEASED = EditRule(temperature=1.5, inclusive=False)
"""What the released script does: strictly above 0.99, log-probabilities divided by 1.5."""
SHARE = EditRule(share=0.125)
"""Flags the share of Table 15 (584,103 of 4,671,834 tokens); makes priors comparable."""


@dataclass(frozen=True, slots=True)
class Edits:
    """The outcome for n scored tokens."""

    flagged: NDArray[np.bool_]
    drawn: NDArray[np.int64]
    """The token that stands there afterwards; the observed one where nothing was drawn."""
    candidate_mass: NDArray[np.float64]
    """Probability that the prior gives to all candidates together."""

    def changed(self, observed: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Where the token that stands there afterwards is another."""
        return np.asarray(self.drawn != observed)


def with_threshold(rule: EditRule, probability: NDArray[np.floating]) -> EditRule:
    """Replace `share` by the threshold that flags this share of `probability`, shape (tokens,).

    The share is reached exactly, up to ties: the threshold is the smallest flagged probability.
    """
    if rule.share is None:
        return rule
    n_flagged = round(rule.share * probability.size)
    if n_flagged == 0:
        return replace(rule, share=None, threshold=2.0)
    place = probability.size - n_flagged
    threshold = float(np.partition(probability, place)[place])
    return replace(rule, share=None, threshold=threshold, inclusive=True)


def flag(probability: NDArray[np.floating], rule: EditRule) -> NDArray[np.bool_]:
    """The tokens that the rule redraws, shape (tokens,)."""
    assert rule.share is None, "call with_threshold first: the share needs the whole corpus"
    if rule.inclusive:
        return np.asarray(probability >= rule.threshold)
    return np.asarray(probability > rule.threshold)


def resample(
    observed: NDArray[np.int64],
    probability: NDArray[np.floating],
    candidates: NDArray[np.int64],
    candidate_probability: NDArray[np.floating],
    uniform: NDArray[np.float64],
    rule: EditRule,
) -> Edits:
    """Apply the rule to n tokens; the one definition used by every engine and test.

    Args:
        observed: Tokens of the text, shape (n,).
        probability: P(observed token | text before it), shape (n,).
        candidates: The prior's likeliest tokens, likeliest first, shape (n, k), k >= rule.top_k.
        candidate_probability: Their probabilities, shape (n, k).
        uniform: One number in [0, 1) per token, shape (n,): the draw by inverse CDF.
        rule: The edit rule, with a threshold.
    """
    if candidates.shape[1] < rule.top_k:
        raise ValueError(f"{candidates.shape[1]} candidates scored, the rule needs {rule.top_k}")
    flagged = flag(probability, rule)
    tokens = np.column_stack([candidates[:, : rule.top_k], observed])
    mass = np.column_stack([candidate_probability[:, : rule.top_k], probability]).astype(np.float64)
    repeated = (candidates[:, : rule.top_k] == observed[:, None]).any(axis=1)
    mass[repeated, -1] = 0.0  # the observed token is a candidate once
    weight = np.where(mass > 0, mass, 0.0) ** (1.0 / rule.temperature)
    cumulative = np.cumsum(weight, axis=1)
    place = (uniform[:, None] * cumulative[:, -1:] >= cumulative).sum(axis=1)
    place = np.minimum(place, tokens.shape[1] - 1)
    draw = tokens[np.arange(len(observed)), place]
    return Edits(flagged, np.where(flagged, draw, observed), mass.sum(axis=1))


def splice(text: str, spans: list[tuple[int, int]], replacements: dict[int, str]) -> str:
    """Put replacements into the text; every other character stays as it was.

    Args:
        text: The document.
        spans: Character span of each token, in order, without overlap.
        replacements: New text by token position.
    """
    pieces, last = [], 0
    for position in sorted(replacements):
        start, stop = spans[position]
        pieces += [text[last:start], replacements[position]]
        last = stop
    return "".join([*pieces, text[last:]])
