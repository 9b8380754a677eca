"""Records and documents in any number, planted to measure what they cost; no result of any run."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Generation, Record, read_records
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.running.record import write_record

_COMMITTED = Path(__file__).parents[1] / "records"
_VOCABULARY = 30_000
_SHORT = (6, 15)
"""Number of words of a short document: from the first to below the second."""
_ZIPF = 1.3


def plant_records(folder: Path, n: int) -> None:
    """Write valid records of `n` chains: those of `smoke`, again and again as other recipes.

    Each copy of the recipe has another rate of learning and other stages, so that it is a track of
    its own, as records of other people are.
    """
    recipe = smoke()
    originals = read_records_of(f"{recipe.name}-{recipe.digest}")
    for place in range(n):
        copy, which = divmod(place, len(originals))
        write_record(_as_another(originals[which], copy), folder)


def read_records_of(name: str) -> list[Record]:
    """The committed records of one recipe, given as the name of its folder."""
    return [r for r in read_records(_COMMITTED) if f"{r.recipe['name']}-{r.digest}" == name]


def _as_another(record: Record, copy: int) -> Record:
    fit = dict(record.recipe["fit"])
    fit["learning_rate"] *= 1 + copy / 1000
    recipe = {**record.recipe, "name": f"planted_{copy}", "fit": fit}
    update: dict[str, Any] = {
        "recipe": recipe,
        "digest": recipe_digest(recipe),
        "generations": [_with_other_stages(g, copy) for g in record.generations],
        "content": None,
    }
    return record.model_copy(update=update)


def _with_other_stages(generation: Generation, copy: int) -> Generation:
    stages = {
        kind: facts.model_copy(update={"digest": _other_digest(facts.digest, copy)})
        for kind, facts in generation.stages.items()
    }
    return generation.model_copy(update={"stages": stages})


def _other_digest(digest: str, copy: int) -> str:
    return hashlib.sha256(f"{digest} {copy}".encode()).hexdigest()[: len(digest)]


def plant_documents(path: Path, n: int, rng: np.random.Generator) -> None:
    """Write `n` documents of 6 to 14 words, which follow Zipf's law, as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for words in _words(n, rng):
            file.write(json.dumps({"text": " ".join(words)}) + "\n")


def _words(n: int, rng: np.random.Generator) -> Iterator[list[str]]:
    for length in rng.integers(*_SHORT, size=n):
        ranks = np.minimum(rng.zipf(_ZIPF, size=length), _VOCABULARY)
        yield [f"w{rank}" for rank in ranks]
