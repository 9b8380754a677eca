"""Where the sentences of a text stand."""

import re

_CLOSING = "[\"'\u201d\u2019)\\]]*"
_MARK = re.compile(rf"[.!?]+{_CLOSING}$")
_END = re.compile(rf"(?<=[.!?])({_CLOSING})\s+(?=[\"'\u201c\u2018(\[_]*[^\W_a-z])|\s*\n\s*\n\s*")
"""Ends of sentences: a mark, with what closes, before a word that begins with no small letter, or
an empty line."""
_NO_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Capt|Col|Gen|Lt|Gov|Hon|Rev|Prof|Jr|Sr|vs|viz|cf)|\b[A-HJ-Z])\.$"
)
"""What ends with a full stop and no sentence: titles, and the initials of a name."""
_LONGEST = 8
"""Characters in which such an ending is looked for."""
Span = tuple[int, int]
"""First character of a part of a text, and the one after its last."""


def sentence_spans(text: str) -> list[Span]:
    """The sentences of a text, in order; between two there is white space alone.

    The first begins with the text and the last ends with it.
    """
    spans, start = [], 0
    for end in _END.finditer(text):
        stop = end.start() if end[1] is None else end.end(1)
        if not _NO_END.search(text[max(start, stop - _LONGEST) : stop]):
            spans.append((start, stop))
            start = end.end()
    return [*spans, (start, len(text))] if start < len(text) else spans


def end_mark(text: str, sentence: Span) -> Span:
    """The mark that ends a sentence, with the quotation marks and brackets that close after it.

    Args:
        text: The text.
        sentence: Where the sentence stands in it.

    Returns:
        Where they stand in the text; nothing, at the sentence's end, where it ends without a mark.
    """
    start, stop = sentence
    ending = text[start:stop].rstrip()
    found = _MARK.search(ending)
    stop = start + len(ending)
    return (stop, stop) if found is None else (start + found.start(), stop)
