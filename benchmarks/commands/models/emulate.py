"""The command that leaves layers of a model out: `collapse emulate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from benchmarks.commands.options import number, try_places, wide_console
from data.errors import Count, Range, Seed

app = typer.Typer()
_Window = Annotated[int, Range(least=2)]
"""Tokens of a text: one that is seen, and one that is scored."""


@app.command(epilog="collapse emulate smollm2 small --keep 20 --rule skip_cost")
def emulate(
    model: Annotated[str, typer.Argument(help="Folder, hub name, or a packaged model: smollm2.")],
    output: Annotated[Path, typer.Argument(help="Folder to make, an ordinary checkpoint.")],
    keep: Annotated[int, number(Count, "--keep", help="Layers that stay.")],
    rule: Annotated[
        str,
        typer.Option(
            help="Names the layers: skip_cost, block_influence, uniform, intervals, cka, cka_mean, "
            "cka_rest, random."
        ),
    ] = "skip_cost",
    sharing: Annotated[
        Literal["all", "non_trainable"] | None,
        typer.Option(help="Fill every place with the nearest kept layer."),
    ] = None,
    text: Annotated[
        str, typer.Option(help="Text that layers are measured on: a source, a file, or hub:NAME.")
    ] = "king_james",
    field: Annotated[str, typer.Option(help="Text field of a file.")] = "text",
    texts: Annotated[
        int, number(Count, "--texts", help="Documents to measure on, and as many held out.")
    ] = 8,
    tokens: Annotated[
        int, number(_Window, "--tokens", help="First tokens of each that are read.")
    ] = 128,
    seed: Annotated[int, number(Seed, "--seed", help="Of the documents.")] = 0,
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16"],
        typer.Option(help="Of the weights; auto is the model's own."),
    ] = "auto",
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option(help="Where to measure.")
    ] = "auto",
) -> None:
    """Write a model with fewer layers, chosen by a rule, and what leaving out the others costs."""
    from benchmarks.emulating.request import EmulateRequest, refuse_taken
    from benchmarks.running.packaged import check_prior

    refuse_taken(output)
    request = EmulateRequest(
        model=model,
        keep=keep,
        rule=rule,
        sharing=sharing,
        text=text,
        field=field,
        texts=texts,
        tokens=tokens,
        seed=seed,
        dtype=dtype,
    )
    check_prior(model)  # what follows loads libraries for seconds
    from benchmarks.emulating.emulate import emulate as make
    from benchmarks.emulating.progress import EmulateProgress
    from data.text.text_files import shown
    from lightning_modules.device import Device
    from lightning_modules.trainer import quiet

    quiet()
    try_places([output])
    console = wide_console()
    with EmulateProgress(console).shown() as progress:
        report = make(request, output, device=Device(name=device), tell=progress.tell)
    for line in report.lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{shown(output)}: an ordinary checkpoint, with emulator.json, report.json, README.md",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
