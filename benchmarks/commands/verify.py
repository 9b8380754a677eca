"""The command that executes programs of a user's own: `collapse verify`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.commands.options import number, try_places, wide_console
from data.errors import Count, CountOrNone, Positive
from data.executing.limits import LIMITS, Limits, MegaBytes

app = typer.Typer()


@app.command(
    epilog="collapse verify programs.jsonl --program code --answer gold --html programs.html"
)
def verify(
    files: Annotated[list[Path], typer.Argument(help="Files: jsonl, .gz, .zst, parquet.")],
    program: Annotated[str, typer.Option(help="Field of the program.")] = "program",
    answer: Annotated[str, typer.Option(help="Field of the answer: number or text.")] = "answer",
    question: Annotated[
        str, typer.Option(help="Field that the page shows beside the program.")
    ] = "question",
    id_field: Annotated[
        str | None, typer.Option(help="Field that names a row in the results. (file and line)")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Write a line of JSON for each program; .gz, .zst pack.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write every count and rate.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write programs with their values.")] = None,
    examples: Annotated[
        int, number(CountOrNone, "--examples", help="Programs of each class on the page.")
    ] = 20,
    sandbox: Annotated[
        bool, typer.Option(help="Run what is no straight-line arithmetic in the sandbox.")
    ] = True,
    seconds: Annotated[
        float, number(Positive, "--seconds", help="Of a program in the sandbox.")
    ] = LIMITS.seconds,
    megabytes: Annotated[
        int, number(MegaBytes, "--megabytes", help="Of a program in the sandbox.")
    ] = LIMITS.megabytes,
    steps: Annotated[
        int, number(Count, "--steps", help="Of a program of straight-line arithmetic.")
    ] = LIMITS.steps,
    strict: Annotated[bool, typer.Option(help="Stop at the first row that is none.")] = False,
) -> None:
    """Execute programs, hold them against their answers, and count what became of them."""
    from json import dumps

    from benchmarks.verifying.funnel import as_json, funnel_table, summary_lines
    from benchmarks.verifying.page import as_html
    from benchmarks.verifying.progress import VerifyProgress
    from benchmarks.verifying.reading import Columns, count_rows, read_rows
    from benchmarks.verifying.verification import Verification, verify_rows
    from data.executing.execute import executor
    from data.files import write_atomic
    from data.text.text_files import shown

    try_places(files=[results, json, html], inputs=files)
    limits = Limits(seconds=seconds, megabytes=megabytes, steps=steps)
    columns = Columns(program=program, answer=answer, question=question, id=id_field)
    console = wide_console()
    found = Verification()
    progress = VerifyProgress(console, count_rows(files))
    began = time.monotonic()
    with executor(limits, sandbox=sandbox) as run, progress.shown():
        rows = read_rows(files, columns, found.report, strict=strict)
        verify_rows(
            rows,
            run,
            found,
            results=results,
            most_examples=examples if html is not None else 0,
            tell=progress.verified,
        )
    found.seconds = time.monotonic() - began
    console.print(funnel_table(found))
    for line in summary_lines(found, without=run.without):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if json is not None:
        facts = as_json(found, files, limits, sandbox=run.has_sandbox)
        write_atomic(json, dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    if html is not None:
        write_atomic(html, as_html(found, ", ".join(shown(path.name) for path in files)))
