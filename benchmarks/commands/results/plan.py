"""What `collapse run --dry-run` and `--explain` say: every stage of a run, without running one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.commands.folders import read_together

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.paper.family import AnyRecipe
    from benchmarks.planning.stages import PlannedStage
    from lightning_modules.device import Device


def show_stages(
    recipe: "AnyRecipe",
    seeds: Sequence[int],
    outputs: Path,
    device: "Device",
    console: Console,
    *,
    costs: bool,
    reasons: bool,
) -> None:
    """Say of every stage whether it is found, would go on or would run; run nothing.

    Args:
        recipe: Recipe of the run.
        seeds: Its replicates.
        outputs: Folder of stages and checkpoints, in which finished ones are looked for.
        device: Where a run would run; its precision decides which stages are found.
        console: Where it is said.
        costs: Whether to estimate time, memory and disk.
        reasons: Whether to say why each stage is run or reused.
    """
    from benchmarks.chains.recipe import Recipe
    from benchmarks.planning.chain import planned_chain
    from benchmarks.planning.estimates import Basis
    from benchmarks.planning.words import explained, once, plan_sentence, plan_table
    from benchmarks.run import run_name

    if not isinstance(recipe, Recipe):
        console.print(
            f"the stages of {recipe.name} are known when they are run: a study has its own",
            highlight=False,
        )
        return
    basis = Basis([record for _, record in read_together(None)])
    chains = {
        run_name(arm, seed): [
            (stage, None if stage.state == "found" else basis.of(recipe, arm, *_place(stage)))
            for stage in planned_chain(recipe, arm, seed, outputs, device)
        ]
        for seed in dict.fromkeys(seeds)
        for arm in recipe.arms
    }
    planned = once(chains)
    if reasons:
        for line in explained(planned):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    if costs:
        console.print(plan_table(planned))
    sentence = plan_sentence(planned, basis.machines(recipe.digest))
    console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _place(stage: "PlannedStage") -> tuple[int, str]:
    return stage.generation, stage.kind
