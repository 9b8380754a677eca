"""Stages that are looked for and not run, and stand-ins for what they would find."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.running.stage import Stage, Stages, Work, address_of, read_manifest

State = Literal["found", "runs on", "runs"]
_PARTS = ("first", "source", "held_out")


@dataclass(frozen=True)
class PlannedStage:
    """A stage that a run would find or run."""

    label: str
    """Where in its chain it stands, such as `generation 1`."""
    kind: str
    state: State
    why: str
    """Why it is run or reused."""
    folder: Path
    """Where it is or would be."""

    @property
    def generation(self) -> int:
        """Generation that it belongs to."""
        return int(self.label.rsplit(" ", 1)[1])


class StandInFacts(dict[str, Any]):
    """Facts of a stage that has not been run; 0 where nobody knows.

    What they decide in the address of a later stage is therefore wrong, and does not matter: a
    stage that rests on one that is not there is not there either.
    """

    def __missing__(self, key: str) -> Any:
        return 0


class PlannedStages(Stages):
    """Looks for the stages of one chain below a folder, and runs none.

    Args:
        root: Folder of all stages of all chains.
        chain: File that remembers which folder each label of the chain had the last time.
        facts: Facts that stand in for those of stages that are not there, beside sizes.
    """

    def __init__(self, root: Path, chain: Path, facts: Mapping[str, Any]) -> None:
        super().__init__(root, chain, _nobody)
        self.stand_in = facts
        self.planned: dict[Path, PlannedStage] = {}
        """Stages by their folder, in the order in which a run would come to them."""

    def run(
        self,
        label: str,
        kind: str,
        *,
        arguments: Mapping[str, Any],
        code: Mapping[str, str],
        work: Work,
    ) -> Stage:
        """The finished stage of this description, or one that stands in for it."""
        address = address_of(kind, arguments, code)
        folder = self.folder(address)
        found = folder.exists()
        state: State = "found" if found else "runs on" if self.was_interrupted(address) else "runs"
        why = self.why(f"{label} {kind}", address)
        self.planned.setdefault(folder, PlannedStage(label, kind, state, why, folder))
        if found:
            return Stage(folder, read_manifest(folder), reused=True)
        facts = self.unknown_facts(label, kind, arguments)
        files = {"model/model.safetensors": folder.name}
        return Stage(folder, {**address, "facts": facts, "files": files}, reused=False)

    def unknown_facts(
        self, label: str, kind: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What stands in for the facts of a stage that has not been run."""
        facts = StandInFacts(self.stand_in)
        if kind in ("prepare", "base_text"):
            facts["parts"] = _parts(arguments)
        return facts

    def beside(self, name: str) -> "PlannedStages":
        """Stages of another chain, which are planned together with these."""
        chain = self.chain.with_name(f"{self.chain.stem}-{name}{self.chain.suffix}")
        other = PlannedStages(self.root, chain, self.stand_in)
        other.planned = self.planned
        return other


def _parts(arguments: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Stand-ins for the parts of a human text that has not been divided."""
    fresh = [f"fresh_{n}" for n in range(1, int(arguments["generations"]) + 1)]
    return {name: {"tokens": 1, "documents": 1} for name in (*_PARTS, *fresh)}


def _nobody(line: str) -> None:
    """Hear what a stage says, and tell nobody."""
