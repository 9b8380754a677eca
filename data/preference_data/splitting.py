"""Splits of questions in which near-duplicates stay together, on one side."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.measures.ngrams import ngrams, split_words
from data.randomness import stream

SIMILAR = 0.7
"""Share of words, of those that either of two questions has, from which they are near-duplicates:
Jaccard's index."""
_RUN = 3
"""Words in a row that two questions must share before they are compared."""
_MOST_SHARED = 200
"""Questions that may share a run of words that still tells something; `all of the` does not."""
_PURPOSE = "preference_data/split"
Places = NDArray[np.int64]


def near_duplicates(questions: Sequence[str]) -> Places:
    """For every question the first one of its group, shape (questions,).

    Two questions are in one group if they share `SIMILAR` of their words and a run of three words
    that is not everybody's, or through others.
    """
    words = [split_words(one) for one in questions]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, mine in enumerate(words):
        for run in set(ngrams([mine], _RUN)) or {tuple(mine)}:
            holders[run].append(place)
    first = list(range(len(questions)))
    sets = [set(mine) for mine in words]
    compared: set[tuple[int, int]] = set()
    for places in holders.values():
        if len(places) > _MOST_SHARED:
            continue
        for at, one in enumerate(places):
            for other in places[at + 1 :]:
                if (one, other) in compared:
                    continue
                compared.add((one, other))
                if _jaccard(sets[one], sets[other]) >= SIMILAR:
                    _join(first, one, other)
    return np.array([_root(first, place) for place in range(len(questions))])


def _jaccard(one: set[str], other: set[str]) -> float:
    both = len(one | other)
    return len(one & other) / both if both else 0.0


def _root(first: list[int], place: int) -> int:
    while first[place] != place:
        place = first[place]
    return place


def _join(first: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(first, one), _root(first, other)))
    first[high] = low


def split_groups(groups: Places, held_out: int, seed: int, name: str = "test") -> NDArray[np.bool_]:
    """Which questions are held out: whole groups, drawn until there are enough.

    Args:
        groups: Group of every question, shape (questions,).
        held_out: Number of questions to hold out, at least.
        seed: Replicate; it draws the groups.
        name: What they are held out for; another name draws others.

    Returns:
        True for every question that is held out, shape (questions,).

    Raises:
        BadInput: Nothing would be left.
    """
    order = stream(seed, _PURPOSE, name).permutation(np.unique(groups))
    sizes = np.array([int(np.sum(groups == one)) for one in order])
    n_groups = int(np.searchsorted(np.cumsum(sizes), held_out)) + 1
    chosen = np.isin(groups, order[:n_groups])
    if chosen.all():
        raise BadInput(
            f"{len(groups)} questions leave none beside {held_out} held-out ones; hold out fewer"
        )
    return np.asarray(chosen)
