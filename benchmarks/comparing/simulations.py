"""How often intervals and ranks are wrong: many studies of differences whose truth is known.

Four tables, each a list of rows. The functions under study are those that print the numbers
everywhere; beside them stand what was not chosen, so that a table shows why.
`docs/make_statistics.py` writes them into docs/statistics.md.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.comparing.decisions import LEVEL
from benchmarks.comparing.differences import CONFIDENCE, Difference, bootstrap, is_level, paired
from benchmarks.comparing.ranks import p_better, ranks
from benchmarks.comparing.sequential import FIRST_LOOK, at_look, search
from benchmarks.comparing.two_way import two_way
from data.randomness import Purpose, stream

Floats = NDArray[np.float64]
Row = dict[str, str | int | float]
Draw = Callable[[np.random.Generator, int], Floats]
Method = Callable[[Floats, np.random.Generator], Difference]


def _outlying(rng: np.random.Generator, n: int) -> Floats:
    is_far = rng.random(n) < 0.1
    return rng.normal(size=n) + 10.0 * is_far - 1.0


LAWS: Mapping[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "t, 3 degrees": lambda rng, n: rng.standard_t(3, size=n),
    "skewed (exponential)": lambda rng, n: rng.exponential(size=n) - 1.0,
    "very skewed (lognormal)": lambda rng, n: (
        np.exp(1.5 * rng.normal(size=n)) - float(np.exp(1.125))
    ),
    "1 of 10 lies 10 sd out": _outlying,
    "two-point": lambda rng, n: rng.choice([-1.0, 1.0], size=n),
}
"""Laws of a paired difference, each with mean 0."""
SEEDS = (3, 5, 8, 10, 20)
MORE = 10
"""How many times as many studies the t interval has, which is printed everywhere and takes no
time."""


def t_99(values: Floats, _: np.random.Generator) -> Difference:
    """The t interval at 99 %, in place of that at 95 %."""
    return paired(values, 0.99)


def accelerated(values: Floats, rng: np.random.Generator) -> Difference:
    """The bias-corrected and accelerated bootstrap interval (Efron 1987)."""
    mean = float(values.mean())
    if is_level(values):
        return paired(values)
    found = stats.bootstrap(
        (values,), np.mean, confidence_level=CONFIDENCE, n_resamples=999, rng=rng
    ).confidence_interval
    return Difference(mean, float(found.low), float(found.high), len(values))


METHODS: Mapping[str, tuple[Method, tuple[int, ...]]] = {
    "t": (lambda values, _: paired(values), SEEDS),
    "studentised bootstrap": (bootstrap, SEEDS[1:]),
    "BCa bootstrap": (accelerated, SEEDS[2:]),
    "t at 99 %": (t_99, SEEDS),
}
"""Intervals of a mean over seeds, with the numbers of seeds that each is for; the t interval is the
one that others are compared with."""


def interval_rows(n_studies: int, seed: int = 0) -> list[Row]:
    """Share of intervals that miss the true mean, and their width beside that of the t interval.

    The width is a median over studies. The sign-flip test has no interval: its share is that of
    true means that it rejects at 5 %.

    Args:
        n_studies: Studies of each law and number of seeds; of the t interval `MORE` times as many.
        seed: Key of the random draws.
    """
    rows: list[Row] = []
    for (law, draw), n in product(LAWS.items(), SEEDS):
        rng = stream(seed, Purpose.CALIBRATION, "intervals", law, n)
        many = [draw(rng, n) for _ in range(MORE * n_studies)]
        studies = many[:n_studies]
        widths = np.array([2 * _half_of_t(values) for values in studies])
        for name, (method, numbers) in METHODS.items():
            if n in numbers:
                found = [method(values, rng) for values in (many if name == "t" else studies)]
                row: Row = {"law": law, "seeds": n, "method": name, "wrong": _missed(found)}
                row["width"] = _relative([_width(one) for one in found[:n_studies]], widths)
                rows.append(row)
        if n <= 10:
            wrong = float(np.mean([_flips(values) <= LEVEL for values in studies]))
            rows.append({"law": law, "seeds": n, "method": "sign flips", "wrong": wrong})
    return rows


def _half_of_t(values: Floats) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))


def _missed(found: Sequence[Difference]) -> float:
    """Share of intervals without 0; one without ends misses nothing."""
    return float(np.mean([bool(one.is_significant) for one in found]))


def _width(one: Difference) -> float:
    return np.inf if one.low is None or one.high is None else one.high - one.low


def _relative(widths: Sequence[float], reference: Floats) -> float:
    has_width = reference > 0
    return float(np.median(np.array(widths)[has_width] / reference[has_width]))


def _flips(values: Floats) -> float:
    """The p value of the test that flips the sign of every difference in all ways (Fisher 1935)."""
    signs = np.array(list(product((-1.0, 1.0), repeat=len(values))))
    sums = np.abs(signs @ values)
    return float(np.mean(sums >= abs(values.sum()) * (1 - 1e-9)))


DOCUMENTS = 77
SHARES: Mapping[str, tuple[float, float, float]] = {
    "seeds alone": (1.0, 0.0, 0.0),
    "seeds, some of documents": (1.0, 0.25, 0.0),
    "seeds and documents alike": (1.0, 1.0, 1.0),
    "documents above all": (1.0, 10.0, 1.0),
    "each document of each seed": (0.0, 0.0, 1.0),
}
"""Variance of the mean of one seed that comes from the seed, from the documents, and from the two
together."""


def two_way_rows(n_studies: int, seed: int = 0) -> list[Row]:
    """Share of intervals for other texts that miss the true mean, by method.

    Documents have lognormal sizes, and effects are normal or skewed. Methods: the t interval over
    seeds, `two_way`, and the percentiles of the pigeonhole bootstrap, which draws seeds and
    documents anew (Owen 2007). The width is that of `two_way` beside the t interval over seeds.
    """
    rows: list[Row] = []
    for law, (name, shares), n in product(
        ("normal", "skewed (exponential)"), SHARES.items(), (3, 5, 10, 20)
    ):
        rng = stream(seed, Purpose.CALIBRATION, "two-way", law, name, n)
        missed = {"t over seeds": 0, "two-way": 0, "pigeonhole": 0}
        widths = []
        for _ in range(n_studies):
            bits, size = _crossed(LAWS[law], shares, n, rng)
            alone, both = paired(bits.sum(axis=1) / size.sum()), two_way(bits, size)
            missed["t over seeds"] += bool(alone.is_significant)
            missed["two-way"] += bool(both.is_significant)
            low, high = _pigeonhole(bits, size, rng)
            missed["pigeonhole"] += low > 0 or high < 0
            widths.append(_width(both) / _width(alone))
        row: Row = {"effects": law, "variance": name, "seeds": n}
        row |= {method: count / n_studies for method, count in missed.items()}
        rows.append(row | {"width": float(np.median(widths))})
    return rows


def _crossed(
    draw: Draw, shares: tuple[float, float, float], n_seeds: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Differences of bits by seed and document, and sizes of the documents; the true mean is 0."""
    size = rng.lognormal(0.0, 0.6, size=DOCUMENTS)
    size *= DOCUMENTS / size.sum()
    of_seeds, of_documents, of_both = np.sqrt(shares)
    each = np.sqrt(DOCUMENTS / size)  # a long document is less noisy per byte
    effects = (
        of_seeds * draw(rng, n_seeds)[:, None]
        + of_documents * each * draw(rng, DOCUMENTS)
        + of_both * each * draw(rng, n_seeds * DOCUMENTS).reshape(n_seeds, DOCUMENTS)
    )
    return effects * size, size


def _pigeonhole(bits: Floats, size: Floats, rng: np.random.Generator) -> tuple[float, float]:
    n_seeds, n_documents = bits.shape
    seeds = rng.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), size=199)
    documents = rng.multinomial(n_documents, np.full(n_documents, 1 / n_documents), size=199)
    means = np.sum((seeds @ bits) * documents, axis=1) / (n_seeds * (documents @ size))
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


BUDGETS = (12, 30)
LATE = 8
"""Seeds of a first look that is not chosen."""


def search_rows(n_studies: int, seed: int = 0) -> list[Row]:
    """Share of searches over seeds (`collapse settle`) that end wrong, by law and budget.

    The difference is exactly the effect, so that each end but that of the budget is wrong. Beside
    it stand a first look at eight seeds, every look at 95 %, and the share of searches that end
    rightly where the difference is one standard deviation away from the effect.
    """
    rows: list[Row] = []
    for (law, draw), budget in product(LAWS.items(), BUDGETS):
        rng = stream(seed, Purpose.CALIBRATION, "searches", law, budget)
        studies = [draw(rng, budget) for _ in range(n_studies)]
        spread = float(np.std(np.concatenate(studies)))
        row: Row = {"differences": law, "budget": budget}
        row["wrong"] = _ended(studies, first=FIRST_LOOK, level=at_look)
        row["first look at 8"] = _ended(studies, first=LATE, level=at_look)
        row["every look at 95 %"] = _ended(studies, first=FIRST_LOOK, level=lambda _: CONFIDENCE)
        apart = [
            search((values + spread).item, effect=0.0, budget=budget).outcome for values in studies
        ]
        rows.append(row | {"found at 1 sd": float(np.mean([one == "larger" for one in apart]))})
    return rows


def _ended(studies: Sequence[Floats], *, first: int, level: Callable[[int], float]) -> float:
    """Share of searches that end before their budget, with a confidence for each look."""
    ended = [
        any(
            paired(values[:n], level(n - first + 1)).is_significant
            for n in range(first, len(values) + 1)
        )
        for values in studies
    ]
    return float(np.mean(ended))


TRACKS: Mapping[str, tuple[float, ...]] = {
    "15 equal": (0.0,) * 15,
    "8 equal best, 7 worse by 3 sd": (0.0,) * 8 + (3.0,) * 7,
    "8 equal best, 7 worse by 10 sd": (0.0,) * 8 + (10.0,) * 7,
    "3 equal best, 3 worse by 3 sd": (0.0,) * 3 + (3.0,) * 3,
    "3 equal best, 2 by 3 sd, 2 by 10 sd": (0.0,) * 3 + (3.0,) * 2 + (10.0,) * 2,
}
"""Mean losses of the methods of a track, in standard deviations of a paired difference."""


def rank_rows(n_studies: int, seed: int = 0) -> list[Row]:
    """Share of tracks that demote an equal best method, and how many worse ones are ranked behind.

    The rule is that of `ranks`; beside it stands the one that corrects all pairs by Benjamini and
    Hochberg (1995), which bounds the share of false differences and not their presence.
    """
    rows: list[Row] = []
    for (track, means), law, n in product(
        TRACKS.items(), ("normal", "skewed (exponential)"), (3, 5, 10)
    ):
        rng = stream(seed, Purpose.CALIBRATION, "ranks", track, law, n)
        found = [_studied(np.array(means), LAWS[law], n, rng) for _ in range(n_studies)]
        holm, other = (np.array(side, dtype=np.float64) for side in zip(*found, strict=True))
        row: Row = {"track": track, "losses": law, "seeds": n}
        row |= {"demoted": float(holm[:, 0].mean()), "found": float(holm[:, 1].mean())}
        rows.append(
            row | {"demoted, BH": float(other[:, 0].mean()), "found, BH": float(other[:, 1].mean())}
        )
    return rows


def _studied(
    means: Floats, draw: Draw, n_seeds: int, rng: np.random.Generator
) -> tuple[tuple[bool, float], tuple[bool, float]]:
    """Whether a best method was demoted, and the share of worse ones found, by two rules."""
    noise = draw(rng, n_seeds * len(means)).reshape(n_seeds, len(means)) / np.sqrt(2.0)
    losses = [dict(enumerate(column)) for column in (means + noise).T]
    behind = [rank is not None and rank.best > 1 for rank in ranks(losses)]
    return _summed(behind, means), _summed(_behind_by_bh(losses), means)


def _summed(behind: Sequence[bool], means: Floats) -> tuple[bool, float]:
    is_best = means == means.min()
    worse = np.array(behind)[~is_best]
    return bool(np.array(behind)[is_best].any()), float(worse.mean()) if len(worse) else 0.0


def _behind_by_bh(losses: Sequence[Mapping[int, float]]) -> list[bool]:
    pairs = list(permutations(range(len(losses)), 2))
    p_values = [min(1.0, 2 * p_better(losses[one], losses[other])) for one, other in pairs]
    # each pair is one two-sided test: the smaller of its two directions
    first = [i for i, (one, other) in enumerate(pairs) if one < other]
    back = [pairs.index(pairs[i][::-1]) for i in first]
    adjusted = stats.false_discovery_control(
        [min(p_values[i], p_values[j]) for i, j in zip(first, back, strict=True)]
    )
    behind = [False] * len(losses)
    for i, j, p in zip(first, back, adjusted, strict=True):
        if p < LEVEL:
            behind[pairs[i][1] if p_values[i] < p_values[j] else pairs[i][0]] = True
    return behind
