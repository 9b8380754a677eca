"""The collapse profile of corpora alone: blocks of documents are the replicates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.profile.answers import (
    DEFINITIONS,
    Measures,
    Profile,
    Replicates,
    assess,
    corrected,
)
from data.errors import BadInput
from data.measures.health import examine
from data.measures.ngrams import split_words
from data.measures.statistics import (
    LEARNED,
    MEASURES,
    Reference,
    Sample,
    histogram,
    make_reference,
    measure,
    take,
)
from data.text.corpus import Corpus, Document

Floats = NDArray[np.float64]

BLOCKS = 8
"""Number of blocks that a corpus is divided into; the blocks are the replicates."""
_LEAST_WORDS = 200
_MOST_WORDS = 20_000
"""Number of words of a corpus that the table of measures counts at most."""


@dataclass(frozen=True)
class Divided:
    """Human text in its three roles, and the size of a block."""

    held_out: list[str]
    control: list[str]
    reference: Reference
    n_words: int


def divide(corpora: Mapping[str, Sequence[str]], human: Sequence[str]) -> Divided:
    """Divide human text by document: a quarter held out, a quarter for the judge, half as control.

    The control keeps copies as the corpora do; what others are measured against has none.

    Raises:
        BadInput: There is too little text.
    """
    held_out, judge_texts, *rest = _divide(human, 4)
    held_out, judge_texts = list(dict.fromkeys(held_out)), list(dict.fromkeys(judge_texts))
    control = [text for heap in rest for text in heap]
    named = [*corpora.items(), ("the reference", control)]
    n_words = min(_block_words(texts, name) for name, texts in named)
    reference = make_reference(take(held_out), judge_texts, rare_count=1)
    return Divided(held_out, control, reference, n_words)


def block_replicates(
    corpora: Mapping[str, Sequence[str]], divided: Divided
) -> dict[str, Replicates]:
    """Every measure of every block, corpora as generations, beside blocks of the control."""
    floor = _measured(_blocks(divided.control, divided.n_words), divided.reference)
    rows = [
        _measured(_blocks(texts, divided.n_words), divided.reference) for texts in corpora.values()
    ]
    return {
        key: Replicates(
            np.column_stack([found[key] for found in rows]),
            np.column_stack([floor[key] for _ in rows]),
        )
        for key in floor
    }


def profile_corpora(
    corpora: Mapping[str, Sequence[str]], human: Sequence[str], *, subject: str
) -> Profile:
    """The profile of corpora, in the order of their generations, against human text.

    The human text is divided by document into three: held-out text, text for the fixed judge, and a
    control of the same kind as the corpora. All are cut to one size and divided into blocks, which
    are the replicates. Test loss is that of an n-gram model of a block on the held-out text.

    Args:
        corpora: Texts of each corpus, by name.
        human: Human texts to compare with.
        subject: Name of what the profile is about, for its titles.

    Raises:
        BadInput: There is too little text.
    """
    divided = divide(corpora, human)
    reference, n_words, control = divided.reference, divided.n_words, divided.control
    by_measure = block_replicates(corpora, divided)
    held_out, human_corpus = _corpus(divided.held_out), _corpus(control)
    n_measured = min(n_words * BLOCKS, _MOST_WORDS)
    whole = {name: take(texts, n_measured) for name, texts in corpora.items()}
    human_sample = take(control, n_measured)
    floor_values = measure(human_sample, reference)
    counted = {
        name: histogram(sample, reference)
        for name, sample in {**whole, "human": human_sample}.items()
    }
    found = Profile(
        subject,
        "human text",
        f"block of {n_words:,} words",
        tuple(assess(d, by_measure.get(d.measure)) for d in DEFINITIONS),
        by_measure,
        tuple(Measures(name, measure(s, reference), floor_values) for name, s in whole.items()),
        {name: (counts.tolist(), edges.tolist()) for name, (counts, edges) in counted.items()},
        {
            name: examine(corpus, human=human_corpus, held_out=held_out)
            for name, corpus in {
                **{name: _corpus(texts) for name, texts in corpora.items()},
                "human": human_corpus,
            }.items()
        },
    )
    return corrected([found])[0]


def _corpus(texts: Sequence[str]) -> Corpus:
    return Corpus.of(
        Document(str(index), text, "file", "unknown", 0) for index, text in enumerate(texts)
    )


def _divide(texts: Sequence[str], n: int) -> list[list[str]]:
    """Deal documents into n heaps by a hash of their content; copies stay together.

    Different documents are dealt in turn, so that without copies the heaps are of equal length.
    """
    copies = Counter(texts)
    ranked = take(copies).texts
    return [[text for text in ranked[start::n] for _ in range(copies[text])] for start in range(n)]


def _block_words(texts: Sequence[str], name: str) -> int:
    sizes = [sum(len(split_words(t)) for t in heap) for heap in _divide(texts, BLOCKS)]
    if min(sizes) < _LEAST_WORDS:
        raise BadInput(
            f"{name}: {BLOCKS} blocks of at least {_LEAST_WORDS} words are needed, the smallest "
            f"has {min(sizes)} (copies of a document share a block); give more text"
        )
    return min(sizes)


def _blocks(texts: Sequence[str], n_words: int) -> list[Sample]:
    return [take(heap, n_words) for heap in _divide(texts, BLOCKS)]


def _measured(blocks: Sequence[Sample], reference: Reference) -> dict[str, Floats]:
    found = {
        name: np.array([of(block, reference) for block in blocks])
        for name, of in {**MEASURES, **LEARNED}.items()
    }
    return {**found, "loss": found["learned_loss"]}
