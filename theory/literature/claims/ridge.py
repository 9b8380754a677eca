"""Ridge regression and power-law spectra downstream of a replaced chain (2402.07712)."""

import math
from dataclasses import replace

import numpy as np
import sympy

from theory.estimates import refined
from theory.linear_chains.design import Array
from theory.literature import spectra
from theory.literature.spectra import Kernel
from theory.verdict import Assumption, Claim, Estimate

EQUIVALENTS = "deterministic equivalents"
"""Derivation of the closed forms for large T and d."""
BALANCE = "two terms of one size"
"""Derivation of the exponents."""
DESIGNS = "exact error given drawn designs"
"""Derivation of the averages over designs."""
GENERATOR_FITS: Assumption[Kernel] = Assumption(
    text="T_0 >= d + 2: the generator does not interpolate",
    holds=lambda case: case.generator_rows >= case.n_features + 2,
)
PENALISED: Assumption[Kernel] = Assumption(
    text="ridge > 0", holds=lambda case: case.ridge is None or case.ridge > 0
)
ISOTROPIC: Assumption[Kernel] = Assumption(
    text="features of equal variance", holds=lambda case: case.decay == 0
)
ROUGH: Assumption[Kernel] = Assumption(
    text="beta > 1 and 0 < r <= 1",
    holds=lambda case: case.decay > 1 and 0 < case.smoothness <= 1,
)
RIDGES: Array = np.exp(np.linspace(math.log(2e-4), math.log(40.0), 48))
"""Penalties among which the dense routes look for the best."""


def penalised(rng: np.random.Generator) -> tuple[Kernel, ...]:
    """Return ridge fits of clean, once and often replaced labels, T below and above d."""
    base = Kernel(n_samples=90, n_features=60, generator_rows=120, generations=0, decay=1.5)
    rows, decay = int(rng.integers(40, 120)), round(float(rng.uniform(0.5, 2.0)), 2)
    ridge, generations = round(float(rng.uniform(0.01, 0.3)), 3), int(rng.integers(1, 5))
    return (
        replace(base, ridge=0.01),
        replace(base, generations=6, ridge=0.05, n_samples=40),
        replace(base, generations=2, ridge=0.4, decay=0.0),
        replace(base, n_samples=rows, generations=generations, ridge=ridge, decay=decay),
    )


def isotropic(rng: np.random.Generator) -> tuple[Kernel, ...]:
    """Return chains of equal variances whose best penalty is asked for."""
    base = Kernel(n_samples=80, n_features=40, generator_rows=90, generations=1, decay=0.0)
    generations, noise = int(rng.integers(2, 8)), round(float(rng.uniform(0.3, 1.0)), 2)
    return (
        base,
        replace(base, n_samples=30),
        replace(base, generations=generations, noise_std=noise),
    )


def _averaged(case: Kernel, rng: np.random.Generator) -> Estimate:
    def some() -> Estimate:
        means, errors = spectra.averaged_errors(case, np.array([case.ridge]), rng, designs=60)
        return Estimate(value=float(means[0]), stderr=float(errors[0]))

    return refined(some, target=0.015)


def clean_ridge(case: Kernel) -> float:
    """Return sigma^2 d / T, the best penalty (over T) for clean labels with |w*| = 1."""
    return case.noise_std**2 * case.n_features / case.n_samples


def _best_by_equivalents(case: Kernel, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=spectra.best_equivalent(case)[0] / clean_ridge(case))


def _best_by_designs(case: Kernel, rng: np.random.Generator) -> Estimate:
    """Return the mean, over batches of designs, of the penalty with the least mean exact error."""
    batches = np.array([_best_ridge(case, rng) for _ in range(10)]) / clean_ridge(case)
    stderr = float(batches.std(ddof=1) / math.sqrt(len(batches)))
    return Estimate(value=float(batches.mean()), stderr=stderr)


def _best_ridge(case: Kernel, rng: np.random.Generator) -> float:
    means, _ = spectra.averaged_errors(case, RIDGES, rng, designs=10)
    low = int(np.clip(means.argmin(), 2, len(RIDGES) - 3))
    near = slice(low - 2, low + 3)
    curve = np.polyfit(np.log(RIDGES[near]), means[near], 2)
    return math.exp(-curve[1] / (2 * curve[0]))


def _exponent(case: Kernel) -> float:
    return spectra.scaling_exponent(case.decay, case.smoothness)


def _exponent_by_calculus(case: Kernel, _rng: np.random.Generator) -> Estimate:
    value = spectra.scaling_exponent_by_calculus(
        sympy.nsimplify(case.decay), sympy.nsimplify(case.smoothness)
    )
    return Estimate(value=float(value), exact=str(value))


def _slope_in_rows(case: Kernel, _rng: np.random.Generator) -> Estimate:
    """Return the slope of the best clean error between T and 4 T with very many features."""
    large = replace(case, n_features=20_000, generator_rows=10**6, n_samples=8 * case.n_samples)
    first, last = (_best_error(replace(large, n_samples=k * large.n_samples)) for k in (1, 4))
    return Estimate(value=math.log(first / last) / math.log(4))


def _slope_in_rows_by_designs(case: Kernel, rng: np.random.Generator) -> Estimate:
    first = _best_mean(replace(case, n_samples=case.n_samples // 2), rng, designs=4)
    last = _best_mean(replace(case, n_samples=2 * case.n_samples), rng, designs=4)
    return _log_ratio(first, last, math.log(4))


def _slope_in_generations(case: Kernel, _rng: np.random.Generator) -> Estimate:
    """Return the slope in n of the error that infinitely many rows leave, between n and 8 n."""
    large = replace(case, n_samples=10**9, n_features=20_000, generator_rows=20_400)
    first, last = (_best_error(replace(large, generations=k)) for k in (1, 8))
    return Estimate(value=math.log(last / first) / math.log(8))


def _slope_in_generations_by_designs(case: Kernel, rng: np.random.Generator) -> Estimate:
    """Return the slope at the case's own T, whose distance from T -> inf counts as its error."""
    first = _best_mean(replace(case, generations=1), rng, designs=3)
    last = _best_mean(replace(case, generations=8), rng, designs=3)
    found = _log_ratio(last, first, math.log(8))
    few = [_best_error(replace(case, generations=k)) for k in (1, 8)]
    finite = math.log(few[1] / few[0]) / math.log(8) - _slope_in_generations(case, rng).value
    return Estimate(value=found.value, stderr=math.hypot(found.stderr, finite))


def _best_error(case: Kernel) -> float:
    return spectra.best_equivalent(case)[1]


def _best_mean(case: Kernel, rng: np.random.Generator, *, designs: int) -> tuple[float, float]:
    means, errors = spectra.averaged_errors(case, RIDGES[:36:2], rng, designs=designs)
    best = int(means.argmin())
    return float(means[best]), float(errors[best])


def _log_ratio(above: tuple[float, float], below: tuple[float, float], span: float) -> Estimate:
    value = math.log(above[0] / below[0]) / span
    return Estimate(value=value, stderr=math.hypot(above[1] / above[0], below[1] / below[0]) / span)


def _rows(rng: np.random.Generator) -> tuple[Kernel, ...]:
    base = Kernel(n_samples=200, n_features=1000, generator_rows=10**6, generations=0, decay=1.5)
    return tuple(replace(base, decay=decay) for decay in _decays(rng))


def _decays(rng: np.random.Generator) -> tuple[float, ...]:
    """Return the ends of the range of exponents of the spectrum, and one inside."""
    return (1.4, 1.8, round(float(rng.uniform(1.4, 1.8)), 2))


def _many_rows(rng: np.random.Generator) -> tuple[Kernel, ...]:
    base = Kernel(
        n_samples=2000,
        n_features=200,
        generator_rows=400,
        generations=1,
        decay=1.5,
        noise_std=0.15,
    )
    return tuple(replace(base, decay=decay) for decay in _decays(rng))


RIDGE_ERROR = Claim(
    id="ridge-error",
    statement="ridge after n replaced fits: clean + n s^2/(T_0-d-1) (df2 + u k^2 tr (S+k)^-2)",
    source="arXiv 2402.07712, ridge case with deterministic equivalents, as we read it",
    relation="equals",
    formula=EQUIVALENTS,
    derivations={"dense": DESIGNS, "simulated": "labels drawn and fitted"},
    cases=penalised,
    span="d = 60, T from 40 to 120, 0 to 6 generations, beta from 0 to 2",
    stated=lambda case: spectra.equivalent_error(case, float(case.ridge or 0.0)),
    routes={
        "dense": _averaged,
        "simulated": lambda case, rng: spectra.simulated(case, rng, runs=60),
    },
    assumptions=(GENERATOR_FITS, PENALISED),
    tolerance=0.012,
    unit="",
    note="a limit for large T and d; within a percent at these sizes",
)
RIDGE_GROWS = Claim(
    id="ridge-grows",
    statement="the best ridge after n >= 1 replaced generations exceeds the clean sigma^2 d/T",
    source="arXiv 2402.07712, adaptive regularisation, as we read it; proof: this project",
    relation="at least",
    derivations={"exact": EQUIVALENTS, "quadrature": "Marchenko-Pastur density", "dense": DESIGNS},
    cases=isotropic,
    span="d = 40, T = 30 and 80, 1 to 7 generations, noise .3 to 1",
    stated=lambda _case: 1.0,
    routes={
        "exact": _best_by_equivalents,
        "quadrature": lambda case, _rng: Estimate(
            value=spectra.best_isotropic(case) / clean_ridge(case)
        ),
        "dense": _best_by_designs,
    },
    assumptions=(GENERATOR_FITS, ISOTROPIC),
    tolerance=0.025,
    proof=spectra.clean_ridge_is_too_small,
    unit="",
    note="in units of the best ridge for clean labels",
)
SCALING = Claim(
    id="scaling-clean",
    statement="power law, best ridge, clean labels: the error falls as T^-c, c = 2rb/(1+2rb)",
    source="arXiv 2402.07712 (the clean law is of earlier work), as we read it",
    relation="equals",
    formula=BALANCE,
    derivations={"symbolic": BALANCE, "exact": EQUIVALENTS, "dense": DESIGNS},
    cases=_rows,
    span="beta from 1.4 to 1.8, r = 1/2",
    stated=_exponent,
    routes={
        "symbolic": _exponent_by_calculus,
        "exact": _slope_in_rows,
        "dense": _slope_in_rows_by_designs,
    },
    assumptions=(GENERATOR_FITS, ROUGH),
    tolerance=0.02,
    unit="",
    note="r is the target's smoothness, b the exponent of the spectrum",
)
FLOOR = Claim(
    id="scaling-floor",
    statement="power law, best ridge, n replaced fits: T -> inf leaves an error of order n^c",
    source="arXiv 2402.07712, modified scaling law, as we read it",
    relation="equals",
    formula=BALANCE,
    derivations={"symbolic": BALANCE, "exact": EQUIVALENTS, "dense": DESIGNS},
    cases=_many_rows,
    span="beta from 1.4 to 1.8, r = 1/2, 1 and 8 generations",
    stated=_exponent,
    routes={
        "symbolic": _exponent_by_calculus,
        "exact": _slope_in_generations,
        "dense": _slope_in_generations_by_designs,
    },
    assumptions=(GENERATOR_FITS, ROUGH),
    tolerance=0.02,
    unit="",
    note="the extra noise of a row is n sigma_0^2/(T_0-d-1), and T does not divide it",
)


RIDGE_CLAIMS = (RIDGE_ERROR, RIDGE_GROWS, SCALING, FLOOR)
"""Claims about ridge regression after replaced generations."""
