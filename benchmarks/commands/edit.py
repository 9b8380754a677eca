"""The commands that make text: `collapse edit`, `collapse replay` and `collapse synthesize`."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from benchmarks.commands.options import number, try_places, wide_console
from data.errors import Count, CountOrNone, Mass, NotNegative, Positive, Range, Seed, Share

app = typer.Typer()
_Window = Annotated[int, Range(least=2)]
"""Tokens of a window: one that is seen, and one that is scored."""


@app.command()
def edit(
    inputs: Annotated[list[Path], typer.Argument(help="Files: jsonl, .gz, .zst, parquet, txt.")],
    output: Annotated[Path, typer.Argument(help="Folder of the outcome.")],
    prior: Annotated[str, typer.Option(help="Folder, hub name, or a packaged prior: smollm2.")],
    rule: Annotated[
        Literal["paper", "released", "share", "delete"], typer.Option(help="Named edit rule.")
    ] = "paper",
    threshold: Annotated[
        float | None, number(NotNegative, "--threshold", help="Probability that flags.")
    ] = None,
    below: Annotated[
        float | None, number(Share, "--below", help="With a threshold, the end of a band.")
    ] = None,
    share: Annotated[
        float | None, number(Share, "--share", help="Share of tokens to flag.")
    ] = None,
    side: Annotated[
        Literal["above", "below"] | None, typer.Option(help="Flag likely or unlikely tokens.")
    ] = None,
    sampling: Annotated[
        Literal["top_k", "top_p", "rejection"] | None, typer.Option(help="How to redraw.")
    ] = None,
    top_k: Annotated[int | None, number(Count, "--top-k", help="Candidates.")] = None,
    top_p: Annotated[float | None, number(Mass, "--top-p", help="Mass of the candidates.")] = None,
    temperature: Annotated[
        float | None, number(Positive, "--temperature", help="Of the draw.")
    ] = None,
    replaces: Annotated[
        bool, typer.Option("--replaces", help="Always draw another token than the observed one.")
    ] = False,
    seed: Annotated[int, number(Seed, "--seed", help="Of the draws.")] = 0,
    field: Annotated[str, typer.Option(help="Field of jsonl or parquet that is edited.")] = "text",
    context_field: Annotated[
        str | None, typer.Option(help="Field that stands before the text; read, never edited.")
    ] = None,
    id_field: Annotated[
        str | None, typer.Option(help="Field that keys a document's draws. (file and line)")
    ] = None,
    window: Annotated[
        int | None,
        number(_Window, "--window", help="Tokens the prior reads at once. (its own, 2048 at most)"),
    ] = None,
    prefix: Annotated[
        bool | None, typer.Option(help="Put the end-of-text token first. (as the tokenizer does)")
    ] = None,
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16"], typer.Option(help="Of the prior's weights.")
    ] = "auto",
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    devices: Annotated[int, number(Count, "--devices", help="Processes side by side.")] = 1,
    shard_characters: Annotated[
        int | None,
        number(Count, "--shard-characters", help="Text that is lost at most when a run is killed."),
    ] = None,
    strict: Annotated[bool, typer.Option(help="Stop at the first malformed line.")] = False,
    diff: Annotated[
        int, number(CountOrNone, "--diff", help="Show so many passages side by side.")
    ] = 0,
) -> None:
    """Token-edit files with a prior; every flagged token goes on record. Run again to go on."""
    from benchmarks.running.packaged import check_prior

    check_prior(prior)  # first: what follows loads libraries for seconds
    from benchmarks.editing.edit import edit_files
    from benchmarks.editing.folder import EditFolder
    from benchmarks.editing.progress import EditProgress
    from benchmarks.editing.report import (
        draw_histogram,
        histogram_table,
        side_by_side,
        summary_lines,
    )
    from benchmarks.editing.request import EditRequest
    from benchmarks.families.toedit.cells import paper_shares
    from data.editing import RULES, adjusted
    from data.text.text_files import Fields, shown
    from lightning_modules.device import Device
    from lightning_modules.trainer import quiet

    quiet()
    try_places([output])
    Device(name=device)
    request = EditRequest(
        inputs=tuple(inputs),
        fields=Fields(text=field, context=context_field, id=id_field),
        prior=prior,
        rule=adjusted(
            RULES[rule],
            threshold=threshold,
            below=below,
            share=share,
            side=side,
            sampling=sampling,
            top_k=top_k,
            top_p=top_p,
            temperature=temperature,
            replaces=replaces or None,
        ),
        seed=seed,
        context=window,
        prefix=prefix,
        dtype=dtype,
        device=device,
        characters_per_shard=shard_characters,
        strict=strict,
    )
    console = wide_console()
    with EditProgress(console, has_threshold=request.rule.share is None).shown() as progress:
        outcome = edit_files(request, output, devices, progress)
    for line in summary_lines(outcome):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    beside = paper_shares()
    draw_histogram(outcome.summary, output / "histogram.png", beside)
    console.print(histogram_table(outcome.summary, beside))
    if diff:
        texts = (passage.text for passage in request.passages())
        console.print(side_by_side(texts, EditFolder(output).ledger, diff))
    console.print(
        f"{shown(output)}: text/, ledger.parquet, summary.json, histogram.png",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def replay(
    ledger: Annotated[Path, typer.Argument(help="ledger.parquet of an edit.")],
    inputs: Annotated[list[Path], typer.Argument(help="The files that were edited.")],
    output: Annotated[Path, typer.Argument(help="Folder for the edited files.")],
) -> None:
    """Make the edited files again from source and ledger alone, without a model."""
    from benchmarks.editing import replay as replaying
    from data.text.text_files import shown

    try_places([output])
    for path in replaying.replay(ledger, inputs, output):
        Console(soft_wrap=True, highlight=False).print(shown(path), markup=False)


@app.command()
def synthesize(
    source: Annotated[str, typer.Argument(help="Human text that prompts quote: a source or file.")],
    output: Annotated[Path, typer.Argument(help="Folder of the text and where it comes from.")],
    documents: Annotated[int, number(Count, "--documents", help="How many to write.")],
    model: Annotated[
        str, typer.Option(help="Instruction model: packaged, a folder or hub name.")
    ] = "smollm2",
    seed: Annotated[int, number(Seed, "--seed", help="Of extracts and draws.")] = 0,
    field: Annotated[str, typer.Option(help="Text field of a file.")] = "text",
    prompt_field: Annotated[
        str | None, typer.Option(help="As in the recipe; prompts are not quoted.")
    ] = None,
    max_tokens: Annotated[
        int, number(Count, "--max-tokens", help="A document is cut off here.")
    ] = 512,
    temperature: Annotated[float, number(Positive, "--temperature", help="Of the draws.")] = 0.8,
    top_p: Annotated[float, number(Mass, "--top-p", help="Mass of the candidates.")] = 0.95,
    held_out_bytes: Annotated[
        int, number(Count, "--held-out-bytes", help="Of the source; never quoted.")
    ] = 400_000,
    at_once: Annotated[
        int,
        number(
            Count,
            "--at-once",
            help="Documents side by side, and lost at most when a run is killed.",
        ),
    ] = 16,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    devices: Annotated[int, number(Count, "--devices", help="Processes side by side.")] = 1,
) -> None:
    """Let an instruction model write text about extracts of human text. Run again to go on."""
    from benchmarks.running.packaged import check_prior

    check_prior(model)
    from benchmarks.editing.synthesize import SynthesisRequest
    from benchmarks.editing.synthesize import synthesize as write
    from benchmarks.running.progress import Progress
    from benchmarks.running.torchrun import spread_over
    from lightning_modules.device import Device
    from lightning_modules.processes import leads, process_count
    from lightning_modules.settings import SamplingRule
    from lightning_modules.trainer import quiet

    try_places([output])
    spread_over(devices)
    quiet()
    request = SynthesisRequest(
        source=source,
        field=field,
        prompt_field=prompt_field,
        model=model,
        documents=documents,
        seed=seed,
        rule=SamplingRule(
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            documents_per_batch=at_once,
        ),
        held_out_bytes=held_out_bytes,
        documents_per_shard=at_once,
    )
    console = wide_console() if leads() else Console(quiet=True)
    progress = Progress(console)
    with progress.shown(), progress.stage("write", documents * max_tokens):
        found = write(
            request,
            output,
            device=Device(name=device),
            advance=lambda n_tokens: progress.advance(n_tokens * process_count()),
        )["written"]
    console.print(
        f"{output}/text.jsonl: {found['documents']:,} documents, {found['tokens']:,} tokens, "
        f"{found['unfinished']:,} cut off, {found['empty']:,} empty; see provenance.json",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
