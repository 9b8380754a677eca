"""Random streams keyed by what they are for, so that no draw depends on order or batch size.

Every stream is a Philox counter-based generator (Salmon et al., SC 2011) whose key is a hash of
(seed, purpose, path). Within the stream of one document the i-th draw belongs to position i.

What the chains draw has a number, and what a family draws has a text, so that no family edits the
list of another.
"""

import hashlib
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput


class Purpose(IntEnum):
    """What a random stream is for; values are part of every record and are never reused."""

    HELD_OUT = 0
    HUMAN_ORDER = 1
    INITIAL_WEIGHTS = 2
    TRAINING_ORDER = 3
    SAMPLE = 4
    EDIT = 5
    EVALUATION_SAMPLE = 6
    SELECTION = 20
    RANDOM_EDIT = 21
    STATISTICS = 22
    CALIBRATION = 23
    REWARD_TEXT = 25
    REWARD_PAIRS = 26
    REPLACEMENT = 24
    REWRITE = 27
    WRITTEN_ORDER = 30
    SYNTHESIS = 31
    ADAPTER_WEIGHTS = 40


_FIRST_OF_TEXT = 2**64
"""Least number of a purpose that is text, far above those of the enum."""


def purpose_number(purpose: Purpose | str) -> int:
    """The number that stands for a purpose in the key of its streams: its own, or its text's hash.

    Raises:
        BadInput: The text is empty, and says nothing.
    """
    if not isinstance(purpose, str):
        return int(purpose)
    if not purpose:
        raise BadInput("a purpose in words needs some; say what the draws decide")
    return _FIRST_OF_TEXT + int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "little")


def stream(seed: int, purpose: Purpose | str, *path: int | str) -> np.random.Generator:
    """The random generator of one purpose, seed and path.

    Args:
        seed: Replicate of the chain.
        purpose: Purpose that the draws serve; of a family, a text that begins with the family's
            name.
        path: Further coordinates, usually the generation and a document id.

    Returns:
        A generator that is a pure function of the arguments.
    """
    name = repr((int(seed), purpose_number(purpose), *path)).encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key))


def uniforms(
    n_positions: int, *, seed: int, purpose: Purpose | str, generation: int, document_id: str
) -> NDArray[np.float64]:
    """One uniform draw in [0, 1) per position of one document, shape (n_positions,).

    A longer request begins with the same numbers.
    """
    return stream(seed, purpose, generation, document_id).random(n_positions)
