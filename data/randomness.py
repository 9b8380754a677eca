"""Random streams keyed by what they are for, so that no draw depends on order or batch size.

Every stream is a Philox counter-based generator (Salmon et al., SC 2011) whose key is a hash of
(seed, purpose, path). Within the stream of one document the i-th draw belongs to position i.
"""

import hashlib
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a stream is for; values are part of every record and are never reused."""

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
    WRITTEN_ORDER = 30
    SYNTHESIS = 31
    ADAPTER_WEIGHTS = 40


def stream(seed: int, purpose: Purpose, *path: int | str) -> np.random.Generator:
    """The generator of one purpose.

    Args:
        seed: Replicate of the chain.
        purpose: What the draws decide.
        path: Further coordinates, usually the generation and a document id.

    Returns:
        A generator that is a pure function of the arguments.
    """
    name = repr((int(seed), int(purpose), *path)).encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key))


def uniforms(
    n_positions: int, *, seed: int, purpose: Purpose, generation: int, document_id: str
) -> NDArray[np.float64]:
    """One uniform draw in [0, 1) per position of one document, shape (n_positions,).

    A longer request begins with the same numbers.
    """
    return stream(seed, purpose, generation, document_id).random(n_positions)
