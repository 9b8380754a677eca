"""Monte Carlo of the label recursions, batched over chains, with standard errors.

Labels are drawn and refitted as a user would do it; nothing here knows a closed form.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains.design import (
    Array,
    Mask,
    Problem,
    Workflow,
    checked_constant_share,
    checked_masks,
    checked_workflow,
    in_batches,
    problem,
    unit,
)
from theory.linear_chains.masks import Policy

BATCH_NUMBERS = 200_000
"""Number of labels held at once (chains in a batch times T): small enough to stay in a processor
cache."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """Mean test error by generation, and how sure it is."""

    mean: Array
    """Mean squared test error, shape (n + 1,)."""
    stderr: Array
    """Standard error of the mean, shape (n + 1,)."""
    chains: int
    """Number of independent chains (or designs) behind the mean."""


def simulate(
    X: ArrayLike,
    masks: ArrayLike | Policy,
    workflow: str,
    *,
    chains: int,
    rng: np.random.Generator,
    generations: int | None = None,
    noise_std: float = 1.0,
    covariance: ArrayLike | None = None,
    ridge: float = 0.0,
    weights: ArrayLike | None = None,
) -> Simulation:
    """Return the simulated test error after fit k = 1 .. n + 1, given one design.

    Args:
        X: Design, shape (T, d).
        masks: Edited rows, 0/1, shape (n, T), the same in every chain; or a policy that chooses
            them by chain, and then `generations` gives n + 1.
        workflow: Any of `design.WORKFLOWS`; at every fit accumulate_subsample gives each row one of
            its labels so far, chosen uniformly, and accumulate_subsample_pairs draws T of all pairs
            of a row and a label so far without replacement, so that a row can repeat or be missing.
        chains: Number of independent noise draws, at least 2.
        rng: Source of all randomness.
        generations: Number of fits, needed with a policy only.
        noise_std: Standard deviation of the label noise.
        covariance: Covariance Sigma of the test points, shape (d, d); the identity by default.
        ridge: Ridge penalty lambda of every fit; 0 is least squares.
        weights: True weights w*, shape (d,); zero by default.
    """
    if chains < 2:
        raise ValueError(f"chains must be at least 2 for a standard error, not {chains}")
    chain = problem(X, noise_std=noise_std, covariance=covariance, ridge=ridge, weights=weights)
    name = checked_workflow(workflow)
    plan = _plan(masks, chain.n_samples, name, generations)
    n_fits = (generations or 0) if callable(plan) else len(plan) + 1
    errors = in_batches(
        lambda n: _batch(chain, plan, name, n_fits, n, rng),
        chains,
        at_once=BATCH_NUMBERS // chain.n_samples,
    )
    stderr = errors.std(axis=1, ddof=1) / np.sqrt(chains)
    return Simulation(mean=errors.mean(axis=1), stderr=stderr, chains=chains)


def simulate_closed_form(
    X: ArrayLike,
    masks: ArrayLike,
    *,
    chains: int,
    rng: np.random.Generator,
    covariance: ArrayLike | None = None,
) -> tuple[float, float]:
    """Return mean and standard error of |A (E_1 + sum_i M_i E_{i+1})|^2_Sigma: Theorem 1."""
    chain = problem(X, covariance=covariance)
    edited = checked_masks(masks, chain.n_samples)
    noise = rng.standard_normal((chains, chain.n_samples))
    for mask in edited:
        noise += mask * rng.standard_normal((chains, chain.n_samples))
    errors = chain.squared_error(noise @ chain.A.T)
    return float(errors.mean()), float(errors.std(ddof=1) / np.sqrt(chains))


def simulate_designs(
    n_samples: int,
    n_features: int,
    draw_masks: Callable[[np.random.Generator], Mask | Policy],
    workflow: str,
    *,
    designs: int,
    chains: int,
    rng: np.random.Generator,
    generations: int | None = None,
) -> Simulation:
    """Return the simulated error in units of u over Gaussian designs, each with its own masks.

    The error of each design is divided by sigma^2 tr (X'X)^-1 of that design. For Gaussian X the
    ratio has the same expectation as E_test / u, since the hat matrix and X'X are independent
    (docs/theory.md, section 2), and far less variance.
    """
    unit(n_samples, n_features)
    if designs < 2:
        raise ValueError(f"designs must be at least 2 for a standard error, not {designs}")
    ratios = []
    for _ in range(designs):
        X = rng.normal(size=(n_samples, n_features))
        masks = draw_masks(rng)
        run = simulate(X, masks, workflow, chains=chains, rng=rng, generations=generations)
        ratios.append(run.mean / np.trace(np.linalg.inv(X.T @ X)))
    values = np.array(ratios)
    stderr = values.std(axis=0, ddof=1) / np.sqrt(designs)
    return Simulation(mean=values.mean(axis=0), stderr=stderr, chains=designs)


def simulate_one_column(
    masks: Mask, workflow: str, *, chains: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the mean last error for d = 1 over Gaussian designs, one a chain, and its noise.

    Args:
        masks: Edited rows, shape (n, T).
        workflow: Either edit_previous or edit_source.
        chains: Number of designs, each with labels of its own.
        rng: Source of all randomness.
    """
    x = rng.standard_normal((chains, masks.shape[1]))
    square = (x**2).sum(axis=1)
    labels = first = rng.standard_normal(x.shape)
    for mask in masks:
        weight = (x * labels).sum(axis=1) / square
        fresh = weight[:, None] * x + rng.standard_normal(x.shape)
        labels = np.where(mask, fresh, labels if workflow == "edit_previous" else first)
    ratios = (x * labels).sum(axis=1) ** 2 / square
    return float(ratios.mean()), float(ratios.std() / np.sqrt(chains))


def _plan(
    masks: ArrayLike | Policy, n_samples: int, workflow: Workflow, generations: int | None
) -> Mask | Policy:
    """Check masks, or a policy and the number of fits that goes with it."""
    if not callable(masks):
        checked = checked_masks(masks, n_samples)
        return checked_constant_share(checked) if workflow == "mix" else checked
    if generations is None or generations < 1:
        raise ValueError("a mask policy needs the number of fits: generations >= 1")
    return masks


def _batch(
    chain: Problem,
    plan: Mask | Policy,
    workflow: Workflow,
    n_fits: int,
    size: int,
    rng: np.random.Generator,
) -> Array:
    """Run `size` chains side by side; return their test errors, shape (n_fits, size)."""
    labels = first = _sampled(chain, np.tile(chain.weights, (size, 1)), rng)
    pool = [first]
    errors = np.empty((n_fits, size))
    for k in range(n_fits):
        if workflow == "accumulate_subsample_pairs":
            fitted = _fitted_pairs(chain, pool, rng)
        else:
            fitted = labels @ _fit(chain, k + 1 if workflow == "accumulate" else 1).T
        errors[k] = chain.squared_error(fitted - chain.weights)
        if k + 1 == n_fits:
            break
        match workflow:
            case "replace":
                labels = _sampled(chain, fitted, rng)
            case "accumulate":
                labels = labels + _sampled(chain, fitted, rng)
            case "accumulate_subsample":
                pool.append(_sampled(chain, fitted, rng))
                labels = _subsampled(pool, rng)
            case "accumulate_subsample_pairs":
                pool.append(_sampled(chain, fitted, rng))
            case "edit_previous":
                labels = _edited(chain, labels, fitted, plan, k, rng)
            case "edit_source" | "mix":
                labels = _edited(chain, first, fitted, plan, k, rng)
    return errors


def _fit(chain: Problem, copies: int) -> Array:
    """Return the map from the summed labels of `copies` generations to the pooled fit, (d, T)."""
    if copies == 1:
        return chain.A
    gram = copies * chain.X.T @ chain.X + chain.ridge * np.eye(chain.n_features)
    return np.asarray(np.linalg.solve(gram, chain.X.T), dtype=float)


def _sampled(chain: Problem, fitted: Array, rng: np.random.Generator) -> Array:
    """Draw new labels from the fitted models, shape (chains, T)."""
    noise = rng.standard_normal((len(fitted), chain.n_samples))
    return fitted @ chain.X.T + chain.noise_std * noise


def _subsampled(pool: list[Array], rng: np.random.Generator) -> Array:
    """Give every row one of its labels so far, each as likely as the others."""
    choice = rng.integers(len(pool), size=pool[0].shape)
    labels = pool[0].copy()
    for version, candidate in enumerate(pool[1:], start=1):
        np.copyto(labels, candidate, where=choice == version)
    return labels


def _fitted_pairs(chain: Problem, pool: list[Array], rng: np.random.Generator) -> Array:
    """Fit T of the pairs of a row and one of its labels, drawn without replacement, (chains, d).

    A design that misses rows may be singular; the fit is then the one of least norm, by pinv as in
    the code of arXiv 2410.16713.
    """
    labels = np.concatenate(pool, axis=1)
    size, n_pairs = labels.shape
    n_samples, d = chain.X.shape
    drawn = np.zeros((size, n_pairs))
    if len(pool) == 1:
        drawn[:] = 1.0
    else:
        rows = np.argpartition(rng.random(labels.shape), n_samples, axis=1)[:, :n_samples]
        np.put_along_axis(drawn, rows, 1.0, axis=1)
    per_row = (size, len(pool), n_samples)
    counts = drawn.reshape(per_row).sum(axis=1)
    totals = (drawn * labels).reshape(per_row).sum(axis=1)
    outer = (chain.X[:, :, None] * chain.X[:, None, :]).reshape(n_samples, d * d)
    gram = (counts @ outer).reshape(size, d, d) + chain.ridge * np.eye(d)
    inverse = np.linalg.pinv(gram, hermitian=True)
    return np.asarray(np.einsum("sde,se->sd", inverse, totals @ chain.X))


def _edited(
    chain: Problem,
    kept: Array,
    fitted: Array,
    plan: Mask | Policy,
    edit: int,
    rng: np.random.Generator,
) -> Array:
    """Redraw the chosen rows from the fitted models; the other rows come from `kept`."""
    if callable(plan):
        predictions = fitted @ chain.X.T
        chosen = plan(kept, predictions, edit, rng)
        edited = kept.copy()
        noise = rng.standard_normal(int(chosen.sum()))
        edited[chosen] = predictions[chosen] + chain.noise_std * noise
        return edited
    rows = np.flatnonzero(plan[edit])
    noise = rng.standard_normal((len(kept), len(rows)))
    edited = kept.copy()
    edited[:, rows] = fitted @ chain.X[rows].T + chain.noise_std * noise
    return edited
