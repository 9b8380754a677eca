"""Works of made-up authors, small enough to judge in a second."""

from collections.abc import Callable

import numpy as np
import pytest

from data.story_style.stories import Work

COMMON = ("the", "man", "saw", "it", "there", "and", "went", "of")
OWN = {
    "a": ("whale", "sea", "upon", "thou"),
    "b": ("house", "lady", "very", "she"),
    "c": ("law", "state", "shall", "our"),
}


@pytest.fixture(scope="session")
def works_of() -> Callable[[str], tuple[Work, ...]]:
    """Eight works of an author, who has four words of one's own; `a` writes `;`."""

    def read(author: str) -> tuple[Work, ...]:
        rng = np.random.default_rng(sum(map(ord, author)))
        mark = ";" if author == "a" else ","

        def sentence() -> str:
            words = [*rng.choice(COMMON, 8), *rng.choice(OWN[author[0]], 2)]
            drawn = [str(word) for word in rng.permutation(words)]
            return f"Then {' '.join(drawn[:5])}{mark} {' '.join(drawn[5:])}."

        return tuple(
            Work(author=author, name=str(n), text=" ".join(sentence() for _ in range(30)))
            for n in range(8)
        )

    return read
