"""What is measured of a model: its loss on held-out human text, and the text that it writes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.recipe import Evaluation
from data.corpus import Corpus
from data.statistics import coverage, distinct_2, rare_bigrams, words

HELD_OUT_VERSION = 1
SAMPLES_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """A number with what it rests on."""

    value: float
    stderr: float | None
    """Over held-out documents; None where a single number has no spread of its own."""
    n: int
    """Documents, or words, it was computed from."""
    version: int
    """Of the metric's definition; numbers of different versions are not comparable."""


def held_out_metrics(documents: pa.Table) -> dict[str, Measurement]:
    """Perplexity and bits per byte, both weighted by size, never means of means.

    Args:
        documents: One row per document: `nats` (negative log-likelihood), `tokens`, `bytes`.
    """
    nats, tokens, size = (
        documents.column(name).to_numpy().astype(np.float64) for name in ("nats", "tokens", "bytes")
    )
    n = len(nats)
    per_token, token_error = _ratio(nats, tokens)
    per_byte, byte_error = _ratio(nats / np.log(2), size)
    perplexity = float(np.exp(per_token))
    return {
        "held_out/perplexity/none": Measurement(
            value=perplexity, stderr=perplexity * token_error, n=n, version=HELD_OUT_VERSION
        ),
        "held_out/bits_per_byte/none": Measurement(
            value=per_byte, stderr=byte_error, n=n, version=HELD_OUT_VERSION
        ),
    }


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> tuple[float, float]:
    """Ratio of sums and its standard error over documents (Cochran 1977, Eq. 6.4, large n)."""
    ratio = float(top.sum() / bottom.sum())
    residual = top - ratio * bottom
    error = np.sqrt(np.square(residual).sum() * len(top) / max(len(top) - 1, 1)) / bottom.sum()
    return ratio, float(error)


def text_metrics(
    texts: Iterable[str], held_out: Corpus, settings: Evaluation
) -> dict[str, Measurement]:
    """Diversity of a text and its coverage of the human tail, on its first `sample_words` words."""
    sample = words(texts, settings.sample_words)
    n_words = sum(map(len, sample))
    if n_words < settings.sample_words:
        raise ValueError(
            f"the text has {n_words:,} words where {settings.sample_words:,} are compared; lower "
            "the recipe's sample_words or raise sample_tokens"
        )
    tail = rare_bigrams(words(held_out.texts()), settings.rare_count)
    values = {
        "samples/distinct_2/none": distinct_2(sample),
        "samples/tail_coverage/none": coverage(sample, tail),
    }
    return {
        key: Measurement(value=value, stderr=None, n=n_words, version=SAMPLES_VERSION)
        for key, value in values.items()
    }
