"""Words of a story that belong to its author's style and matter: keywords, names, and masking them.

A keyword is often in the story and rare with the other author: its count in the story times the
logarithm of the ratio of the shares of stories that have it, an inverse document frequency (Sparck
Jones 1972) whose documents are the other author's. Names are told by their capital letters and kept
apart: who is in a story is its content.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import log

from data.errors import BadInput
from data.story_style.stories import Story, split_sentences

SHARE = 0.2
"""Share of a story's words that keywords may be, at most."""
MASK = "<mask>"
"""What stands in place of a masked word."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
"""Letters, with apostrophes inside: `whale`, `don't`."""
_LEAST_STORIES = 2
"""Stories that a word must be in before it is anybody's."""


def words_of(text: str) -> list[str]:
    """The words of a text as they stand, without marks and numbers."""
    return _WORD.findall(text)


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """What the stories of some authors say about words: whose they are, and which are names."""

    specific: Mapping[str, Mapping[str, float]]
    """For each author, words in small letters that are in a greater share of the author's stories
    than of all others', with the logarithm of the ratio of the two shares."""
    names: frozenset[str]
    """Words in small letters that inside of sentences mostly begin with a capital letter."""
    known: frozenset[str]
    """All words in small letters."""

    @classmethod
    def of(cls, stories: Iterable[Story]) -> "Lexicon":
        """Count the words of stories.

        Args:
            stories: Stories of two authors at least; those a judge or model is trained on, not
                those that are tested.

        Raises:
            BadInput: They are of one author, or no word is more of one than of another.
        """
        texts: dict[str, list[str]] = defaultdict(list)
        for story in stories:
            texts[story.author].append(story.text)
        if len(texts) < 2:
            raise BadInput(
                f"keywords tell authors apart, and the stories are of {len(texts)}; give two"
            )
        counts = {
            author: Counter(word for text in own for word in {w.lower() for w in words_of(text)})
            for author, own in texts.items()
        }
        numbers = {author: len(own) for author, own in texts.items()}
        specific = {author: _specific(author, counts, numbers) for author in sorted(texts)}
        if not any(specific.values()):
            raise BadInput(
                f"no word is in more stories of one than of another of {', '.join(sorted(texts))}: "
                "there are no keywords, and nothing to mask; give other authors or more stories"
            )
        every = [text for own in texts.values() for text in own]
        return cls(
            specific=specific, names=_names(every), known=frozenset().union(*counts.values())
        )

    def weight(self, word: str, author: str | None) -> float:
        """How much a word in small letters is an author's, at least 0; any author's for None."""
        if author is not None:
            return self.specific[author].get(word, 0.0)
        return max(own.get(word, 0.0) for own in self.specific.values())


def _specific(
    author: str, counts: Mapping[str, Counter[str]], numbers: Mapping[str, int]
) -> dict[str, float]:
    n_own, n_other = numbers[author], sum(numbers.values()) - numbers[author]
    found = {}
    for word, own in counts[author].items():
        other = sum(count[word] for name, count in counts.items() if name != author)
        ratio = (own + 1) / (n_own + 2) * (n_other + 2) / (other + 1)
        if own + other >= _LEAST_STORIES and ratio > 1:
            found[word] = log(ratio)
    return found


def _names(texts: Iterable[str]) -> frozenset[str]:
    large, small = Counter[str](), Counter[str]()
    for text in texts:
        for sentence in split_sentences(text):
            for word in words_of(sentence)[1:]:
                (large if word[0].isupper() else small)[word.lower()] += 1
    return frozenset(word for word, count in large.items() if count > small[word] and word != "i")


def names(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Names in a text, each once, as they stand.

    They are words with a capital letter that the lexicon has as names, and inside of a sentence
    also those that it does not have at all.
    """
    found: dict[str, None] = {}
    for sentence in split_sentences(text):
        for place, word in enumerate(words_of(sentence)):
            small = word.lower()
            is_new = place > 0 and small not in lexicon.known and small != "i"
            if word[0].isupper() and (small in lexicon.names or is_new):
                found[word] = None
    return tuple(found)


def keywords(
    text: str, lexicon: Lexicon, author: str | None = None, *, share: float = SHARE
) -> tuple[str, ...]:
    """Keywords of a text in small letters, the strongest first; perhaps none.

    Args:
        text: Text of a story.
        lexicon: Whose words are whose.
        author: Whose keywords; None for those of any author, so that a judge can mask a text whose
            author it does not know.
        share: Share of the text's words that all occurrences of keywords may be, at most.

    Raises:
        BadInput: The share is not between 0 and 1, or the lexicon does not know the author.
    """
    if not 0 < share < 1:
        raise BadInput(f"share is {share}; keywords are more than none and less than all words")
    if author is not None and author not in lexicon.specific:
        raise BadInput(
            f"no keywords of {author!r} are known; authors are {', '.join(lexicon.specific)}"
        )
    apart = {name.lower() for name in names(text, lexicon)}
    counts = Counter(word.lower() for word in words_of(text))
    weights = {word: n * lexicon.weight(word, author) for word, n in counts.items()}
    ranked = sorted(weights, key=lambda word: (-weights[word], word))
    left, chosen = int(share * counts.total()), list[str]()
    for word in ranked:
        if weights[word] > 0 and word not in apart and counts[word] <= left:
            chosen.append(word)
            left -= counts[word]
    return tuple(chosen)


def mask(text: str, words: Collection[str], *, token: str = MASK) -> str:
    """A text with a token in place of some words, whatever their capital letters.

    Args:
        text: Any text.
        words: Words in small letters.
        token: What stands in their place.
    """
    return _WORD.sub(lambda word: token if word[0].lower() in words else word[0], text)


def masked_words(text: str, lexicon: Lexicon) -> list[str]:
    """Words of a text in small letters, without its names and without keywords of any author."""
    hidden = {name.lower() for name in names(text, lexicon)} | set(keywords(text, lexicon))
    return [small for word in words_of(text) if (small := word.lower()) not in hidden]
