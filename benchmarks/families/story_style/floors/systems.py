"""Systems that rewrite without a model of style: what any transfer must be better than.

None of them writes a sentence anybody would want. What a metric gives them it would give to a
method that has learnt nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.families.story_style.floors.judges import Judge
from data.story_style.keywords import words_of
from data.story_style.stories import Story

COPY, SHUFFLED, BLIND, THINNED = "copy", "shuffled sentences", "blind words", "thinned"
RANDOM, SWAP, APPENDED = "random target", "word swap", "appended words"
SYSTEMS = (COPY, SHUFFLED, BLIND, THINNED, APPENDED, SWAP, RANDOM)
"""Systems by name: the source; its sentences in a drawn order; a tenth of its words replaced by
words of both authors; a tenth left out; words of the target behind it; the words that the judge
hears as the source's replaced by those it hears as the target's; a text of the target."""
BLIND_SHARE = 0.1
"""Share of words that a system blind to style replaces or leaves out."""
SOURCE_WORDS, TARGET_WORDS, APPENDED_WORDS = 400, 60, 8
"""Words of the judge that the word swap replaces, that it draws from, and that are appended."""


def rewrite(
    sources: Sequence[Story],
    targets: Sequence[Story],
    pool: Sequence[Story],
    judge: Judge,
    rng: np.random.Generator,
) -> dict[str, list[str]]:
    """What each of `SYSTEMS` makes of stories of one author, for the other author's style.

    Args:
        sources: Stories of one author.
        targets: Held-out stories of the other author.
        pool: Stories of both authors that words are drawn of, as many words of each.
        judge: The judge that the word swap and the appended words read.
        rng: Draws words, orders and texts.
    """
    own, other = sources[0].author, targets[0].author
    known = {word: None for word in judge.strongest(own, SOURCE_WORDS)}
    strong = judge.strongest(other, TARGET_WORDS) or ("",)
    words = _words_of_both(pool)
    made: Mapping[str, list[str]] = {
        COPY: [story.text for story in sources],
        SHUFFLED: [" ".join(rng.permutation(story.sentences)) for story in sources],
        BLIND: [_replaced(story.text, words, rng) for story in sources],
        THINNED: [_thinned(story.text, rng) for story in sources],
        APPENDED: [
            f"{story.text} {' '.join(rng.choice(strong, APPENDED_WORDS))}" for story in sources
        ],
        SWAP: [_swapped(story.text, known, strong, rng) for story in sources],
        RANDOM: [targets[place].text for place in rng.integers(len(targets), size=len(sources))],
    }
    return {name: made[name] for name in SYSTEMS}


def _words_of_both(pool: Sequence[Story]) -> list[list[str]]:
    """Words of each author, with repetitions, so that a draw is as the author writes."""
    authors = sorted({story.author for story in pool})
    return [
        [word for story in pool if story.author == author for word in words_of(story.text)]
        for author in authors
    ]


def _replaced(text: str, words: Sequence[Sequence[str]], rng: np.random.Generator) -> str:
    """A text whose words are each replaced, one in ten, by a word of an author drawn by a coin."""

    def drawn() -> str:
        own = words[int(rng.integers(len(words)))]
        return own[int(rng.integers(len(own)))]

    return " ".join(
        _in_place(word, drawn()) if rng.random() < BLIND_SHARE else word for word in text.split()
    )


def _thinned(text: str, rng: np.random.Generator) -> str:
    """A text without one word in ten, whose marks stay."""
    return " ".join(
        kept
        for word in text.split()
        if (kept := _in_place(word, "") if rng.random() < BLIND_SHARE else word)
    )


def _swapped(
    text: str, known: Mapping[str, None], strong: Sequence[str], rng: np.random.Generator
) -> str:
    return " ".join(
        _in_place(word, str(rng.choice(strong)))
        if any(one.lower() in known for one in words_of(word))
        else word
        for word in text.split()
    )


def _in_place(word: str, other: str) -> str:
    """Another word between the marks that stand around a word, with its capital letter."""
    inside = words_of(word)
    if not inside:
        return word
    start, end = word.index(inside[0]), word.rindex(inside[-1]) + len(inside[-1])
    new = other.capitalize() if inside[0][0].isupper() else other
    return f"{word[:start]}{new}{word[end:]}"
