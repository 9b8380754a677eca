"""Three ways to keep samples, for Gaussian and kernel-density refits (2410.16713)."""

from dataclasses import replace

import numpy as np

from theory.literature import refits
from theory.literature.refits import Quantity, Refits, Setting
from theory.verdict import Assumption, Claim, Estimate, Route

SOURCE = "arXiv 2410.16713, Gaussian setting, as we read it"
LOSSES = "what every fit takes, multiplied"
"""Derivation of the closed forms."""
COVARIANCES = "second moments of every pair of points"
"""Derivation of the dense route."""
DRAWS = "points drawn and fitted"
"""Derivation of every simulation."""
GAUSSIAN: Assumption[Refits] = Assumption(
    text="a Gaussian is fitted", holds=lambda case: case.bandwidth is None
)
KERNEL: Assumption[Refits] = Assumption(
    text="a kernel density of fixed bandwidth is fitted",
    holds=lambda case: case.bandwidth is not None and case.bandwidth > 0,
)
SEVERAL: Assumption[Refits] = Assumption(text="n >= 3", holds=lambda case: case.points >= 3)


def setting(name: Setting) -> Assumption[Refits]:
    """Return the assumption that the chain keeps samples in this way."""
    return Assumption(text=f"setting: {name}", holds=lambda case: case.setting == name)


def chains(
    rng: np.random.Generator, name: Setting, quantity: Quantity, *, bandwidth: float | None = None
) -> tuple[Refits, ...]:
    """Return chains of one fit, of the fewest points, of many fits, and a random one."""
    base = Refits(points=3, fits=1, setting=name, quantity=quantity, bandwidth=bandwidth)
    points, fits = int(rng.integers(3, 20)), int(rng.integers(2, 12))
    wide = round(float(rng.uniform(0.1, 1.5)), 2) if bandwidth is not None else None
    return (
        base,
        replace(base, fits=6),
        replace(base, points=30, fits=8),
        replace(base, points=points, fits=fits, bandwidth=wide),
    )


def long_chains(rng: np.random.Generator, name: Setting) -> tuple[Refits, ...]:
    """Return chains long enough for their plateau: of few and of more points, and random ones."""
    base = Refits(points=3, fits=120, setting=name, quantity="pool variance")
    drawn = (
        replace(base, points=int(rng.integers(4, 8)), fits=int(rng.integers(100, 121)))
        for _ in range(2)
    )
    return (base, replace(base, points=8, fits=100), *drawn)


def covariances(case: Refits, _rng: np.random.Generator) -> Estimate:
    """Return the number by the second moments of every pair of points."""
    return refits.by_covariances(case)


def drawn(count: int = 4000) -> Route[Refits]:
    """Return the route that draws and refits the points."""
    return lambda case, rng: refits.simulated(case, rng, runs=count)


def _floor_looseness() -> dict[str, float]:
    """Return the variance after 300 fits over its floor, for few and for many points."""
    case = Refits(points=3, fits=300, setting="subsample", quantity="pool variance")
    ratios = {"3 points": case, "50 points": replace(case, points=50)}
    return {
        words: refits.subsampled_variance(each) / refits.subsampled_variance_floor(each)
        for words, each in ratios.items()
    }


REPLACED = Claim(
    id="gaussian-replace",
    statement="replace: t Gaussian fits to n points leave (1 - 1/n)^t of the variance",
    source=SOURCE,
    relation="equals",
    formula=LOSSES,
    derivations={"dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: chains(rng, "replace", "pool variance"),
    span="3 to 30 points, 1 to 11 fits",
    stated=refits.replaced_variance,
    routes={"dense": covariances, "simulated": drawn()},
    assumptions=(GAUSSIAN, setting("replace")),
    unit="",
)
ACCUMULATED = Claim(
    id="gaussian-accumulate",
    statement="accumulate: the variance of the pool is prod (1 - 1/(n i^2)) after t fits",
    source=SOURCE,
    relation="equals",
    formula=LOSSES,
    derivations={"dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: chains(rng, "accumulate", "pool variance"),
    span="3 to 30 points, 1 to 11 fits",
    stated=refits.accumulated_variance,
    routes={"dense": covariances, "simulated": drawn()},
    assumptions=(GAUSSIAN, setting("accumulate")),
    unit="",
)
PLATEAU = Claim(
    id="gaussian-plateau",
    statement="accumulate: the variance tends to sin(pi/sqrt n)/(pi/sqrt n) of the first, not to 0",
    source=SOURCE,
    relation="equals",
    formula=LOSSES,
    derivations={"symbolic": LOSSES, "dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: long_chains(rng, "accumulate"),
    span="3 to 8 points, 100 fits or more",
    stated=refits.accumulated_variance_limit,
    routes={
        "symbolic": lambda case, _rng: refits.accumulated_limit_by_gammas(case),
        "dense": covariances,
        "simulated": drawn(300),
    },
    assumptions=(GAUSSIAN, setting("accumulate")),
    tolerance=0.01,
    unit="",
    note="a limit; the chain of the case is 100 fits or more",
)
MEAN = Claim(
    id="gaussian-mean",
    statement="accumulate: the mean's squared error is what the variance lost, so below 1 for ever",
    source=SOURCE,
    relation="equals",
    formula=LOSSES,
    derivations={"dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: chains(rng, "accumulate", "mean error"),
    span="3 to 30 points, 1 to 11 fits",
    stated=refits.accumulated_mean_error,
    routes={"dense": covariances, "simulated": drawn()},
    assumptions=(GAUSSIAN, setting("accumulate")),
    unit="",
)
SUBSAMPLED = Claim(
    id="gaussian-subsample",
    statement="fixed compute: each fit of n of the pool's N points takes (2nN-n^2-N)/(n^2(N-1)i^2)",
    source="setting: arXiv 2410.16713; formula: this project",
    relation="equals",
    formula=LOSSES,
    derivations={"dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: chains(rng, "subsample", "pool variance"),
    span="3 to 30 points, 1 to 11 fits",
    stated=refits.subsampled_variance,
    routes={"dense": covariances, "simulated": drawn()},
    assumptions=(GAUSSIAN, setting("subsample")),
    unit="",
)
SUBSAMPLED_FLOOR = Claim(
    id="subsample-floor",
    statement="fixed compute: the pool keeps (1-1/n) prod_(i>1) (1 - 2/(n i^2)) of the variance",
    source="plateau observed: arXiv 2410.16713; bound: this project",
    relation="at least",
    derivations={"exact": LOSSES, "dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: long_chains(rng, "subsample"),
    span="3 to 8 points, 100 fits or more",
    stated=refits.subsampled_variance_floor,
    routes={
        "exact": lambda case, _rng: Estimate(value=refits.subsampled_variance(case)),
        "dense": covariances,
        "simulated": drawn(300),
    },
    assumptions=(GAUSSIAN, SEVERAL, setting("subsample")),
    proof=refits.subsampled_floor_holds,
    typical=_floor_looseness,
    unit="",
    note="the paper saw slow degradation; the pool's variance never falls below this",
)
KERNEL_REPLACED = Claim(
    id="kernel-replace",
    statement="kernel densities, replace: the second moment grows by h^2 a generation",
    source="setting: arXiv 2410.16713; formula: this project",
    relation="equals",
    formula="noise of every generation adds up",
    derivations={"dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: chains(rng, "replace", "second moment", bandwidth=0.5),
    span="3 to 30 points, 1 to 11 fits, h from .1 to 1.5",
    stated=refits.kernel_second_moment,
    routes={"dense": covariances, "simulated": drawn()},
    assumptions=(KERNEL, setting("replace")),
    unit="",
)
KERNEL_ACCUMULATED = Claim(
    id="kernel-accumulate",
    statement="kernel densities, accumulate: 1 + h^2 (1/2 + .. + 1/t), without bound, as log t",
    source="setting: arXiv 2410.16713; formula: this project",
    relation="equals",
    formula="noise of every generation adds up",
    derivations={"dense": COVARIANCES, "simulated": DRAWS},
    cases=lambda rng: chains(rng, "accumulate", "second moment", bandwidth=0.5),
    span="3 to 30 points, 1 to 11 fits, h from .1 to 1.5",
    stated=refits.kernel_second_moment,
    routes={"dense": covariances, "simulated": drawn()},
    assumptions=(KERNEL, setting("accumulate")),
    unit="",
    note="the bandwidth stays; accumulation slows this divergence and does not end it",
)
REFIT_CLAIMS = (
    REPLACED,
    ACCUMULATED,
    PLATEAU,
    MEAN,
    SUBSAMPLED,
    SUBSAMPLED_FLOOR,
    KERNEL_REPLACED,
    KERNEL_ACCUMULATED,
)
"""Claims about refitted densities."""
