"""Word counts drawn again and again: how fast a chain forgets a word, and what human text keeps.

A generation draws T words from the model and the next model is their relative frequencies, the
maximum likelihood. That is the Wright-Fisher process of population genetics: one word's count is a
Markov chain on 0 .. T with binomial steps, and 0 and T are its ends. With n human words kept in
every corpus, or n new ones, a generation draws the other T - n.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, multinomial

from theory.verdict import Estimate

Array = NDArray[np.float64]
Human = Literal["none", "same", "new"]
"""Human words in every corpus after the first: none, the same ones again, or new ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A chain of word frequencies, in integers."""

    counts: tuple[int, ...]
    """Counts of the words that the first model has seen; for new human words, numbers in
    proportion to the human probabilities, from which the first corpus is drawn as well."""
    draws: int
    """Number of words that every later generation draws from the last model."""
    generations: int
    """Number of generations that draw from a model."""
    human: Human = "none"
    """Human words in every later corpus."""
    human_words: int = 0
    """Number of human words in every later corpus; sum(counts) where they are the same ones."""

    def describe(self) -> str:
        """Return the chain in words, with the numbers that a reader needs to redo it."""
        kept = "" if self.human == "none" else f" and {self.human} {self.human_words} human words"
        return (
            f"counts {self.counts}, {self.generations} generations that draw {self.draws} "
            f"words{kept}"
        )

    @property
    def share(self) -> Fraction:
        """Share of a later corpus that a model wrote."""
        return Fraction(self.draws, self.draws + self.human_words)

    @property
    def law(self) -> Array:
        """Relative frequencies of the counts, shape (words,)."""
        return np.array(self.counts) / sum(self.counts)


def diversity_left(case: Words) -> float:
    """Return (1 - 1/T)^n (1 - sum p^2): the chance that two draws of the n-th model differ."""
    return (1 - 1 / case.draws) ** case.generations * (1 - float((case.law**2).sum()))


def not_collapsed_bound(case: Words) -> float:
    """Return a bound on the chance that the n-th model still knows two words, human words none.

    Then its diversity is at least 2 (T - 1)/T^2, and Markov's inequality divides the mean by that.
    """
    T = case.draws
    return min(1.0, diversity_left(case) * T * T / (2 * (T - 1)))


def chi_square(case: Words) -> float:
    """Return (V - 1)(1 - (1 - 1/T)^n), the expected sum of (p_n - p)^2 / p over V words."""
    return (len(case.counts) - 1) * (1 - (1 - 1 / case.draws) ** case.generations)


def kept_by_branching(count: int, generations: int) -> float:
    """Return the chance that a rare word of this count is still there after so many generations.

    With T large every occurrence leaves a Poisson number of copies of mean 1: one line of them has
    died out by the n-th generation with chance f_n, f_0 = 0 and f_(n+1) = exp(f_n - 1).
    """
    alive = 1.0
    for _ in range(generations):
        alive = -math.expm1(-alive)
    return -math.expm1(count * math.log1p(-alive)) if alive < 1 else 1.0


def kept_expected(mean: float, generations: int) -> float:
    """Return the same for a word whose first count is Poisson with this mean; n models in all."""
    alive = 1.0
    for _ in range(generations - 1):
        alive = -math.expm1(-alive)
    return -math.expm1(-mean * alive)


def kept_by_chain(case: Words) -> float:
    """Return the chance that the first word is still there, by powers of the binomial chain."""
    T, first = case.draws, case.counts[0] / sum(case.counts)
    step = binom.pmf(np.arange(T + 1)[None, :], T, np.arange(T + 1)[:, None] / T)
    law = binom.pmf(np.arange(T + 1), T, first)
    for _ in range(case.generations - 1):
        law = law @ step
    return float(1 - law[0])


def half_forgotten(count: int) -> int:
    """Return the first generation by which a rare word of this count is gone half of the time."""
    low, high = 0, 4 * count + 4
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if kept_by_branching(count, middle) > 0.5 else (low, middle)
    return high


@lru_cache(maxsize=4)
def _ancestors(draws: int) -> Array:
    """Return the chance that k words come from j words of the corpus before, shape (T+1, T+1)."""
    T = draws
    step = np.zeros((T + 1, T + 1))
    step[0, 0] = 1.0
    known = np.arange(T + 1) / T
    for k in range(T):
        step[k + 1] = step[k] * known
        step[k + 1, 1:] += step[k, :-1] * (1 - known[:-1])
    return step


def lines_left(case: Words) -> Array:
    """Return the law of the number of first words that the last corpus descends from, (T + 1,).

    Backwards in time every word picks one of the T words before it, and words that pick the same
    one have one ancestor from there on. Human words none.
    """
    law = np.zeros(case.draws + 1)
    law[-1] = 1.0
    for _ in range(case.generations - 1):
        law = law @ _ancestors(case.draws)
    return law


def kept_by_lines(case: Words) -> float:
    """Return the chance that the first word is still there: that not all its ancestors differ."""
    absent = (1 - float(case.law[0])) ** np.arange(case.draws + 1)
    return float(1 - lines_left(case) @ absent)


def alive_by_lines(case: Words) -> float:
    """Return the chance that two words are left: that the ancestors are not all one word."""
    alike = (case.law[None, :] ** np.arange(case.draws + 1)[:, None]).sum(axis=1)
    return float(lines_left(case)[1:] @ (1 - alike[1:]))


Reading = Callable[[Array], Array]
"""A number of each model: from frequencies of shape (models, words) to shape (models,)."""


def by_states(case: Words, reading: Reading) -> Estimate:
    """Return the mean of a reading by the chain over all count vectors, human words none."""
    states = np.array(_vectors(case.draws, len(case.counts)))
    law = multinomial.pmf(states, case.draws, case.law)
    step = np.array([multinomial.pmf(states, case.draws, s / case.draws) for s in states])
    for _ in range(case.generations - 1):
        law = law @ step
    return Estimate(value=float(law @ reading(states / case.draws)))


def _vectors(total: int, parts: int) -> list[tuple[int, ...]]:
    heads = product(range(total + 1), repeat=parts - 1)
    return [(*head, total - sum(head)) for head in heads if sum(head) <= total]


def simulated(case: Words, reading: Reading, rng: np.random.Generator, *, chains: int) -> Estimate:
    """Return the mean of a reading over simulated chains, with its standard error."""
    models = np.tile(case.law, (chains, 1))
    if case.human == "new":
        models = rng.multinomial(case.draws + case.human_words, models) / (
            case.draws + case.human_words
        )
    for _ in range(case.generations):
        written = rng.multinomial(case.draws, models)
        if case.human == "new":
            written = written + rng.multinomial(case.human_words, case.law, size=chains)
        elif case.human == "same":
            written = written + np.array(case.counts)
        models = written / written.sum(axis=1, keepdims=True)
    values = reading(models)
    error = float(values.std(ddof=1)) / chains**0.5
    # where no chain differs, one more could have: the error of a rare event is 1 / chains
    return Estimate(value=float(values.mean()), stderr=error or 1 / chains)


def diversity(models: Array) -> Array:
    """Return the chance that two draws differ, shape (models,)."""
    return np.asarray(1 - (models**2).sum(axis=1))


def alive(models: Array) -> Array:
    """Return 1 where two words or more are known, shape (models,)."""
    return np.asarray(((models > 0).sum(axis=1) > 1).astype(float))


def first_known(models: Array) -> Array:
    """Return 1 where the first word is known, shape (models,)."""
    return np.asarray((models[:, 0] > 0).astype(float))


def same_words_error(case: Words) -> float:
    """Return what written words add to the squared error of p, over its own p (1 - p)/n, at last.

    n human words stay in every corpus and the share of written ones is s: s (1 - s) / (1 - s^2 +
    s^2/N) with N written words, at most s / (1 + s) < 1/2 for every share.
    """
    s, drawn = float(case.share), case.draws
    return s * (1 - s) / (1 - s * s * (1 - 1 / drawn))


def new_words_error(case: Words) -> float:
    """Return the squared error of p over p (1 - p)/T at last, s the written share of T words.

    1 / (1 - s^2 + s^2/N), N = sT; it is N for s = 1, and finite for every s < 1.
    """
    s = float(case.share)
    return 1 / (1 - s * s * (1 - 1 / case.draws))


def largest_share(factor: float) -> float:
    """Return the largest share s for which new human words keep the error below the factor."""
    return math.sqrt(1 - 1 / factor)


def variance_by_chain(case: Words) -> float:
    """Return the variance of the first word's frequency by the chain of written counts.

    The states are the counts that the last generation wrote; the human counts are the same or, if
    new, a binomial number that is summed over.
    """
    N, n = case.draws, case.human_words
    p = float(case.law[0])
    fresh = binom.pmf(np.arange(n + 1), n, p) if case.human == "new" else np.ones(1)
    human = np.arange(n + 1) if case.human == "new" else np.array([case.counts[0]])
    model = (np.arange(N + 1)[:, None] + human[None, :]) / (N + n)
    step = np.einsum("h,chd->cd", fresh, binom.pmf(np.arange(N + 1), N, model[:, :, None]))
    start = binom.pmf(np.arange(N + n + 1), N + n, p) if case.human == "new" else np.ones(1)
    first = np.arange(N + n + 1) / (N + n) if case.human == "new" else np.array([p])
    law = start @ binom.pmf(np.arange(N + 1), N, first[:, None])
    for _ in range(case.generations - 1):
        law = law @ step
    return float(np.einsum("c,h,ch->", law, fresh, (model - p) ** 2))


def squared_error(case: Words) -> Reading:
    """Return the reading (p_n - p)^2 of the first word."""
    return lambda models: (models[:, 0] - float(case.law[0])) ** 2
