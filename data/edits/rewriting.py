"""Sentences that a model writes anew around the content words that they keep.

At every token of a sentence that belongs to no content word the model writes another one, or the
same. Content words and the mark that ends the sentence stand where they stood, counted in tokens,
and stay words of their own: what is written beside one neither continues nor begins it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntFlag
from itertools import groupby, pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.edits.function_words import content_spans, is_letter
from data.ledger import SCHEMA, Change
from data.text.sentences import Span, end_mark, sentence_spans
from data.text.token_text import Located, Pieces

Integers = NDArray[np.int64]


class Edge(IntFlag):
    """What a token must not do beside a word that stays, so that the word stays one."""

    FREE = 0
    AFTER_WORD = 1
    """It must not begin with a letter."""
    BEFORE_WORD = 2
    """It must not end with a letter."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with content words, as tokens of its document."""

    document: int
    first: int
    """Place of its first token in the document."""
    tokens: Integers
    """Its tokens as they stand, shape (tokens,)."""
    kept: NDArray[np.bool_]
    """Tokens that stay, shape (tokens,)."""
    edges: Integers
    """`Edge` of every token; that of one that stays means nothing, shape (tokens,)."""

    @property
    def places(self) -> slice:
        """Places of its tokens in the document."""
        return slice(self.first, self.first + len(self.tokens))


def find_sentences(
    texts: Sequence[str], located: Located, has_context: NDArray[np.bool_]
) -> list[Sentence]:
    """The sentences that can be rewritten: with a content word, and a token to write.

    Args:
        texts: The documents.
        located: The same as tokens.
        has_context: Whether the model reads something before each document, shape (documents,).
            Where it does not, the first token stays.
    """
    return [
        sentence
        for document, text in enumerate(texts)
        for sentence in _sentences_of(document, text, located, bool(has_context[document]))
    ]


def _sentences_of(document: int, text: str, located: Located, has_context: bool) -> list[Sentence]:
    mine = slice(located.offsets[document], located.offsets[document + 1])
    starts, stops = located.starts[mine], located.stops[mine]
    spans = sentence_spans(text)
    if len(starts) == 0 or not spans:
        return []
    is_content = _touched(content_spans(text), starts, stops, len(text))
    marks = [end_mark(text, span) for span in spans]
    kept = is_content | _touched(marks, starts, stops, len(text)) | ~located.writable[mine]
    kept[0] |= not has_context
    begins = np.array([start for start, _ in spans])
    of = np.searchsorted(begins, stops - 1, side="right").clip(min=1) - 1
    edges = _edges(text, starts, stops, kept, of)
    firsts = np.searchsorted(of, np.arange(len(spans) + 1))
    return [
        Sentence(document, a, located.ids[mine][a:b], kept[a:b], edges[a:b])
        for a, b in pairwise(firsts.tolist())
        if is_content[a:b].any() and not kept[a:b].all()
    ]


def _touched(
    spans: Sequence[Span], starts: Integers, stops: Integers, length: int
) -> NDArray[np.bool_]:
    """Which tokens share a character with one of the spans."""
    steps = np.zeros(length + 1, dtype=np.int64)
    np.add.at(steps, [start for start, _ in spans], 1)
    np.add.at(steps, [stop for _, stop in spans], -1)
    before = np.concatenate([[0], np.cumsum(np.cumsum(steps) > 0)])
    return np.asarray(before[stops] > before[starts])


def _edges(
    text: str, starts: Integers, stops: Integers, kept: NDArray[np.bool_], of: Integers
) -> Integers:
    """`Edge` of every token: what stands beside it and is not written with it is a word, or not."""
    apart = of[1:] != of[:-1]
    before = np.concatenate([[True], kept[:-1] | apart])
    after = np.concatenate([kept[1:] | apart, [True]])
    letter = np.array([False, *map(is_letter, text), False])  # of the character before each place
    begins = (before & letter[starts]) * int(Edge.AFTER_WORD)
    ends = (after & letter[stops + 1]) * int(Edge.BEFORE_WORD)
    return np.asarray(begins + ends, dtype=np.int64)


def forbidden(pieces: Pieces) -> NDArray[np.bool_]:
    """Tokens that may not be written at each `Edge`, shape (4, vocabulary).

    Nowhere may a token be written that is no text of its own: a special token, a part of a
    character.
    """
    texts = [pieces.text(token) or "" for token in range(len(pieces.lengths))]
    begins, ends = (
        np.array([text != "" and is_letter(text[at]) for text in texts]) for at in (0, -1)
    )
    return np.stack(
        [
            ~pieces.is_text
            | (begins if edge & Edge.AFTER_WORD else False)
            | (ends if edge & Edge.BEFORE_WORD else False)
            for edge in range(4)
        ]
    )


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A sentence and what was written in its place."""

    sentence: Sentence
    drawn: Integers
    """Tokens that stand there afterwards, as many as before, shape (tokens,)."""
    changed: NDArray[np.bool_]
    """Where that is another text, shape (tokens,)."""


def rewritten(sentence: Sentence, drawn: Integers, pieces: Pieces) -> Rewritten:
    """A sentence with the tokens that stand there afterwards."""
    changed = np.array(
        [
            new != old and pieces.text(new) != pieces.text(old)
            for new, old in zip(drawn.tolist(), sentence.tokens.tolist(), strict=True)
        ],
        dtype=bool,
    )
    return Rewritten(sentence, drawn, changed)


def how_many(changed: Integers, wanted: int) -> int | None:
    """How many sentences, in the order of a lot, change about as many tokens as wanted.

    Of the two numbers of sentences between which the wanted one lies, that which is nearer.

    Args:
        changed: Number of tokens that each changes, in the order of the lot, shape (sentences,).
        wanted: Number of tokens wanted.

    Returns:
        None where all together change too few.
    """
    total = np.concatenate([[0], np.cumsum(changed)])
    if total[-1] < wanted:
        return None
    n = int(np.searchsorted(total, wanted))
    return n - 1 if n and wanted - total[n - 1] < total[n] - wanted else n


def as_ledger(
    chosen: Sequence[Rewritten],
    ids: Sequence[str],
    located: Located,
    pieces: Pieces,
    before: Sequence[NDArray[np.float32]],
    after: Sequence[NDArray[np.float32]],
) -> pa.Table:
    """One row per token that was written, in the order of the text, as of an edit.

    Args:
        chosen: Sentences in the order of the text.
        ids: Id of every document.
        located: The documents as tokens.
        pieces: Text of every token.
        before: Log-probabilities of the tokens of each sentence as it stood.
        after: Those of the tokens that stand there afterwards, after what was written before them.
    """
    tables = []
    for one, old, new in zip(chosen, before, after, strict=True):
        own, free = one.sentence, np.flatnonzero(~one.sentence.kept)
        place = located.offsets[own.document] + own.first + free
        texts = [pieces.text(token) for token in one.drawn[free].tolist()]
        unknown = np.full(len(free), np.nan)
        columns = {
            "document": np.full(len(free), own.document),
            "document_id": [ids[own.document]] * len(free),
            "position": own.first + free,
            "start": located.starts[place],
            "stop": located.stops[place],
            "probability": np.exp(old[free]),
            "observed_token": own.tokens[free],
            "drawn_token": one.drawn[free],
            "changed": one.changed[free],
            "replacement": [
                text if yes else None for text, yes in zip(texts, one.changed[free], strict=True)
            ],
            "candidate_mass": unknown,
            "change_probability": unknown,
            "drawn_probability": np.exp(new[free]),
            "divergence": unknown,
        }
        arrays = [pa.array(columns[entry.name]).cast(entry.type) for entry in SCHEMA]
        tables.append(pa.Table.from_arrays(arrays, schema=SCHEMA))
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


@dataclass(frozen=True, slots=True)
class ContentWords:
    """Content words of rewritten sentences."""

    before: int
    kept: int
    """Those of them that stand in the text afterwards, at their places, as words of their own."""


def count_content_words(
    chosen: Sequence[Rewritten],
    located: Located,
    changes: Iterable[Change],
    before: Sequence[str],
    after: Sequence[str],
) -> ContentWords:
    """Look for the content words of rewritten sentences in the texts afterwards.

    Args:
        chosen: Sentences that were rewritten.
        located: The documents as they stood, as tokens.
        changes: What became of them, in the order of the text.
        before: The documents as they stood.
        after: The same afterwards.
    """
    grown: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        grown[change.document].append(change)
    found = Counter[bool]()
    for document, group in groupby(chosen, key=lambda one: one.sentence.document):
        ends = np.array([one.stop for one in grown[document]])
        longer = [len(one.replacement) - (one.stop - one.start) for one in grown[document]]
        shift = np.concatenate([[0], np.cumsum(longer)]).astype(np.int64)
        there = set(content_spans(after[document]))
        for start, stop in _content_of(group, located, before[document]):
            moved = int(shift[np.searchsorted(ends, start, side="right")])
            same = after[document][start + moved : stop + moved] == before[document][start:stop]
            found[same and (start + moved, stop + moved) in there] += 1
    return ContentWords(found.total(), found[True])


def _content_of(group: Iterable[Rewritten], located: Located, text: str) -> Iterator[Span]:
    """The content words of some sentences of one document."""
    words = content_spans(text)
    for one in group:
        places = one.sentence.places
        first = located.offsets[one.sentence.document]
        start = located.starts[first + places.start]
        stop = located.stops[first + places.stop - 1]
        yield from (word for word in words if start <= word[0] < stop)
