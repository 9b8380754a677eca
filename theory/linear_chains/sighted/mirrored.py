"""A third route to chains whose masks see the labels: labels drawn and fitted, in mirrored pairs.

A pair has the first labels E and (I - 2P) E, P the hat matrix. The reflection is orthogonal, so
that both have the law of the noise, and each chain, run on its own labels with fits, predictions
and rows of its own, has the right mean error whatever the rule. The two share the fresh noise of a
row that both redraw. What the first fit and the later edits add together then has opposite signs
in the two, and |A E|^2, whose mean is the error of one fit, is taken off and that mean put back:
about a quarter of the variance of single chains is left for edits of the last labels by the
smallest |residual|. Nothing of `theory.linear_chains.sighted.residuals` is used.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains.design import Array, Problem, in_batches, problem
from theory.linear_chains.sighted.choices import Choice

BATCH = 25_000
"""Number of labels of one half of the pairs that are held at once."""


def mirrored_error(
    X: ArrayLike,
    choice: Choice,
    sizes: Sequence[int],
    workflow: str,
    *,
    pairs: int,
    rng: np.random.Generator,
    covariance: ArrayLike | None = None,
) -> tuple[float, float]:
    """Return the mean last error of chains whose labels choose the rows, and its standard error.

    Args:
        X: Design, shape (T, d).
        choice: Rule that chooses the rows.
        sizes: Number of rows of every edit.
        workflow: Either `edit_previous` or `edit_source`.
        pairs: Number of independent pairs of chains, at least 2.
        rng: Source of all randomness.
        covariance: Covariance Sigma of the test points; the identity by default.

    Returns:
        Mean and standard error of the test error, in units of sigma^2.

    Raises:
        ValueError: Another workflow, or fewer than two pairs.
    """
    if workflow not in ("edit_previous", "edit_source") or pairs < 2:
        raise ValueError(f"{pairs} pairs of {workflow!r}: at least two are needed, of an edit")
    chain = problem(X, covariance=covariance)
    source = workflow == "edit_source"
    errors = in_batches(
        lambda n: _batch(chain, choice, sizes, source, n, rng),
        pairs,
        at_once=BATCH // chain.n_samples,
    )
    return float(errors.mean()), float(errors.std(ddof=1) / np.sqrt(pairs))


def _batch(
    chain: Problem,
    choice: Choice,
    sizes: Sequence[int],
    source: bool,
    pairs: int,
    rng: np.random.Generator,
) -> Array:
    """Return the error of every pair, the first fit's replaced by its mean, shape (pairs,)."""
    one = rng.standard_normal((pairs, chain.n_samples))
    fit = one @ chain.A.T
    labels = first = np.concatenate([one, one - 2 * fit @ chain.X.T])
    choose = choice.policy(sizes)
    for edit in range(len(sizes)):
        predictions = (labels @ chain.A.T) @ chain.X.T
        kept = first if source else labels
        chosen = choose(kept, predictions, edit, rng)
        either = chosen[:pairs] | chosen[pairs:]
        fresh = np.zeros_like(one)
        fresh[either] = rng.standard_normal(int(either.sum()))
        labels = np.where(chosen, predictions + np.concatenate([fresh, fresh]), kept)
    last = chain.squared_error(labels @ chain.A.T).reshape(2, pairs).mean(axis=0)
    alone = float(((chain.root.T @ chain.A) ** 2).sum())
    return np.asarray(last - chain.squared_error(fit) + alone)
