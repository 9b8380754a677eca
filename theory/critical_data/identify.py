"""How many examples determine an addition table, for a learner to which symbols are unnamed.

The unknowns are u_a, v_b and w_c over the field of p elements, and an example a + b = c says that
u_a + v_b = w_c. A question is *implied* by examples when its own equation lies in the span of
theirs: then every assignment that fits the examples answers it alike. With one embedding for both
places u is v. Nobody who knows no more than that the table is additive can do better than the
implied questions and chance; who knows the task needs less.
"""

import math
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from theory.critical_data.primes import check_prime

Rows = NDArray[np.int64]
"""Equations over the field of p elements, one per row."""
Embedding = Literal["one", "two"]
"""Whether the first and the second symbol share their unknowns."""


def equations(pairs: Rows, p: int, embedding: Embedding = "two") -> Rows:
    """The equation of every example, shape (n, 2 p) or (n, 3 p), modulo p.

    Args:
        pairs: First and second symbol of every example, shape (n, 2).
        p: Modulus; a prime, for only then its residues are a field.
        embedding: Whether both places share their unknowns.

    Raises:
        ValueError: p is no prime.
    """
    check_prime(p)
    places = 1 if embedding == "one" else 2
    rows = np.zeros((len(pairs), (places + 1) * p), dtype=np.int64)
    index = np.arange(len(pairs))
    np.add.at(rows, (index, pairs[:, 0]), 1)
    np.add.at(rows, (index, (places - 1) * p + pairs[:, 1]), 1)
    rows[index, places * p + pairs.sum(axis=1) % p] = p - 1
    return rows


def reduced(rows: Rows, p: int) -> tuple[Rows, list[int]]:
    """The reduced echelon form of equations modulo p: its rows, and the column of each pivot."""
    left, pivots = rows % p, list[int]()
    for column in range(rows.shape[1]):
        done = len(pivots)
        below = np.flatnonzero(left[done:, column])
        if not len(below):
            continue
        left[[done, done + below[0]]] = left[[done + below[0], done]]
        left[done] = left[done] * pow(int(left[done, column]), -1, p) % p
        others = np.flatnonzero(left[:, column])
        others = others[others != done]
        left[others] = (left[others] - left[others, column, None] * left[done]) % p
        pivots.append(column)
    return left[: len(pivots)], pivots


def implied(trained: Rows, asked: Rows, p: int, embedding: Embedding = "two") -> NDArray[np.bool_]:
    """Whether each question follows from the examples, by elimination modulo p.

    Args:
        trained: Examples, shape (n, 2).
        asked: Questions, shape (m, 2).
        p: Modulus; a prime.
        embedding: Whether both places share their unknowns.
    """
    basis, pivots = reduced(equations(trained, p, embedding), p)
    questions = equations(asked, p, embedding)
    rest = (questions - questions[:, pivots] @ basis) % p
    found: NDArray[np.bool_] = np.equal(rest, 0).all(axis=1)
    return found


def all_pairs(p: int) -> Rows:
    """Every question of the table, shape (p p, 2)."""
    order = np.arange(p * p)
    return np.stack([order // p, order % p], axis=1)


def share_implied(p: int, n: int, rng: np.random.Generator, embedding: Embedding = "two") -> float:
    """Share of the questions that follow from n drawn examples, among those that are not drawn."""
    pairs = rng.permutation(all_pairs(p))
    return float(implied(pairs[:n], pairs[n:], p, embedding).mean())


def first_complete(p: int, rng: np.random.Generator) -> int:
    """How many examples of one random order it takes until every question follows.

    The rank over the field grows with every example that says something new, and all is known when
    it is 3 p - 3: bisection over the order, with an elimination at each step.
    """
    pairs = rng.permutation(all_pairs(p))
    low, high = 3 * p - 3, p * p
    while low < high:
        middle = (low + high) // 2
        if len(reduced(equations(pairs[:middle], p), p)[1]) == 3 * p - 3:
            high = middle
        else:
            low = middle + 1
    return low


def first_covering(p: int, rng: np.random.Generator) -> int:
    """How many examples of one random order it takes until every symbol and answer was seen.

    It is a lower bound of `first_complete`, found by looking at what was seen and no elimination.
    """
    pairs = rng.permutation(all_pairs(p))
    seen = np.stack([pairs[:, 0], p + pairs[:, 1], 2 * p + pairs.sum(axis=1) % p], axis=1)
    _, first = np.unique(seen.ravel(), return_index=True)
    return int(first.max()) // 3 + 1


def completeness_point(p: int) -> float:
    """Number of examples that determine the table in half of all draws: p ln(3 p / ln 2).

    Each of 3 p symbols is missed by n examples with probability near exp(-n / p), nearly
    independently, so that none is missed with probability exp(-3 p exp(-n / p)).
    """
    return float(p * np.log(3 * p / np.log(2)))


def complete_share(p: int, n: int, draws: int, rng: np.random.Generator) -> float:
    """Share of draws of n examples from which every question follows, by elimination."""
    table = all_pairs(p)
    ranks = [len(reduced(equations(rng.permutation(table)[:n], p), p)[1]) for _ in range(draws)]
    return float(np.mean([rank == 3 * p - 3 for rank in ranks]))


def covered_chance(p: int, n: int) -> float:
    """Chance that n examples show every first symbol, second symbol and answer, nearly.

    Rows and columns are counted by inclusion and exclusion, in whole numbers. The answers are as
    many again and nearly independent of them, so that the chance is the power 3/2 of that.
    """
    whole = math.comb(p * p, n)
    both = sum(
        (-1) ** (i + j)
        * math.comb(p, i)
        * math.comb(p, j)
        * Fraction(math.comb((p - i) * (p - j), n), whole)
        for i in range(p)
        for j in range(p)
        if (p - i) * (p - j) >= n
    )
    return float(float(both) ** 1.5)


def finite_point(p: int) -> float:
    """The same number for tables that are not large: p^2 (1 - (ln 2 / (3 p))^(1/p)).

    Each symbol is missed with probability near (1 - n / p^2)^p, for examples are not repeated.
    """
    return float(p * p * (1 - (np.log(2) / (3 * p)) ** (1 / p)))


def frozen_share(load: float, embedding: Embedding = "two") -> float:
    """Share of questions that follow from n = load * p examples, in the limit of large p.

    A symbol is determined, up to what all solutions share, unless none of its examples has all of
    its other symbols determined (density evolution, as for random equations of three unknowns:
    Dubois and Mandler 2002). A question follows where all three of its symbols are determined.
    The largest solution is taken, which counts only beyond the jump.

    Args:
        load: Examples for every symbol, n / p.
        embedding: Whether both places share their unknowns.
    """
    symbol, answer = 1.0, 1.0
    times = 2 if embedding == "one" else 1
    for _ in range(10_000):
        symbol = 1 - math.exp(-times * load * symbol * answer)
        answer = 1 - math.exp(-load * symbol * symbol)
    return float(symbol * symbol * answer)


def real_share(p: int, n: int, rng: np.random.Generator, embedding: Embedding = "two") -> float:
    """Share of other questions that follow from n drawn examples over the real numbers.

    It is found by projecting on what the examples span, in floating point: no elimination, no
    prime. Over the reals, too, a question follows exactly where its symbols are determined.
    """
    pairs = rng.permutation(all_pairs(p))
    rows = equations(pairs, p, embedding).astype(np.float64)
    rows[rows == p - 1] = -1.0
    _, sizes, basis = np.linalg.svd(rows[:n], full_matrices=False)
    basis = basis[sizes > 1e-9 * sizes[0]]
    asked = rows[n:]
    rest = asked - asked @ basis.T @ basis
    return float((np.abs(rest).max(axis=1) < 1e-7).mean())
