"""Writes the table of docs/claims.md: how often a ledger is wrong where there is no effect.

Run `python docs/make_ledgers.py` when claims, their rules or the corrections have changed; it
judges `LEDGERS` planted ledgers for each law of seeds, which takes about ten minutes.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from tabulate import tabulate

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.make_statistics import filled  # noqa: E402
from tests.support.ledgers import TESTED, false_decisions  # noqa: E402
from tests.support.planted import NOTHING, Draw, World, normal  # noqa: E402

PAGE = ROOT / "docs" / "claims.md"
LEDGERS = 300
OUTLYING = 0.1
"""Share of chains with `TIMES` the spread of others, in the last law."""
TIMES = 10.0

LAWS: Mapping[str, Draw] = {
    "normal": normal,
    "t with 3 degrees of freedom": lambda rng, n: rng.standard_t(3, n) / np.sqrt(3.0),
    "exponential": lambda rng, n: rng.exponential(size=n) - 1.0,
    "of two values": lambda rng, n: rng.choice([-1.0, 1.0], n),
    "normal, one in ten with ten times the spread": lambda rng, n: (
        rng.normal(size=n)
        * np.where(rng.random(n) < OUTLYING, TIMES, 1.0)
        / np.sqrt(1 - OUTLYING + OUTLYING * TIMES**2)
    ),
}
"""Laws of a chain's noise, with mean 0 and a standard deviation of 1."""
COMPARED = frozenset(
    {"same_human", "fresh_human", "edit_random", "edit_random_previous", "replace"}
)
"""Workflows that others are held against."""
WORLDS: Mapping[str, World] = {
    **{name: replace(NOTHING, law=law) for name, law in LAWS.items()},
    "exponential, without noise in what others are held against": replace(
        NOTHING, law=LAWS["exponential"], quiet=COMPARED
    ),
}
"""Worlds without effects; in the last one differences are as skewed as the law of a chain, in all
others they are differences of two chains of one law, which is symmetric."""


def rows() -> Iterator[tuple[str, str, str]]:
    """Each world with the shares of ledgers that hold any false decision."""
    for number, (name, world) in enumerate(WORLDS.items()):
        found = [false_decisions(world, key, 8, number) for key in range(LEDGERS)]
        alone = sum(one.alone > 0 for one in found) / LEDGERS
        corrected = sum(one.corrected > 0 for one in found) / LEDGERS
        yield name, f"{alone:.2f}", f"{corrected:.3f}"


def block() -> str:
    """The table, with what it is about."""
    headers = ("seeds are", "each claim alone", "after correction")
    table = tabulate(list(rows()), headers, tablefmt="github", disable_numparse=True)
    return (
        f"{table}\n\n*{LEDGERS} ledgers of {len(TESTED)} tested claims each; the noise of a chain "
        f"has a standard deviation of {NOTHING.noise:g} bits per byte.*"
    )


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, {"ledgers": block()}), encoding="utf-8")
