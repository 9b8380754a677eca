"""What is measured of a model: its loss on held-out human text, and the text that it writes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from benchmarks.chains.settings import Evaluation
from data.errors import BadInput
from data.measures.ngrams import rare_bigrams
from data.measures.statistics import (
    HELD_OUT_VERSION,
    VERSION,
    Reference,
    make_reference,
    measure,
    take,
)
from data.text.corpus import Corpus
from data.text.tokens import encode


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """A number with what it rests on."""

    value: float
    stderr: float | None
    """Standard error over documents; None where a single number has no spread of its own."""
    n: int
    """Number of documents, or of words, that it was computed from."""
    version: int
    """Version of the metric's definition; numbers of different versions are not comparable."""


def held_out_metrics(documents: pa.Table, text: str = "held_out") -> dict[str, Measurement]:
    """Perplexity and bits per byte, both weighted by size, never means of means.

    Args:
        documents: One row per document: `nats` (negative log-likelihood), `tokens`, `bytes`.
        text: Name of the documents, such as `held_out`; the metrics' keys begin with it.
    """
    nats, tokens, size = (
        documents.column(name).to_numpy().astype(np.float64) for name in ("nats", "tokens", "bytes")
    )
    n = len(nats)
    per_token, token_error = _ratio(nats, tokens)
    per_byte, byte_error = _ratio(nats / np.log(2), size)
    perplexity = float(np.exp(per_token))
    return {
        f"{text}/perplexity/none": Measurement(
            value=perplexity, stderr=perplexity * token_error, n=n, version=HELD_OUT_VERSION
        ),
        f"{text}/bits_per_byte/none": Measurement(
            value=per_byte, stderr=byte_error, n=n, version=HELD_OUT_VERSION
        ),
    }


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> tuple[float, float]:
    """Ratio of sums and its standard error over documents (Cochran 1977, Eq. 6.4, large n)."""
    ratio = float(top.sum() / bottom.sum())
    residual = top - ratio * bottom
    error = np.sqrt(np.square(residual).sum() * len(top) / max(len(top) - 1, 1)) / bottom.sum()
    return ratio, float(error)


def human_reference(
    held_out: Corpus, human: Corpus, tokenizer: PreTrainedTokenizerFast, settings: Evaluation
) -> Reference:
    """What written text is measured against.

    Args:
        held_out: Human text; its documents are cut as the models' are.
        human: Other human text, on which the fixed judge is fitted.
        tokenizer: Counts the tokens of a document.
        settings: How long a document is, and what is rare.
    """
    cut = cut_documents(held_out.texts(), tokenizer, settings)
    whole = take(held_out.texts())
    reference = make_reference(take(cut), human.texts(), rare_count=settings.rare_count)
    return replace(reference, tail=rare_bigrams(whole.words, settings.rare_count))


def cut_documents(
    texts: Iterable[str], tokenizer: PreTrainedTokenizerFast, settings: Evaluation
) -> list[str]:
    """Human documents, cut at the length at which models are stopped."""
    return [
        str(tokenizer.decode(ids[: settings.document_tokens])) for ids in encode(tokenizer, texts)
    ]


def text_metrics(
    texts: Iterable[str], reference: Reference, settings: Evaluation
) -> dict[str, Measurement]:
    """All diversity measures of a text, on `sample_words` of its words."""
    try:
        sample = take(texts, settings.sample_words)
    except BadInput as error:
        raise BadInput(f"{error}; lower the recipe's sample_words or raise sample_tokens") from None
    return {
        f"samples/{name}/none": Measurement(
            value=found.value, stderr=found.stderr, n=found.n_words, version=VERSION
        )
        for name, found in measure(sample, reference).items()
    }
