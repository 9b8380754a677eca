"""Planted edits: what a copied question may look like in a corpus, by kind, to measure recall by.

Every edit takes a question and a random stream and gives the text that a copier might have left.
None needs a model. The published rule (`rules.PUBLISHED`) was stated without such a measurement.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np

from data.errors import BadInput
from data.randomness import stream

Kind = Literal[
    "copy",
    "case and punctuation",
    "one word swapped",
    "several words swapped",
    "clauses reordered",
    "words shuffled",
    "sentence added",
    "second half cut",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
ONE_WORD: Kind = "one word swapped"
_PURPOSE = "decontaminating/planted"
_SWAPPED = 0.2
"""Share of the words that `several words swapped` swaps, two at least."""
_CLAUSE = re.compile(r"(?<=[,;:.?!])\s+")
_FRAMES = (
    "Here is a question that comes up in practice, and that is worth a moment of thought.",
    "Consider the following case, and give the single best answer with a short explanation.",
    "A student asked this in the seminar yesterday, and nobody could answer it at once.",
)
Edit = Callable[[Sequence[str], np.random.Generator, Sequence[str]], str]
"""Makes a text of a question's words, a stream, and the words of all questions."""


def planted(text: str, kind: Kind, words: Sequence[str], *, seed: int, name: str) -> str:
    """A question as one kind of edit leaves it.

    Args:
        text: The question.
        kind: Kind of edit.
        words: Words that swapped ones are drawn from.
        seed: Replicate.
        name: What names the question among others; with the seed and the kind it decides all draws.

    Raises:
        BadInput: The question has no words, or there are none to draw from.
    """
    own = text.split()
    if not own or not words:
        raise BadInput("no words to edit; give questions that ask something")
    return _EDITS[kind](own, stream(seed, _PURPOSE, kind, name), words)


def vocabulary(texts: Sequence[str]) -> list[str]:
    """Words of some texts, four letters and longer, each as often as it occurs."""
    return [word for text in texts for word in text.split() if len(word) > 3 and word.isalpha()]


def _copy(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    return " ".join(own)


def _case(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    """All in capitals or small letters, without commas and stops."""
    text = re.sub(r"[,.;:?!]+", "", " ".join(own))
    return text.upper() if rng.random() < 0.5 else text.lower()


def _one_word(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    return _swapped(own, 1, rng, words)


def _several(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    return _swapped(own, max(2, round(_SWAPPED * len(own))), rng, words)


def _swapped(own: Sequence[str], n: int, rng: np.random.Generator, words: Sequence[str]) -> str:
    """Words of four letters and more, where there are enough, become others."""
    long = [place for place, word in enumerate(own) if len(word.strip(",.;:?!")) > 3]
    among = long if len(long) >= n else list(range(len(own)))
    text = list(own)
    for place in rng.permutation(among)[:n]:
        others = [word for word in rng.choice(words, 8) if word.lower() != text[place].lower()]
        text[place] = str(others[0]) if others else f"other{text[place]}"
    return " ".join(text)


def _clauses(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    """Clauses in another order; of a text that has one, its halves exchanged."""
    clauses = _CLAUSE.split(" ".join(own))
    if len(clauses) < 2:
        half = len(own) // 2
        return " ".join([*own[half:], *own[:half]])
    order = np.roll(np.arange(len(clauses)), int(rng.integers(1, len(clauses))))
    return " ".join(clauses[place] for place in order)


def _shuffled(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    return " ".join(own[place] for place in rng.permutation(len(own)))


def _framed(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    """A sentence stands before it."""
    return f"{_FRAMES[int(rng.integers(len(_FRAMES)))]} {' '.join(own)}"


def _cut(own: Sequence[str], rng: np.random.Generator, words: Sequence[str]) -> str:
    return " ".join(own[: max(1, len(own) // 2)])


_EDITS: Mapping[Kind, Edit] = {
    "copy": _copy,
    "case and punctuation": _case,
    "one word swapped": _one_word,
    "several words swapped": _several,
    "clauses reordered": _clauses,
    "words shuffled": _shuffled,
    "sentence added": _framed,
    "second half cut": _cut,
}
