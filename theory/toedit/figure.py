"""The figure: test error against generation for every workflow, with both bounds."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from theory.linear_chains.design import Array
from theory.toedit.reference_chains import CHAINS, LinearChain, exact_ratio, simulated_ratio

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

PRINTED_BOUND = 2.0
"""Bound of Theorem 2, first part, as printed, in units of u."""


def draw(
    path: str | Path,
    *,
    rng: np.random.Generator,
    fits: int = 51,
    n_samples: int = 1000,
    n_features: int = 10,
    designs: int = 16,
    chains: int = 40,
) -> None:
    """Draw every reference chain into a file whose ending gives the format.

    Args:
        path: File to write, for instance theory.png.
        rng: Source of all randomness.
        fits: Number of fits on the horizontal axis.
        n_samples: Number T of rows of a design.
        n_features: Number d of columns of a design.
        designs: Number of Gaussian designs behind the Monte-Carlo band, and as many behind the
            exact line.
        chains: Number of chains on each design.
    """
    from matplotlib.figure import Figure

    columns = 4
    rows = -(-len(CHAINS) // columns)
    figure = Figure(figsize=(3.3 * columns, 2.6 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True).ravel()
    for axis, chain in zip(axes, CHAINS, strict=False):
        run = simulated_ratio(
            chain, n_samples, n_features, fits - 1, designs=designs, chains=chains, rng=rng
        )
        designed = (rng.normal(size=(n_samples, n_features)) for _ in range(designs))
        exact = _mean_exact(chain, designed, fits - 1, rng)
        bound = np.array([chain.bound(k, n_samples, n_features) for k in range(fits)])
        _panel(axis, chain, run.mean, 2 * run.stderr, exact, bound)
    handles, labels = _legend(axes[: len(CHAINS)])
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    figure.supylabel("test error / error of one fit")
    figure.supxlabel("fit")
    figure.suptitle(f"Chains of linear models, T = {n_samples}, d = {n_features}")
    figure.savefig(path, dpi=110)


def _mean_exact(
    chain: LinearChain, designs: "Iterable[Array]", edits: int, rng: np.random.Generator
) -> Array | None:
    """Average the exact error over designs; None where there is no exact route."""
    draws = (exact_ratio(chain, X, edits, rng=rng) for X in designs)
    known = [values for values in draws if values is not None]
    return np.asarray(np.mean(known, axis=0)) if known else None


def _panel(
    axis: "Axes", chain: LinearChain, mean: Array, band: Array, exact: Array | None, bound: Array
) -> None:
    """Draw one chain: band, exact line, and the bounds."""
    fits = np.arange(1, len(mean) + 1)
    axis.fill_between(
        fits,
        mean - band,
        mean + band,
        color="tab:blue",
        alpha=0.25,
        linewidth=0,
        label="Monte Carlo, 2 s.e.",
    )
    if exact is None:
        axis.plot(fits, mean, color="tab:blue", linewidth=0.8, linestyle="--", label="simulated")
    else:
        axis.plot(fits, exact, color="tab:blue", linewidth=1.4, label="exact, mean over designs")
    axis.plot(
        fits, bound, color="tab:green", linewidth=1.2, linestyle="--", label="corrected bound"
    )
    if chain.printed:
        axis.axhline(
            PRINTED_BOUND, color="tab:red", linewidth=1.2, linestyle=":", label="printed bound"
        )
    tops = [float(np.max(mean + band)), PRINTED_BOUND, float(np.nanmax([*bound, 0.0]))]
    axis.set_ylim(0.9, 1.08 * max(tops))
    axis.set_title(chain.name, fontsize=9)


def _legend(axes: "Iterable[Axes]") -> tuple[list["Artist"], list[str]]:
    """Collect the handles and labels of all panels, each label once."""
    found: dict[str, Artist] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)
