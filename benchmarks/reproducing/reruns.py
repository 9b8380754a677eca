"""The reruns that the band of one seed is measured by: honest runs in other surroundings.

`reruns.csv` holds, for one recipe, every number of a committed chain and of the same recipe and
seed run again elsewhere; `docs/make_reproduction.py` writes it.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.reproducing.comparison import Reruns, Values, seed_spreads
from benchmarks.reproducing.quantities import numbers
from benchmarks.reproducing.spread import Unit
from benchmarks.running.record import Envelope

FILE = Path(__file__).parent / "reruns.csv"
_EQUAL = 1e-5
"""Difference that sums in another order make at most in a number."""
COLUMNS = (
    "digest", "surroundings", "seed", "arm", "generation", "measure", "committed", "again",
)  # fmt: skip


def read_reruns(committed: Iterable[Envelope], path: Path = FILE) -> Reruns:
    """What other surroundings were measured to add to one seed.

    A rerun that moved nothing, such as one under another version of Python, is left out: it says
    nothing of how far those move that do.

    Args:
        committed: Committed records, those of the recipe that was run again among them: the spread
            of its seeds says what a rerun adds in relation to another seed, for other recipes.
        path: File of the reruns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    differences: Values = defaultdict(lambda: defaultdict(dict))
    moved = {_unit(row) for row in rows if not _is_equal(row)}
    for row in rows:
        if (unit := _unit(row)) in moved:
            cell = (row["arm"], int(row["generation"]))
            again = float(row["again"]) - float(row["committed"])
            differences[row["measure"]][cell][unit] = again
    digest = rows[0]["digest"]
    seeds = seed_spreads([record for record in committed if record.digest == digest])
    return Reruns(digest, differences, seeds)


def _unit(row: Mapping[str, str]) -> Unit:
    return row["surroundings"], int(row["seed"])


def _is_equal(row: Mapping[str, str]) -> bool:
    return math.isclose(
        float(row["again"]), float(row["committed"]), rel_tol=_EQUAL, abs_tol=_EQUAL
    )


def write_reruns(
    reruns: Mapping[str, Iterable[Envelope]], committed: Iterable[Envelope], path: Path = FILE
) -> None:
    """Write the numbers of reruns beside those of the committed chains.

    Args:
        reruns: Reruns of chains of one recipe, by what was other in their surroundings.
        committed: The committed chains.
        path: File to write.
    """
    chains = {(record.digest, record.arm, record.seed): record for record in committed}
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for surroundings, records in reruns.items():
            for record in records:
                there = numbers(chains[record.digest, record.arm, record.seed])
                run = (record.digest, surroundings, record.seed, record.arm)
                for place, number in numbers(record).items():
                    if place in there:
                        values = (f"{there[place].value:.7g}", f"{number.value:.7g}")
                        rows.writerow((*run, place.generation, place.measure, *values))
