"""What stages that are not there will cost: from records of the recipe, or scaled from others.

Time and memory are those of the machine that made the records, which the plan names; disk is
arithmetic: weights in 32 bits, and the text and token ids of corpora.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from benchmarks.chains.cost import parameters
from benchmarks.chains.recipe import Recipe, read_recipe
from benchmarks.chains.record import Record
from benchmarks.downstream.questions import searched_sets
from benchmarks.running.record import Envelope, StageFacts, StudyRecord

_BYTES_OF_WEIGHT = 4
_BYTES_OF_TEXT_TOKEN = 8.5
"""Bytes of a token in a corpus: some 4.5 of its text, and 4 of its number."""
_WITH_MODEL = (
    "fit", "base", "sample", "write", "evaluate", "edit", "rewrite", "judge", "downstream",
)  # fmt: skip
"""Kinds of stages whose time grows with the model as well as with the text."""
_WITH_TEXT = (
    "prepare", "sample", "written", "edit", "rewrite", "write", "select", "reencode", "base_text",
)  # fmt: skip
"""Kinds of stages that leave a corpus on the disk."""


@dataclass(frozen=True)
class Estimate:
    """What one stage will cost."""

    seconds: float
    memory_bytes: float
    """Largest resident size of a process by the end of the stage."""
    disk_bytes: float
    measured: bool
    """Whether time and memory are on record for this recipe, and not those of another one, scaled,
    or of another arm of a study."""


@dataclass(frozen=True)
class Basis:
    """Records that estimates are taken from."""

    records: Sequence[Envelope]

    def of(self, recipe: Recipe, arm: str, generation: int, kind: str) -> Estimate | None:
        """What a stage will cost; None where no stage of the kind is on record.

        Args:
            recipe: Recipe of the chain.
            arm: Its workflow.
            generation: Generation that the stage is of.
            kind: Kind of the stage.
        """
        mine = self._facts(recipe.digest, kind, generation, arm)
        mine = mine or self._facts(recipe.digest, kind, generation)
        if mine:
            return _estimate(mine, 1.0, _disk(recipe, generation, kind), measured=True)
        for other in self._others:
            facts = self._facts(other.digest, kind, min(generation, other.generations))
            work, done = (_work(one, generation, kind) for one in (recipe, other))
            if facts and work and done:
                scale = work / done
                disk = _disk(recipe, generation, kind)
                return _estimate(facts, scale, disk, measured=False)
        return None

    def of_study(self, digest: str, arm: str, kind: str) -> Estimate | None:
        """What a stage of a study will cost; None where no record of the study has the stage.

        Nothing is scaled: what decides the time of its stages is each study's own. They leave no
        more on the disk than the facts that their record holds.

        Args:
            digest: Digest of the study's recipe.
            arm: Its arm; another arm stands in for one that is on no record.
            kind: Kind of the stage.
        """
        studies = [one for one in self.records if isinstance(one, StudyRecord)]
        mine = [one for one in studies if one.digest == digest and kind in one.stages]
        own = [one for one in mine if one.arm == arm]
        mine = own or mine
        if not mine:
            return None
        disk = median(len(one.model_dump_json()) / len(one.stages) for one in mine)
        return _estimate([one.stages[kind] for one in mine], 1.0, disk, measured=bool(own))

    @cached_property
    def _others(self) -> list[Recipe]:
        """Recipes of chains on record, those with the most chains first."""
        chains = [record for record in self.records if isinstance(record, Record)]
        counted: dict[str, list[Record]] = {}
        for record in chains:
            counted.setdefault(record.digest, []).append(record)
        largest = sorted(counted.values(), key=len, reverse=True)
        return [read_recipe(records[0].recipe) for records in largest]

    def machines(self, digest: str) -> str:
        """The machines of the records of a recipe, in words; empty where there are none."""
        found = {
            f"{one.hardware.device}, {one.hardware.threads} threads"
            for one in self.records
            if one.digest == digest
        }
        return " and ".join(sorted(found))

    def _facts(
        self, digest: str, kind: str, generation: int, arm: str | None = None
    ) -> list[StageFacts]:
        return [
            stages[kind]
            for record in self.records
            if record.digest == digest and arm in (None, record.arm)
            for stages in _stages(record, generation)
            if kind in stages
        ]


def _stages(record: Envelope, generation: int) -> Iterable[dict[str, StageFacts]]:
    if isinstance(record, Record):
        yield record.generations[min(generation, len(record.generations) - 1)].stages
    elif isinstance(record, StudyRecord):
        yield record.stages


def _estimate(
    facts: Sequence[StageFacts], scale: float, disk: float, *, measured: bool
) -> Estimate:
    return Estimate(
        seconds=scale * median(one.seconds for one in facts),
        memory_bytes=median(one.peak_memory_bytes for one in facts),
        disk_bytes=disk,
        measured=measured,
    )


def _work(recipe: Recipe, generation: int, kind: str) -> float:
    """How much work a stage is, in numbers that grow as its time does; 0 where nobody knows."""
    tokens = _items(recipe) if kind == "downstream" else _tokens(recipe, generation, kind)
    return tokens * (parameters(recipe.model) if kind in _WITH_MODEL else 1)


def _items(recipe: Recipe) -> int:
    """Items of downstream tasks that are asked; 0 where the number of a task's items is unknown."""
    limit, sets = recipe.downstream_limit, searched_sets(recipe.downstream)
    if limit is None and len(sets) < len(recipe.downstream):
        return 0
    most = [sets[task].items if task in sets else limit for task in recipe.downstream]
    return sum(min(n, n if limit is None else limit) for n in most if n is not None)


def _tokens(recipe: Recipe, generation: int, kind: str) -> float:
    human = recipe.human
    if kind == "prepare":
        return human.first_tokens + recipe.generations * human.generation_tokens
    if kind == "write":
        return recipe.evaluation.sample_tokens
    return human.generation_tokens if generation else human.first_tokens


def _disk(recipe: Recipe, generation: int, kind: str) -> float:
    weights = _BYTES_OF_WEIGHT * parameters(recipe.model) if kind in ("fit", "base") else 0
    text = _tokens(recipe, generation, kind) if kind in _WITH_TEXT else 0
    return weights + _BYTES_OF_TEXT_TOKEN * text
