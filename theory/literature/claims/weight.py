"""The best weight of fresh human data in a chain (2502.18049, 2509.22341)."""

from dataclasses import replace

import numpy as np
import sympy

from theory.literature import real_share
from theory.literature.real_share import Blend, Interpolation, Spectrum
from theory.verdict import Assumption, Claim, Estimate

GOLDEN_SOURCE = "arXiv 2502.18049, as we read it"
OVERPARAMETRISED = "arXiv 2509.22341, as we read it: one design for all generations"

RECURSION = "recursion of the error"
"""Derivation of the error generation by generation, and of its limits."""
WEIGHTS = "squared weights of all observations"
"""Derivation of the error from the weight that every observation has in the last estimate."""
ROOT = "root of the limit's derivative"
"""Derivation of the best weights."""
ITERATED = "means and covariances of the weights, iterated"
"""Derivation of the dense routes for regression."""
DRAWS = "observations drawn and averaged"
"""Derivation of every simulation."""
HUMAN: Assumption[Blend] = Assumption(
    text="human observations have weight",
    holds=lambda case: case.weight is not None and 0 < case.weight <= 1,
)
EQUAL_SIZES: Assumption[Blend] = Assumption(
    text="as many synthetic as human observations", holds=lambda case: case.ratio == 1
)
INTERPOLATES: Assumption[Interpolation] = Assumption(
    text="d >= T + 2", holds=lambda case: case.n_features >= case.n_samples + 2
)
ONE_DESIGN: Assumption[Interpolation] = Assumption(
    text="one design serves all generations", holds=lambda case: not case.redrawn
)


def blends(rng: np.random.Generator) -> tuple[Blend, ...]:
    """Return chains with little and with full weight on human observations, and a random one."""
    n, m = int(rng.integers(1, 9)), int(rng.integers(1, 9))
    weight, fits = round(float(rng.uniform(0.2, 0.9)), 3), int(rng.integers(2, 9))
    return (
        Blend(human=2, synthetic=2, weight=0.05, fits=6),
        Blend(human=3, synthetic=1, weight=1.0, fits=4),
        Blend(human=n, synthetic=m, weight=weight, fits=fits),
    )


def balances(rng: np.random.Generator) -> tuple[Blend, ...]:
    """Return long chains at their best weight, with more, as many and fewer synthetic points."""
    sizes = ((2, 2), (2, 8), (8, 2), (int(rng.integers(1, 9)), int(rng.integers(1, 9))))
    return tuple(
        Blend(human=n, synthetic=m, weight=real_share.best_weight(n / m), fits=40) for n, m in sizes
    )


def adapted(rng: np.random.Generator) -> tuple[Blend, ...]:
    """Return long chains whose every generation takes the weight that is best for it."""
    return tuple(replace(case, weight=None, fits=60) for case in balances(rng))


def _blend_drawn(case: Blend, rng: np.random.Generator) -> Estimate:
    return real_share.simulated(case, rng, runs=4000)


def _blend_exact(case: Blend, _rng: np.random.Generator) -> Estimate:
    return real_share.by_weights(case)


def _best_by_calculus(case: Blend, _rng: np.random.Generator) -> Estimate:
    root = real_share.best_weight_by_calculus(sympy.Rational(case.human, case.synthetic))
    return Estimate(value=float(root), exact=str(root))


def _best_by_search(case: Blend, _rng: np.random.Generator) -> Estimate:
    """Return the best weight of a fine grid, each weight by the squared weights of all data."""
    grid = np.linspace(0.02, 1.0, 491)
    errors = [real_share.by_weights(replace(case, weight=float(p), fits=300)).value for p in grid]
    low = int(np.clip(np.argmin(errors), 1, len(grid) - 2))
    curve = np.polyfit(grid[low - 1 : low + 2], errors[low - 1 : low + 2], 2)
    return Estimate(value=float(-curve[1] / (2 * curve[0])))


def spectra(rng: np.random.Generator) -> tuple[Spectrum, ...]:
    """Return ridge problems: no shrinkage, much noise under strong shrinkage, and a random one."""
    g, b, v = (tuple(np.round(rng.uniform(0.02, 1.0, size=5), 3)) for _ in range(3))
    return (
        Spectrum(shrinkage=(1.0,), strength=(1.0,), noise=(1.0,)),
        Spectrum(shrinkage=(0.02, 0.05), strength=(1e-6, 1e-6), noise=(1.0, 5.0)),
        Spectrum(shrinkage=g, strength=b, noise=v),
    )


def interpolations(rng: np.random.Generator, *, redrawn: bool) -> tuple[Interpolation, ...]:
    """Return interpolating problems of weak, strong and random signal."""
    rows, signal = int(rng.integers(3, 9)), round(float(rng.uniform(0.1, 9.0)), 2)
    sizes = ((6, 10, 0.5), (6, 10, 10.0), (rows, rows + int(rng.integers(3, 9)), signal))
    return tuple(
        Interpolation(n_samples=T, n_features=d, signal=s, redrawn=redrawn) for T, d, s in sizes
    )


def _interpolation_search(case: Interpolation, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=real_share.interpolation_best(case))


def _interpolation_matrices(case: Interpolation, rng: np.random.Generator) -> Estimate:
    return Estimate(value=real_share.interpolation_best_by_matrices(case, rng))


BLEND_ERROR = Claim(
    id="blend-error",
    statement="weight p on n fresh human points, 1-p on m synthetic: v' = p^2 + (1-p)^2 (v + n/m)",
    source=GOLDEN_SOURCE,
    relation="equals",
    formula=RECURSION,
    derivations={"exact": WEIGHTS, "simulated": DRAWS},
    cases=blends,
    span="weights .05 to 1, 1 to 8 points of each kind, 2 to 8 fits",
    stated=lambda case: real_share.blended(case.weight or 0.0, case.ratio, case.fits),
    routes={"exact": _blend_exact, "simulated": _blend_drawn},
    assumptions=(HUMAN,),
    note="one unit is the error of a fit to the human points of one generation",
)
BEST_WEIGHT = Claim(
    id="best-weight",
    statement="the best long-run weight of human data is (sqrt(k^2+4k)-k)/2, k = n/m",
    source=GOLDEN_SOURCE,
    relation="equals",
    formula=ROOT,
    derivations={"symbolic": ROOT, "dense": WEIGHTS},
    cases=balances,
    span="k from 1/8 to 8",
    stated=lambda case: real_share.best_weight(case.ratio),
    routes={"symbolic": _best_by_calculus, "dense": _best_by_search},
    assumptions=(HUMAN,),
    tolerance=1e-3,
    unit="",
)
BEST_ERROR = Claim(
    id="best-weight-error",
    statement="at the best weight the long-run error equals that weight, so below one human fit",
    source=f"weight: {GOLDEN_SOURCE}; value: this project",
    relation="equals",
    formula=ROOT,
    derivations={"exact": WEIGHTS, "simulated": DRAWS},
    cases=balances,
    span="k from 1/8 to 8, 40 fits",
    stated=lambda case: real_share.best_weight(case.ratio),
    routes={"exact": _blend_exact, "simulated": _blend_drawn},
    assumptions=(HUMAN,),
    tolerance=1e-6,
)
ADAPTIVE = Claim(
    id="adaptive-weight",
    statement="the best weight of each generation ends where the best fixed weight does, not below",
    source=f"{OVERPARAMETRISED}; here with any n/m",
    relation="equals",
    formula=RECURSION,
    derivations={"exact": WEIGHTS, "simulated": DRAWS},
    cases=adapted,
    span="k from 1/8 to 8, 60 fits",
    stated=lambda case: real_share.blended(real_share.best_weight(case.ratio), case.ratio),
    routes={"exact": _blend_exact, "simulated": _blend_drawn},
    tolerance=1e-6,
)
NAIVE = Claim(
    id="naive-pooling",
    statement="pooling human and synthetic points by number is best",
    source="a common practice that arXiv 2502.18049 argues against",
    relation="equals",
    formula="numbers of observations",
    derivations={"symbolic": ROOT, "dense": WEIGHTS},
    cases=balances,
    span="k from 1/8 to 8",
    stated=lambda case: case.human / (case.human + case.synthetic),
    routes={"symbolic": _best_by_calculus, "dense": _best_by_search},
    assumptions=(HUMAN,),
    tolerance=1e-3,
    unit="",
)
GOLDEN_INTERPOLATION = Claim(
    id="golden-interpolation",
    statement="interpolating fits, one design: the best weight of fresh human labels is .618",
    source=OVERPARAMETRISED,
    relation="equals",
    formula=ROOT,
    derivations={"exact": RECURSION, "dense": ITERATED},
    cases=lambda rng: interpolations(rng, redrawn=False),
    span="3 to 8 rows, d - T from 3 to 8, signal .1 to 10",
    stated=lambda _case: real_share.GOLDEN,
    routes={"exact": _interpolation_search, "dense": _interpolation_matrices},
    assumptions=(INTERPOLATES, ONE_DESIGN),
    tolerance=1e-3,
    unit="",
)
GOLDEN_REDRAWN = Claim(
    id="golden-redrawn",
    statement="interpolating fits, features redrawn: the best weight of human labels is .618 too",
    source="this project: golden-interpolation without its one design",
    relation="equals",
    formula=ROOT,
    derivations={"exact": RECURSION, "dense": ITERATED},
    cases=lambda rng: interpolations(rng, redrawn=True),
    span="3 to 8 rows, d - T from 3 to 8, signal .1 to 10",
    stated=lambda _case: real_share.GOLDEN,
    routes={"exact": _interpolation_search, "dense": _interpolation_matrices},
    assumptions=(INTERPOLATES,),
    tolerance=1e-3,
    unit="",
    note="it grows with |w*|/sigma: the part of w* that each design misses is forgotten",
)
RIDGE_HALF = Claim(
    id="ridge-half",
    statement="ridge, one design: the best weight of fresh human labels is at least 1/2",
    source=OVERPARAMETRISED,
    relation="at least",
    derivations={"exact": RECURSION, "dense": ITERATED},
    cases=spectra,
    span="shrinkage .02 to 1, no signal to signal as large as the noise",
    stated=lambda _case: 0.5,
    routes={
        "exact": lambda case, _rng: Estimate(value=real_share.ridge_best(case)),
        "dense": lambda case, _rng: Estimate(value=real_share.ridge_best_by_iteration(case)),
    },
    tolerance=0.01,
    proof=real_share.half_at_least,
    unit="",
)
WEIGHT_CLAIMS = (
    BLEND_ERROR,
    BEST_WEIGHT,
    BEST_ERROR,
    ADAPTIVE,
    NAIVE,
    GOLDEN_INTERPOLATION,
    GOLDEN_REDRAWN,
    RIDGE_HALF,
)
"""Claims about chains that get fresh human data at every generation."""
