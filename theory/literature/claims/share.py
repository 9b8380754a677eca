"""A fixed share of synthetic rows: what it costs at any number of rows (2410.04840)."""

from dataclasses import replace

import numpy as np

from theory.estimates import refined
from theory.literature import penalised_share, synthetic_share
from theory.literature.penalised_share import PenalisedRows
from theory.literature.synthetic_share import MixedRows
from theory.verdict import Assumption, Claim, Estimate

STRONG = "arXiv 2410.04840 (Strong model collapse), as we read it"

BLOCK_MOMENTS = "moments of a block of a Wishart matrix"
"""Derivation of the exact error and of its limit."""
GRAMS = "exact error given drawn Gram matrices"
"""Derivation of the dense route."""
DRAWS = "rows drawn and fitted"
"""Derivation of every simulation."""
ENOUGH_ROWS: Assumption[MixedRows] = Assumption(
    text="T >= d + 2", holds=lambda case: case.n_samples >= case.n_features + 2
)
BOTH: Assumption[MixedRows] = Assumption(
    text="some rows are synthetic and some are not",
    holds=lambda case: 0 < case.synthetic < case.n_samples,
)
LARGE: Assumption[MixedRows] = Assumption(
    text="T and d large", holds=lambda case: case.n_features >= 50
)


RANDOM_SIGNS: Assumption[PenalisedRows] = Assumption(
    text="delta has random signs, independent of w", holds=lambda case: not case.aligned
)


def mixed_rows(rng: np.random.Generator) -> tuple[MixedRows, ...]:
    """Return fits with one synthetic row, with all but one, with one column, and a random one."""
    d, T = int(rng.integers(2, 7)), int(rng.integers(20, 50))
    part, shift = int(rng.integers(1, T)), round(float(rng.uniform(0.2, 2.0)), 2)
    return (
        MixedRows(n_samples=20, synthetic=1, n_features=4, shift=1.0),
        MixedRows(n_samples=16, synthetic=15, n_features=3, shift=1.0, noise_std=0.3),
        MixedRows(n_samples=14, synthetic=7, n_features=1, shift=2.0, noise_std=0.5),
        MixedRows(n_samples=T, synthetic=part, n_features=d, shift=shift, noise_std=0.5),
    )


def noiseless(rng: np.random.Generator) -> tuple[MixedRows, ...]:
    """Return fits without noise, with 1 % of synthetic rows up to more than half."""
    part, d = int(rng.integers(20, 300)), int(rng.integers(2, 9))
    base = MixedRows(n_samples=1000, synthetic=10, n_features=3, shift=1.0, noise_std=0.0)
    return (base, replace(base, synthetic=600), replace(base, synthetic=part, n_features=d))


def proportional(rng: np.random.Generator) -> tuple[MixedRows, ...]:
    """Return large fits at fixed d/T."""
    part = int(rng.integers(30, 250))
    base = MixedRows(n_samples=300, synthetic=90, n_features=60, shift=1.0, noise_std=0.2)
    return (base, replace(base, n_features=150), replace(base, synthetic=part, n_features=100))


def penalised(rng: np.random.Generator) -> tuple[PenalisedRows, ...]:
    """Return ridge fits with hardly any, the best and far too much penalty, and a random one."""
    base = PenalisedRows(
        n_samples=40_000,
        share=0.3,
        variances=(1.0, 0.25),
        weights=(1.0, 0.6),
        shifts=(1.0, 0.8),
        ridge=1e-4,
    )
    s, w, delta = (tuple(np.round(rng.uniform(0.2, 2.0, size=4), 2).tolist()) for _ in range(3))
    return (
        base,
        replace(base, ridge=0.08, share=0.6),
        replace(base, ridge=2.0, share=0.01),
        PenalisedRows(
            n_samples=40_000,
            share=round(float(rng.uniform(0.1, 0.6)), 2),
            variances=s,
            weights=w,
            shifts=delta,
            ridge=round(float(rng.uniform(0.01, 0.5)), 3),
        ),
    )


def aligned(rng: np.random.Generator) -> tuple[PenalisedRows, ...]:
    """Return synthetic labels of exaggerated weights, and the penalty that undoes it."""
    factor, share = round(float(rng.uniform(0.2, 2.0)), 2), round(float(rng.uniform(0.1, 0.6)), 2)
    base = PenalisedRows(
        n_samples=4000,
        share=0.3,
        variances=(1.0, 1.0, 1.0),
        weights=(1.0, 0.5, 0.2),
        shifts=(1.0, 0.5, 0.2),
        ridge=0.3,
        aligned=True,
    )
    shifts = tuple(factor * w for w in base.weights)
    return (base, replace(base, share=share, shifts=shifts, ridge=share * factor))


def _population(case: PenalisedRows, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=penalised_share.population_error(case))


def _given_rows(case: PenalisedRows, rng: np.random.Generator) -> Estimate:
    return refined(lambda: penalised_share.given_rows(case, rng, designs=10), target=0.01, most=4)


def _penalised_drawn(case: PenalisedRows, rng: np.random.Generator) -> Estimate:
    return penalised_share.simulated(case, rng, runs=30)


def _penalised_looseness() -> dict[str, float]:
    """Return the error over its floor, at the penalty that is best for both directions, and off."""
    case = penalised(np.random.default_rng(0))[0]
    ratios = {"best ridge": replace(case, ridge=0.04), "ridge 1": replace(case, ridge=1.0)}
    return {
        words: penalised_share.population_error(each) / penalised_share.penalised_floor(each)
        for words, each in ratios.items()
    }


def _by_bartlett(case: MixedRows, rng: np.random.Generator) -> Estimate:
    draws = 4000 if case.n_features < 50 else 20
    return refined(lambda: synthetic_share.by_bartlett(case, rng, draws=draws), target=0.01)


def _drawn_rows(case: MixedRows, rng: np.random.Generator) -> Estimate:
    return synthetic_share.simulated(case, rng, runs=1500 if case.n_features < 50 else 60)


def _mixed_exact(case: MixedRows, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=synthetic_share.mixed_error(case))


def _floor_looseness() -> dict[str, float]:
    """Return the error without noise over its floor, at one in ten and at one in a hundred rows."""
    case = MixedRows(n_samples=1000, synthetic=100, n_features=10, shift=1.0, noise_std=0.0)
    ratios = {"10 % synthetic": case, "1 %, T = 2 d": replace(case, synthetic=10, n_features=500)}
    return {
        words: synthetic_share.mixed_error(each) / synthetic_share.floor(each)
        for words, each in ratios.items()
    }


MIXED_ERROR = Claim(
    id="share-error",
    statement="k of T rows synthetic, off by delta: the exact error of one fit, any T, d, k",
    source=f"setting: {STRONG}; finite T: this project",
    relation="equals",
    formula=BLOCK_MOMENTS,
    derivations={"dense": GRAMS, "simulated": DRAWS},
    cases=mixed_rows,
    span="1 to 6 columns, 14 to 49 rows, 1 to all but one of them synthetic",
    stated=synthetic_share.mixed_error,
    routes={"dense": _by_bartlett, "simulated": _drawn_rows},
    assumptions=(ENOUGH_ROWS, BOTH),
    unit="",
    note="|delta|^2 ((x+y) + y (Td-2)/(T-d-1)) + sigma^2 d/(T-d-1): docs/theory-literature.md",
)
SHARE_FLOOR = Claim(
    id="share-floor",
    statement="any fixed synthetic share p blocks scaling: error >= p^2 |delta|^2 at any T",
    source=STRONG,
    relation="at least",
    derivations={"exact": BLOCK_MOMENTS, "dense": GRAMS},
    cases=noiseless,
    span="T = 1000, 1 % to 60 % synthetic, 2 to 8 columns",
    stated=synthetic_share.floor,
    routes={"exact": _mixed_exact, "dense": _by_bartlett},
    assumptions=(ENOUGH_ROWS, BOTH),
    proof=synthetic_share.floor_holds,
    typical=_floor_looseness,
    unit="",
    note="weights that depend on the row's kind, and a share that falls with T, are not covered",
)
SHARE_LIMIT = Claim(
    id="share-limit",
    statement="d/T -> phi: p^2 + p(1-p) phi/(1-phi) of |delta|^2, and the noise",
    source=f"{STRONG}: least squares, isotropic",
    relation="equals",
    formula=BLOCK_MOMENTS,
    derivations={"exact": BLOCK_MOMENTS, "dense": GRAMS, "simulated": DRAWS},
    cases=proportional,
    span="T = 300, d/T from .2 to .5, 10 % to 83 % synthetic",
    stated=synthetic_share.proportional_limit,
    routes={"exact": _mixed_exact, "dense": _by_bartlett, "simulated": _drawn_rows},
    assumptions=(ENOUGH_ROWS, BOTH, LARGE),
    tolerance=0.01,
    unit="",
)
PENALISED_FLOOR = Claim(
    id="share-ridge-floor",
    statement="ridge, many rows, delta of random signs: >= sum s w^2 p^2 d^2/(w^2 + p^2 d^2)",
    source=f"{STRONG}; bound: this project",
    relation="at least",
    derivations={
        "exact": "infinitely many rows, direction by direction",
        "dense": "exact error given drawn rows",
        "simulated": DRAWS,
    },
    cases=penalised,
    span="T = 40,000, 1 % to 60 % synthetic, 2 to 4 directions, ridge 0 to far too much",
    stated=penalised_share.penalised_floor,
    routes={"exact": _population, "dense": _given_rows, "simulated": _penalised_drawn},
    assumptions=(RANDOM_SIGNS,),
    tolerance=0.01,
    proof=penalised_share.penalised_floor_holds,
    typical=_penalised_looseness,
    unit="",
    note="the exact route is T -> inf; no noise",
)
PENALISED_ALIGNED = Claim(
    id="share-ridge-aligned",
    statement="ridge cannot go below sum s w^2 p^2 d^2/(w^2 + p^2 d^2), whatever delta is",
    source="this project: share-ridge-floor without its random signs",
    relation="at least",
    derivations={"dense": "exact error given drawn rows", "simulated": DRAWS},
    cases=aligned,
    span="T = 4000, delta along w, ridge p s delta/w in every direction",
    stated=penalised_share.penalised_floor,
    routes={"dense": _given_rows, "simulated": _penalised_drawn},
    tolerance=0.05,
    unit="",
    note="weights that the synthetic labels exaggerate are what shrinking undoes",
)
SHARE_CLAIMS = (MIXED_ERROR, SHARE_FLOOR, SHARE_LIMIT, PENALISED_FLOOR, PENALISED_ALIGNED)
"""Claims about one fit to human and synthetic rows."""
