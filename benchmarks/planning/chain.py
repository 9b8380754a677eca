"""A chain that is walked through without a stage being run."""

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from benchmarks.chains.chain import run_chain
from benchmarks.chains.corpus_file import CorpusFile
from benchmarks.chains.inputs import check_inputs
from benchmarks.chains.models import packaged_model
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.staged_chain import StagedChain
from benchmarks.chains.starting import Origin, find_origin
from benchmarks.planning.stages import PlannedStage, PlannedStages
from benchmarks.running.bench import Bench
from benchmarks.running.progress import Progress
from benchmarks.running.stage import Stage
from data.sources.packaged_prior import PACKAGED_PRIORS
from data.workflow import Workflow, label
from lightning_modules.device import Device


def planned_chain(
    recipe: Recipe, workflow: Workflow, seed: int, outputs: Path, device: Device
) -> list[PlannedStage]:
    """The stages of one chain in the order in which a run comes to them, each once.

    Args:
        recipe: Recipe of the chain.
        workflow: One of its workflows.
        seed: Replicate.
        outputs: Folder of stages and checkpoints, in which finished ones are looked for.
        device: Where a run would run; its precision decides which stages are found.

    Raises:
        BadInput: The recipe cannot be run: a text, a task or a model is not here.
    """
    check_inputs(recipe)
    name = f"{recipe.name}-{label(workflow)}-seed{seed}"
    facts = {
        "tokens": 1,
        "documents": 1,
        "has_prompts": recipe.has_prompts,
        "shared": {},
        "shared_by_base": {},
        "shared_by_human": {},
        "searched": {},
    }
    stages = PlannedStages(outputs / "stages", outputs / "chains" / f"{name}.json", facts)
    bench = Bench(stages, device, Progress(Console(quiet=True)))
    run_chain(PlannedChain(recipe, seed, bench), workflow)
    return list(stages.planned.values())


class PlannedChain(StagedChain):
    """The chain whose stages are looked for: what a run records is not asked for."""

    @cached_property
    def origin(self) -> Origin:
        """The model that the first fit begins with; one that is not unpacked yet is not opened."""
        name = self.recipe.checkpoint
        if name in PACKAGED_PRIORS:
            stage = packaged_model(self.bench, name, 0)
            if not stage.reused:
                return Origin(stage.file("model"))
        return find_origin(self.bench, self.recipe)

    def measure(self, model: Stage, corpus: tuple[CorpusFile, ...], *, generation: int) -> Any:
        """Look for the stages that measure a model; give what a paired workflow asks for."""
        self.evaluated_stage(model, self._written_to_measure(model, generation), generation)
        if self.recipe.executes:
            written = self._written_to_measure(model, generation)
            self.executed_stage(corpus, written, generation)
        if self.recipe.rewarding is not None:
            written = self._written_to_measure(model, generation)
            self.rewarded_stage(corpus, written, generation)
        self.scoring_stage(model, generation)
        edits = [part.facts["edit"] for part in corpus if "edit" in part.facts]
        edit = {name: edits[0][name] if edits else 0 for name in ("changed", "tokens")}
        return SimpleNamespace(corpus=SimpleNamespace(edit=SimpleNamespace(**edit)))

    def corpus_facts(self, corpus: tuple[CorpusFile, ...], generation: int) -> Any:
        """Look for the stages that look at a corpus."""
        self.checked_stage(corpus, generation)
        if self.recipe.judging is not None:
            self.judged_stage(corpus, self.recipe.judging, generation)
