"""One of N answers to a question, by reward or by majority, exactly over finite options.

Answers are options drawn independently from a stated policy: the right one with probability p, and
otherwise one of the wrong ones, each as likely. Nothing is simulated: the best of N by reward is
the right option if none with a higher reward was drawn, and the right one was; the majority is a
multinomial.
"""

from collections.abc import Sequence
from functools import cache
from math import comb, factorial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from data.errors import BadInput, at_least, between

Floats = NDArray[np.float64]
Items = Floats | Sequence[Sequence[float]]
"""Rewards of the options of some questions, the right one first."""


def best_of_n(rewards: Sequence[float], p: float, n: int) -> float:
    """Probability that the best of n answers by reward is the right option.

    Of options with equal rewards the one that is taken is drawn from those n answers that have it.

    Args:
        rewards: Rewards of the options, the right one first.
        p: Probability of the right option under the policy.
        n: Number of answers.

    Raises:
        BadInput: There are fewer than two options, p is not between 0 and 1, or n is below 1.
    """
    return float(accuracy_of_best([rewards], p, n)[0])


def accuracy_of_best(items: Items, p: float, n: int) -> Floats:
    """`best_of_n` of every question, shape (questions,).

    Args:
        items: Rewards of the options of every question, the right one first, shape (questions,
            options).
        p: Probability of the right option under the policy.
        n: Number of answers.

    Raises:
        BadInput: There are fewer than two options, p is not between 0 and 1, or n is below 1.
    """
    between(0, 1, {"p": p})
    at_least(1, {"n": n})
    rewards = np.asarray(items, np.float64)
    if rewards.ndim != 2 or rewards.shape[1] < 2:
        raise BadInput("a choice needs two options, and all questions as many; give rewards of all")
    right, wrong = rewards[:, :1], rewards[:, 1:]
    mass = (1 - p) / wrong.shape[1]
    below, equal = mass * np.sum(wrong < right, axis=1), mass * np.sum(wrong == right, axis=1)
    found: Floats = ((below + equal + p) ** n - below**n) * p / (p + equal)
    return found


@cache
def majority_of_n(p: float, n: int, wrong: int) -> float:
    """Probability that the most frequent of n answers is the right option; a tie is drawn.

    Args:
        p: Probability of the right option under the policy.
        n: Number of answers.
        wrong: Number of wrong options, each as likely as any other.

    Raises:
        BadInput: p is not between 0 and 1, or a number is below 1.
    """
    between(0, 1, {"p": p})
    at_least(1, {"n": n, "wrong": wrong})
    each = (1 - p) / wrong
    total = 0.0
    for votes in range(1, n + 1):
        fewer = np.array([each**k / factorial(k) for k in range(votes)])
        as_many = np.zeros(votes + 1)
        as_many[votes] = each**votes / factorial(votes)
        rest = n - votes
        for tied in range(wrong + 1):
            ways = np.ones(1)
            for _ in range(tied):
                ways = np.convolve(ways, as_many)[: rest + 1]
            for _ in range(wrong - tied):
                ways = np.convolve(ways, fewer)[: rest + 1]
            share = float(ways[rest]) if len(ways) > rest else 0.0
            total += comb(wrong, tied) * share / (tied + 1) * p**votes / factorial(votes)
    return total * factorial(n)


def crossover(items: Items, n: int) -> float:
    """Probability p of the right option at which the majority of n overtakes the best of n.

    Below it the reward is the better guide. All questions have the same number of options.

    Returns:
        The p between chance and 1; chance where the majority is better from there on, and 1 where
        it never is.
    """
    wrong = len(items[0]) - 1
    lowest, highest = 1 / (wrong + 1) + 1e-6, 1 - 1e-6

    def lead(p: float) -> float:
        return float(accuracy_of_best(items, p, n).mean()) - majority_of_n(p, n, wrong)

    if lead(lowest) <= 0:
        return 1 / (wrong + 1)
    if lead(highest) >= 0:
        return 1.0
    return float(brentq(lead, lowest, highest, xtol=1e-6))


def turning_point(accuracies: Floats) -> int:
    """Index of the number of answers from which more lower the accuracy: of the largest mean.

    Args:
        accuracies: Accuracy at every number of answers, of every question, shape (questions,
            numbers).
    """
    return int(np.argmax(accuracies.mean(axis=0)))
