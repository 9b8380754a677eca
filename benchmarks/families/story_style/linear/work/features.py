"""Stories of two authors as points: words by TF-IDF, and the directions that hold most of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from data.errors import BadInput
from data.files import atomic
from data.measures.ngrams import split_words
from data.randomness import stream
from data.sources.archives import Archive
from data.sources.fetching import Wheel
from data.story_style.authors import read_works
from data.story_style.stories import Split, Story, Work, cut_stories, split_by_work

POINTS = "points.npz"
PARTS = ("train", "validation", "test")
FIRST, SECOND = "first half", "second half"
"""Styles of an author whose works are divided in two."""
_PURPOSE = "story_style/linear split"
_SEEN = 3
"""Stories that must hold a word before it counts."""
Floats = NDArray[np.float64]


def make_points(
    folder: Path,
    *,
    seed: int,
    authors: Sequence[str],
    most: int,
    directions: int,
    carriers: Sequence[Archive | Wheel],
) -> Mapping[str, Any]:
    """Cut the works of two authors into stories and write them as points, split by work.

    Words, their weights and the directions are learnt on the training part alone; points have a
    mean square of 1 per coordinate there.

    Args:
        folder: Receives points and styles of each part.
        seed: Draws the split and, where there are too many, the stories.
        authors: Keys of the two authors; the same one twice is divided by work at random.
        most: Stories of a style that are kept of each part, at most.
        directions: Directions of the words that are kept.
        carriers: Pinned files that the works come in; they are part of the stage's address.

    Raises:
        BadInput: A style has too few works to be split, or there are fewer stories than directions.
    """
    rng = stream(seed, _PURPOSE)
    works = two_styles([read_works(author) for author in authors], rng)
    split = split_by_work(cut_stories(works), rng)
    names = sorted({story.author for story in split.train})
    parts = {name: _at_most(split, name, most, rng) for name in PARTS}
    points = as_points({name: [s.text for s in part] for name, part in parts.items()}, directions)
    held: dict[str, Any] = {f"points {name}": found for name, found in points.items()}
    for name, part in parts.items():
        held[f"styles {name}"] = np.array([names.index(story.author) for story in part])
    with atomic(folder / POINTS) as partial, partial.open("wb") as file:
        np.savez(file, **held)
    return {
        "stories": {name: len(part) for name, part in parts.items()},
        "works": {name: len({(s.author, s.work) for s in part}) for name, part in parts.items()},
    }


def two_styles(works: Sequence[Sequence[Work]], rng: np.random.Generator) -> list[Work]:
    """The works of two authors as two styles; of one author twice, in random halves of the works.

    Args:
        works: Works of each of two authors, which are the same ones for the control.
        rng: Draws the halves.
    """
    first, second = works
    if first != second:
        return [*first, *second]
    order = rng.permutation(len(first))
    return [
        replace(first[place], author=FIRST if at % 2 else SECOND) for at, place in enumerate(order)
    ]


def _at_most(split: Split, name: str, most: int, rng: np.random.Generator) -> list[Story]:
    """Stories of one part, at most so many of each style, in their order."""
    part: tuple[Story, ...] = getattr(split, name)
    kept: list[int] = []
    for author in sorted({story.author for story in part}):
        places = [at for at, story in enumerate(part) if story.author == author]
        kept += rng.permutation(places)[:most].tolist()
    return [part[at] for at in sorted(kept)]


def as_points(texts: Mapping[str, Sequence[str]], directions: int) -> dict[str, Floats]:
    """Texts as points: TF-IDF of words, projected on the directions that hold most in training.

    The weight of a word in a text is (1 + log count) times 1 + log((1 + n) / (1 + seen)), each text
    of length 1; the directions are the first right singular vectors of the training part.

    Args:
        texts: Texts by part, `train` among them.
        directions: Number of directions.

    Returns:
        Points of each part, shape (texts, directions), with a mean square of 1 per coordinate in
        training.

    Raises:
        BadInput: The training part has fewer texts than directions.
    """
    counts = {
        name: [Counter(split_words(text.lower())) for text in own] for name, own in texts.items()
    }
    learnt = counts["train"]
    if len(learnt) <= directions:
        raise BadInput(
            f"{len(learnt)} stories do not span {directions} directions; take longer works or "
            "fewer directions"
        )
    seen = Counter(word for count in learnt for word in count)
    words = sorted(word for word, n in seen.items() if n >= _SEEN)
    rarity = np.array([1 + np.log((1 + len(learnt)) / (1 + seen[word])) for word in words])
    rows = {name: _weighed(own, words, rarity) for name, own in counts.items()}
    gram = (rows["train"] @ rows["train"].T).toarray()
    values, vectors = np.linalg.eigh(gram)
    axes = (rows["train"].T @ vectors[:, : -directions - 1 : -1]) / np.sqrt(
        values[: -directions - 1 : -1]
    )
    points = {name: np.asarray(own @ axes) for name, own in rows.items()}
    mean = points["train"].mean(axis=0)
    scale = float(np.sqrt(np.mean((points["train"] - mean) ** 2)))
    return {name: (own - mean) / scale for name, own in points.items()}


def _count(text: str) -> Counter[str]:
    return Counter(split_words(text.lower()))


def _weighed(counts: Sequence[Counter[str]], words: Sequence[str], rarity: Floats) -> csr_matrix:
    """TF-IDF of each text as a row of length 1, or of zeros where it has no known word."""
    place = {word: at for at, word in enumerate(words)}
    rows, columns, values = [], [], []
    for row, count in enumerate(counts):
        known = [(place[word], n) for word, n in count.items() if word in place]
        weights = np.array([(1 + np.log(n)) * rarity[at] for at, n in known])
        rows += [row] * len(known)
        columns += [at for at, _ in known]
        values += (weights / max(float(np.linalg.norm(weights)), 1e-12)).tolist()
    return csr_matrix((values, (rows, columns)), shape=(len(counts), len(words)))
