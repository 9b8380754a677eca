"""Chains that tests run stage by stage."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record
from benchmarks.chains.staged_chain import StagedChain
from benchmarks.run import Session, run_recipe
from benchmarks.running.bench import Bench
from benchmarks.running.progress import Progress
from benchmarks.running.stage import Stages
from lightning_modules.device import Device


class Workshop:
    """Chains that share one folder of stages, and the lines they say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []

    def bench(self, chain: str = "chain") -> Bench:
        """A bench for one chain."""
        stages = Stages(self.folder / "stages", self.folder / f"{chain}.json", self.lines.append)
        return Bench(stages, Device(name="cpu"), Progress(Console(quiet=True)))

    def chain(self, recipe: Recipe, seed: int = 0, chain: str = "chain") -> StagedChain:
        """A chain of a recipe."""
        return StagedChain(recipe, seed, self.bench(chain))


def run_quietly(
    recipe: Recipe, outputs: Path, records: Path | None = None, seeds: Sequence[int] = (0,)
) -> list[Record]:
    """Run every chain of a recipe, with records beside the stages, and show nothing."""
    session = Session(
        outputs=outputs,
        records=records or outputs.parent / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    done = run_recipe(recipe, seeds, session)
    records_of_chains = [record for record in done if isinstance(record, Record)]
    assert len(records_of_chains) == len(done)
    return records_of_chains
