"""What the changes of an edit do, beside how many they are."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from data.edits.function_words import content_words

_LEAST = float(np.finfo(np.float32).tiny)
"""Stands for a probability that 32 bits round to 0, so that its logarithm is finite."""


class EditEffect(NamedTuple):
    """What the changes of a corpus do to it, all changes together.

    Probabilities are the prior's, from the one pass over the text as it stood that decides edits:
    the text before a token is that of before the edit, so that changes that follow each other do
    not add up to the change of a whole document's likelihood.
    """

    log_probability_change: float | None
    """Sum over changed tokens of log2 P(token afterwards) - log2 P(token before), in bits; None
    where tokens were deleted, which leaves nothing to give a probability."""
    divergence: float | None
    """Sum over changed tokens of KL(law that the replacement is drawn from || prior), in bits; None
    where tokens were deleted."""
    content_words: int
    """Number of words of the text as it stood that a change meets and that are no function
    words."""


def effect(ledger: pa.Table, texts: Sequence[str]) -> EditEffect:
    """What the changes in a ledger do.

    Args:
        ledger: Rows of the ledger, in the order of the text.
        texts: The documents as they stood.
    """
    rows = ledger.filter(ledger.column("changed"))
    before, after = (
        np.maximum(rows.column(name).to_numpy().astype(np.float64), _LEAST)
        for name in ("probability", "drawn_probability")
    )
    divergence = rows.column("divergence").to_numpy().astype(np.float64)
    is_known = not (np.isnan(after).any() or np.isnan(divergence).any())
    columns = (rows.column(name).to_pylist() for name in ("document", "start", "stop"))
    words = 0
    for document, group in groupby(zip(*columns, strict=True), key=lambda row: row[0]):
        words += content_words(texts[document], [(start, stop) for _, start, stop in group])
    return EditEffect(
        float((np.log2(after) - np.log2(before)).sum()) if is_known else None,
        float(divergence.sum()) if is_known else None,
        words,
    )
