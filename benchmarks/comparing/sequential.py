"""Adds seeds one after the other until a difference is clear of a stated effect.

Looking after every seed and stopping at the first interval that pleases is wrong more often than
one look. The error is therefore spent over the looks: look k gets alpha / (k (k + 1)), which sums
to alpha over any number of looks, so that the whole search is wrong at most as often as one test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.recipe import Recipe
from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.differences import CONFIDENCE, Difference, in_words, paired
from data.errors import BadInput

FIRST_LOOK = 3
"""Seeds before the first look: two give no useful interval."""
WRONG_OF_SEARCH: Mapping[int, tuple[float, float, float]] = {
    12: (0.03, 0.12, 0.17),
    30: (0.03, 0.12, 0.24),
}
"""Share of searches that end wrong, by budget: of normal and of skewed (exponential) differences,
and where one in ten lies far from the others. `docs/make_statistics.py` measures them."""


@dataclass(frozen=True)
class Search:
    """How a search over seeds ended."""

    outcome: Literal["larger", "smaller", "budget spent"]
    """Whether the difference is larger or smaller than the stated effect, or all seeds were spent
    before that was clear."""
    difference: Difference
    """Mean difference over seeds, with the interval of the last look."""
    values: tuple[float, ...]
    """Differences between workflow and control, one per seed."""


def check_search(recipe: Recipe, workflow: str, budget: int) -> None:
    """Refuse a search that cannot be run, before anything is.

    Raises:
        BadInput: The recipe has no such workflow or no control, or the budget allows no look.
    """
    if missing := [name for name in (workflow, CONTROL) if name not in recipe.workflows]:
        raise BadInput(f"{missing[0]} is no workflow of {recipe.name}: {recipe.workflows}")
    if budget < FIRST_LOOK:
        raise BadInput(f"budget is {budget}; a search needs at least {FIRST_LOOK} seeds")


def search(difference_of: Callable[[int], float], *, effect: float, budget: int) -> Search:
    """Measure seeds 0, 1, 2, .. until the interval of the mean lies on one side of the effect.

    Args:
        difference_of: Runs one seed, workflow and control, and returns their difference.
        effect: The difference that matters.
        budget: Seeds at most; see `check_search`.
    """
    values: list[float] = []
    for seed in range(budget):
        values.append(difference_of(seed))
        if len(values) < FIRST_LOOK:
            continue
        found = interval_at_look(np.array(values), look=len(values) - FIRST_LOOK + 1)
        if found.low is not None and found.low > effect:
            return Search("larger", found, tuple(values))
        if found.high is not None and found.high < effect:
            return Search("smaller", found, tuple(values))
    return Search("budget spent", found, tuple(values))


def interval_at_look(differences: NDArray[np.float64], *, look: int) -> Difference:
    """The t interval of the mean at the share of the error that this look may spend."""
    return paired(differences, at_look(look))


def at_look(look: int) -> float:
    """The confidence of a look, from 1 on: the errors of all looks sum to 1 - CONFIDENCE."""
    return 1 - (1 - CONFIDENCE) / (look * (look + 1))


def interval_words(difference: Difference) -> str:
    """Mean and interval: `+0.0123 [+0.0101, +0.0145]`; the mean alone where there is none."""
    return in_words(difference, 4, sign=True)


def promise(budget: int) -> str:
    """How often a search ends wrong; measured at the next larger budget, or at the largest."""
    measured = min((b for b in WRONG_OF_SEARCH if b >= budget), default=max(WRONG_OF_SEARCH))
    _, skewed, outlying = (f"{100 * share:.0f} %" for share in WRONG_OF_SEARCH[measured])
    return (
        f"A search says larger or smaller wrongly at most {100 * (1 - CONFIDENCE):.0f} times in "
        "100 where differences between seeds are normal. Of skewed ones "
        f"{skewed} of searches end wrong, and where one seed in ten lies far from the others "
        f"{outlying} (measured at a budget of {measured}; docs/statistics.md)."
    )
