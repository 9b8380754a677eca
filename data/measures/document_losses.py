"""The loss of a model on every document of a text, in the compact form that a record keeps.

One number per document is written as base64 of its little-endian bytes: 77 documents take 412
letters, in one line of a record. Bits are kept as 32-bit floats, whose rounding changes their sum
by less than 1 part in 10 million.
"""

import base64
import binascii
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import BadInput

Kind = Literal["bits", "bytes"]
"""What is packed: bits of loss, or sizes of documents in bytes."""
_TYPES: dict[Kind, str] = {"bits": "<f4", "bytes": "<u4"}
Numbers = NDArray[np.float64]


def pack(values: ArrayLike, kind: Kind) -> str:
    """One number per document as base64 text; `unpack` gives them back.

    Args:
        values: Not negative; shape (documents,).
        kind: Whether they are bits (32-bit floats) or bytes (unsigned 32-bit integers).
    """
    return base64.b64encode(np.asarray(values).astype(_TYPES[kind]).tobytes()).decode("ascii")


def unpack(text: str, kind: Kind) -> Numbers:
    """The numbers that `pack` has written, shape (documents,).

    Raises:
        BadInput: The text is no such base64, holds no number, or one that no document can have.
    """
    try:
        content = base64.b64decode(text, validate=True)
        values = np.frombuffer(content, dtype=_TYPES[kind]).astype(np.float64)
    except (binascii.Error, ValueError) as error:
        raise BadInput(f"{text[:12]!r}.. is no base64 of 32-bit numbers ({error})") from error
    least = 1 if kind == "bytes" else 0
    if not len(values) or not np.all(np.isfinite(values) & (values >= least)):
        raise BadInput(f"{kind} of documents are empty, not finite, or below {least}")
    return values


def ratio_of_sums(top: Numbers, bottom: Numbers) -> tuple[float, float]:
    """Ratio of two sums over documents, and its standard error over them.

    The error is that of a ratio in large samples (Cochran 1977, Eq. 6.4). With bits over bytes the
    ratio is the text's bits per byte, weighted by size, and no mean of means.

    Args:
        top: Shape (documents,).
        bottom: Shape (documents,).
    """
    ratio = float(top.sum() / bottom.sum())
    residuals = top - ratio * bottom
    scale = len(top) / max(len(top) - 1, 1)
    return ratio, float(np.sqrt(np.square(residuals).sum() * scale) / bottom.sum())
