"""What a body of text looks like, with an interval, beside human text of the same size.

Every measure is taken on a sample of a fixed number of words whose documents are chosen by a hash
of their content, so that it depends neither on the order of documents nor on the size of a corpus.
Its human-human floor is the same measure of another human text against the same reference. Standard
errors are those of the delete-a-group jackknife over documents (Shao and Wu 1989), with every
replicate cut to one number of words, because most measures grow with it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from scipy import stats
from scipy.cluster.vq import kmeans2
from scipy.special import gammaln

from data.errors import BadInput
from data.measures.judge import Judge, fit_judge
from data.measures.ngrams import Ngram, hashed, hashed_sum, ngrams, rare_bigrams, split_words
from data.randomness import Purpose, stream

Floats = NDArray[np.float64]

HELD_OUT_VERSION = 1
"""Version of how the loss on held-out text is measured."""
VERSION = 3
"""Version of the definitions of measures. Version 2 has the same values with other standard errors:
from random halves, 0.5 to 2 times the spread between samples, where those of version 3 are 0.75 to
1.8 times it."""
HISTOGRAM_BINS = 40
TOP_BIGRAMS = 40
MODES = 8
_GROUPS = 20
_LEARNED_GROUPS = 10
_FEATURES = 1_000
"""Number of buckets of a document's words and bigrams where documents are clustered."""
_BLEU_DOCUMENTS = 24
_CENTRAL = 0.98
_PROBE_DOCUMENTS = 60
_DOUBLINGS = 3


@dataclass(frozen=True)
class Sample:
    """A number of words of text, in whole documents but for the last."""

    texts: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]

    @cached_property
    def n_words(self) -> int:
        """Number of words of all documents."""
        return sum(map(len, self.words))

    def select(self, places: Iterable[int]) -> "Sample":
        """A sample of the documents at these places."""
        chosen = list(places)
        return Sample(
            tuple(self.texts[place] for place in chosen),
            tuple(self.words[place] for place in chosen),
        )

    def cut(self, n_words: int) -> "Sample":
        """The first documents up to `n_words` words; the text of the last stays whole."""
        before = np.cumsum([0, *map(len, self.words)])
        kept = range(int(np.searchsorted(before, n_words, side="left")))
        return Sample(
            self.texts[: len(kept)],
            tuple(self.words[place][: n_words - int(before[place])] for place in kept),
        )


def take(texts: Iterable[str], n_words: int | None = None) -> Sample:
    """Choose documents by a hash of their content until they hold `n_words` words.

    Raises:
        BadInput: The texts have fewer words, or none.
    """
    ranked = sorted(texts, key=lambda text: hashlib.blake2b(text.encode(), digest_size=8).digest())
    chosen: list[str] = []
    words: list[tuple[str, ...]] = []
    left = n_words
    for text in ranked:
        found = split_words(text)
        if found:
            chosen.append(text)
            words.append(tuple(found[:left]))
        if left is not None:
            left -= min(len(found), left)
            if left == 0:
                break
    if left or not chosen:
        have = sum(map(len, words))
        raise BadInput(f"the text has {have:,} words where {n_words or 1:,} are compared")
    return Sample(tuple(chosen), tuple(words))


@dataclass(frozen=True)
class Reference:
    """What other text is measured against: tail, bigrams, judge and clusters of human text."""

    tail: frozenset[Ngram]
    top: frozenset[Ngram]
    """Most frequent bigrams of the human text."""
    hashed: Floats
    """Shares of hashed words and bigrams, shape (BUCKETS,)."""
    judge: Judge
    bits: Floats
    """Bits per byte of the human documents under the judge, sorted."""
    modes: Floats
    """Centres of clusters of the human documents, shape (MODES, features)."""
    probe: tuple[str, ...]
    """Human documents on which models of other texts are measured."""
    _bits: dict[str, float] = field(default_factory=dict, repr=False)
    _margins: dict[tuple[str, ...], float] = field(default_factory=dict, repr=False)

    def bits_of(self, sample: Sample) -> Floats:
        """Bits per byte of each document under the judge, each computed once."""
        new = list(dict.fromkeys(text for text in sample.texts if text not in self._bits))
        for text, bits in zip(new, self.judge.bits_of(new), strict=True):
            self._bits[text] = bits / len(text.encode())
        return np.array([self._bits[text] for text in sample.texts])

    def margins_of(self, sample: Sample) -> Floats:
        """How clearly each document belongs to one mode: 1 - nearest / second nearest centre."""
        for words in sample.words:
            if words not in self._margins:
                distance = np.linalg.norm(self.modes - _direction(words), axis=1)
                nearest, second = np.partition(distance, 1)[:2]
                self._margins[words] = float(1 - nearest / max(second, 1e-12))
        return np.array([self._margins[words] for words in sample.words])


def make_reference(held_out: Sample, judge_texts: Iterable[str], *, rare_count: int) -> Reference:
    """Measure human text once.

    Args:
        held_out: Human text, its documents cut as those that will be compared.
        judge_texts: Other human text, for the fixed judge.
        rare_count: A bigram of `held_out` that occurs at most this often belongs to the tail.

    Raises:
        BadInput: `held_out` has no rare bigram.
    """
    judge = fit_judge(judge_texts)
    tail = rare_bigrams(held_out.words, rare_count)
    if not tail:
        raise BadInput("the held-out text has no rare bigram: give more held-out text")
    counts = hashed_sum(held_out.words)
    features = np.array([_direction(words) for words in held_out.words])
    rng = stream(0, Purpose.STATISTICS, "modes")
    start = features[rng.choice(len(features), min(MODES, len(features)), replace=False)]
    modes, _ = kmeans2(features, start, minit="matrix", missing="warn", iter=20)
    return Reference(
        tail,
        frozenset(b for b, _ in Counter(ngrams(held_out.words, 2)).most_common(TOP_BIGRAMS)),
        counts / counts.sum(),
        judge,
        np.sort(judge.bits_per_byte(held_out.texts)),
        modes,
        held_out.texts[:_PROBE_DOCUMENTS],
    )


def distinct(sample: Sample, n: int) -> float:
    """Different n-grams over all n-grams (Li et al. 2016); 0 for a text without any."""
    counts = Counter(ngrams(sample.words, n))
    return len(counts) / counts.total() if counts else 0.0


def vocabulary_growth(sample: Sample) -> float:
    """Heaps' exponent between half the words and all: log2 of V(n) over the expected V(n / 2).

    The expectation is over all orders of the words (rarefaction, Hurlbert 1971).
    """
    counts = np.array(list(Counter(w for d in sample.words for w in d).values()), dtype=np.float64)
    n = counts.sum()
    half = n // 2
    if half < 1:
        return 0.0
    rest = np.maximum(n - counts, half)  # a word of more than half the text is always met
    missed = np.exp(
        gammaln(rest + 1) - gammaln(rest - half + 1) - gammaln(n + 1) + gammaln(n - half + 1)
    )
    expected = (1 - np.where(n - counts >= half, missed, 0.0)).sum()
    return float(np.log2(len(counts) / expected))


def tail_coverage(sample: Sample, reference: Reference) -> float:
    """Share of the human tail that the sample contains."""
    return len(reference.tail & set(ngrams(sample.words, 2))) / len(reference.tail)


def hashed_distance(sample: Sample, reference: Reference) -> float:
    """Total variation of words and bigrams, hashed to 10,000 buckets (the paper's Figure 11)."""
    counts = hashed_sum(sample.words)
    return float(np.abs(counts / max(counts.sum(), 1) - reference.hashed).sum() / 2)


def top_bigrams(sample: Sample) -> float:
    """Share of all bigrams that the 40 most frequent ones take (the paper's Figure 12)."""
    counts = Counter(ngrams(sample.words, 2))
    top = sum(count for _, count in counts.most_common(TOP_BIGRAMS))
    return top / counts.total() if counts else 0.0


def judge_bits(sample: Sample, reference: Reference) -> float:
    """Median over documents of bits per byte under the fixed judge."""
    return float(np.median(reference.bits_of(sample)))


def judge_spread(sample: Sample, reference: Reference) -> float:
    """Spread over documents of bits per byte under the fixed judge.

    The interquartile range in standard deviations of a normal distribution: a model that has learnt
    little writes a few documents of two or three strange bytes, which would decide the variance.
    """
    return float(stats.iqr(reference.bits_of(sample), scale="normal"))


def judge_distance(sample: Sample, reference: Reference) -> float:
    """Wasserstein distance of the judge's bits per byte from human documents' (Figure 3)."""
    bits = reference.bits_of(sample)
    return float(stats.wasserstein_distance(bits, reference.bits))


def outside_human(sample: Sample, reference: Reference) -> float:
    """Share of documents outside the central 98 % of human documents' bits per byte."""
    bits = reference.bits_of(sample)
    low, high = np.quantile(reference.bits, [(1 - _CENTRAL) / 2, (1 + _CENTRAL) / 2])
    return float(((bits < low) | (bits > high)).mean())


def mode_margin(sample: Sample, reference: Reference) -> float:
    """How clearly documents belong to one cluster of the human documents: 1 - nearest / second.

    Mean over documents; 0 when every document stands between two clusters.
    """
    if len(reference.modes) < 2:
        return 0.0
    return float(reference.margins_of(sample).mean())


def _direction(words: Sequence[str]) -> Floats:
    """Hashed counts, damped by the square root, of unit length."""
    counts = np.sqrt(hashed(words, _FEATURES))
    return np.asarray(counts / max(float(np.linalg.norm(counts)), 1e-12), dtype=np.float64)


def self_bleu(sample: Sample) -> tuple[float, float]:
    """Mean BLEU of documents against the others (Zhu et al. 2018), and its standard error.

    From 0 to 1, on the first 24 documents of the sample.
    """
    texts = [" ".join(words) for words in sample.words[:_BLEU_DOCUMENTS]]
    if len(texts) < 2:
        return 0.0, 0.0
    bleu = BLEU(effective_order=True, tokenize="none")
    scores = [
        bleu.sentence_score(text, texts[:place] + texts[place + 1 :]).score / 100
        for place, text in enumerate(texts)
    ]
    return float(np.mean(scores)), float(stats.sem(scores))


def histogram(sample: Sample, reference: Reference) -> tuple[NDArray[np.int64], Floats]:
    """Documents by bits per byte under the judge: counts (bins,), edges (bins + 1,).

    The edges depend on the reference alone, so that samples can be drawn over each other; what lies
    beyond counts in the outermost bins.
    """
    low, high = reference.bits[0], reference.bits[-1]
    margin = (high - low) / 2 + 1e-9
    edges = np.linspace(max(low - margin, 0.0), high + margin, HISTOGRAM_BINS + 1)
    bits = np.clip(reference.bits_of(sample), edges[0], edges[-1])
    counts, _ = np.histogram(bits, edges)
    return counts.astype(np.int64), edges


def learned_loss(sample: Sample, reference: Reference) -> float:
    """Bits per byte of human text under an n-gram model of the sample; all bytes weigh alike."""
    judge = fit_judge(sample.texts)
    n_bytes = sum(len(text.encode()) for text in reference.probe)
    return sum(judge.bits_of(reference.probe)) / n_bytes


def scaling_slope(sample: Sample, reference: Reference) -> float:
    """Bits per byte of human text that a doubling of the sample saves an n-gram model.

    Least squares of the loss on log2 of the size, from an eighth of the documents to all.
    """
    sizes = np.array([max(len(sample.texts) // 2**k, 1) for k in range(_DOUBLINGS, -1, -1)])
    losses = [learned_loss(sample.select(range(size)), reference) for size in sizes]
    n_bytes = [sum(len(t.encode()) for t in sample.texts[:size]) for size in sizes]
    if len(set(n_bytes)) < 2:
        return 0.0
    return float(-np.polyfit(np.log2(n_bytes), losses, 1)[0])


Measure = Callable[[Sample, Reference], float]

MEASURES: dict[str, Measure] = {
    "distinct_1": lambda sample, reference: distinct(sample, 1),
    "distinct_2": lambda sample, reference: distinct(sample, 2),
    "distinct_3": lambda sample, reference: distinct(sample, 3),
    "vocabulary": lambda sample, reference: float(len({w for d in sample.words for w in d})),
    "vocabulary_growth": lambda sample, reference: vocabulary_growth(sample),
    "tail_coverage": tail_coverage,
    "hashed_distance": hashed_distance,
    "top_bigrams": lambda sample, reference: top_bigrams(sample),
    "judge_bits": judge_bits,
    "judge_spread": judge_spread,
    "judge_distance": judge_distance,
    "outside_human": outside_human,
    "mode_margin": mode_margin,
}
"""Measures that are counted in a sample, by name."""

LEARNED: dict[str, Measure] = {"learned_loss": learned_loss, "scaling_slope": scaling_slope}
"""Measures of what an n-gram model learns from a sample, by name."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure of one sample with its standard error."""

    value: float
    stderr: float | None
    """Standard error over documents; None for the scaling slope, whose jackknife is twice too wide,
    and for a single document."""
    n_words: int
    """Number of words that were measured, or of documents where points stand for documents."""


def measure(sample: Sample, reference: Reference) -> dict[str, Estimate]:
    """All measures of a sample, with standard errors over its documents."""
    errors = {name: (of, _GROUPS) for name, of in MEASURES.items()}
    errors["learned_loss"] = (learned_loss, _LEARNED_GROUPS)
    found = {
        name: Estimate(of(sample, reference), None, sample.n_words)
        for name, of in (MEASURES | LEARNED).items()
    }
    for name, (of, groups) in errors.items():
        error = jackknife(of, sample, reference, groups)
        found[name] = replace(found[name], stderr=error)
    bleu, bleu_error = self_bleu(sample)
    return {**found, "self_bleu": Estimate(bleu, bleu_error, sample.n_words)}


def jackknife(of: Measure, sample: Sample, reference: Reference, groups: int) -> float | None:
    """Standard error of a measure by the delete-a-group jackknife; None for a single document.

    The square root of (g - 1) / g times the sum of squared deviations of the g values that leave
    out one random group of documents each.
    """
    n = len(sample.texts)
    if n < 2:
        return None
    order = stream(0, Purpose.STATISTICS, n).permutation(n)
    left_out = np.array_split(order, min(groups, n))
    replicates = [sample.select(np.setdiff1d(order, group)) for group in left_out]
    n_words = min(replicate.n_words for replicate in replicates)
    values = np.array([of(replicate.cut(n_words), reference) for replicate in replicates])
    return float(np.sqrt((len(values) - 1) * np.var(values)))
