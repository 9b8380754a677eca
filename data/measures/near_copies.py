"""Documents that nearly repeat an earlier one, found by MinHash (Broder 1997) in linear time.

The sketches and the bands of the index are those of the library datasketch. A document whose bands
occur nowhere else, which is nearly every one of honest text, needs no index; only the others are
looked up one after the other.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np
from datasketch import MinHash, MinHashLSH, sha1_hash32
from numpy.typing import NDArray

from data.measures.ngrams import ngrams

_SHINGLE = 5
_PERMUTATIONS = 128
_SIMILAR = 0.8
_CANDIDATE = 0.6
"""Similarity at which the index begins to look, below `_SIMILAR` so that few are missed."""
_AT_ONCE = 4096
"""Number of shingles that are permuted at a time."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
Sketch = NDArray[np.uint32]


@cache
def _permutations() -> tuple[Sketch, Sketch]:
    """Factors and terms of the library's permutations, each of shape (permutations,)."""
    factors, terms = MinHash(num_perm=_PERMUTATIONS).permutations
    return factors, terms


@cache
def _bands() -> tuple[int, int]:
    """Number of bands of a sketch in the index, and of values in each."""
    index = MinHashLSH(threshold=_CANDIDATE, num_perm=_PERMUTATIONS)
    return index.b, index.r


class NearCopies:
    """Sketches of documents, in their order."""

    def __init__(self) -> None:
        self._sketches: list[Sketch] = []
        self._waiting: list[int] = []
        self._starts: list[int] = []

    def add(self, words: Sequence[str]) -> None:
        """Remember a document; one without words is like no other.

        Args:
            words: Words of the document; fewer than five are compared whole.
        """
        if not words:
            return
        shingles = set(ngrams([words], _SHINGLE)) or {tuple(words)}
        self._starts.append(len(self._waiting))
        self._waiting += [sha1_hash32(" ".join(shingle).encode()) for shingle in shingles]
        if len(self._waiting) >= _AT_ONCE:
            self._sketch()

    def _sketch(self) -> None:
        """Sketch the documents that wait for it, many at a time."""
        if self._starts:
            hashes = np.array(self._waiting, dtype=np.uint32)
            self._sketches.append(_sketches(hashes, np.array(self._starts)))
            self._waiting, self._starts = [], []

    def count(self) -> int:
        """Number of documents with an earlier one of estimated Jaccard similarity 0.8 or more.

        Earlier ones are those that are themselves like none before them.
        """
        self._sketch()
        if not self._sketches:
            return 0
        sketches = np.concatenate(self._sketches)
        codes = _band_codes(sketches)
        shared = np.column_stack([_occurs_again(codes[:, band]) for band in range(codes.shape[1])])
        buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
        found = 0
        for place in np.flatnonzero(shared.any(axis=1)):
            bands = np.flatnonzero(shared[place])
            mine = [buckets[int(band), int(codes[place, band])] for band in bands]
            near = sorted(set().union(*mine))
            if near and (sketches[near] == sketches[place]).mean(axis=1).max() >= _SIMILAR:
                found += 1
                continue
            for bucket in mine:
                bucket.append(int(place))
        return found


def _sketches(hashes: Sketch, starts: NDArray[np.int64]) -> Sketch:
    """Sketches of many documents, equal to those of `datasketch.MinHash`.

    Args:
        hashes: Hashes of the shingles of all documents, shape (shingles,).
        starts: Place of the first shingle of each document, shape (documents,).

    Returns:
        The least value of each permutation over the shingles of a document, shape (documents,
        permutations).
    """
    factors, terms = _permutations()
    values = factors * _mixed(hashes)[:, None] + terms
    return np.asarray(np.minimum.reduceat(values, starts, axis=0))


def _mixed(hashes: Sketch) -> Sketch:
    """The finalizer of MurmurHash3 (Appleby 2011), which the library applies to every hash."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def _band_codes(sketches: Sketch) -> NDArray[np.uint64]:
    """One number for the content of each band of each sketch, shape (documents, bands)."""
    n_bands, size = _bands()
    parts = sketches[:, : n_bands * size].reshape(len(sketches), n_bands, size)
    codes = np.zeros((len(sketches), n_bands), dtype=np.uint64)
    for part in range(size):
        codes = (codes ^ parts[:, :, part]) * _MIX
        codes ^= codes >> np.uint64(29)
    return codes


def _occurs_again(codes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether each value occurs more than once."""
    _, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return np.asarray(counts[places] > 1)
