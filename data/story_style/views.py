"""Views of a text: what a judge of style may see of it, as terms to count.

A judge that is right by punctuation or by the lengths of sentences alone says that the two authors
can be told apart without reading a word, and that a transfer of style could be faked there.
"""

import re
from itertools import pairwise
from math import log2

from data.errors import BadInput
from data.story_style.keywords import Lexicon, masked_words, words_of
from data.story_style.stories import split_sentences

VIEWS = ("words", "function_words", "masked", "punctuation", "lengths")
"""Names of the views: all words; words of closed classes; words without names and keywords; marks
and pairs of marks in a row; lengths of sentences."""
FUNCTION_WORDS = frozenset(
    """
    a an the this that these those some any no every each either neither both all such another other
    i me my mine myself thou thee thy thine you your yours yourself he him his himself she her hers
    herself it its itself we us our ours ourselves ye they them their theirs themselves one who whom
    whose which what whoever whatever none nothing something anything everything
    and or but nor for yet so if unless because since although though while whilst whereas as than
    until till when whenever where wherever whether lest that
    of in to with on at by from into onto upon over under above below between among amongst through
    throughout during before after against about around toward towards without within across beyond
    behind beside besides near off out up down along except per via
    am is are was were be been being have has had having do does did doing done will would shall
    should can could may might must ought need dare
    not never ever here there now then thus hence therefore however indeed perhaps too very only
    even just also almost quite rather more most much many few less least again once still already
    always often
    """.split()  # noqa: SIM905
)
"""English words of closed classes, and adverbs that say nothing of what a story is about."""
_MARK = re.compile(r"[^\w\s]")
_STEPS = 2.0
"""Classes of length between a number of words and its double."""


def terms(view: str, text: str, lexicon: Lexicon) -> list[str]:
    """The terms of a text in a view, in their order, repeated as often as they are there.

    Args:
        view: One of `VIEWS`.
        text: Any text.
        lexicon: By which names and keywords are told; the view `masked` alone asks it.

    Raises:
        BadInput: There is no such view.
    """
    if view == "masked":
        return masked_words(text, lexicon)
    if view == "punctuation":
        marks = _MARK.findall(text)
        return [*marks, *(f"{one} {other}" for one, other in pairwise(marks))]
    if view == "lengths":
        return [
            f"{round(_STEPS * log2(len(sentence.split())))}" for sentence in split_sentences(text)
        ]
    small = [word.lower() for word in words_of(text)]
    if view == "words":
        return small
    if view == "function_words":
        return [word for word in small if word in FUNCTION_WORDS]
    raise BadInput(f"unknown view {view!r}; use one of {', '.join(VIEWS)}")
