"""The collapse profile of corpora alone: blocks of documents are the replicates."""

import hashlib
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
from data.measures.ngrams import ngrams, split_words
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
_REFERENCE = "the reference"
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

    The control keeps copies as the corpora do; what others are measured against has none. The tail
    is made of the bigrams that are rarest in the held-out text, which mostly occur once.

    Raises:
        BadInput: There is too little text, or too little that differs in the human text.
    """
    for name, texts in {_REFERENCE: human, **corpora}.items():
        if not any(map(split_words, texts)):
            raise BadInput(f"{name}: no document has a word; give text with words")
    held_out, judge_texts, *rest = _divide(human, 4)
    control = [text for heap in rest for text in heap]
    held_out, judge_texts = list(dict.fromkeys(held_out)), list(dict.fromkeys(judge_texts))
    if not (held_out and judge_texts):
        raise BadInput(
            f"{_REFERENCE}: all documents are copies of one, which nothing can be held against; "
            "give human text of different documents"
        )
    named = {name: _heaps(texts)[0] for name, texts in corpora.items()}
    named[_REFERENCE] = _divide(control, BLOCKS)
    n_words = min(_block_words(blocks, name) for name, blocks in named.items())
    sample = take(held_out)
    rarest = min(Counter(ngrams(sample.words, 2)).values(), default=1)
    reference = make_reference(sample, judge_texts, rare_count=rarest)
    return Divided(held_out, control, reference, n_words)


def block_replicates(
    corpora: Mapping[str, Sequence[str]], divided: Divided
) -> dict[str, Replicates]:
    """Every measure of every block, corpora as generations, beside blocks of the control."""
    control = [take(heap, divided.n_words) for heap in _divide(divided.control, BLOCKS)]
    floor = _measured(control, divided.reference)
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

    Copies of a document share a block. A corpus with too few different documents for that, such as
    one that repeats a single text, is dealt copy by copy: its blocks are then much alike, and the
    intervals are of this corpus alone, not of what wrote it; `Profile.replicate` says so.

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
    whole = {name: _whole(texts, n_measured) for name, texts in corpora.items()}
    human_sample = take(control, n_measured)
    floor_values = measure(human_sample, reference)
    counted = {
        name: histogram(sample, reference)
        for name, sample in {**whole, "human": human_sample}.items()
    }
    found = Profile(
        subject,
        "human text",
        f"block of {n_words:,} words{_repetition(corpora)}",
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


def _heaps(texts: Sequence[str]) -> tuple[list[list[str]], bool]:
    """The documents of each block, and whether copies of one document stand in several.

    They do where too few documents differ: copies in one block each would leave blocks empty.
    """
    heaps = _divide(texts, BLOCKS)
    if min(map(_n_words, heaps)) >= _LEAST_WORDS or len(set(texts)) == len(texts):
        return heaps, False
    ranked = [text for heap in heaps for text in heap]
    return [ranked[start::BLOCKS] for start in range(BLOCKS)], True


def _n_words(texts: Sequence[str]) -> int:
    return sum(len(split_words(text)) for text in texts)


def _repetition(corpora: Mapping[str, Sequence[str]]) -> str:
    """Which corpora repeat too few documents for blocks of their own; empty where none does."""
    repeating = [name for name, texts in corpora.items() if _heaps(texts)[1]]
    if not repeating:
        return ""
    counts = ", ".join(f"{name} ({len(set(corpora[name])):,})" for name in repeating)
    return (
        f"; so few documents differ in {counts} that copies stand in several blocks, and intervals "
        "are of this text alone, not of what wrote it"
    )


def _block_words(heaps: Sequence[Sequence[str]], name: str) -> int:
    """Number of words of the smallest block, to which all are cut.

    Raises:
        BadInput: There is too little text to say anything; of the reference also where too little
            of it differs, for it is what repetition is held against.
    """
    least = min(map(_n_words, heaps))
    if least < _LEAST_WORDS:
        texts = [text for heap in heaps for text in heap]
        different = f"{len(set(texts)):,} different ones" if name == _REFERENCE else "each whole"
        raise BadInput(
            f"{name}: {BLOCKS} blocks of at least {_LEAST_WORDS} words are needed, the smallest "
            f"has {least} of {_n_words(texts):,} words in {len(texts):,} documents, {different}; "
            "give more text, or shorter documents"
        )
    return least


def _blocks(texts: Sequence[str], n_words: int) -> list[Sample]:
    heaps, repeats = _heaps(texts)
    return [_mixed(heap, n_words) if repeats else take(heap, n_words) for heap in heaps]


def _whole(texts: Sequence[str], n_words: int) -> Sample:
    return _mixed(texts, n_words) if _heaps(texts)[1] else take(texts, n_words)


def _mixed(texts: Sequence[str], n_words: int) -> Sample:
    """So many words of a text that repeats itself, its copies mixed as they are in the whole.

    `take` ranks documents by their content, and so would take one of them with all its copies
    before the next.
    """
    copies: Counter[str] = Counter()
    ranked = []
    for text in texts:
        key = f"{copies[text]}:{text}".encode()
        ranked.append((hashlib.blake2b(key, digest_size=8).digest(), text))
        copies[text] += 1
    words = {text: tuple(split_words(text)) for text in copies}
    chosen = [text for _, text in sorted(ranked) if words[text]]
    return Sample(tuple(chosen), tuple(words[text] for text in chosen)).cut(n_words)


def _measured(blocks: Sequence[Sample], reference: Reference) -> dict[str, Floats]:
    found = {
        name: np.array([of(block, reference) for block in blocks])
        for name, of in {**MEASURES, **LEARNED}.items()
    }
    return {**found, "loss": found["learned_loss"]}
