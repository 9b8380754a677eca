"""Makes again what a record says, and compares.

The human text of a chain is cheap: reading it, dividing it by seed, training the tokenizer and
measuring the floor take about ten seconds for the recipe `smoke`, and decide the human facts, the
floor, the first corpus and every corpus of a human control. A whole chain takes what its record
says and decides the rest, up to what training makes of rounding.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pytorch_lightning.loggers import Logger
from rich.console import Console

from benchmarks.chain import run_chain
from benchmarks.comparison import LOSS
from benchmarks.human_text import read_human
from benchmarks.laboratory import Laboratory
from benchmarks.leaderboard.agreement import LOSS_TOLERANCE
from benchmarks.leaderboard.check import Checked
from benchmarks.leaderboard.consistency import PERPLEXITY
from benchmarks.leaderboard.findings import Finding
from benchmarks.leaderboard.provenance import Repository
from benchmarks.leaderboard.ranking import file_of, setting_digest
from benchmarks.materials import Part
from benchmarks.progress import Progress
from benchmarks.recipe import Recipe, read_recipe
from benchmarks.record import CorpusFacts, Generation, Human, Metric, Record
from benchmarks.stage import Stage, Stages
from data.corpus import Corpus
from data.workflow import METHODS
from lightning_modules.trainer import Device, quiet

Depth = Literal["data", "chain"]
FLOOR_TOLERANCE = 1e-6
"""Relative; the floor is measured on text alone, so that only sums in another order differ."""
STANDARD_ERRORS = 4 * math.sqrt(2)
"""By which a measure of sampled text may differ: four standard errors of a difference."""


def with_rerun(
    checked: Checked,
    depth: Depth,
    *,
    chosen: Sequence[Record],
    outputs: Path,
    say: Callable[[str], None],
) -> Checked:
    """The checked records, with what making some of them again found.

    Args:
        checked: What was found without a run.
        depth: How much is made again.
        chosen: Records to make again.
        outputs: Folder of stages; those that this machine has finished are reused.
        say: Told which record is made again.
    """
    quiet()
    texts: dict[tuple[str, int], Text] = {}
    found: list[Finding] = []
    for record in chosen:
        say(f"making {file_of(record)} again")
        found += rerun(record, depth, outputs, texts)
    return replace(checked, findings=(*checked.findings, *found))


def newer(
    checked: Checked, folders: Sequence[Path], commit: str | None, repository: Repository
) -> list[Record]:
    """The records whose files were added or changed since a commit; all of them without one."""
    if commit is None:
        return list(checked.records)
    changed = [path for folder in folders for path in repository.changed_since(commit, folder)]
    return [r for r in checked.records if any(r.file(f).absolute() in changed for f in folders)]


@dataclass(frozen=True)
class Text:
    """The human text of one setting and seed, made again."""

    human: Human
    stage: Stage
    first: CorpusFacts

    @classmethod
    def of(cls, laboratory: Laboratory) -> "Text":
        """Divide it, train the tokenizer, measure the floor and the health of the first corpus."""
        first = laboratory.corpus_facts(laboratory.first, 0)
        return cls(laboratory.human_facts(), laboratory.human, first)


def rerun(
    record: Record, depth: Depth, outputs: Path, texts: dict[tuple[str, int], Text]
) -> Iterator[Finding]:
    """Make the human text, or the whole chain, of one record again.

    `texts` keeps what was made, by setting and seed.
    """
    name = file_of(record)
    try:
        recipe = read_recipe(record.recipe)
        read_human(recipe.human)
    except ValueError as error:
        yield Finding("note", "rerun", name, f"cannot be made again here: {error}")
        return
    key = (setting_digest(record), record.seed)
    try:
        if key not in texts:
            texts[key] = Text.of(_laboratory(record, recipe, outputs))
        wrong = [*_human(record, texts[key]), *_corpora(record, texts[key])]
    except ValueError as error:
        wrong = [str(error)]
    yield from (Finding("error", "rerun", name, text) for text in wrong)
    if depth == "data" or wrong:
        return
    if record.workflow not in METHODS:
        text = f"{record.workflow} is not in the project: read its code, then collapse run it"
        yield Finding("note", "rerun", name, text)
        return
    again = run_chain(_laboratory(record, recipe, outputs), record.workflow)
    for mine, theirs in zip(record.generations, again, strict=True):
        for text in other_metrics(mine, theirs):
            yield Finding("error", "rerun", name, f"generation {mine.generation}: {text}")


def other_metrics(mine: Generation, again: Generation) -> Iterator[str]:
    """Metrics that a run does not find again within tolerance."""
    for key, metric in mine.metrics.items():
        if key not in again.metrics:
            yield f"{key} is no metric of this recipe"
            continue
        allowed = _allowed(key, metric)
        gap = abs(metric.value - again.metrics[key].value)
        if allowed is not None and not gap <= allowed:
            yield f"{key} is {metric.value:.4f}, a run gives {again.metrics[key].value:.4f}"


def _allowed(key: str, metric: Metric) -> float | None:
    """Tolerance; None for a number without a standard error, or that follows from another."""
    if key == LOSS:
        return LOSS_TOLERANCE
    return None if metric.stderr is None or key == PERPLEXITY else STANDARD_ERRORS * metric.stderr


def _laboratory(record: Record, recipe: Recipe, outputs: Path) -> Laboratory:
    def loggers(generation: int) -> list[Logger]:
        return []

    return Laboratory(
        recipe,
        record.seed,
        stages=Stages(
            outputs / "stages",
            outputs / "chains" / f"again-{record.digest}-{record.seed}.json",
            lambda line: None,
        ),
        device=Device(name="cpu" if record.hardware.device == "cpu" else "auto"),
        progress=Progress(Console(quiet=True), 1),
        loggers=loggers,
    )


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


def _corpora(record: Record, text: Text) -> Iterator[str]:
    yield from _other_corpus(record.generations[0].corpus, text.first, "generation 0")
    for generation in record.generations[1:]:
        name = {"fresh_human": f"fresh_{generation.generation}", "same_human": "source"}.get(
            record.workflow
        )
        if name is None:
            continue
        part = Part(text.stage, name)
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
