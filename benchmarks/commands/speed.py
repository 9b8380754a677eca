"""The commands that measure this machine: `collapse speed` and `collapse determinism`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from benchmarks.commands.options import SPEED_HISTORY, try_places, wide_console

app = typer.Typer()


@app.command()
def speed(
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    history: Annotated[
        Path, typer.Option(help="One line of JSON per run is added here.")
    ] = SPEED_HISTORY,
    no_history: Annotated[bool, typer.Option("--no-history", help="Add nothing.")] = False,
    growth: Annotated[
        bool,
        typer.Option("--growth", help="Measure instead what commands cost as their input grows."),
    ] = False,
) -> None:
    """Measure speed as ratios against baselines in this process: theory, training, sampling."""
    if growth:
        _show_growth()
        return
    from benchmarks.speed.speed import show_speed
    from lightning_modules.device import Device
    from lightning_modules.trainer import quiet

    quiet()
    try_places(files=[None if no_history else history])
    show_speed(Device(name=device), wide_console(), None if no_history else history)


def _show_growth() -> None:
    """Print what each command costs against the size of its input, and its exponent."""
    import tempfile

    from benchmarks.speed.growth import SUBJECTS, growth_table, measure

    console, found = wide_console(120), []
    for subject in SUBJECTS:
        console.print(f"{subject.name}: {', '.join(map(str, subject.sizes))} {subject.unit}")
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(subject, Path(folder)))
    console.print(growth_table(found))


@app.command()
def determinism(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
) -> None:
    """Run every kind of stage again, at another batch size, and on two processes; compare."""
    import tempfile

    from benchmarks.speed.determinism import report
    from lightning_modules.device import Device
    from lightning_modules.trainer import quiet

    quiet()
    with tempfile.TemporaryDirectory() as folder:
        wide_console().print(report(recipe, Path(folder), Device(name=device)))
