"""Other ways to the laws of an edited context: every path in fractions, and tokens one by one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from theory.discrete.editing import Array, Context, Process, Quantity
from theory.verdict import Estimate

Counts = NDArray[np.int64]
"""A text as the number of times that it has each token, shape (tokens,)."""

CORPORA = 16
"""Number of simulated corpora."""
TOKENS = 10**9
"""Tokens of a simulated corpus."""

Exact = tuple[Fraction, ...]


def by_paths(case: Context, quantity: Quantity) -> Estimate:
    """Return the quantity by following every token through every outcome of every edit.

    At temperature 1 all probabilities are fractions; nothing is a matrix.
    """
    human = tuple(Fraction(n, sum(case.human)) for n in case.human)
    law = human
    for _ in range(case.edits):
        prior = law if case.prior is None else _fractions(case.prior)
        law = _edited(case, human if case.process == "source" else law, prior)
    return Estimate(value=quantity(_floats(human), _floats(law)))


def _edited(case: Context, text: Exact, prior: Exact) -> Exact:
    after = [Fraction(0)] * len(text)
    for observed, share in enumerate(text):
        if prior[observed] < case.threshold:
            after[observed] += share
            continue
        likeliest = sorted(range(len(prior)), key=lambda w: (-prior[w], w))[: case.top_k]
        candidates = {*likeliest, observed}
        weights = {w: _tempered(prior[w], case.temperature) for w in candidates}
        for w, weight in weights.items():
            after[w] += share * weight / sum(weights.values())
    return tuple(after)


def _tempered(probability: Fraction, temperature: float) -> Fraction:
    if temperature == 1:
        return probability
    return Fraction(math.pow(probability, 1 / temperature))


def _fractions(numbers: Sequence[int]) -> Exact:
    return tuple(Fraction(n, sum(numbers)) for n in numbers)


def _floats(law: Exact) -> Array:
    return np.array([float(p) for p in law])


def simulated(case: Context, quantity: Quantity, rng: np.random.Generator) -> Estimate:
    """Return the quantity of all simulated corpora together, with its jackknife error.

    The human law is what was drawn, so that a corpus without edits is at distance 0. A prior that
    is the law of the text is counted from each corpus by itself.
    """
    pairs = np.array([_corpus(case, rng) for _ in range(CORPORA)])
    pooled = quantity(*pairs.mean(axis=0))
    without = (pairs.sum(axis=0) - pairs) / (CORPORA - 1)
    left_out = np.array([quantity(human, law) for human, law in without])
    bias = (CORPORA - 1) * (left_out.mean() - pooled)
    error = max(np.sqrt((CORPORA - 1) * left_out.var()), 1 / (CORPORA * TOKENS))  # one token
    return Estimate(value=float(pooled - bias), stderr=float(error))


def _corpus(case: Context, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw a corpus and redraw its flagged tokens; frequencies before and after."""
    text = human = rng.multinomial(TOKENS, case.law)
    for _ in range(case.edits):
        prior = text / TOKENS if case.prior is None else case.prior_law
        text = _redrawn(case, human if case.process == "source" else text, prior, rng)
    return human / TOKENS, text / TOKENS


def _redrawn(case: Context, text: Counts, prior: Array, rng: np.random.Generator) -> Counts:
    """Redraw every occurrence of a flagged token, all those of one token at once."""
    likeliest = np.argsort(-prior, kind="stable")[: case.top_k]
    after = text.copy()
    for token in np.flatnonzero((prior >= float(case.threshold)) & (text > 0)):
        candidates = np.union1d(likeliest, [token])
        weights = prior[candidates] ** (1 / case.temperature)
        after[token] -= text[token]
        after[candidates] += rng.multinomial(text[token], weights / weights.sum())
    return after


Draw = Callable[[np.random.Generator], Context]
"""Draws a context that may break a bound."""


def worst(
    draw: Draw,
    excess: Callable[[Context], float],
    rng: np.random.Generator,
    *,
    draws: int = 1500,
    climbs: int = 1500,
) -> Context:
    """Return the context with the largest excess found: drawn at random, then changed by steps.

    Args:
        draw: Draws a context that meets the assumptions.
        excess: How far a context goes beyond the bound; minus infinity for one that does not count.
        rng: Source of all draws.
        draws: Number of contexts drawn.
        climbs: Number of changes tried on the best one.
    """
    best = max((draw(rng) for _ in range(draws)), key=excess)
    at = excess(best)
    for _ in range(climbs):
        tried = _changed(best, rng)
        value = excess(tried)
        if value > at:
            best, at = tried, value
    return best


def _changed(case: Context, rng: np.random.Generator) -> Context:
    """Change one count by a factor near 1."""
    of_human = case.prior is None or rng.random() < 0.5
    numbers = list(case.human if of_human or case.prior is None else case.prior)
    place = rng.integers(len(numbers))
    step = math.exp(rng.normal(scale=rng.choice([0.02, 0.5])))
    numbers[place] = max(1, min(10**9, round(numbers[place] * step)))
    changed = tuple(numbers)
    return replace(case, human=changed) if of_human else replace(case, prior=changed)


def drawn_context(
    rng: np.random.Generator,
    *,
    own: bool,
    lowest: float,
    process: Process = "previous",
    temperature: float = 1.0,
    most_edits: int = 1,
) -> Context:
    """Draw a context of 2 to 8 tokens, k >= 2, whose threshold from `lowest` on flags something."""
    size = int(rng.integers(2, 9))
    human, other = _counts(size, rng), _counts(size, rng)
    chosen = _with_likely(human if own else other, lowest, rng)
    largest = max(chosen) / sum(chosen)
    threshold = Fraction(rng.uniform(lowest, largest)).limit_denominator(10**6)
    return Context(
        human=chosen if own else human,
        prior=None if own else chosen,
        threshold=max(threshold, Fraction(lowest)),
        top_k=int(rng.integers(2, size + 1)),
        temperature=temperature,
        edits=int(rng.integers(1, most_edits + 1)),
        process=process,
    )


def _with_likely(
    counts: tuple[int, ...], lowest: float, rng: np.random.Generator
) -> tuple[int, ...]:
    """Make the largest count as large as it takes to exceed the share `lowest`."""
    place, rest = counts.index(max(counts)), sum(counts) - max(counts)
    if max(counts) > lowest * sum(counts):
        return counts
    share = lowest + (1 - lowest) * rng.uniform(0.05, 1)
    likely = max(1, math.ceil(rest * share / max(1 - share, 1e-6)))
    return (*counts[:place], likely, *counts[place + 1 :])


def _counts(size: int, rng: np.random.Generator) -> tuple[int, ...]:
    spread = rng.choice([0.2, 1.0, 3.0])
    law = rng.gamma(spread, size=size) + 1e-9
    return tuple(int(n) + 1 for n in 10_000 * law / law.sum())
