"""Near copies are found as the library finds them, document by document."""

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH

from data.measures import near_copies
from data.measures.near_copies import NearCopies
from data.measures.ngrams import ngrams


def _documents(rng: np.random.Generator, n: int) -> list[list[str]]:
    """Documents of 1 to 60 words, most of which are an earlier one with some words changed."""
    found: list[list[str]] = []
    for _ in range(n):
        words = [f"w{i}" for i in rng.integers(0, 500, rng.integers(1, 60))]
        if found and rng.random() < 0.7:
            words = list(found[rng.integers(len(found))])
            for place in rng.integers(0, len(words), rng.integers(0, 4)):
                words[place] = "other"
        found.append(words)
    return found


def _by_the_library(documents: list[list[str]]) -> int:
    originals: list[MinHash] = []
    index, n_found = MinHashLSH(threshold=0.6, num_perm=128), 0
    for words in documents:
        sketch = MinHash(num_perm=128)
        shingles = set(ngrams([words], 5)) or {tuple(words)}
        sketch.update_batch([" ".join(shingle).encode() for shingle in shingles])
        if any(sketch.jaccard(originals[place]) >= 0.8 for place in index.query(sketch)):
            n_found += 1
            continue
        index.insert(len(originals), sketch)
        originals.append(sketch)
    return n_found


@pytest.mark.parametrize("at_once", [1, 50, 4096])
def test_it_counts_what_the_library_counts(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(near_copies, "_AT_ONCE", at_once)
    documents = _documents(np.random.default_rng(at_once), 150)
    mine = NearCopies()
    for words in [[], *documents, []]:
        mine.add(words)

    expected = _by_the_library(documents)

    assert 20 < expected < 140
    assert mine.count() == expected


def test_no_document_is_like_none() -> None:
    assert NearCopies().count() == 0
