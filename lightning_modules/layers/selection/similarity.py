"""Linear CKA between all layers of a model, with no matrix of texts by texts; loads without torch.

With X and Y two layers of the same texts, columns centred: |X'Y|^2 / (|X'X| |Y'Y|) (Kornblith et
al. 2019). With few texts it is too high, of unlike layers too; `unbiased` estimates the three norms
without bias (Song et al. 2012).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput

Floats = NDArray[np.float64]
States = NDArray[np.float32] | NDArray[np.float64]
FEWEST_TEXTS = 4
"""Number of texts that an unbiased estimate needs."""
_ROWS = 64
"""Number of texts whose products with all others are held at a time."""


def cka_matrix(states: States, *, unbiased: bool = False) -> Floats:
    """Linear CKA of every two layers, shape (layers, layers).

    Products of texts are made `_ROWS` texts at a time, so that memory grows with the number of
    texts, not with its square.

    Args:
        states: One vector for each layer and text, shape (layers, texts, width).
        unbiased: Whether the norms are estimated without bias; values then may lie outside 0 to 1,
            and are NaN where the estimate of a layer's own norm is not positive.

    Raises:
        BadInput: There are too few texts, a number is none, or a layer is the same for all texts.
    """
    n_texts = states.shape[1]
    if n_texts < FEWEST_TEXTS:
        raise BadInput(f"CKA of {n_texts} texts; give at least {FEWEST_TEXTS}")
    if not np.isfinite(states).all():
        raise BadInput("a state of a layer is no number; the model is broken")
    centred = states - states.mean(axis=1, keepdims=True, dtype=np.float64)
    largest = np.abs(centred).max(axis=(1, 2))
    if (still := np.flatnonzero(largest <= _rounding(states))).size:
        raise BadInput(f"layer {still[0]} has one state for all texts; give texts that differ")
    centred /= largest[:, None, None]  # CKA does not change; the sums of fourth powers stay small
    products = _products(centred, unbiased=unbiased)
    own = np.diag(products)
    with np.errstate(invalid="ignore"):
        norms = np.sqrt(np.where(own > 0, own, np.nan))
    ratio: Floats = products / np.outer(norms, norms)
    return ratio


def _rounding(states: States) -> Floats:
    """Distance from the mean that is rounding alone, of each layer."""
    scale = np.abs(states).max(axis=(1, 2)).astype(np.float64)
    resolution: Floats = 8 * np.finfo(states.dtype).eps * scale
    return resolution


def _products(centred: Floats, *, unbiased: bool) -> Floats:
    """|X'Y|^2 of every two layers, or its unbiased estimate up to a factor that they share."""
    n_layers, n_texts, _ = centred.shape
    whole = np.zeros((n_layers, n_layers))
    sums = np.zeros((n_layers, n_texts))
    for start, grams in _gram_rows(centred):
        if unbiased:
            rows = np.arange(grams.shape[1])
            grams[:, rows, start + rows] = 0.0
            sums[:, start : start + grams.shape[1]] = grams.sum(axis=2)
        flat = grams.reshape(n_layers, -1)
        whole += flat @ flat.T
    if not unbiased:
        return whole
    totals = sums.sum(axis=1)
    pairs = np.outer(totals, totals) / ((n_texts - 1) * (n_texts - 2))
    found: Floats = whole + pairs - 2 * (sums @ sums.T) / (n_texts - 2)
    return found


def _gram_rows(centred: Floats) -> Iterator[tuple[int, Floats]]:
    """Products of some texts with all, of every layer: first text, and (layers, rows, texts)."""
    turned = centred.transpose(0, 2, 1)
    for start in range(0, centred.shape[1], _ROWS):
        yield start, centred[:, start : start + _ROWS] @ turned


def without_top(states: States) -> Floats:
    """Every layer, centred, without its direction of largest variance over the texts.

    Args:
        states: One vector for each layer and text, shape (layers, texts, width).
    """
    return np.stack([_rest(layer.astype(np.float64)) for layer in states])


def _rest(layer: Floats) -> Floats:
    centred = layer - layer.mean(axis=0)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    rest: Floats = centred - sizes[0] * np.outer(left[:, 0], right[0])
    return rest
