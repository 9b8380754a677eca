"""Commands that measure: the collapse profile, its calibration, searches over seeds, n-grams."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from benchmarks.commands.folders import RecordFolders, read_of_recipe
from benchmarks.commands.options import (
    Outputs,
    Settings,
    SettledRecords,
    number,
    try_places,
    wide_console,
)
from data.errors import BadInput, Count
from data.files import home

if TYPE_CHECKING:
    from benchmarks.profile.answers import Profile


_PICTURES = (".png", ".pdf", ".svg")
"""How the name of a picture may end."""
app = typer.Typer()


@app.command()
def profile(
    corpora: Annotated[
        list[str],
        typer.Argument(
            help="Files of text in the order of their generations, or one recipe; with --models "
            "models in that order."
        ),
    ],
    reference: Annotated[
        list[Path] | None, typer.Option(help="Human text to compare with; not for a recipe.")
    ] = None,
    field: Annotated[str, typer.Option(help="Text field of the files.")] = "text",
    records: RecordFolders = None,
    json: Annotated[Path | None, typer.Option(help="Write every number.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write all answers as Markdown.")] = None,
    embed: Annotated[
        str | None,
        typer.Option(help="Add MAUVE and Vendi scores in the hidden space of this prior."),
    ] = None,
    embed_documents: Annotated[
        int, number(Count, "--embed-documents", help="Of each set, at most; 80 are the least.")
    ] = 256,
    models: Annotated[
        bool,
        typer.Option("--models", help="How far models move from generation 0, layer by layer."),
    ] = False,
    beside: Annotated[
        list[str] | None,
        typer.Option(help="With --models: a control; generations are compared with the first."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="With --models: write a picture (.png, .pdf or .svg).")
    ] = None,
) -> None:
    """Answer each definition of collapse: yes, no or undecided, with interval and number."""
    if models:
        if any(option is not None for option in (html, markdown, embed)):
            raise BadInput("--html, --markdown and --embed are for text; leave them out")
        from benchmarks.commands.models.moved import ModelFiles, profile_models

        if picture is not None and picture.suffix not in _PICTURES:
            raise BadInput(f"--picture {picture}: end its name in {', '.join(_PICTURES)}")
        try_places(files=[json, picture], inputs=reference or ())
        files = ModelFiles(reference=reference or (), field=field, json=json, picture=picture)
        profile_models(corpora, beside or (), files)
        return
    if beside or picture is not None:
        raise BadInput("--beside and --picture are for models; give --models, or leave them out")
    from benchmarks.chains.record import Record
    from benchmarks.comparing.predictions import Prediction, check_predictions, predictions_table
    from benchmarks.families.catalogue import find_chains
    from benchmarks.profile import page as profile_page
    from benchmarks.profile.answers import profile_records
    from benchmarks.profile.corpora import profile_corpora
    from benchmarks.profile.markdown import profile_markdown
    from data.files import write_atomic
    from data.text.reading import read_files
    from lightning_modules.library_warnings import heard, in_words

    try_places(files=[json, html, markdown], inputs=[*(reference or ()), *map(Path, corpora)])
    if embed is not None:
        _check_embedding(reference, embed_documents)
    predictions: list[Prediction] = []
    with heard() as warned:
        if reference:
            texts = {
                name: list(read_files([Path(name)], field=field)[0].texts()) for name in corpora
            }
            human = list(read_files(reference, field=field)[0].texts())
            found = [profile_corpora(texts, human, subject=", ".join(corpora))]
            if embed is not None:
                found = [_with_embeddings(found[0], texts, human, embed, embed_documents)]
        elif len(corpora) == 1 and not Path(corpora[0]).is_file():
            of_recipe = read_of_recipe(find_chains(corpora[0]), records)
            chains = [record for record in of_recipe if isinstance(record, Record)]
            found = profile_records(chains)
            predictions = check_predictions(chains)
        else:
            raise BadInput("corpora are compared with human text: name it with --reference FILE")
    found = [replace(one, library_warnings=tuple(warned)) for one in found]
    console = wide_console()
    for one in found:
        console.print(profile_page.profile_table(one))
    for measures in found[-1].measures if reference else ():
        console.print(profile_page.measures_table(measures))
    if reference:
        console.print(profile_page.health_table(found[0]))
    if predictions:
        console.print(predictions_table(predictions))
    for line in in_words(warned, "library_warnings in what --json writes"):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if json is not None:
        write_atomic(json, profile_page.as_json(found))
    if html is not None:
        write_atomic(html, profile_page.as_html(found))
    if markdown is not None:
        write_atomic(markdown, profile_markdown(found))


def _check_embedding(reference: list[Path] | None, most: int) -> None:
    if not reference:
        raise BadInput(
            "--embed is for files of text and needs --reference FILE; records hold no text, leave "
            "it out"
        )
    from benchmarks.profile.embedded import LEAST_DOCUMENTS

    if most < LEAST_DOCUMENTS:
        raise BadInput(
            f"--embed-documents is {most}; embeddings compare at least {LEAST_DOCUMENTS}"
        )


def _with_embeddings(
    profile: "Profile", texts: dict[str, list[str]], human: list[str], name: str, most: int
) -> "Profile":
    from benchmarks.profile.embedded import with_embeddings
    from benchmarks.running.packaged import prior_folder
    from benchmarks.running.progress import Progress
    from data.measures.embedded import need_mauve
    from data.prior import load_prior
    from lightning_modules.trainer import quiet

    quiet()
    need_mauve()
    prior = load_prior(prior_folder(name), context=256, prefix=None)
    progress = Progress(wide_console())
    with progress.shown():
        return with_embeddings(profile, texts, human, prior=prior, most=most, progress=progress)


@app.command()
def calibrate(
    studies: Annotated[
        int, number(Count, "--studies", help="Simulated studies of each truth.")
    ] = 200,
    csv: Annotated[Path | None, typer.Option(help="Write every count.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table as Markdown.")] = None,
) -> None:
    """Measure how often the collapse profile is wrong, on chains whose truth is known.

    Half an hour on one core with 200 studies.
    """
    from benchmarks.profile.calibration import FALSE_ALARMS, all_truths
    from benchmarks.profile.calibration import calibrate as study_all
    from benchmarks.profile.calibration_report import (
        calibration_frame,
        calibration_markdown,
        calibration_table,
        wrong,
    )
    from data.files import write_atomic

    for name, file in (("--csv", csv), ("--markdown", markdown)):
        if file is not None and not file.absolute().parent.is_dir():
            raise BadInput(f"{file.parent} is no folder; make it or choose another {name}")
    try_places(files=[csv, markdown])
    console = wide_console(120)
    began = time.monotonic()

    def tell(what: str) -> None:
        console.print(f"{time.monotonic() - began:6.0f} s: {what}", highlight=False)

    found = calibration_frame(study_all(all_truths(studies, tell), studies, tell=tell))
    console.print(calibration_table(found))
    errors, promised = wrong(found)["share"], found["promised"]
    console.print(
        f"largest share of wrong answers: {errors[promised].max():.1%} where at most "
        f"{FALSE_ALARMS:.0%} are promised"
        + ("" if promised.all() else f", {errors[~promised].max():.1%} where nothing is")
    )
    if csv is not None:
        write_atomic(csv, found.to_csv(index=False, lineterminator="\n"))
    if markdown is not None:
        write_atomic(markdown, calibration_markdown(found))


@app.command()
def settle(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    workflow: Annotated[str, typer.Argument(help="Compared with fresh_human.")],
    effect: Annotated[
        float, number(float, "--effect", help="Difference that matters, in bits per byte.")
    ],
    budget: Annotated[int, number(Count, "--budget", help="Seeds at most.")] = 12,
    settings: Settings = None,
    outputs: Outputs = None,
    records: SettledRecords = None,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
) -> None:
    """Add seeds until the difference at the last generation is clear of an effect."""
    from benchmarks.comparing.sequential import check_search, interval_words, promise
    from benchmarks.families.catalogue import find_chains
    from benchmarks.variants import read_settings, with_settings

    chosen = with_settings(find_chains(recipe), read_settings(settings or ()))
    check_search(chosen, workflow, budget)  # before what takes seconds to load
    from benchmarks.comparing.curves import CONTROL
    from benchmarks.run import Session, settle_difference
    from benchmarks.running.progress import Progress
    from data.workflow import label
    from lightning_modules.device import Device

    console, outputs = wide_console(), outputs or home()
    apart = records or outputs / "settled"
    try_places([outputs, apart])
    session = Session(
        outputs=outputs, records=apart, device=Device(name=device), progress=Progress(console)
    )
    found = settle_difference(chosen, workflow, session, effect=effect, budget=budget)
    console.print(
        f"{label(workflow)} - {CONTROL}: {interval_words(found.difference)} "
        f"bits per byte over {found.difference.n} seeds; effect {effect:g}: {found.outcome}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"{promise(budget)} This interval counts every look. The records in {apart} do not: they "
        "stop where the difference was clear, so that show and profile would find too much in "
        "them.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


@app.command()
def ngrams(
    source: Annotated[str, typer.Option(help="Human text.")] = "king_james",
    workflow: Annotated[list[str] | None, typer.Option(help="All by default.")] = None,
    seeds: Annotated[int, number(Count, "--seeds", help="Chains of each workflow.")] = 20,
    json: Annotated[Path | None, typer.Option(help="Write every curve.")] = None,
    theory: Annotated[
        bool, typer.Option("--theory", help="Hold the theory's predictions against the chains.")
    ] = False,
) -> None:
    """Run chains of n-gram models: a hundred chains of fifty generations in about a minute."""
    from benchmarks.chains.ngrams import NgramRecipe
    from benchmarks.comparing.ngrams import (
        curves_as_json,
        ngram_predictions,
        ngram_table,
        run_ngrams,
    )
    from benchmarks.comparing.predictions import predictions_table
    from data.sources.texts import SOURCES, load_source
    from data.workflow import (
        NEED_LAYERS,
        NEED_QUESTIONS,
        NEED_REWARDS,
        NEED_SENTENCES,
        WORKFLOWS,
    )

    try_places(files=[json])
    if source not in SOURCES:
        raise BadInput(f"unknown source {source!r}; see: collapse data list")
    texts = list(load_source(SOURCES[source]).texts())
    console = wide_console()
    recipe = NgramRecipe()
    if theory:
        from benchmarks.comparing.contexts.confronted import confront, confronted_table

        if workflow or json is not None:
            raise BadInput("--theory runs workflows of its own; leave out --workflow and --json")
        if seeds < 2:
            raise BadInput("--theory compares with an interval; give --seeds 2 or more")
        short = NgramRecipe(generations=20)
        console.print(confronted_table(confront(texts, short, range(seeds))))
        return
    impossible = (*NEED_LAYERS, *NEED_QUESTIONS, *NEED_REWARDS, *NEED_SENTENCES)
    chosen = workflow or [name for name in WORKFLOWS if name not in impossible]
    found = {name: run_ngrams(texts, recipe, name, range(seeds)) for name in chosen}
    console.print(ngram_table(found))
    console.print(predictions_table(ngram_predictions(found)))
    if json is not None:
        json.write_text(curves_as_json(found), encoding="utf-8")
