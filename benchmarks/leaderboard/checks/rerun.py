"""Makes again what a record says, and compares.

The human text of a chain is cheap: reading it, dividing it by seed, training the tokenizer and
measuring the floor take about ten seconds for the recipe `smoke`, and decide the human facts, the
floor, the first corpus and every corpus of a human control. A whole chain takes what its record
says and decides the rest, up to what training makes of rounding.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rich.console import Console

from benchmarks.chains.chain import run_chain
from benchmarks.chains.corpus_file import CorpusFile
from benchmarks.chains.inputs import check_inputs
from benchmarks.chains.recipe import Recipe, read_recipe
from benchmarks.chains.record import CorpusFacts, EvaluatedText, Generation, Human, Record
from benchmarks.chains.staged_chain import StagedChain
from benchmarks.chains.text.evaluated import evaluated_texts
from benchmarks.chains.text.human_text import read_human
from benchmarks.comparing.curves import LOSS
from benchmarks.downstream.record import DownstreamFacts, TaskMetric
from benchmarks.families.catalogue import RECIPES
from benchmarks.leaderboard.checks.agreement import LOSS_TOLERANCE
from benchmarks.leaderboard.checks.consistency import PERPLEXITY
from benchmarks.leaderboard.checks.findings import Checked, Finding
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.leaderboard.entries import file_of, setting_digest
from benchmarks.running.bench import Bench
from benchmarks.running.progress import Progress
from benchmarks.running.record import Envelope, Metric, StudyRecord
from benchmarks.running.stage import Stage, Stages
from data.errors import BadInput
from data.sources.fetching import open_package
from data.sources.packaged_prior import PACKAGED_PRIORS
from data.text.corpus import Corpus
from data.workflow import known_method
from lightning_modules.device import Device
from lightning_modules.trainer import quiet

Depth = Literal["data", "chain"]
FLOOR_TOLERANCE = 1e-6
"""Relative difference that a floor may have; it is measured on text alone, so that only sums in
another order differ."""
STANDARD_ERRORS = 4 * math.sqrt(2)
"""Number of standard errors by which a measure of sampled text may differ: four of a difference."""
JUDGE_TOLERANCE = 1e-3
"""Relative difference that a fixed judge may find between machines in one text."""
_COUNTS = ("documents", "tokens", "human_tokens", "cut_off")
_REWRITES = ("tokens", "sentences", "rewritten", "written", "wanted", "changed", "content_words")
_EDITS = ("tokens", "editable", "flagged", "changed", "unwritable", "flagged_by_paper")


def with_rerun(
    checked: Checked,
    depth: Depth,
    *,
    chosen: Collection[Envelope],
    outputs: Path,
    say: Callable[[str], None],
) -> Checked:
    """The checked records, with what making some of them again found.

    Args:
        checked: Records, and what was found in them without a run.
        depth: How much is made again.
        chosen: Records to make again.
        outputs: Folder of stages; those that this machine has finished are reused.
        say: Told which record is made again.
    """
    quiet()
    texts: dict[tuple[str, int], Text] = {}
    found: list[Finding] = []
    say(f"making {len(chosen)} of {len(checked.records)} records again")
    for record in chosen:
        say(f"making {file_of(record)} again")
        if isinstance(record, Record):
            found += rerun(record, depth, outputs, texts)
        elif isinstance(record, StudyRecord):
            found += rerun_study(record, outputs)
    return replace(checked, findings=(*checked.findings, *found))


def newer(
    checked: Checked, folders: Sequence[Path], commit: str | None, repository: Repository
) -> Collection[Envelope]:
    """The records whose files were added or changed since a commit; all of them without one."""
    if commit is None:
        return checked.records
    changed = [path for folder in folders for path in repository.changed_since(commit, folder)]
    return [r for r in checked.records if any(r.file(f).resolve() in changed for f in folders)]


@dataclass(frozen=True)
class Text:
    """The human text of one setting and seed, made again."""

    human: Human
    stage: Stage
    first: CorpusFacts
    held_out: EvaluatedText

    @classmethod
    def of(cls, chain: StagedChain) -> "Text":
        """Divide it, train the tokenizer, measure the floor and the health of the first corpus."""
        first = chain.corpus_facts(chain.first, 0)
        held_out = evaluated_texts({"held_out": chain.human.path / "held_out.arrow"})
        return cls(chain.human_facts(), chain.human, first, **held_out)


def rerun(
    record: Record, depth: Depth, outputs: Path, texts: dict[tuple[str, int], Text]
) -> Iterator[Finding]:
    """Make the human text, or the whole chain, of one record again.

    `texts` keeps what was made, by setting and seed.
    """
    name = file_of(record)
    recipe = read_recipe(record.recipe)
    try:
        _look_for_inputs(recipe, depth)
    except (BadInput, ImportError) as error:
        yield Finding("note", "rerun", name, f"cannot be made again here: {error}")
        return
    key = (setting_digest(record), record.seed)
    try:
        if key not in texts:
            texts[key] = Text.of(_chain(record, recipe, outputs))
        wrong = [*_human(record, texts[key]), *_corpora(record, texts[key])]
    except Exception as error:  # whatever stops one record, the others are made again
        wrong = [f"its human text cannot be made again: {_in_words(error)}"]
    yield from (Finding("error", "rerun", name, text) for text in wrong)
    if depth == "data" or wrong:
        return
    if known_method(record.workflow) is None:
        text = f"{record.workflow} is not in the project: read its code, then collapse run it"
        yield Finding("note", "rerun", name, text)
        return
    try:
        again = run_chain(_chain(record, recipe, outputs), record.workflow)
    except Exception as error:  # as above
        yield Finding("error", "rerun", name, f"a run of it fails: {_in_words(error)}")
        return
    for mine, theirs in zip(record.generations, again, strict=True):
        for text in other_results(mine, theirs):
            yield Finding("error", "rerun", name, f"generation {mine.generation}: {text}")


def rerun_study(record: StudyRecord, outputs: Path) -> Iterator[Finding]:
    """Run the arm and seed of a record that is no chain again, whatever the depth."""
    name = file_of(record)
    recipes = [make() for make in RECIPES.values()]
    found = [recipe for recipe in recipes if recipe.digest == record.digest]
    if not found or isinstance(found[0], Recipe):
        text = f"recipe {record.recipe['name']} with these settings is not in the project"
        yield Finding("note", "rerun", name, text)
        return
    try:
        again = found[0].run(record.arm, record.seed, _bench(record, outputs))["metrics"]
    except Exception as error:  # whatever stops one record, the others are made again
        yield Finding("error", "rerun", name, f"a run of it fails: {_in_words(error)}")
        return
    for text in other_metrics(record.metrics, again):
        yield Finding("error", "rerun", name, text)


def _look_for_inputs(recipe: Recipe, depth: Depth) -> None:
    """Make sure that all texts and models of a recipe are here.

    Raises:
        BadInput: A text or a model is not here.
        ImportError: The package that evaluates tasks is not installed.
    """
    read_human(recipe.human)
    models = [recipe.checkpoint]
    if recipe.base is not None:
        read_human(replace(recipe.human, source=recipe.base.source, field=recipe.base.field,
                           prompt_field=None))  # fmt: skip
    if depth == "chain":
        models += [recipe.prior, recipe.judging.model if recipe.judging else None]
        check_inputs(recipe)
    for model in models:
        if model in PACKAGED_PRIORS:
            open_package(PACKAGED_PRIORS[model])
        elif model not in (None, "self") and not Path(model).is_dir():
            raise BadInput(f"{model}: no such folder of a model")


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def other_results(mine: Generation, again: Generation) -> Iterator[str]:
    """What a run does not find again within tolerance.

    Numbers that random draws decide have the tolerance that the run gives, never the record. Counts
    are exact where the corpus is the same text, and otherwise those of another draw.
    """
    yield from other_metrics(mine.metrics, again.metrics)
    is_same = mine.corpus.fingerprint == again.corpus.fingerprint
    yield from _other_counts(mine.corpus, again.corpus, _COUNTS, "corpus", is_exact=is_same)
    yield from _other_health(mine.corpus, again.corpus, is_same=is_same)
    yield from _other_counts(mine, again, ("written", "written_cut_off"), "evaluation")
    yield from _other_counts(mine, again, ("steps", "tokens_seen"), "fit", is_exact=is_same)
    if mine.human_tokens_used != again.human_tokens_used:
        yield f"human_tokens_used is {mine.human_tokens_used:,}, not {again.human_tokens_used:,}"
    yield from _other_totals(mine.corpus.edit, again.corpus.edit, _EDITS, "edit")
    yield from _other_totals(mine.corpus.rewrite, again.corpus.rewrite, _REWRITES, "rewriting")
    if mine.stages.keys() != again.stages.keys():
        wrong = sorted(mine.stages.keys() ^ again.stages.keys())
        yield f"stages {', '.join(wrong)} are not those of a run"
    yield from _other_judgement(mine.corpus.text or {}, again.corpus.text or {}, is_same=is_same)
    yield from _other_scores(mine.downstream, again.downstream)


def _other_totals(
    mine: object | None, again: object | None, names: Sequence[str], what: str
) -> Iterator[str]:
    if mine and again:
        yield from _other_counts(mine, again, names, what)
    elif mine != again:
        yield f"{what} of a corpus is on record and was not made, or the other way round"


def _other_counts(
    mine: object, again: object, names: Sequence[str], what: str, *, is_exact: bool = False
) -> Iterator[str]:
    for name in names:
        found, should = getattr(mine, name) or 0, getattr(again, name) or 0
        allowed = 0.0 if is_exact else STANDARD_ERRORS * math.sqrt(max(should, 1))
        if abs(found - should) > allowed:
            yield f"{what} {name} is {found:,}, a run gives {should:,}"


def _other_health(mine: CorpusFacts, again: CorpusFacts, *, is_same: bool) -> Iterator[str]:
    """Shares of unhealthy documents: those of the same text, or of another draw of as many."""
    n = max(again.documents, 1)
    found, shares = mine.health.model_dump(), again.health.model_dump()
    for name in sorted(shares.keys() - {"documents", "mean_bytes"}):
        share = shares[name]
        drawn = STANDARD_ERRORS * math.sqrt(max(share * (1 - share), 1 / n) / n)
        if abs(found[name] - share) > (FLOOR_TOLERANCE if is_same else drawn):
            yield f"health {name} is {found[name]:.4f}, a run gives {share:.4f}"


def _other_judgement(
    mine: Mapping[str, Metric], again: Mapping[str, Metric], *, is_same: bool
) -> Iterator[str]:
    """How judgements differ: in one text not at all, in another draw by which metrics there are."""
    yield from _other_keys(mine, again)
    for key in sorted(mine.keys() & again.keys()) if is_same else ():
        value, should = mine[key].value, again[key].value
        if not math.isclose(value, should, rel_tol=JUDGE_TOLERANCE):
            yield f"{key} is {value:.4f}, a run gives {should:.4f}"


def _other_scores(mine: DownstreamFacts | None, again: DownstreamFacts | None) -> Iterator[str]:
    if mine is None or again is None:
        if mine != again:
            yield "tasks are on record and were not evaluated, or the other way round"
        return
    for name in ("shots", "limit", "samples", "cut"):
        if getattr(mine, name) != getattr(again, name):
            yield f"downstream {name} are not those of a run"
    yield from other_metrics(mine.scores, again.scores)


def other_metrics(
    mine: Mapping[str, Metric | TaskMetric], again: Mapping[str, Metric | TaskMetric]
) -> Iterator[str]:
    """Metrics that a run does not find again within tolerance."""
    yield from _other_keys(mine, again)
    for key in sorted(mine.keys() & again.keys()):
        allowed = _allowed(key, again[key])
        gap = abs(mine[key].value - again[key].value)
        if allowed is not None and not gap <= allowed:
            yield f"{key} is {mine[key].value:.4f}, a run gives {again[key].value:.4f}"


def _other_keys(mine: Mapping[str, object], again: Mapping[str, object]) -> Iterator[str]:
    yield from (f"{key} is no metric of this recipe" for key in sorted(mine.keys() - again.keys()))
    yield from (f"{key} is missing" for key in sorted(again.keys() - mine.keys()))


def _allowed(key: str, metric: Metric | TaskMetric) -> float | None:
    """Tolerance; None for a number without a standard error, or that follows from another."""
    if key == LOSS:
        return LOSS_TOLERANCE
    return None if metric.stderr is None or key == PERPLEXITY else STANDARD_ERRORS * metric.stderr


def _chain(record: Record, recipe: Recipe, outputs: Path) -> StagedChain:
    return StagedChain(recipe, record.seed, _bench(record, outputs))


def _bench(record: Envelope, outputs: Path) -> Bench:
    """A bench on this machine, on a GPU only where the record was made on one."""
    stages = Stages(
        outputs / "stages",
        outputs / "chains" / f"again-{record.digest}-{record.seed}.json",
        lambda line: None,
    )
    device = Device(name="cpu" if record.hardware.device == "cpu" else "auto")
    return Bench(stages, device, Progress(Console(quiet=True)))


def _human(record: Record, text: Text) -> Iterator[str]:
    again = text.human
    for name in sorted(Human.model_fields.keys() - {"floor"}):
        mine, theirs = getattr(record.human, name), getattr(again, name)
        if mine != theirs:
            yield f"human {name} is {mine}, the text gives {theirs}"
    for key, metric in record.human.floor.items():
        value = again.floor[key].value if key in again.floor else math.nan
        if not math.isclose(metric.value, value, rel_tol=FLOOR_TOLERANCE):
            yield f"floor of {key} is {metric.value:.6g}, the text gives {value:.6g}"
    if record.evaluated is not None and record.evaluated.get("held_out") != text.held_out:
        yield "the held-out documents are not those that the text gives"


def _corpora(record: Record, text: Text) -> Iterator[str]:
    yield from _other_corpus(record.generations[0].corpus, text.first, "generation 0")
    for generation in record.generations[1:]:
        name = {"fresh_human": f"fresh_{generation.generation}", "same_human": "source"}.get(
            record.workflow
        )
        if name is None:
            continue
        part = CorpusFile(text.stage, name)
        mine = (generation.corpus.fingerprint, generation.corpus.tokens)
        again = (Corpus.open(part.path).fingerprint, part.facts["tokens"])
        if mine != again:
            yield (
                f"generation {generation.generation}: corpus {mine[0]} of {mine[1]:,} tokens, the "
                f"text gives {again[0]} of {again[1]:,}"
            )


def _other_corpus(mine: CorpusFacts, again: CorpusFacts, at: str) -> Iterator[str]:
    for name in ("fingerprint", "documents", "tokens", "human_tokens"):
        if getattr(mine, name) != getattr(again, name):
            yield f"{at}: corpus {name} is {getattr(mine, name)}, not {getattr(again, name)}"
    for name, value in mine.health.model_dump().items():
        if not math.isclose(value, getattr(again.health, name), rel_tol=FLOOR_TOLERANCE):
            yield f"{at}: health {name} is {value:.6g}, not {getattr(again.health, name):.6g}"
