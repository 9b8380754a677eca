"""Replaced and accumulated labels in linear regression (2402.07712, 2404.01413), any design."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from theory.estimates import refined
from theory.literature import accumulation, real_share, replacement
from theory.literature.chains import Chain, simulated
from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

WISHART = "reciprocal of a chi-square"
"""Derivation of E tr (X'X)^-1."""
LENGTHS = "lengths of projected vectors"
"""Derivation of the closed forms for interpolating fits."""
BLOCKS = "exchangeable blocks of pooled rows"
"""Derivation of the closed form for pooled rows whose features are redrawn."""
MAPS = "map of all noises, over designs"
DRAWS = "features and labels drawn and fitted"
"""Derivation of every simulation."""
_PROJECTED: Mapping[RouteName, str] = {
    "symbolic": LENGTHS,
    "dense": "second moments through projections",
    "simulated": DRAWS,
}
BLENDS: Assumption[Chain] = Assumption(
    text="every label after the first fit has a human part",
    holds=lambda chain: 0 < chain.real_weight <= 1,
)
ENOUGH_ROWS: Assumption[Chain] = Assumption(
    text="T >= d + 2", holds=lambda chain: chain.n_samples >= chain.n_features + 2
)
INTERPOLATES: Assumption[Chain] = Assumption(
    text="d >= T + 2", holds=lambda chain: chain.n_features >= chain.n_samples + 2
)
NO_NOISE: Assumption[Chain] = Assumption(
    text="no label noise", holds=lambda chain: chain.noise_std == 0
)
KEPT: Assumption[Chain] = Assumption(
    text="one design serves all generations", holds=lambda chain: not chain.redrawn
)
REDRAWN: Assumption[Chain] = Assumption(
    text="each generation draws its own features", holds=lambda chain: chain.redrawn
)
REPLACED: Assumption[Chain] = Assumption(
    text="only the last labels are kept", holds=lambda chain: not chain.pooled
)
POOLED: Assumption[Chain] = Assumption(
    text="the labels of all generations are kept", holds=lambda chain: chain.pooled
)


def runs(count: int = 2000) -> Route[Chain]:
    """Return the route that draws features and labels of whole chains."""
    return lambda chain, rng: refined(lambda: simulated(chain, rng, runs=count))


def overdetermined(rng: np.random.Generator, *, redrawn: bool, pooled: bool) -> tuple[Chain, ...]:
    """Return chains with T > d: one fit, one column, many fits of many columns, and a random one.

    T exceeds d by 10 or more, so that the errors of designs have a variance to average over.
    """
    d, fits = int(rng.integers(2, 7)), int(rng.integers(2, 9))
    rows, noise = int(rng.integers(d + 10, d + 30)), round(float(rng.uniform(0.3, 2.0)), 2)
    sizes = ((14, 3, 1, 1.0), (12, 1, 10, 1.0), (22, 8, 8, 0.5), (rows, d, fits, noise))
    return tuple(
        Chain(n_samples=T, n_features=d, fits=n, noise_std=s, redrawn=redrawn, pooled=pooled)
        for T, d, n, s in sizes
    )


def interpolating(
    rng: np.random.Generator, *, redrawn: bool, noise_std: float
) -> tuple[Chain, ...]:
    """Return chains with T < d: one row, one fit, many fits, and a random one."""
    rows, fits = int(rng.integers(2, 8)), int(rng.integers(2, 9))
    d = int(rng.integers(rows + 8, rows + 16))
    sizes = ((1, 12, 2), (5, 15, 1), (8, 20, 12), (rows, d, fits))
    return tuple(
        Chain(n_samples=T, n_features=d, fits=n, redrawn=redrawn, signal=1.0, noise_std=noise_std)
        for T, d, n in sizes
    )


def blended(rng: np.random.Generator) -> tuple[Chain, ...]:
    """Return chains with fresh human labels in every generation: few, the best weight, random."""
    weight, fits = round(float(rng.uniform(0.1, 0.9)), 3), int(rng.integers(2, 9))
    base = Chain(n_samples=20, n_features=4, fits=8, redrawn=True, real_weight=0.1)
    return (
        base,
        replace(base, real_weight=real_share.GOLDEN, fits=10),
        replace(base, real_weight=weight, fits=fits, noise_std=0.6),
    )


def _by_blended_covariances(chain: Chain, rng: np.random.Generator) -> Estimate:
    return replacement.blended_by_covariances(chain, rng, designs=250)


def _by_kept_labels(chain: Chain, rng: np.random.Generator) -> Estimate:
    return replacement.linear_growth_by_labels(chain, rng, designs=250)


def _by_kept_covariances(chain: Chain, rng: np.random.Generator) -> Estimate:
    return replacement.interpolating_kept_by_covariances(chain, rng, designs=400)


def _by_kept_maps(chain: Chain, rng: np.random.Generator) -> Estimate:
    return accumulation.by_label_maps(chain, rng, designs=120)


def _by_redrawn_maps(chain: Chain, rng: np.random.Generator) -> Estimate:
    return accumulation.redrawn_by_label_maps(chain, rng, designs=150)


def _looseness(error: Callable[[Chain], float]) -> dict[str, float]:
    """Return the bound over the error after 1,000 pooled fits, for few and for many columns."""
    few = Chain(n_samples=1000, n_features=10, fits=1000, pooled=True)
    many = replace(few, n_features=500)
    ratios = {"T >> d": few, "T = 2 d": many}
    return {
        words: accumulation.kept_design_bound(chain) / error(chain)
        for words, chain in ratios.items()
    }


LINEAR_GROWTH = Claim(
    id="replace-linear",
    statement="replaced labels: n fits give n sigma^2 d/(T-d-1), features kept or redrawn",
    source="arXiv 2402.07712, isotropic case with T >= d + 2, as we read it",
    relation="equals",
    formula=WISHART,
    derivations={
        "symbolic": WISHART,
        "dense": "covariance of all labels, over designs",
        "simulated": DRAWS,
    },
    cases=lambda rng: overdetermined(rng, redrawn=True, pooled=False),
    span="T - d >= 10, 1 to 8 columns, 1 to 10 fits",
    stated=replacement.linear_growth,
    routes={
        "symbolic": lambda chain, _rng: replacement.linear_growth_by_chi_square(chain),
        "dense": _by_kept_labels,
        "simulated": runs(),
    },
    assumptions=(ENOUGH_ROWS, REPLACED),
    unit="",
    note="the dense route keeps one design, the simulation redraws it: one expectation",
)
NOISE_FREE = Claim(
    id="replace-noise-free",
    statement="no noise, T < d, features redrawn: |w*|^2 (1 - (T/d)^n), all is forgotten",
    source="arXiv 2402.07712, overparametrised case, as we read it; finite T, d: this project",
    relation="equals",
    formula=LENGTHS,
    derivations=_PROJECTED,
    cases=lambda rng: interpolating(rng, redrawn=True, noise_std=0.0),
    span="1 to 8 rows, d - T >= 8, 1 to 12 fits",
    stated=replacement.interpolating_redrawn,
    routes={
        "symbolic": lambda chain, _rng: replacement.interpolating_redrawn_by_lengths(chain),
        "dense": lambda chain, _rng: replacement.interpolating_redrawn_by_matrices(chain),
        "simulated": runs(),
    },
    assumptions=(INTERPOLATES, NO_NOISE, REDRAWN, REPLACED),
    unit="",
)
NOISE_FREE_KEPT = Claim(
    id="replace-noise-free-kept",
    statement="no noise, T < d, one design for all: |w*|^2 (1 - T/d) at every n, no more is lost",
    source="this project, against replace-noise-free",
    relation="equals",
    formula=LENGTHS,
    derivations={"dense": "covariance of the weights, over designs", "simulated": DRAWS},
    cases=lambda rng: interpolating(rng, redrawn=False, noise_std=0.0),
    span="1 to 8 rows, d - T >= 8, 1 to 12 fits",
    stated=replacement.interpolating_kept,
    routes={"dense": _by_kept_covariances, "simulated": runs()},
    assumptions=(INTERPOLATES, NO_NOISE, KEPT, REPLACED),
    unit="",
)
SATURATES = Claim(
    id="replace-saturates",
    statement="T < d, redrawn: the noise adds sigma^2 T/(d-T-1) (1-(T/d)^n)/(1-T/d), bounded in n",
    source="this project; 2402.07712 has linear growth for T > d",
    relation="equals",
    formula=LENGTHS,
    derivations=_PROJECTED,
    cases=lambda rng: interpolating(rng, redrawn=True, noise_std=0.7),
    span="1 to 8 rows, d - T >= 8, 1 to 12 fits",
    stated=replacement.interpolating_redrawn,
    routes={
        "symbolic": lambda chain, _rng: replacement.interpolating_redrawn_by_lengths(chain),
        "dense": lambda chain, _rng: replacement.interpolating_redrawn_by_matrices(chain),
        "simulated": runs(),
    },
    assumptions=(INTERPOLATES, REDRAWN, REPLACED),
    unit="",
    note="the error of one fit is included; |w*| = 1",
)
LINEAR_KEPT = Claim(
    id="replace-linear-kept",
    statement="T < d, one design: |w*|^2 (1 - T/d) + n sigma^2 T/(d-T-1), linear in n",
    source="arXiv 2402.07712, overparametrised case, as we read it; finite T, d: this project",
    relation="equals",
    formula=LENGTHS,
    derivations={"dense": "covariance of the weights, over designs", "simulated": DRAWS},
    cases=lambda rng: interpolating(rng, redrawn=False, noise_std=0.7),
    span="1 to 8 rows, d - T >= 8, 1 to 12 fits",
    stated=replacement.interpolating_kept,
    routes={"dense": _by_kept_covariances, "simulated": runs()},
    assumptions=(INTERPOLATES, KEPT, REPLACED),
    unit="",
)
ACCUMULATED_BOUND = Claim(
    id="accumulate-bound",
    statement="pooled labels, one design: at most pi^2/6 sigma^2 d/(T-d-1) at every fit",
    source="arXiv 2404.01413, Theorem 2",
    relation="at most",
    derivations={"exact": "pooled noises add up", "dense": MAPS, "simulated": DRAWS},
    cases=lambda rng: overdetermined(rng, redrawn=False, pooled=True),
    span="T - d >= 10, 1 to 8 columns, 1 to 10 fits",
    stated=accumulation.kept_design_bound,
    routes={
        "exact": lambda chain, _rng: Estimate(value=accumulation.kept_design(chain)),
        "dense": _by_kept_maps,
        "simulated": runs(),
    },
    assumptions=(ENOUGH_ROWS, KEPT, POOLED),
    proof=accumulation.bound_steps_hold,
    typical=lambda: _looseness(accumulation.kept_design),
    unit="",
)
ACCUMULATED_REDRAWN = Claim(
    id="accumulate-redrawn",
    statement="pooled rows, features redrawn: sigma^2 sum d/(i (iT-d-1)), below the kept design",
    source="this project; 2404.01413 keeps the design",
    relation="equals",
    formula=BLOCKS,
    derivations={"exact": "Gram matrices drawn", "dense": MAPS, "simulated": DRAWS},
    cases=lambda rng: overdetermined(rng, redrawn=True, pooled=True),
    span="T - d >= 10, 1 to 8 columns, 1 to 10 fits",
    stated=accumulation.redrawn_design,
    routes={
        "exact": lambda chain, rng: accumulation.by_wishart_inverses(chain, rng, draws=1500),
        "dense": _by_redrawn_maps,
        "simulated": runs(),
    },
    assumptions=(ENOUGH_ROWS, REDRAWN, POOLED),
    unit="",
)
ACCUMULATED_REDRAWN_BOUND = Claim(
    id="redrawn-bound",
    statement="pooled rows, features redrawn: at most pi^2/6 sigma^2 d/(T-d-1), as with one design",
    source="this project; 2404.01413 keeps the design",
    relation="at most",
    derivations={"exact": BLOCKS, "dense": MAPS, "simulated": DRAWS},
    cases=lambda rng: overdetermined(rng, redrawn=True, pooled=True),
    span="T - d >= 10, 1 to 8 columns, 1 to 10 fits",
    stated=accumulation.kept_design_bound,
    routes={
        "exact": lambda chain, _rng: Estimate(value=accumulation.redrawn_design(chain)),
        "dense": _by_redrawn_maps,
        "simulated": runs(),
    },
    assumptions=(ENOUGH_ROWS, REDRAWN, POOLED),
    proof=lambda: accumulation.bound_steps_hold() and accumulation.redrawn_is_less(),
    typical=lambda: _looseness(accumulation.redrawn_design),
    unit="",
)
BLENDED = Claim(
    id="blend-regression",
    statement="labels p human, 1-p the model's: u (p^2+q^2)/(1-q^2) at last, kept or redrawn",
    source="arXiv 2502.18049 and 2509.22341, least squares, as we read them; q = 1 - p",
    relation="equals",
    formula="geometric limit of the blended noise",
    derivations={"dense": "covariance of the weights, over designs", "simulated": DRAWS},
    cases=blended,
    span="weights .1 to .9, 2 to 10 fits, T - d = 16",
    stated=lambda chain: (
        accumulation.one_fit(chain) * real_share.blended(chain.real_weight, 1.0, chain.fits)
    ),
    routes={"dense": _by_blended_covariances, "simulated": runs()},
    assumptions=(ENOUGH_ROWS, REPLACED, BLENDS),
    unit="",
    note="the dense route keeps one design, the simulation redraws it; after n fits as it is",
)
REGRESSION_CLAIMS = (
    LINEAR_GROWTH,
    NOISE_FREE,
    NOISE_FREE_KEPT,
    SATURATES,
    LINEAR_KEPT,
    ACCUMULATED_BOUND,
    ACCUMULATED_REDRAWN,
    ACCUMULATED_REDRAWN_BOUND,
    BLENDED,
)
"""Claims about linear regression on replaced and on accumulated labels."""
