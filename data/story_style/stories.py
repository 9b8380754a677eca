"""Works of authors cut into stories of a few sentences, and a split in which works stay whole.

A window of a text shares names, places and matters with its neighbours. Where windows of one
chapter lie on both sides of a split, a judge of style can answer by what the chapter is about: so
whole works are held out, never windows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import BadInput

SENTENCES = 5
"""Sentences of a story."""
WORDS = (40, 220)
"""Least and greatest number of words of a story, both allowed."""
TEST_SHARE = 0.2
"""Share of an author's stories that the works held out for the test have, at least."""
VALIDATION_SHARE = 0.1
"""Share of an author's stories that the works held out for validation have, at least."""
_LEAST_WORKS = 3
"""Works that an author needs: one for each part."""

_CLOSING = "[\"'\u201d\u2019)\\]]*"
"""Quotation marks and brackets that close, which belong to the sentence they follow."""
_END = re.compile(rf"[.!?]+{_CLOSING}\s+(?=[\"'\u201c\u2018(\[_]*[A-Z0-9])")
"""A mark that ends a sentence, with what closes, before a capital letter or a digit."""
_NO_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Messrs|Capt|Col|Gen|Lieut|Lt|Maj|Sen|Rep|Gov|Hon|Rev|Esq|Prof|Jr|Sr"
    r"|Nos|Vol|Art|Sec|Co|Inc|vs|viz|cf|Jan|Feb|Aug|Sept|Oct|Nov|Dec)|\b[A-HJ-Z])"
    rf"\.{_CLOSING}\s+$"
)
"""What ends with a full stop and no sentence: abbreviations and the initials of a name.

`No.` and `I.` are left out: in a story they end more sentences than they begin numbers and names.
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One work of an author, which a split keeps whole: a chapter, a novel, a yearly message."""

    author: str
    """Key of the author, whose style is the class."""
    name: str
    """Name of the work, once for each author."""
    text: str
    """The whole text."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """A few sentences in a row of one work.

    Raises:
        BadInput: It has fewer than two sentences, or one without a word.
    """

    author: str
    """Key of the author, whose style is the class."""
    work: str
    """Name of the work it was cut from."""
    sentences: tuple[str, ...]
    """Its sentences in their order, each with its end mark, single spaces between words."""

    def __post_init__(self) -> None:
        if len(self.sentences) < 2:
            raise BadInput(
                f"a story of {self.author}, {self.work}, has {len(self.sentences)} sentence(s) "
                "and no order; give at least two"
            )
        if any(not sentence.split() for sentence in self.sentences):
            raise BadInput(
                f"a story of {self.author}, {self.work}, has a sentence without a word; "
                "leave it out"
            )

    @property
    def text(self) -> str:
        """The sentences with a space between them."""
        return " ".join(self.sentences)

    @property
    def n_words(self) -> int:
        """Number of words, which are what lies between spaces."""
        return len(self.text.split())


@dataclass(frozen=True, kw_only=True)
class Split:
    """Stories in three parts, of which no two have a work in common.

    Every author is in every part.
    """

    train: tuple[Story, ...]
    """Stories that models and judges are trained on."""
    validation: tuple[Story, ...]
    """Stories on which a choice is made, such as when to stop."""
    test: tuple[Story, ...]
    """Stories that are rewritten and judged."""


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, with single spaces between words; put together they are the text.

    A sentence ends with a full stop, question or exclamation mark before a capital letter or a
    digit, unless it is the stop of an abbreviation (`Mr.`) or of an initial (`J.`).
    """
    text = " ".join(text.split())
    sentences, start = [], 0
    for end in _END.finditer(text):
        if not _NO_END.search(text[max(start, end.start() - 10) : end.end()]):
            sentences.append(text[start : end.end()].rstrip())
            start = end.end()
    return [*sentences, text[start:]] if text[start:] else sentences


def cut_stories(
    works: Iterable[Work], *, sentences: int = SENTENCES, words: tuple[int, int] = WORDS
) -> tuple[Story, ...]:
    """Cut works into stories that do not overlap, in the order of the works.

    Args:
        works: Works of one or several authors.
        sentences: Sentences of a story; what is left at the end of a work is dropped.
        words: Least and greatest number of words; a story outside of them is dropped.

    Raises:
        BadInput: A story would have fewer than two sentences, or `words` is empty.
    """
    least, most = words
    if sentences < 2:
        raise BadInput(f"a story of {sentences} sentence(s) has no order; ask for at least two")
    if not 0 < least <= most:
        raise BadInput(f"no story has between {least} and {most} words; give the lesser one first")
    return tuple(
        story
        for work in works
        for story in _windows(work, sentences)
        if least <= story.n_words <= most
    )


def _windows(work: Work, size: int) -> Iterator[Story]:
    found = split_sentences(work.text)
    for start in range(0, len(found) - size + 1, size):
        yield Story(
            author=work.author, work=work.name, sentences=tuple(found[start : start + size])
        )


def split_by_work(stories: Iterable[Story], rng: np.random.Generator) -> Split:
    """Divide the works of each author at random into train, validation and test.

    Works are drawn until those for the test have `TEST_SHARE` of the author's stories, then until
    those for validation have `VALIDATION_SHARE`; the others are trained on. Each part has at least
    one work of every author.

    Args:
        stories: Stories of one or several authors.
        rng: Draws the order of the works, author by author in the order of their keys.

    Raises:
        BadInput: There is no story, or an author has too few works to be divided.
    """
    by_author: dict[str, dict[str, list[Story]]] = defaultdict(lambda: defaultdict(list))
    for story in stories:
        by_author[story.author][story.work].append(story)
    if not by_author:
        raise BadInput("there is no story to divide; give works whose stories are long enough")
    parts: tuple[list[Story], ...] = ([], [], [])
    for author in sorted(by_author):
        for part, works in zip(parts, _divide(author, by_author[author], rng), strict=True):
            part += [story for work in works for story in by_author[author][work]]
    test, validation, train = (tuple(part) for part in parts)
    return Split(train=train, validation=validation, test=test)


def halves(
    stories: Iterable[Story], rng: np.random.Generator
) -> tuple[tuple[Story, ...], tuple[Story, ...]]:
    """Two halves of stories that have no work in common, both with works of every author.

    What a model is trained to please is fitted on one, what it is judged by on the other.

    Args:
        stories: Stories of one or several authors, of two works each at least.
        rng: Draws the order of the works, author by author in the order of their keys.

    Raises:
        BadInput: An author has stories of a single work.
    """
    stories = tuple(stories)
    first: set[tuple[str, str]] = set()
    for author in sorted({story.author for story in stories}):
        works = sorted({story.work for story in stories if story.author == author})
        if len(works) < 2:
            raise BadInput(f"{author} has stories of {len(works)} work alone; give two or more")
        drawn = rng.permutation(len(works))[: len(works) // 2]
        first |= {(author, works[place]) for place in drawn}
    return (
        tuple(story for story in stories if (story.author, story.work) in first),
        tuple(story for story in stories if (story.author, story.work) not in first),
    )


def _divide(
    author: str, works: Mapping[str, Sequence[Story]], rng: np.random.Generator
) -> tuple[list[str], list[str], list[str]]:
    """Names of an author's works for test, validation and training."""
    if len(works) < _LEAST_WORKS:
        raise BadInput(
            f"{author} has stories in {len(works)} work(s), and whole works are held out; give at "
            f"least {_LEAST_WORKS} works of every author"
        )
    names = sorted(works)
    left = [names[place] for place in rng.permutation(len(names))]
    total = sum(len(own) for own in works.values())
    parts = []
    for share, keep in ((TEST_SHARE, 2), (VALIDATION_SHARE, 1)):
        taken: list[str] = []
        while len(left) > keep and sum(len(works[name]) for name in taken) < share * total:
            taken.append(left.pop(0))
        parts.append(taken)
    return parts[0], parts[1], left
