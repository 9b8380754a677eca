"""How often a table of words is wrong, and how often it finds the right ones.

Tables of chains whose truth is known are drawn and given to `words.outcomes`.
`docs/make_statistics.py` writes the rows into docs/statistics.md.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.outcomes.words import EXCESS, GROWTH, Word, outcomes
from benchmarks.comparing.simulations import LAWS, Draw, Row
from data.randomness import Purpose, stream

Floats = NDArray[np.float64]
Path = tuple[float, ...]

NOISE = 0.004
"""Standard deviation of the excess of one chain at one generation, in bits per byte; about that of
the committed records."""
_EDGE, _STEP = EXCESS.above or 0.0, GROWTH.above or 0.0
_EDGES: Path = tuple(_EDGE + _STEP * (generation - 5) for generation in range(6))
_ROSE: Path = (0.0, 0.02, 0.04, *(0.06 + _STEP * later for later in range(3)))
_FALLS: Path = (0.0, 0.05, 0.05, 0.05, 0.03, _EDGE)
_UP: Path = tuple(0.02 * generation for generation in range(6))
_FLAT: Path = (0.0, 0.03, 0.035, 0.035, 0.035, 0.035)
_LEVEL: Path = (0.0,) * 6
TABLES: Mapping[str, Sequence[tuple[Path, Word]]] = {
    "15 at both margins": [(_EDGES, "undecided")] * 15,
    "15 rose, growth at the margin": [(_ROSE, "undecided")] * 15,
    "15 fall to the margin": [(_FALLS, "undecided")] * 15,
    "5 collapse, 5 flatten, 5 level": [
        (_UP, "collapses"),
        (_FLAT, "rises, then flattens"),
        (_LEVEL, "level"),
    ]
    * 5,
}
"""True excess by generation of each method of a table, and the word that is true of it.

A word needs two tests. At both margins both must err; where one number is far from its margin the
other alone can make a word wrong, which is the worst that can be.
"""
SEEDS = (3, 5, 10, 20)
_LAWS = ("normal", "skewed (exponential)")
_FOUND = ("collapses", "rises, then flattens", "level")


def rate_rows(n_studies: int, seed: int = 0) -> list[Row]:
    """Share of tables with any wrong word, and of methods that get the word that is true.

    `undecided` is never wrong.
    """
    rows: list[Row] = []
    for (name, methods), law, n in product(TABLES.items(), _LAWS, SEEDS):
        rng = stream(seed, Purpose.CALIBRATION, "words", name, law, n)
        tables = [_drawn(methods, LAWS[law], n, rng) for _ in range(n_studies)]
        row: Row = {"table": name, "differences": law, "seeds": n}
        row["any wrong"] = fmean(any(_is_wrong(*pair) for pair in table) for table in tables)
        for word in _FOUND:
            got = [found == word for table in tables for found, true in table if true == word]
            row[word] = fmean(got) if got else ""
        rows.append(row)
    return rows


def _drawn(
    methods: Sequence[tuple[Path, Word]], draw: Draw, n_seeds: int, rng: np.random.Generator
) -> list[tuple[Word, Word]]:
    """The word that each method of one table gets, and the one that is true of it."""
    shape = (len(methods), n_seeds, len(methods[0][0]))
    noise = NOISE * draw(rng, int(np.prod(shape))).reshape(shape)
    studied = [np.array(path) + mine for (path, _), mine in zip(methods, noise, strict=True)]
    found = outcomes(studied)
    return [(one.word, true) for one, (_, true) in zip(found, methods, strict=True)]


def _is_wrong(found: Word, true: Word) -> bool:
    return found not in ("undecided", true)
