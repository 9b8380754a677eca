"""The reruns that the band of one seed is measured by: honest runs in other surroundings.

`reruns.csv` holds, for one recipe, every number of a committed chain and of the same recipe and
seed run again elsewhere; `docs/make_reproduction.py` writes it.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.reproducing.comparison import Reruns, Values, seed_spreads
from benchmarks.reproducing.quantities import numbers
from benchmarks.running.record import Envelope

FILE = Path(__file__).parent / "reruns.csv"
COLUMNS = (
    "digest", "surroundings", "seed", "arm", "generation", "measure", "committed", "again",
)  # fmt: skip


def read_reruns(committed: Iterable[Envelope], path: Path = FILE) -> Reruns:
    """What other surroundings were measured to add to one seed.

    Args:
        committed: Committed records, those of the recipe that was run again among them: the spread
            of its seeds says what a rerun adds in relation to another seed, for other recipes.
        path: File of the reruns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    differences: Values = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        cell, unit = (row["arm"], int(row["generation"])), (row["surroundings"], int(row["seed"]))
        again = float(row["again"]) - float(row["committed"])
        differences[row["measure"]][cell][unit] = again
    digest = rows[0]["digest"]
    seeds = seed_spreads([record for record in committed if record.digest == digest])
    return Reruns(digest, differences, seeds)


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
