"""Makes what docs/reproduction.md rests on: honest reruns, planted runs, and the tables of them.

`python docs/make_reproduction.py run CASE SEED FOLDER WORKFLOW...` runs chains of `smoke` with
something planted in them (`honest`: nothing), and leaves their records in FOLDER. The planted ones
are kept in docs/reproduction/CASE; they are no records of the project, whatever they say inside.
`... reruns "2 threads=FOLDER" ...` writes `benchmarks/reproducing/reruns.csv` from honest ones.
Without an argument it writes the blocks of the page; a test compares them.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from tabulate import tabulate

from benchmarks import run as flow
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, read_records
from benchmarks.families.catalogue import read_all
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.reproducing.committed import COMMITTED
from benchmarks.reproducing.comparison import Comparison, compare
from benchmarks.reproducing.reruns import read_reruns, write_reruns
from benchmarks.running.progress import Progress
from benchmarks.running.record import Envelope
from data.editing import SHARE
from data.files import home
from data.workflow import METHODS, Materials, Method
from lightning_modules.device import Device
from lightning_modules.trainer import quiet

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "reproduction.md"
PLANTED = {
    "temperature": "edits drawn at temperature 1.5 in place of 1",
    "left_out": "the corpus of generation 2 is not made: that of generation 1 is learned again",
    "twice_rate": "twice the learning rate from generation 1 on",
}
"""Planted runs by the name of their folder."""


def planted(case: str) -> Recipe:
    """The recipe `smoke` with something other in it; left-out corpora are planted elsewhere."""
    recipe = smoke()
    if case == "temperature":
        return replace(recipe, edit_rule=replace(SHARE, temperature=1.5))
    if case == "twice_rate":
        fit = replace(recipe.fit, learning_rate=2 * recipe.fit.learning_rate)
        return replace(recipe, fit=fit)
    return recipe


def without_a_generation(method: Method) -> Method:
    """The method, which at generation 2 gives the corpus of generation 1 again."""

    def made(materials: Materials[object]) -> tuple[object, ...]:
        again = getattr(materials, "generation", 0) == 2
        return materials.previous if again else method(materials)

    return made


def run(case: str, seed: int, folder: Path, workflows: Sequence[str]) -> None:
    """Run chains of a case, and write their records."""
    quiet()
    if case == "left_out":
        for name in workflows:
            METHODS[name] = without_a_generation(METHODS[name])  # type: ignore[index]
    recipe = replace(planted(case), workflows=tuple(workflows))
    session = flow.Session(
        outputs=home(),
        records=folder,
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    flow.run_recipe(recipe, [seed], session)


def loaded(folder: Path) -> list[Record]:
    """The records in a folder of chains, or of recipes, as they stand."""
    files = sorted(folder.glob("*.json")) or sorted(folder.glob("*/*.json"))
    return [Record.model_validate_json(path.read_text(encoding="utf-8")) for path in files]


def planted_table(committed: Sequence[Envelope]) -> str:
    """What is said of every planted chain, with its seed on record and without."""
    chains = [one for one in committed if one.digest == smoke().digest]
    reruns = read_reruns(committed)
    body = []
    for case, words in PLANTED.items():
        for record in loaded(DOCS / "reproduction" / case):
            others = [one for one in chains if one.seed != record.seed]
            for known, against in ((chains, "its own seed"), (others, "four other seeds")):
                (one,) = compare([record], known, reruns).comparisons
                body.append([words, f"`{record.workflow}`", against, *_cells(one)])
    return _table(["planted", "chain", "held against", "verdict", "left at", "by"], body)


def honest_table(committed: Sequence[Envelope]) -> str:
    """Seeds on record held against the others of their recipe, recipe by recipe."""
    reruns = read_reruns(committed)
    by_recipe: dict[str, list[Envelope]] = {}
    for record in committed:
        by_recipe.setdefault(f"{record.recipe['name']}-{record.digest}", []).append(record)
    body = []
    for name, records in by_recipe.items():
        seeds = sorted({one.seed for one in records})
        if len(seeds) < 3:
            continue
        inside = sum(
            bool(compare([r for r in records if r.seed == k],
                         [r for r in records if r.seed != k], reruns).verdict)
            for k in seeds
        )  # fmt: skip
        body.append([name, len(seeds) - 1, f"{inside} of {len(seeds)}"])
    total = sum(int(row[2].split(" of ")[0]) for row in body)
    of = sum(int(row[2].split(" of ")[1]) for row in body)
    body.append(["all", "", f"{total} of {of} ({100 * total / of:.1f} %)"])
    return _table(["recipe", "other seeds", "seeds inside"], body)


def reruns_table(committed: Sequence[Envelope]) -> str:
    """How far honest reruns of one seed lie from the committed chain, by surroundings."""
    reruns = read_reruns(committed)
    names = {"held_out/bits_per_byte/none 1": 0, "rise of held_out/bits_per_byte/none 1": 0}
    largest: dict[str, list[float]] = {}
    chains: dict[str, set[tuple[str, int]]] = {}
    for column, name in enumerate(names):
        for (arm, _), units in reruns.differences[name].items():
            for (kind, seed), value in units.items():
                found = largest.setdefault(kind, [0.0, 0.0])
                found[column] = max(found[column], abs(value))
                chains.setdefault(kind, set()).add((arm, seed))
    body = [
        [kind, len(chains[kind]), len({seed for _, seed in chains[kind]})]
        + [f"{value:.5f}" for value in values]
        for kind, values in largest.items()
    ]
    head = ["other than on record", "chains", "seeds", "generation 0", "rise over generation 0"]
    return _table(head, body)


def _cells(one: Comparison) -> list[str]:
    if one.reproduced:
        return ["inside", "", ""]
    at = [number for number in one.outside if number.place.generation == one.left_at]
    worst = max(at, key=lambda number: abs(number.amount) / number.band, default=None)
    said = (
        "" if worst is None else f"{worst.place.name} {worst.amount:+.4f} (band {worst.band:.4f})"
    )
    return ["**outside**", f"generation {one.left_at}", said]


def _table(headers: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    return str(tabulate(body, headers, tablefmt="github", disable_numparse=True))


BLOCKS: dict[str, Callable[[Sequence[Envelope]], str]] = {
    "planted": planted_table,
    "honest": honest_table,
    "reruns": reruns_table,
}


def filled(text: str, committed: Sequence[Envelope]) -> str:
    """The page with its blocks as they should be."""
    for name, make in BLOCKS.items():
        before, rest = re.split(rf"(?<=<!-- {name} -->\n)", text, maxsplit=1)
        text = before + make(committed) + "\n" + rest[rest.index(f"<!-- /{name} -->") :]
    return text


def main(arguments: Sequence[str]) -> Iterator[str]:
    """Do what the arguments ask for; say what was written."""
    match arguments:
        case ["run", case, seed, folder, *workflows]:
            run(case, int(seed), Path(folder), workflows)
            yield folder
        case ["reruns", *named]:
            folders = dict(one.split("=") for one in named)
            found = {name: loaded(Path(folder)) for name, folder in folders.items()}
            write_reruns(found, read_records(COMMITTED))
            yield "reruns.csv"
        case _:
            PAGE.write_text(filled(PAGE.read_text("utf-8"), read_all(COMMITTED)), "utf-8")
            yield str(PAGE)


if __name__ == "__main__":
    for line in main(sys.argv[1:]):
        Console().print(line)
