"""The mean share of questions that n examples imply, with little noise, and its limit by recursion.

What examples leave open is a space of few directions: a question follows where none of them changes
its equation. That is found over the field of p elements by elimination, or over the reals from the
eigenvectors of the Gram matrix, and then asks each question with two additions.

Most of the noise of a draw is in which symbols happen to have no example at all. The share of
questions whose three symbols all have one, the *covered* share, has a mean that is known exactly by
inclusion and exclusion, and takes that noise away (a control variate, whose weight in one half of
the draws is fitted in the other, so that the mean stays unbiased).
"""

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from theory.critical_data.identify import Embedding, Rows, all_pairs, equations, reduced
from theory.verdict import Estimate

Shares = Callable[[int, int, np.random.Generator, Embedding], tuple[float, float]]
"""Share implied and share covered of one draw, of modulus, examples, stream and embedding."""


def open_modulo(trained: Rows, p: int, embedding: Embedding) -> Rows:
    """Directions that examples leave open, modulo p, shape (directions, unknowns).

    Args:
        trained: Examples, shape (n, 2).
        p: Modulus; a prime.
        embedding: Whether both places share their unknowns.
    """
    basis, pivots = reduced(equations(trained, p, embedding), p)
    free = np.setdiff1d(np.arange(basis.shape[1]), pivots)
    found = np.zeros((len(free), basis.shape[1]), dtype=np.int64)
    found[np.arange(len(free)), free] = 1
    found[:, pivots] = -basis[:, free].T % p
    return found


def open_real(trained: Rows, p: int, embedding: Embedding) -> NDArray[np.float64]:
    """The same over the reals, orthonormal, shape (directions, unknowns).

    Args:
        trained: Examples, shape (n, 2).
        p: Modulus; a prime.
        embedding: Whether both places share their unknowns.
    """
    rows = equations(trained, p, embedding).astype(np.float64)
    rows[rows == p - 1] = -1.0
    sizes, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, sizes < 1e-8 * sizes[-1]].T)


def changes(directions: NDArray[np.generic], asked: Rows, p: int) -> NDArray[np.float64]:
    """How much every direction changes the equation of every question, shape (directions, m)."""
    unknowns = np.asarray(directions, dtype=np.float64)
    first, second, answers = unknowns[:, :p], unknowns[:, -2 * p : -p], unknowns[:, -p:]
    a, b = asked.T
    return np.asarray(first[:, a] + second[:, b] - answers[:, (a + b) % p])


def covered(trained: Rows, asked: Rows, p: int, embedding: Embedding) -> NDArray[np.bool_]:
    """Whether each question's two symbols, at their places, and its answer have an example."""
    seen = np.zeros((3, p), dtype=bool)
    for place, symbols in enumerate((*trained.T, trained.sum(axis=1) % p)):
        seen[place, symbols] = True
    if embedding == "one":
        seen[:2] = seen[0] | seen[1]
    a, b = asked.T
    found: NDArray[np.bool_] = seen[0, a] & seen[1, b] & seen[2, (a + b) % p]
    return found


def covered_mean(p: int, n: int, embedding: Embedding) -> float:
    """Mean covered share of the questions that are not drawn, exactly, by inclusion and exclusion.

    Questions fall into two classes, a = b and not, in each of which all are alike: x -> s x + t
    takes any to any other. With an embedding for each place both classes are alike too.
    """
    table = all_pairs(p)
    answers = table.sum(axis=1) % p
    total = 0.0
    for a, b, weight in ((0, 0, 1 / p), (0, 1, 1 - 1 / p)):
        first = [table[:, 0] == a, table[:, 1] == b]
        if embedding == "one":
            first = [(table == symbol).any(axis=1) for symbol in dict.fromkeys((a, b))]
        shows = [*first, answers == (a + b) % p]
        others = (table != (a, b)).any(axis=1)
        for count in range(len(shows) + 1):
            for unseen in combinations(shows, count):
                left = int((others & ~np.any([*unseen, ~others], axis=0)).sum())
                chance = math.comb(left, n) / math.comb(p * p - 1, n)
                total += weight * (-1) ** count * chance
    return total


def shares_modulo(
    p: int, n: int, rng: np.random.Generator, embedding: Embedding
) -> tuple[float, float]:
    """Share implied, by elimination modulo p, and share covered, of one draw of n examples."""
    pairs = rng.permutation(all_pairs(p))
    trained, asked = pairs[:n], pairs[n:]
    follows = (changes(open_modulo(trained, p, embedding), asked, p) % p == 0).all(axis=0)
    return float(follows.mean()), float(covered(trained, asked, p, embedding).mean())


def shares_real(
    p: int, n: int, rng: np.random.Generator, embedding: Embedding
) -> tuple[float, float]:
    """Share implied, from the eigenvectors over the reals, and share covered, of one draw."""
    pairs = rng.permutation(all_pairs(p))
    trained, asked = pairs[:n], pairs[n:]
    follows = (np.abs(changes(open_real(trained, p, embedding), asked, p)) < 1e-6).all(axis=0)
    return float(follows.mean()), float(covered(trained, asked, p, embedding).mean())


def mean_share(
    shares: Shares, p: int, n: int, rng: np.random.Generator, embedding: Embedding, *, draws: int
) -> Estimate:
    """Mean share implied over draws, less the noise of the symbols that have no example.

    Args:
        shares: `shares_modulo` or `shares_real`.
        p: Modulus; a prime.
        n: Number of examples.
        rng: Draws the examples.
        embedding: Whether both places share their unknowns.
        draws: Number of draws, at least six.
    """
    found = np.array([shares(p, n, rng, embedding) for _ in range(draws)])
    halves = found[::2], found[1::2]
    mean = covered_mean(p, n, embedding)
    kept = np.concatenate(
        [
            own[:, 0] - _weight(other) * (own[:, 1] - mean)
            for own, other in (halves, halves[::-1])
        ]
    )  # fmt: skip
    return Estimate.over(kept)


def _weight(found: NDArray[np.float64]) -> float:
    """Slope of the share implied on the share covered; 0 where all draws cover alike."""
    implied, seen = (found - found.mean(axis=0)).T
    return float(implied @ seen / (seen @ seen)) if seen.any() else 0.0


def frozen_share_of(p: int, n: int, embedding: Embedding) -> float:
    """Share of questions that follow from n examples of a table of p, by density evolution.

    As `theory.critical_data.identify.frozen_share`, where each symbol has p - 1 further questions
    (twice as many with one embedding), each an example with chance n / p^2, in place of a Poisson
    number of them: what is left is of higher order in 1 / p.

    Args:
        p: Modulus.
        n: Number of examples.
        embedding: Whether both places share their unknowns.
    """
    others = (p - 1) * (2 if embedding == "one" else 1)
    chance, symbol, answer = n / p**2, 1.0, 1.0
    for _ in range(10_000):
        before = symbol, answer
        symbol = 1 - (1 - chance * symbol * answer) ** others
        answer = 1 - (1 - chance * symbol**2) ** (p - 1)
        if (symbol, answer) == before:
            break
    return symbol**2 * answer
