"""Words that hold sentences together: the closed classes of English, and of its older prose.

What is not on the list counts as a content word, whatever its language; a count of content words is
therefore comparable between edits of one text, and not between languages.
"""

import re

_LISTED = """
    a an the this that these those yon such
    i me my mine myself we us our ours ourselves you your yours yourself yourselves
    he him his himself she her hers herself it its itself they them their theirs themselves
    thou thee thy thine thyself ye one oneself
    who whom whose which what whoever whomsoever whosoever whatsoever whatever whichever
    am is are was were be been being art wast wert
    have has had having hath hast hadst do does did doing done doth dost didst doeth
    will would shall should may might can could must ought need dare
    wilt wouldest shalt shouldest mayest mightest canst couldest
    and or but nor so yet for if then else than as because since though although unless until till
    while whilst whereas whether lest
    of in on at by to from with without within into unto upon onto over under above below beneath
    between betwixt among amongst amidst before behind after against along about around across
    through throughout toward towards during beside besides beyond near off out up down per via
    except save notwithstanding concerning
    not no never neither none nothing nay yea yes
    all any both each every either some many much more most few less least other others another
    same own several enough
    when where why how there here hence thence whence hither thither whither thereof therein thereby
    thereto therefore wherefore wherein whereof whereby wherewith
    too very also only just even again ever still now thus
    s t ll ve re d m
"""
FUNCTION_WORDS = frozenset(_LISTED.split())
"""Articles, pronouns, auxiliaries, conjunctions, prepositions, negations, quantifiers and the
adverbs that stand for them, in lower case; what an apostrophe leaves of some of them too."""
_WORD = re.compile(r"[^\W\d_]+")


def content_spans(text: str) -> list[tuple[int, int]]:
    """Where the words that are no function words stand: first character, and the one after."""
    return [word.span() for word in _WORD.finditer(text) if word[0].lower() not in FUNCTION_WORDS]


def is_letter(character: str) -> bool:
    """Whether a character is part of a word, and belongs to the word beside it."""
    return _WORD.fullmatch(character) is not None


def content_words(text: str, spans: list[tuple[int, int]]) -> int:
    """Number of words that are no function words and that one of the spans meets.

    A word is a run of letters; it counts once, however many spans meet it.

    Args:
        text: The text as it stood.
        spans: First character, and the one after the last, in order, without overlap.
    """
    found, next_span = 0, 0
    for word in _WORD.finditer(text):
        while next_span < len(spans) and spans[next_span][1] <= word.start():
            next_span += 1
        if next_span == len(spans):
            break
        is_met = spans[next_span][0] < word.end()
        found += is_met and word[0].lower() not in FUNCTION_WORDS
    return found
