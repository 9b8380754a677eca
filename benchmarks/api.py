"""Python functions for notebooks and scripts: what the commands do, with values in place of files.

`run_recipe` is `collapse run`, `read_records` is `collapse show --json`, `edit_texts` is `collapse
edit`, `profile_texts` is `collapse profile`, `judge_claims` is `collapse claims`. They call what
the commands call, refuse what the commands refuse (`data.errors.BadInput`), and find the same
stages and records. What takes seconds to load is loaded when a function is called. See
docs/python.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # `import benchmarks.api` loads none of it
    import pandas as pd

    from benchmarks.editing.outcome import EditOutcome
    from benchmarks.paper.family import AnyRecipe
    from benchmarks.profile.answers import Profile
    from benchmarks.running.record import Envelope
    from data.editing import EditRule

Device = Literal["auto", "cpu", "cuda"]
_TEXTS = "texts.jsonl"


def run_recipe(
    recipe: "str | AnyRecipe",
    *,
    seeds: Sequence[int] = (0,),
    outputs: Path | str | None = None,
    records: Path | str | None = None,
    device: Device = "auto",
    jobs: int = 1,
    wandb: Literal["off", "offline", "online"] = "off",
    quiet: bool = False,
    **settings: Any,
) -> "list[Envelope]":
    """Run every arm of a recipe, or of one that is changed by keyword, and write the records.

    What is done already is found and not done again, as by the command.

    Args:
        recipe: Name of a recipe, `FILE.py:FUNCTION`, or a recipe itself.
        seeds: Replicates, each of which runs every arm.
        outputs: Folder of stages and checkpoints; `outputs/` or `$COLLAPSE_HOME` by default.
        records: Folder of the records; `records/` in the outputs by default.
        device: Where to run.
        jobs: Chains at a time. More than one run in processes of their own, so that a script must
            guard what it does with `if __name__ == "__main__"`.
        wandb: Whether curves and metrics are mirrored to Weights & Biases.
        quiet: Whether nothing is shown; otherwise what the command shows.
        settings: Settings of the recipe that are changed, such as `generations=6` or
            `fit={"learning_rate": 1e-4}`; a mapping changes those settings that it names. They make
            another recipe, with a digest of its own.

    Returns:
        One record per arm and seed, seed by seed.

    Raises:
        BadInput: A name, a setting or a text cannot be used, or a committed record would be
            replaced.
        RunFailed: A run came to a bad end, such as a loss that is no number.
    """
    from rich.console import Console

    from benchmarks.commands.options import try_places
    from benchmarks.commands.run import run_here
    from benchmarks.families.catalogue import find_recipe
    from benchmarks.reproducing.committed import record_files, refuse_replacing
    from benchmarks.variants import with_settings
    from data.errors import Count, Seed, read_number
    from data.files import home
    from lightning_modules.device import Device as Place
    from lightning_modules.library_warnings import listen

    chosen = with_settings(find_recipe(recipe) if isinstance(recipe, str) else recipe, settings)
    replicates = [int(read_number("seeds", str(seed), Seed)) for seed in seeds]
    stages = home() if outputs is None else Path(outputs)
    written = stages / "records" if records is None else Path(records)
    try_places([stages, written])
    refuse_replacing(record_files(chosen, replicates, written))
    listen()
    return run_here(
        chosen,
        replicates,
        outputs=stages,
        records=written,
        device=Place(name=device),
        wandb=wandb,
        console=Console(quiet=quiet),
        jobs=int(read_number("jobs", str(jobs), Count)),
    )


def read_records(
    source: "str | AnyRecipe | Sequence[Envelope] | None" = None,
    *,
    folders: Sequence[Path | str] | None = None,
) -> "pd.DataFrame":
    """Every number of some records as a tidy table: one row per arm, seed, generation and metric.

    Args:
        source: Name of a recipe, a recipe, or records such as `run_recipe` returns; None for all
            that are found.
        folders: Folders of records; by default the project's and your own, in `outputs/records`.

    Returns:
        Columns recipe, digest, arm, seed, generation, metric (`held_out/bits_per_byte/none` is the
        test loss), value, stderr, n and version. What is measured once per run, as in studies
        without generations, stands at generation 0.

    Raises:
        BadInput: No record is of the recipe, or a file is no valid record.
    """
    import pandas as pd

    from benchmarks.commands.folders import read_of_recipe, read_together
    from benchmarks.commands.results.show import metric_rows
    from benchmarks.families.catalogue import find_recipe

    places = None if folders is None else [Path(folder) for folder in folders]
    if source is None:
        found = [record for _, record in read_together(places)]
    elif isinstance(source, Sequence) and not isinstance(source, str):
        found = list(source)
    else:
        chosen = find_recipe(source) if isinstance(source, str) else source
        found = read_of_recipe(chosen, places)
    names = {record.name: record for record in found}
    rows = [
        {
            "recipe": names[row["record"]].recipe["name"],
            "digest": names[row["record"]].digest,
            **{name: value for name, value in row.items() if name != "record"},
        }
        for row in metric_rows(found)
    ]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class EditedTexts:
    """What an edit of texts made."""

    texts: list[str]
    """The edited texts, in the order of the texts that were given."""
    ledger: "pd.DataFrame"
    """One row per flagged token: `document` is the text's place, `start` and `stop` are its
    characters, `probability` is the prior's, `changed` says whether the draw differs, and
    `replacement` is what stands there now."""
    outcome: "EditOutcome"
    """Counts of tokens that were scored, flagged and changed, with rule, prior and digests; what
    `summary.json` of the command holds."""


def edit_texts(
    texts: Sequence[str],
    prior: Path | str,
    *,
    rule: "str | EditRule" = "paper",
    contexts: Sequence[str] | None = None,
    seed: int = 0,
    window: int | None = None,
    prefix: bool | None = None,
    dtype: Literal["auto", "float32", "bfloat16"] = "auto",
    device: Device = "auto",
    folder: Path | str | None = None,
    **changes: Any,
) -> EditedTexts:
    """Token-edit a list of texts with a prior; every flagged token is in the ledger.

    A text's draws are keyed by the seed and its place in the list, whatever stands beside it.

    Args:
        texts: Texts to edit.
        prior: Folder of a model with its tokenizer, a hub name, or a packaged prior: `smollm2`.
        rule: Name of an edit rule (paper, released, share, delete), or a rule itself.
        contexts: What stands before each text: it is read, and never edited.
        seed: Seed of the draws.
        window: Tokens that the prior reads at once; its own, 2048 at most, by default.
        prefix: Whether the end-of-text token stands before every text; by default what the
            tokenizer does.
        dtype: Type of the prior's weights.
        device: Where to run.
        folder: Folder that keeps what the command would write; by default nothing is kept.
        changes: Settings of the rule that are changed: threshold, share, side, sampling, top_k,
            top_p, temperature.

    Raises:
        BadInput: There is no text, a text is empty or none, or rule or prior cannot be used.
    """
    from benchmarks.running.packaged import check_prior
    from data.editing import RULES, adjusted
    from data.errors import BadInput

    check_prior(str(prior))
    if isinstance(rule, str) and rule not in RULES:
        raise BadInput(f"unknown rule {rule!r}; use one of {', '.join(RULES)}, or an EditRule")
    chosen = RULES[rule] if isinstance(rule, str) else rule
    if unknown := sorted(set(changes) - set(asdict(chosen))):
        raise BadInput(f"{unknown[0]} is no setting of a rule; use {', '.join(asdict(chosen))}")
    settled = adjusted(chosen, **changes)
    rows = _rows(texts, contexts)
    with TemporaryDirectory(prefix="collapse-") as scratch:
        source = Path(scratch if folder is None else folder) / "input" / _TEXTS
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return _edited(
            source,
            prior=str(prior),
            has_contexts=contexts is not None,
            rule=settled,
            seed=seed,
            context=window,
            prefix=prefix,
            dtype=dtype,
            device=device,
        )


def _rows(texts: Sequence[str], contexts: Sequence[str] | None) -> list[dict[str, str]]:
    """The texts as rows of a file, each with an id that keys its draws."""
    from data.errors import BadInput

    _check_texts("texts", texts)
    if contexts is None:
        return [{"id": str(place), "text": text} for place, text in enumerate(texts)]
    if len(contexts) != len(texts):
        raise BadInput(f"{len(texts)} texts and {len(contexts)} contexts; give one for each")
    return [
        {"id": str(place), "text": text, "context": before}
        for place, (text, before) in enumerate(zip(texts, contexts, strict=True))
    ]


def _check_texts(name: str, texts: Sequence[str]) -> None:
    from data.errors import BadInput

    if isinstance(texts, str) or not len(texts):
        raise BadInput(f"{name} is {'one text' if texts else 'empty'}; give a list of texts")
    for place, text in enumerate(texts):
        if not isinstance(text, str) or not text.strip():
            kind = "empty" if isinstance(text, str) else f"a {type(text).__name__}"
            raise BadInput(f"{name}[{place}] is {kind}; give a text, or leave it out")


def _edited(source: Path, *, has_contexts: bool, **asked: Any) -> EditedTexts:
    """Edit a file of texts into the folder around it, as the command does."""
    import pandas as pd

    from benchmarks.editing.edit import Watcher, edit_files
    from benchmarks.editing.folder import EditFolder
    from benchmarks.editing.request import EditRequest
    from data.text.text_files import Fields
    from lightning_modules.trainer import quiet

    quiet()
    folder = EditFolder(source.parents[1] / "edit")
    request = EditRequest(
        inputs=(source,),
        fields=Fields(text="text", context="context" if has_contexts else None, id="id"),
        characters_per_shard=None,
        strict=True,
        **asked,
    )
    outcome = edit_files(request, folder.path, 1, Watcher())
    lines = (folder.path / "text" / _TEXTS).read_text(encoding="utf-8").split("\n")
    texts = [json.loads(line)["text"] for line in lines if line]
    return EditedTexts(texts, pd.read_parquet(folder.ledger), outcome)


@dataclass(frozen=True)
class ProfiledTexts:
    """Each definition of collapse, answered for texts beside human ones."""

    answers: "pd.DataFrame"
    """One row per definition: question, answer (yes, no or undecided), effect with its 95 %
    interval from low to high, threshold, unit, n, p, and `stands` where the answer stands when all
    are corrected together (Holm)."""
    measures: "pd.DataFrame"
    """One row per corpus and measure: its value beside the floor, which is that of human text."""
    profile: "Profile"
    """All of it, with the health of each corpus, as `collapse profile --json` writes it."""


def profile_texts(
    corpora: Mapping[str, Sequence[str]] | Sequence[str],
    human: Sequence[str],
    *,
    subject: str = "texts",
) -> ProfiledTexts:
    """Answer each definition of collapse for texts: yes, no or undecided, with interval and number.

    Args:
        corpora: The texts, or the texts of several generations by name, in their order.
        human: Human texts to compare with.
        subject: Name of what the profile is about.

    Raises:
        BadInput: There is too little text, or a text is none.
    """
    import pandas as pd

    from benchmarks.profile.corpora import profile_corpora

    series = corpora if isinstance(corpora, Mapping) else {subject: corpora}
    for name, texts in {**series, "human": human}.items():
        _check_texts(name, texts)
    found = profile_corpora(series, list(human), subject=subject)
    answers = [{**asdict(one), "stands": one.stands} for one in found.assessments]
    measures = [
        {"corpus": one.name, "measure": key, "value": value.value, "floor": one.floor[key].value}
        for one in found.measures
        for key, value in one.values.items()
    ]
    return ProfiledTexts(pd.DataFrame(answers), pd.DataFrame(measures), found)


def judge_claims(
    family: str | None = None, *, folders: Sequence[Path | str] | None = None
) -> "pd.DataFrame":
    """Judge the claims of the papers by records, printed numbers and theory, one row per claim.

    Args:
        family: Name of one family, such as `toedit`; all by default.
        folders: Folders of records; by default the project's and your own, in `outputs/records`.

    Returns:
        The columns of `collapse claims --json`: family, id, where, statement, rule, verdict, reason
        and what else decides.

    Raises:
        BadInput: The family is unknown, or a file is no valid record.
    """
    import pandas as pd

    from benchmarks.commands.folders import read_together
    from benchmarks.families.catalogue import FAMILIES, find_family
    from benchmarks.paper.claims import as_json
    from benchmarks.paper.pages import ledger

    places = None if folders is None else [Path(folder) for folder in folders]
    found = [record for _, record in read_together(places)]
    chosen = FAMILIES if family is None else (find_family(family),)
    return pd.DataFrame(json.loads(as_json({one.name: ledger(one, found) for one in chosen})))
