"""An interval over seeds and documents: for models and texts like these, not for this text alone.

The interval over seeds takes the held-out text as it is: it says what another seed would give on
the same documents. Seeds share them, so that no number of seeds shows what other documents would
give. Here both are sampled: the loss of seed s on document j is a sum of an effect of the seed, one
of the document and one of the two together (crossed random effects, Searle, Casella and McCulloch
1992, chapter 4). The variance of the mean is estimated by the sum of the variance over seeds and
the variance over documents less what both contain, and its degrees of freedom by Satterthwaite
(1946). It supposes that documents are drawn at random from the texts that the answer is for.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import CONFIDENCE, Difference, paired
from data.errors import BadInput

Floats = NDArray[np.float64]
HELD_OUT = "held_out"


def two_way(bits: Floats, size: Floats) -> Difference:
    """Bits per byte over seeds and documents, with an interval for other ones of both.

    The interval is never narrower than the t interval over seeds, and there is none where there is
    no such interval.

    Args:
        bits: Bits, or differences of bits, of each document; shape (seeds, documents).
        size: Bytes of each document, shape (documents,).
    """
    n_seeds, n_documents = bits.shape
    by_seed = bits.sum(axis=1) / size.sum()
    mean = float(by_seed.mean())
    over_seeds = paired(by_seed)
    if over_seeds.low is None or n_documents < 2:
        return Difference(mean, None, None, n_seeds)
    of_seeds, of_documents, of_both = _variances(bits, size)
    variance = max(of_seeds + of_documents - of_both, of_seeds, of_documents)
    alone = _half(of_seeds, n_seeds - 1)
    if variance == 0:
        return over_seeds
    freedom = variance**2 / (
        of_seeds**2 / (n_seeds - 1)
        + of_documents**2 / (n_documents - 1)
        + of_both**2 / ((n_seeds - 1) * (n_documents - 1))
    )
    half = max(_half(variance, freedom), alone)
    return Difference(mean, mean - half, mean + half, n_seeds)


def _variances(bits: Floats, size: Floats) -> tuple[float, float, float]:
    """Variance of the mean over seeds, over documents, and of their interaction.

    The first two contain the third. Documents are weighted by size, as in a ratio of sums.
    """
    n_seeds, n_documents = bits.shape
    whole = size.sum()
    by_seed = bits.sum(axis=1) / whole
    residual = bits - by_seed.mean() * size
    by_document = residual.mean(axis=0)
    both = residual - np.outer(by_seed - by_seed.mean(), size) - by_document
    scale = n_documents / (n_documents - 1)
    of_both = np.square(both).sum() * scale / (n_seeds * (n_seeds - 1) * whole**2)
    return (
        float(by_seed.var(ddof=1) / n_seeds),
        float(np.square(by_document).sum() * scale / whole**2),
        float(of_both),
    )


def _half(variance: float, freedom: float) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * np.sqrt(variance))


def over_texts(
    pairs: Sequence[tuple[Record, Sequence[Record]]], *, text: str = HELD_OUT
) -> Difference | None:
    """Difference of the last losses from controls, for other seeds and other texts of the kind.

    Args:
        pairs: One record of a method per seed, with the controls of its seed; of several controls
            the mean counts.
        text: Name of the text whose documents are compared.

    Returns:
        The difference with its interval; None where a record is older than losses of documents.

    Raises:
        BadInput: The records were measured on different documents.
    """
    records = [record for mine, controls in pairs for record in (mine, *controls)]
    if not pairs or any(text not in (record.evaluated or {}) for record in records):
        return None
    texts = {(record.evaluated or {})[text].fingerprint for record in records}
    if len(texts) > 1:
        raise BadInput(f"records of {records[0].name} were measured on other documents of {text}")
    bits = [
        mine.document_losses(-1, text).bits
        - np.mean([one.document_losses(-1, text).bits for one in controls], axis=0)
        for mine, controls in pairs
    ]
    return two_way(np.array(bits), records[0].document_losses(-1, text).size)
