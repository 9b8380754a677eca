"""The command that takes out of text what is evaluated: `collapse decontaminate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks.commands.options import number, try_places, wide_console
from data.errors import BadInput, Mass, Range, Seed

if TYPE_CHECKING:
    from benchmarks.decontaminating.likeness import Encode

app = typer.Typer()
_NONE = "none"
_Distance = Annotated[float, Range(least=0, most=2)]
_Allowed = Annotated[float, Range(above=0, below=1)]


@app.command(
    epilog="collapse decontaminate corpus.jsonl clean --against medqa --against my_exam.jsonl"
)
def decontaminate(
    files: Annotated[list[Path], typer.Argument(help="Files: jsonl, .gz, .zst, parquet, txt.")],
    output: Annotated[Path, typer.Argument(help="Folder of what is kept and what is removed.")],
    against: Annotated[
        list[str], typer.Option(help="A task such as medqa or collapse_medqa, or a file.")
    ],
    encoder: Annotated[
        str, typer.Option(help="minilm, a folder of an encoder of sentences, or none.")
    ] = "minilm",
    false_removals: Annotated[
        float,
        number(_Allowed, "--false-removals", help="Share of unlike questions that may be removed."),
    ] = 0.01,
    distance: Annotated[
        float | None,
        number(_Distance, "--distance", help="Remove up to this L2 distance. (chosen)"),
    ] = None,
    share: Annotated[
        float | None,
        number(Mass, "--share", help="Remove from this share of runs of words on. (chosen)"),
    ] = None,
    field: Annotated[str, typer.Option(help="Text field of the files.")] = "text",
    question_field: Annotated[str, typer.Option(help="Field of a file of questions.")] = "question",
    seed: Annotated[int, number(Seed, "--seed", help="Of the planted edits.")] = 0,
    strict: Annotated[bool, typer.Option(help="Stop at the first malformed line.")] = False,
) -> None:
    """Remove documents that copy evaluated questions, with measured recall. Run again to go on."""
    from json import dumps

    from benchmarks.decontaminating import report
    from benchmarks.decontaminating.decontaminate import (
        Request,
        clear_work,
        count_documents,
        prepare,
    )
    from benchmarks.decontaminating.decontaminate import decontaminate as remove
    from benchmarks.decontaminating.planted import KINDS
    from benchmarks.decontaminating.tasks import read_against
    from benchmarks.running.progress import Progress
    from data.files import write_atomic
    from data.text.text_files import shown

    try_places([output], inputs=files)
    questions = read_against(against, field=question_field)
    encode, identity = _encoder(encoder)
    if encode is None and distance is not None:
        raise BadInput("--distance needs an encoder; leave it out or name one with --encoder")
    request = Request(
        inputs=tuple(files),
        against=questions,
        encoder=identity,
        field=field,
        false_removals=false_removals,
        distance=distance,
        share=share,
        seed=seed,
        strict=strict,
    )
    console = wide_console()
    progress = Progress(console, unit="texts")
    n_planted = 0 if encode is None else len(questions.questions) * (2 + len(KINDS)) // 2
    with progress.shown():
        with progress.stage("plant copies and measure", n_planted):
            ready = prepare(request, encode, progress.advance)
        with progress.stage("look at documents", count_documents(request)):
            outcome = remove(request, output, ready, tell=progress.advance)
    report.draw(outcome, output / "recall.png")
    facts = report.as_json(outcome, request)
    write_atomic(output / "report.json", dumps(facts, indent=1, ensure_ascii=False) + "\n")
    clear_work(output)
    console.print(report.recall_table(outcome.measured))
    for line in report.summary_lines(outcome, request):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{shown(output)}: kept/, removed.jsonl, report.json, recall.png",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _encoder(name: str) -> "tuple[Encode | None, str | None]":
    """An encoder by name, and what identifies it.

    Raises:
        BadInput: It is not at hand.
    """
    if name == _NONE:
        return None, None
    from benchmarks.running.packaged import encoder_folder
    from data.files import folder_identity
    from data.measures.sentences import load_encoder
    from lightning_modules.trainer import quiet

    quiet()
    folder = encoder_folder(name)
    return load_encoder(folder), str(folder_identity(str(folder)))
