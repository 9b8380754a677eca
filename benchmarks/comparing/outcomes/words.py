"""What becomes of a chain, in a word: collapses; rises, then flattens; level; undecided.

Two numbers of each method decide, paired by seed with `fresh_human` of the same study: the *excess*
of held-out loss at the last generation, and its *growth*, the least-squares slope of the excess
over the second half of the later generations.

| word                  | excess           | growth, bits per byte and generation |
|-----------------------|------------------|--------------------------------------|
| collapses             | above the margin | above the margin                     |
| rises, then flattens  | above the margin | below the margin                     |
| level                 | below the margin | below the margin                     |
| undecided             | anything else: one is not shown, or a small excess is growing |

Both are decided by one-sided t tests in both directions (`decisions.decide_all`). Holm's correction
over all tests of a study keeps one promise for it: at most 5 % of studies hold any wrong word, if
differences over seeds are normal. A chain with fewer than three seeds, or with fewer than two
generations after the first, can show no growth and gets no test: it is undecided, and costs the
others nothing. "Level" says that the excess is small and stays so, and not that it is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.decisions import Place, Region, decide_all, sides
from benchmarks.comparing.differences import Difference, paired

Floats = NDArray[np.float64]
Word = Literal["collapses", "rises, then flattens", "level", "undecided"]

EXCESS = Region(above=0.01)
"""Excess at the last generation, in bits per byte, that counts as a rise: a tenth of what learning
nothing but samples costs in three to five generations. The same as "alike" in the claims."""
GROWTH = Region(above=0.002)
"""Growth, in bits per byte and generation, that counts as going on: a tenth of that of learning
nothing but samples. The same as "level" in the claims."""
LEAST_SEEDS = 3
"""Fewer seeds decide nothing."""
WRONG_OF_SKEWED = 0.31
"""Largest measured share of tables of fifteen methods with a wrong word where differences are
skewed (exponential), which breaks the promise. `docs/make_statistics.py` measures it."""
_RISE, _STEP = f"{EXCESS.above:g}", f"{GROWTH.above:g}"
WORDS: dict[Word, str] = {
    "collapses": f"its loss rose by more than {_RISE} bits per byte, and by more than {_STEP} a "
    "generation at the end",
    "rises, then flattens": f"its loss rose by more than {_RISE} bits per byte, and by less than "
    f"{_STEP} a generation at the end, if at all",
    "level": f"its loss rose by less than {_RISE} bits per byte, and by less than {_STEP} a "
    "generation at the end, if at all",
    "undecided": "these seeds and generations do not show which; in brackets what they do show",
}
"""What each word says of a chain beside new human text, in the order of a table."""
_SMALL, _SLOW = f"rose by less than {_RISE}", f"rises by less than {_STEP}"
_SHOWN: dict[tuple[Place, Place], tuple[Word, str, str]] = {
    ("inside", "inside"): ("collapses", "", ""),
    ("inside", "outside"): ("rises, then flattens", "", ""),
    ("outside", "outside"): ("level", "", ""),
    ("outside", "inside"): ("undecided", "growing", "the excess is small, but growing"),
    ("inside", "open"): ("undecided", "rose", "it rose; whether it still does is open"),
    ("outside", "open"): ("undecided", _SMALL, f"it {_SMALL}; whether it begins to rise is open"),
    ("open", "inside"): ("undecided", "rising", "it is rising; whether by much is open"),
    ("open", "outside"): ("undecided", _SLOW, f"it {_SLOW}; whether it rose before is open"),
    ("open", "open"): ("undecided", "", "neither rise nor growth is shown or excluded"),
}
"""For where excess and growth were shown to lie: the word, what is shown, and what is missing."""


@dataclass(frozen=True)
class Outcome:
    """What became of the chains of one method, and the numbers that decide."""

    word: Word
    shown: str
    """Of `undecided`, what is shown nevertheless: `rose`, `rising`; empty where nothing is."""
    why: str
    """What is missing for another word than `undecided`; empty for the others."""
    excess: Difference
    """Excess over the control at the last generation, with its t interval over seeds."""
    growth: Difference | None
    """Growth of the excess a generation, over the second half; None where generations are too
    few."""

    @property
    def label(self) -> str:
        """The word, with what is shown of `undecided`: `undecided (rose)`."""
        return f"{self.word} ({self.shown})" if self.shown else self.word


def growths(excesses: Floats) -> Floats | None:
    """Slope of the excess over the second half of the later generations, one for each seed.

    Args:
        excesses: Excess of each chain by generation from 0, shape (seeds, generations).

    Returns:
        Shape (seeds,); None with fewer than two generations after the first.
    """
    last = excesses.shape[1] - 1
    if last < 2:
        return None
    half = np.arange((last + 1) // 2, last + 1)
    slopes: Floats = np.polyfit(half, excesses[:, half].T, 1)[0]
    return slopes


def outcomes(studied: Sequence[Floats]) -> list[Outcome]:
    """What became of every method of a study, decided together.

    Args:
        studied: For each method its excess over the control, paired by seed, of shape (seeds,
            generations).
    """
    slopes = [growths(excesses) for excesses in studied]
    tested = [
        place
        for place, found in enumerate(slopes)
        if found is not None and len(found) >= LEAST_SEEDS
    ]
    pairs = [(studied[place][:, -1], slopes[place]) for place in tested]
    tests = [
        sides(values, region)
        for excess, growth in pairs
        if growth is not None
        for values, region in ((excess, EXCESS), (growth, GROWTH))
    ]
    decided = [decision.place for decision in decide_all(tests)]
    places = dict(zip(tested, zip(decided[::2], decided[1::2], strict=True), strict=True))
    return [
        _outcome(excesses, slopes[place], places.get(place))
        for place, excesses in enumerate(studied)
    ]


def _outcome(
    excesses: Floats, slopes: Floats | None, places: tuple[Place, Place] | None
) -> Outcome:
    found: tuple[Word, str, str] = "undecided", "", f"fewer than {LEAST_SEEDS} seeds decide nothing"
    if slopes is None:
        found = "undecided", "", "one generation shows no growth"
    if places is not None:
        found = _SHOWN[places]
    growth = None if slopes is None else paired(slopes)
    return Outcome(*found, paired(excesses[:, -1]), growth)
