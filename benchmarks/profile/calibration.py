"""How often the collapse profile is wrong: chains whose truth is known, studied many times.

Five families: Gaussians that are refitted to their own draws, losses with noise of a known law,
linear models that learn their own labels (`theory`), n-gram models on text of a known source, and
corpora of words of a known law. A study is five chains, as a user would run them, or one corpus,
and a profile of them. A false alarm is a yes where the true effect does not exceed the threshold; a
miss is a no where it does.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from benchmarks.chains.ngrams import NgramRecipe
from benchmarks.comparing.ngrams import run_ngrams
from benchmarks.profile.answers import DEFINITIONS, Definition, Replicates, assess
from benchmarks.profile.corpora import block_replicates, divide
from data.randomness import Purpose, stream
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate

Floats = NDArray[np.float64]

SEEDS = 5
"""Number of chains in one study."""
FALSE_ALARMS = 0.05
"""Share of false alarms that the profile promises at most."""
MOST_CORPUS_STUDIES = 100
"""Number of studies of a corpus at most: one takes seconds, and none wrong of a hundred bounds the
share by 3.6 %."""

_DEFINITIONS = {definition.id: definition for definition in DEFINITIONS}


@dataclass(frozen=True)
class Truth:
    """A process and what is true of it in one sense of collapse."""

    family: str
    process: str
    definition: Definition
    effect: float
    """The true effect: exact, or from far more chains than a study has."""
    draw: Callable[[np.random.Generator, int], Replicates]
    """Draws the study of this number; no two share a chain or a corpus."""
    is_exact: bool
    """Whether the effect is a closed form."""
    n_studies: int | None = None
    """Number of studies that there are; None where each is drawn anew."""
    times: int = 1
    """How many times as many studies as asked for are made; more where they take no time."""
    is_promised: bool = True
    """Whether the promise is made for it; where it is not, the share of wrong answers is stated
    beside every answer (`promise`)."""

    @property
    def collapses(self) -> bool:
        """Whether the true answer is yes."""
        return self.effect > self.definition.threshold


@dataclass(frozen=True)
class Calibration:
    """How often the profile gave each answer to one truth over many studies."""

    truth: Truth
    answers: Counter[str]

    @property
    def wrong(self) -> float:
        """Share of studies with the wrong answer: false alarms, or misses."""
        return self._n_wrong / self.n_studies

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the 95 % interval of `wrong` (Clopper and Pearson 1934)."""
        return clopper_pearson(self._n_wrong, self.n_studies)

    @property
    def n_studies(self) -> int:
        """Number of independent studies that were answered."""
        return self.answers.total()

    @property
    def _n_wrong(self) -> int:
        return self.answers["no" if self.truth.collapses else "yes"]


def clopper_pearson(count: int, n: int) -> tuple[float, float]:
    """Ends of the 95 % interval of a share of which `count` in `n` were seen."""
    interval = binomtest(count, n).proportion_ci()
    return float(interval.low), float(interval.high)


Tell = Callable[[str], None]
"""Receives one line as each part begins."""


def _nothing(_: str) -> None:
    """Ignore a line that tells of progress."""


def calibrate(
    truths: Sequence[Truth], n_studies: int, *, seed: int = 0, tell: Tell = _nothing
) -> list[Calibration]:
    """Study every truth `n_studies` times, or as often as it has independent studies."""
    found = []
    for truth in truths:
        n = min(n_studies * truth.times, truth.n_studies or n_studies * truth.times)
        tell(f"studies: {n}, {truth.family}, {truth.process}, {truth.definition.id}")
        found.append(Calibration(truth, Counter(_answers(truth, n, seed))))
    return found


def _answers(truth: Truth, n_studies: int, seed: int) -> Iterator[str]:
    for study in range(n_studies):
        rng = stream(seed, Purpose.CALIBRATION, truth.family, truth.process, study)
        yield assess(truth.definition, truth.draw(rng, study)).answer


def gaussian_truths(*, size: int = 40, generations: int = 30) -> list[Truth]:
    """Standard deviation of a Gaussian that is refitted to `size` draws of its last fit.

    The variance shrinks by 1 - 1 / size with every fit by maximum likelihood, so that
    E var_t = (1 - 1 / size)^t; fresh draws keep it at 1 - 1 / size. The measure is the variance.
    """
    definition = _DEFINITIONS["variance"]

    def study(rng: np.random.Generator, _: int, *, refits: bool, scale: float) -> Replicates:
        shape = (SEEDS, generations)
        control = _variance(np.ones(shape), size, rng)
        if refits:
            return Replicates(_refitted(SEEDS, size, generations, rng), control)
        return Replicates(scale**2 * _variance(np.ones(shape), size, rng), control)

    shrink = 1 - (1 - 1 / size) ** (generations - 1)
    edge = float(np.sqrt(1 - definition.threshold))
    cases = (
        ("refit", shrink, partial(study, refits=True, scale=1.0)),
        ("fresh draws", 0.0, partial(study, refits=False, scale=1.0)),
        (
            "fresh, at the threshold",
            definition.threshold,
            partial(study, refits=False, scale=edge),
        ),
    )
    return [
        Truth("Gaussian", name, definition, effect, draw, is_exact=True)
        for name, effect, draw in cases
    ]


def _variance(true: Floats, size: int, rng: np.random.Generator) -> Floats:
    return np.asarray(true * rng.chisquare(size - 1, size=true.shape) / size)


def _refitted(n_chains: int, size: int, generations: int, rng: np.random.Generator) -> Floats:
    variance = [_variance(np.ones(n_chains), size, rng)]
    for _ in range(generations - 1):
        variance.append(_variance(variance[-1], size, rng))
    return np.column_stack(variance)


CONTROL_NOISE = 0.003
"""Standard deviation of a control's loss over seeds, as a share of it; as in the recipe
`workflows`."""
METHOD_NOISE = 0.009
"""The same of a method, three times as large."""
FAR = 30.0
"""How far an outlying chain lies from the others, in standard deviations of these."""


def seed_truths(numbers: Sequence[int] = (3, 5, 10)) -> list[Truth]:
    """Losses whose noise over seeds is normal, skewed, or has one chain in ten that lies far out.

    Skewed and outlying chains are no part of the promise: a few chains mostly look alike, and hide
    that the mean lies elsewhere. Effects at the threshold are no collapse, and those just above are
    one; noise towards lower losses gives false alarms at the first, noise towards higher losses
    misses at the second.
    """
    definition = _DEFINITIONS["any-increase"]
    at, above = definition.threshold, definition.threshold * (1 + 1e-6)
    cases: tuple[tuple[str, float, Callable[[np.random.Generator, int], Floats], bool], ...] = (
        ("normal noise, at the threshold", at, lambda rng, n: rng.normal(size=n), True),
        ("skewed down, at the threshold", at, lambda rng, n: -_skewed(rng, n), False),
        ("skewed up, just above it", above, _skewed, False),
        ("1 in 10 far below, at the threshold", at, lambda rng, n: -_outlying(rng, n), False),
        ("1 in 10 far above, just above it", above, _outlying, False),
    )

    def study(
        rng: np.random.Generator,
        _: int,
        *,
        n: int,
        effect: float,
        noise: Callable[[np.random.Generator, int], Floats],
    ) -> Replicates:
        control = 1.0 + CONTROL_NOISE * rng.normal(size=n)
        values = 1.0 + effect + METHOD_NOISE * noise(rng, n)
        return Replicates(values[:, None], control[:, None])

    return [
        Truth(
            f"{n} seeds",
            process,
            definition,
            effect,
            partial(study, n=n, effect=effect, noise=noise),
            is_exact=True,
            times=10,
            is_promised=is_promised,
        )
        for n in numbers
        for process, effect, noise, is_promised in cases
    ]


def _skewed(rng: np.random.Generator, n: int) -> Floats:
    return rng.exponential(size=n) - 1.0


def _outlying(rng: np.random.Generator, n: int) -> Floats:
    is_far = rng.random(n) < 0.1
    return rng.normal(size=n) + FAR * (is_far - 0.1)


def linear_truths(
    *, n_samples: int = 60, n_features: int = 6, generations: int = 8, batch: int = 8
) -> list[Truth]:
    """Test error of linear models on their own labels; the truth is its exact expectation.

    A replicate is the mean of `batch` chains on one design.
    """
    rng = stream(0, Purpose.CALIBRATION, "design")
    X = rng.standard_normal((n_samples, n_features))
    fixed = np.zeros((generations - 1, n_samples))
    fixed[:, : n_samples // 2] = 1.0
    none = np.zeros((generations - 1, n_samples))
    one = float(expected_error(X, none, "edit_source")[0])

    def fresh(rng: np.random.Generator, n: int) -> Floats:
        return np.array(
            [simulate(X, none[:1], "edit_source", chains=batch, rng=rng).mean[0] for _ in range(n)]
        )

    def study(rng: np.random.Generator, _: int, *, workflow: str, masks: Floats) -> Replicates:
        values = [simulate(X, masks, workflow, chains=batch, rng=rng).mean for _ in range(SEEDS)]
        control = fresh(rng, SEEDS * generations).reshape(SEEDS, generations)
        return Replicates(np.array(values), control)

    def null(rng: np.random.Generator, _: int) -> Replicates:
        both = fresh(rng, 2 * SEEDS * generations).reshape(2, SEEDS, generations)
        return Replicates(*both)

    truths = []
    for process, workflow, masks in (
        ("replace", "replace", np.ones_like(none)),
        ("edit_source, half the rows", "edit_source", fixed),
        ("same labels again", "edit_source", none),
    ):
        exact = expected_error(X, masks, workflow)
        late = np.arange(generations) >= (generations - 1) / 2
        slope = float(np.polyfit(np.flatnonzero(late), exact[late] / one, 1)[0])
        draw = partial(study, workflow=workflow, masks=masks)
        rise = float(exact[-1] / one - 1)
        for name, effect in (("catastrophic", rise), ("any-increase", rise), ("divergence", slope)):
            truths.append(Truth("linear", process, _DEFINITIONS[name], effect, draw, is_exact=True))
    for name in ("catastrophic", "any-increase", "divergence"):
        truths.append(Truth("linear", "fresh labels", _DEFINITIONS[name], 0.0, null, is_exact=True))
    return truths


NGRAMS = NgramRecipe(
    vocabulary=40,
    generations=8,
    held_out_words=4_000,
    first_words=1_500,
    generation_words=1_500,
)
"""Settings of the n-gram chains, small enough for hundreds of them."""


def ngram_truths(
    *, chains: int = 120, recipe: NgramRecipe = NGRAMS, tell: Tell = _nothing
) -> list[Truth]:
    """n-gram chains on text of a known Markov source; a study is the next five of `chains` chains.

    No chain is in two studies, but all draw their human text from one text. The truth is the mean
    over all of them. The control of `fresh_human` is another half of its own chains, so that its
    true effect is 0.
    """
    texts = markov_text(recipe)
    seeds = range(chains)
    tell(f"{2 * chains} chains of n-gram models: fresh_human")
    human = run_ngrams(texts, recipe, "fresh_human", seeds)
    other = run_ngrams(texts, recipe, "fresh_human", range(chains, 2 * chains))
    truths = []
    for workflow in ("replace", "accumulate", "edit_source", "fresh_human"):
        if workflow != "fresh_human":
            tell(f"{chains} chains of n-gram models: {workflow}")
        found = other if workflow == "fresh_human" else run_ngrams(texts, recipe, workflow, seeds)
        for name, key in (
            ("any-increase", "bits_per_token"),
            ("catastrophic", "bits_per_token"),
            ("divergence", "bits_per_token"),
            ("tails", "tail_coverage"),
        ):
            definition = _DEFINITIONS[name]
            every = Replicates(found[key], human[key])
            parts = definition.effect(every)
            assert parts is not None
            effect = 0.0 if workflow == "fresh_human" else float(parts[0].mean() / parts[1].mean())
            draw = partial(_some_chains, every)
            n = chains // SEEDS
            truths.append(Truth("n-gram", workflow, definition, effect, draw, False, n))
    return truths


def _some_chains(every: Replicates, _: np.random.Generator, number: int) -> Replicates:
    chosen = slice(number * SEEDS, (number + 1) * SEEDS)
    return Replicates(every.values[chosen], every.control[chosen])


def markov_text(recipe: NgramRecipe, *, length: int = 25) -> list[str]:
    """Documents of a fixed random Markov chain of words with a long tail."""
    rng = stream(0, Purpose.CALIBRATION, "text")
    n_words = recipe.vocabulary - 2
    share = 1.0 / np.arange(1, n_words + 1)
    table = np.cumsum(rng.dirichlet(2 * share * n_words / share.sum(), size=n_words), axis=1)
    total = recipe.held_out_words + recipe.first_words
    total += (recipe.generations + 1) * recipe.generation_words
    n_documents = 2 * total // length
    words = np.zeros((n_documents, length), dtype=np.int64)
    words[:, 0] = rng.choice(n_words, n_documents, p=share / share.sum())
    for place in range(1, length):
        draw = rng.random(n_documents)[:, None]
        words[:, place] = (draw > table[words[:, place - 1]]).sum(axis=1).clip(max=n_words - 1)
    return [" ".join(f"w{word}" for word in row) for row in words]


def corpus_truths(*, pool: int = 30, tell: Tell = _nothing) -> list[Truth]:
    """Corpora of words drawn from a Zipf law, against human text of a law of their own.

    The same law is no collapse in any sense, a steeper one is in some. The truth of the steeper law
    is the mean over all `pool` studies, each of which has texts of its own.
    """
    truths = []
    for process, exponent in (("the same law", 1.0), ("a steeper law", 1.15)):
        tell(f"{pool} corpora of {process}")
        studies = [_corpus_study(exponent, number) for number in range(pool)]
        for definition in DEFINITIONS:
            every = [study[definition.measure] for study in studies]
            found = [definition.effect(study) for study in every]
            parts = [effect for effect in found if effect is not None]
            if parts:
                top, bottom = (np.concatenate(side) for side in zip(*parts, strict=True))
                effect = 0.0 if exponent == 1.0 else float(top.mean() / bottom.mean())
                draw = partial(_one_of, every)
                truths.append(Truth("corpora", process, definition, effect, draw, False, pool))
    return truths


def _one_of(studies: Sequence[Replicates], _: np.random.Generator, number: int) -> Replicates:
    return studies[number]


def _corpus_study(exponent: float, number: int) -> dict[str, Replicates]:
    rng = stream(0, Purpose.CALIBRATION, "corpora", number)
    corpora = {"corpus": zipf_text(300, exponent, rng)}
    return block_replicates(corpora, divide(corpora, zipf_text(600, 1.0, rng)))


def zipf_text(n_documents: int, exponent: float, rng: np.random.Generator) -> list[str]:
    """Documents of 10 to 50 words whose frequency falls with the power of their rank."""
    share = 1.0 / np.arange(1, 501) ** exponent
    lengths = rng.integers(10, 51, n_documents)
    words = rng.choice(500, size=int(lengths.sum()), p=share / share.sum())
    stops = np.cumsum(lengths)
    return [
        " ".join(f"w{word}" for word in words[stop - length : stop])
        for length, stop in zip(lengths, stops, strict=True)
    ]


def all_truths(n_studies: int, tell: Tell = _nothing) -> list[Truth]:
    """Every family, with chains and corpora for `n_studies` independent studies of each truth."""
    return [
        *gaussian_truths(),
        *seed_truths(),
        *linear_truths(),
        *ngram_truths(chains=n_studies * SEEDS, tell=tell),
        *corpus_truths(pool=min(n_studies, MOST_CORPUS_STUDIES), tell=tell),
    ]
