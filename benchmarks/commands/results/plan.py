"""What `collapse run --dry-run` and `--explain` say: every stage of a run, without running one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.commands.folders import read_together

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.paper.family import AnyRecipe
    from benchmarks.planning.estimates import Basis, Estimate
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
    from benchmarks.planning.estimates import Basis
    from benchmarks.planning.words import (
        explained,
        once,
        plan_sentence,
        plan_table,
        unknown_stages,
    )
    from benchmarks.run import run_name

    basis = Basis([record for _, record in read_together(None)])
    chains: dict[str, list[tuple[PlannedStage, Estimate | None]]] = {}
    unknown: dict[str, str | None] = {}
    for seed in dict.fromkeys(seeds):
        for arm in recipe.arms:
            name = run_name(arm, seed)
            stages, unknown[name] = _stages(recipe, arm, seed, outputs, device)
            chains[name] = [(stage, _cost(basis, recipe, arm, stage)) for stage in stages]
    planned = once(chains)
    if reasons:
        for line in explained(planned):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    if costs:
        console.print(plan_table(planned))
    sentence = plan_sentence(planned, basis.machines(recipe.digest))
    reckoned = [] if isinstance(recipe, Recipe) else [recipe.reckoned(seeds)]
    for line in (*unknown_stages(unknown), sentence, *filter(None, reckoned)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _stages(
    recipe: "AnyRecipe", arm: str, seed: int, outputs: Path, device: "Device"
) -> tuple[list["PlannedStage"], str | None]:
    """The stages of one run, and the one whose result decides what follows, if they depend."""
    from benchmarks.chains.recipe import Recipe
    from benchmarks.planning.chain import planned_chain
    from benchmarks.planning.study import planned_study

    if isinstance(recipe, Recipe):
        return planned_chain(recipe, arm, seed, outputs, device), None
    plan = planned_study(recipe, arm, seed, outputs, device)
    return plan.stages, plan.open_after


def _cost(
    basis: "Basis", recipe: "AnyRecipe", arm: str, stage: "PlannedStage"
) -> "Estimate | None":
    from benchmarks.chains.recipe import Recipe

    if stage.state == "found":
        return None
    if isinstance(recipe, Recipe):
        return basis.of(recipe, arm, stage.generation, stage.kind)
    return basis.of_study(recipe.digest, arm, stage.kind)
