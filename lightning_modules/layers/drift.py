"""How alike two models of one shape are, layer by layer, on the same texts; loads without torch.

The number is linear CKA between a layer of one and the same layer of the other, its norms estimated
without bias (`selection.similarity`). It is 1 for equal states, whatever their rotation and scale,
and about 0 for states that have nothing in common. What it cannot see, `theory.layer_emulators`
proves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from lightning_modules.layers.selection.similarity import FEWEST_TEXTS, States, cka_matrix

Floats = NDArray[np.float64]
GROUPS = 10
"""Number of groups of texts, each of which is left out once."""
FEWEST = 4 * GROUPS
"""Number of texts from which a comparison has an interval."""


@dataclass(frozen=True)
class Likeness:
    """CKA of every layer of a model with the same layer of another."""

    cka: Floats
    """One value for the embeddings and for each layer after them, shape (layers + 1,)."""
    parts: Floats
    """Jackknife pseudo-values of it, shape (groups, layers + 1): n times the CKA of all texts less
    n - 1 times that without a group. They may be averaged and subtracted like replicates (Tukey
    1958); those of models that read the same texts are paired."""


def likeness(first: States, second: States) -> Likeness:
    """Compare two models by the states of their layers.

    Args:
        first: A vector for each layer and text, shape (layers + 1, texts, width).
        second: The same of another model, of the same texts in the same order; its width may be
            another.

    Raises:
        BadInput: They have other numbers of layers, other or too few texts, or a layer whose
            states hardly differ between texts.
    """
    if first.shape[0] != second.shape[0]:
        raise BadInput(
            f"{first.shape[0] - 1} layers cannot be compared with {second.shape[0] - 1}, layer by "
            "layer; give models of one depth"
        )
    if first.shape[1] != second.shape[1]:
        raise BadInput(f"{first.shape[1]} texts and {second.shape[1]}; give both the same")
    n = first.shape[1]
    if n < FEWEST:
        raise BadInput(f"{n} texts; give at least {FEWEST}, of which {GROUPS} groups are made")
    whole = _cka(first, second)
    if not np.isfinite(whole).all():
        raise BadInput(
            f"states of layer {int(np.flatnonzero(~np.isfinite(whole))[0])} hardly differ between "
            "texts; give texts that differ, or more"
        )
    group = np.arange(n) * GROUPS // n
    without = np.stack(
        [_cka(first[:, group != one], second[:, group != one]) for one in range(GROUPS)]
    )
    return Likeness(whole, GROUPS * whole - (GROUPS - 1) * without)


def _cka(first: States, second: States) -> Floats:
    """CKA of each layer of one with the same of the other, shape (layers + 1,)."""
    assert first.shape[1] >= FEWEST_TEXTS
    width = max(first.shape[2], second.shape[2])
    pairs = zip(_widened(first, width), _widened(second, width), strict=True)
    return np.array([cka_matrix(np.stack(pair), unbiased=True)[0, 1] for pair in pairs])


def _widened(states: States, width: int) -> Floats:
    """Features that are 0 change no product of texts, and so no CKA."""
    missing = width - states.shape[2]
    wide: Floats = np.pad(states.astype(np.float64), ((0, 0), (0, 0), (0, missing)))
    return wide
