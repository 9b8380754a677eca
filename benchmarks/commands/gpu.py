"""The command that proves the suite on a GPU that is had for minutes: `collapse gpu`."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.commands.options import number, try_places, wide_console
from data.errors import Positive
from data.files import home

app = typer.Typer()


@app.command()
def gpu(
    minutes: Annotated[
        float, number(Positive, "--minutes", help="Time for all of it; what fits is done.")
    ] = 8.0,
    out: Annotated[
        Path | None, typer.Option(help="New folder for all results. (outputs/gpu)")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Do this step alone; give it several times.")
    ] = None,
    cpu: Annotated[
        bool, typer.Option("--cpu", help="The same in miniature on a CPU, to try every line.")
    ] = False,
    list_steps: Annotated[
        bool, typer.Option("--list", help="Name the steps and what each shows; do none of them.")
    ] = False,
) -> None:
    """Show on a GPU that results are equal, how fast work is, and the most telling chains.

    Works offline, without a hub, lm-eval or W&B. Everything found is in one archive at the end.
    """
    if list_steps:
        _list_steps()
        return
    from lightning_modules.device import Device, check_gpu

    if not cpu:  # before what takes seconds to load
        check_gpu("--cpu tries every line in miniature without one")
    device = Device(name="cpu" if cpu else "cuda")
    from benchmarks.gpu.report import ARCHIVE, REPORT
    from benchmarks.gpu.steps import all_steps, find_step
    from benchmarks.gpu.work_through import Plan, check_outcomes, work_through

    try_places([out or home() / "gpu"])
    plan = Plan(
        steps=[find_step(name) for name in only] if only else all_steps(),
        folder=out or home() / "gpu",
        device=device.kind,
        minutes=minutes,
        miniature=cpu,
    )
    console = wide_console()

    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    outcomes = work_through(plan, say)
    say((plan.folder / REPORT).read_text(encoding="utf-8"))
    say(f"everything is in {plan.folder / ARCHIVE}")
    check_outcomes(outcomes, plan.folder)


def _list_steps() -> None:
    """Print the name, the seconds and the summary of every step, in the order of their worth."""
    from rich.table import Table

    from benchmarks.gpu.steps import all_steps

    table = Table("step", "seconds", "what it shows")
    for step in all_steps():
        table.add_row(step.name, f"{step.seconds:.0f}", step.summary)
    wide_console().print(table)
