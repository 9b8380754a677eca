"""What must hold between records: equal work gives equal numbers, other seeds give other ones.

A stage's digest is the address of its settings, inputs, code and packages. Records that name one
stage with the same seconds are of one run of it and must agree on all that it found; another run of
it may differ by rounding, which training amplifies. Seeds share no stage, and comparable chains of
one seed begin with the same corpus.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from statistics import fmean, variance
from typing import Any, NamedTuple

from scipy import special

from benchmarks.chains.recipe import Recipe, read_recipe
from benchmarks.chains.record import EvaluatedText, Generation, Human, Record
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.differences import CONFIDENCE
from benchmarks.comparing.identities import conflicts
from benchmarks.leaderboard.checks.consistency import PERPLEXITY, loss_ratio
from benchmarks.leaderboard.checks.expectation import Settings, expect, first_settings
from benchmarks.leaderboard.checks.findings import Finding
from benchmarks.leaderboard.entries import file_of, setting_digest
from data.sources.packaged_prior import PACKAGED_PRIORS
from data.sources.texts import SOURCES
from data.workflow import known_method

RATIO_TOLERANCE = 1e-9
"""Relative difference of ratios that differ by rounding at most."""
LOSS_TOLERANCE = 0.02
"""Bits per byte by which another machine or number of threads may change a loss: about three times
the largest difference that we measured between one thread and two (README)."""

_Setting = tuple[str, str | None, str]
_Source = tuple[str, str, str | None]
SEEDLESS = ("prior", "base", "base_text", "base_overlap")
"""Stages that chains of all seeds share by design."""
_BY_CONTENT = ("checkpoint", "prior")
"""Settings that may name a folder, of which a stage's digest holds the content and not the name."""


def disagreements(records: Sequence[Record]) -> Iterator[Finding]:
    """Every contradiction between records, as a finding."""
    yield from _stages(records)
    yield from _seeds(records)
    yield from _human(records)
    for record, words in conflicts(records):
        yield Finding("error", "data", file_of(record), words)
    yield from _beginnings(records)
    yield from _controls(records)


def _stages(records: Iterable[Record]) -> Iterator[Finding]:
    first: dict[tuple[str, str], tuple[Record, Generation]] = {}
    for record in records:
        for mine in record.generations:
            for kind, stage in mine.stages.items():
                other, theirs = first.setdefault((kind, stage.digest), (record, mine))
                is_same_run = theirs.stages[kind].seconds == stage.seconds
                if other is not record and (
                    wrong := _differs(kind, record, mine, other, theirs, is_same_run=is_same_run)
                ):
                    yield Finding(
                        "error",
                        "agreement",
                        file_of(record),
                        f"generation {mine.generation}: stage {kind}-{stage.digest} has another "
                        f"{wrong} than in {file_of(other)}",
                    )


def _differs(
    kind: str,
    record: Record,
    mine: Generation,
    other: Record,
    theirs: Generation,
    *,
    is_same_run: bool,
) -> str | None:
    """What two records of one stage disagree on; another run of it may differ by rounding."""
    if other_setting := _other_setting(kind, (record, mine), (other, theirs)):
        return f"setting {other_setting}"
    if kind == "prepare":
        return "human text" if _text_of(record) != _text_of(other) else None
    if kind == "fit" and (mine.steps, mine.tokens_seen) != (theirs.steps, theirs.tokens_seen):
        return "number of steps"
    if is_same_run:
        pairs = zip(found_by(kind, mine).items(), found_by(kind, theirs).values(), strict=True)
        wrong = next((name for (name, value), reference in pairs if value != reference), None)
        return wrong or _other_losses(kind, mine, theirs)
    if kind == "evaluate" and LOSS in mine.metrics and LOSS in theirs.metrics:
        gap = abs(mine.metrics[LOSS].value - theirs.metrics[LOSS].value)
        return f"loss (by {gap:.4f})" if gap > LOSS_TOLERANCE else None
    return None


def _other_losses(kind: str, mine: Generation, theirs: Generation) -> str | None:
    losses = (mine.document_bits, theirs.document_bits)
    is_known = kind == "evaluate" and None not in losses  # an older record keeps none
    return "loss of a document" if is_known and losses[0] != losses[1] else None


def _other_setting(
    kind: str, one: tuple[Record, Generation], another: tuple[Record, Generation]
) -> str | None:
    """A setting on which records of one stage disagree; it may be of different generations."""
    (record, _), (other, _) = one, another
    if record.digest == other.digest:
        return None
    mine, theirs = read_recipe(record.recipe), read_recipe(other.recipe)
    names = {
        name
        for recipe, (whose, at) in ((mine, one), (theirs, another))
        for name in settings_of(recipe, whose.workflow, at.generation).get(kind, ())
    }
    wrong = (n for n in sorted(names) if value_of(mine, n) != value_of(theirs, n))
    return next(wrong, None)


def settings_of(recipe: Recipe, workflow: str, generation: int) -> Mapping[str, Settings]:
    """What each stage depends on; of a later one of a user's own method nobody here knows it."""
    if generation == 0:
        return first_settings(recipe)
    return expect(recipe, workflow)[generation].settings if known_method(workflow) else {}


def value_of(recipe: Recipe, name: str) -> Any:
    """What a stage's digest holds of a setting."""
    if name == "base_text":
        base = recipe.base
        return base and (base.source, base.field, base.held_out_bytes, base.tokens)
    if name == "writing":
        return replace(recipe.sampling, max_tokens=1, min_tokens=0, prompt_tokens=0)
    value = getattr(recipe, name)
    is_named = value in (None, "self", *PACKAGED_PRIORS) if name in _BY_CONTENT else True
    return value if is_named else "a folder"


def _text_of(record: Record) -> dict[str, Any]:
    return record.human.model_dump(exclude={"floor"})


def found_by(kind: str, generation: Generation) -> dict[str, Any]:
    """What one kind of stage decided of a generation."""
    corpus = generation.corpus
    found: dict[str, dict[str, Any]] = {
        "health": {"corpus": corpus.fingerprint, "health": corpus.health},
        "edit": {"count of edits": corpus.edit},
        "rewrite": {"count of rewritten sentences": corpus.rewrite},
        "judge": {"judged text": corpus.text},
        "fit": {"final_loss": generation.final_loss},
        "downstream": {"downstream score": generation.downstream},
        "write": {"count of documents": (generation.written, generation.written_cut_off)},
        "evaluate": {"metric": generation.metrics},
        "best_of": {"count of candidates": corpus.best_of},
        "rewards": {"reward": generation.rewards},
    }
    return {"count of tokens": generation.stages[kind].tokens, **found.get(kind, {})}


def _seeds(records: Iterable[Record]) -> Iterator[Finding]:
    """Stages and losses that records of different seeds share."""
    first: dict[tuple[str, Hashable], Record] = {}
    for record in records:
        marks: dict[tuple[str, Hashable], str] = {}
        for g in record.generations:
            at = f"generation {g.generation}: "
            for kind, stage in g.stages.items():
                if kind not in SEEDLESS:
                    marks["stage", stage.digest] = f"{at}stage {kind}-{stage.digest}"
            if LOSS in g.metrics:
                marks["loss", g.metrics[LOSS].value] = f"{at}the loss, digit by digit,"
            marks["corpus", g.corpus.fingerprint] = f"{at}the corpus"
        copied = [
            (mark, other.seed, file_of(other))
            for key, mark in marks.items()
            if (other := first.setdefault(key, record)).seed != record.seed
            and (key[0] != "corpus" or setting_digest(other) == setting_digest(record))
        ]
        if copied:
            mark, seed, place = copied[0]
            more = f", and {len(copied) - 1} more" if len(copied) > 1 else ""
            yield Finding(
                "error",
                "agreement",
                file_of(record),
                f"{mark} of seed {record.seed} is that of seed {seed} in {place}{more}",
            )


def _human(records: Iterable[Record]) -> Iterator[Finding]:
    """The human text of one public source is the same in every record, but for its tokens."""
    first: dict[_Source, tuple[Any, str]] = {}
    for record in records:
        if not is_public(human := record.human):
            continue
        source, mine = human_facts(record)
        theirs, place = first.setdefault(source, (mine, file_of(record)))
        if mine != theirs:
            yield Finding(
                "error",
                "data",
                file_of(record),
                f"human text {human.source} is {human.fingerprint} with {human.documents:,} "
                f"documents, in {place} it is {theirs[0]} with {theirs[1]:,}",
            )


def unknown_text(record: Record) -> Iterator[Finding]:
    """A note where the human text of a chain is one that nobody else can read."""
    if not is_public(record.human):
        text = f"only you have {record.human.source}: nothing to compare"
        yield Finding("note", "data", file_of(record), text)


def is_public(human: Human) -> bool:
    """Whether others can read a human text by its name."""
    return human.source in SOURCES or human.source.startswith("hub:")


def human_facts(record: Record) -> tuple[_Source, tuple[Any, ...]]:
    """Where the human text of a chain is from, and what every chain must say of it."""
    human, asked = record.human, read_recipe(record.recipe).human
    facts = (
        human.fingerprint,
        human.documents,
        human.bytes,
        human.licence,
        human.duplicates,
        human.skipped,
    )
    return (human.source, asked.field, asked.prompt_field), facts


def _beginnings(records: Iterable[Record]) -> Iterator[Finding]:
    """Comparable chains of one seed begin with one corpus; all of them are measured on one text."""
    first: dict[tuple[_Setting, int], tuple[Any, str]] = {}
    ratios: dict[_Setting, tuple[float, str]] = {}
    measured: dict[_Setting, dict[str, tuple[EvaluatedText, str]]] = {}
    for record in records:
        setting = setting_of(record)
        corpus = record.generations[0].corpus
        mine = (corpus.fingerprint, corpus.documents, corpus.tokens, corpus.health.model_dump())
        theirs, place = first.setdefault((setting, record.seed), (mine, file_of(record)))
        if mine != theirs:
            yield Finding(
                "error",
                "agreement",
                file_of(record),
                f"the first corpus of seed {record.seed} differs from that in {place}",
            )
        if (other := _other_documents(record, measured.setdefault(setting, {}))) is not None:
            name, place = other
            text = f"the documents of {name} are others than in {place}"
            yield Finding("error", "agreement", file_of(record), text)
        if not has_ratio(record):
            continue
        ratio = loss_ratio(record.last)
        reference, place = ratios.setdefault(setting, (ratio, file_of(record)))
        if not math.isclose(ratio, reference, rel_tol=RATIO_TOLERANCE):
            yield Finding(
                "error",
                "agreement",
                file_of(record),
                "perplexity over bits per byte is that of another text or tokenizer than in "
                f"{place}",
            )


def has_ratio(record: Record) -> bool:
    """Whether a chain was measured by perplexity and by bits per byte."""
    return {PERPLEXITY, LOSS} <= record.last.metrics.keys()


def _other_documents(
    record: Record, first: dict[str, tuple[EvaluatedText, str]]
) -> tuple[str, str] | None:
    """A text that a record is measured on with other documents, and the record that has those."""
    for name, mine in (record.evaluated or {}).items():
        theirs, place = first.setdefault(name, (mine, file_of(record)))
        if mine != theirs:
            return name, place
    return None


def _controls(records: Iterable[Record]) -> Iterator[Finding]:
    """Controls of one setting, seed, text and precision are one chain, whichever recipe ran it."""
    first: dict[Hashable, Record] = {}
    for record in records:
        if record.workflow != CONTROL or LOSS not in record.last.metrics:
            continue
        version = record.last.metrics[LOSS].version
        key = (setting_of(record), record.seed, record.environment.precision, version)
        other = first.setdefault(key, record)
        pairs = zip(record.generations, other.generations, strict=True)
        for mine, theirs in pairs:
            gap = abs(mine.metrics[LOSS].value - theirs.metrics[LOSS].value)
            if gap > LOSS_TOLERANCE:
                yield Finding(
                    "error",
                    "agreement",
                    file_of(record),
                    f"generation {mine.generation}: the loss of this control differs by {gap:.4f} "
                    f"from that in {file_of(other)}, which has its settings, seed and text",
                )
                break


def setting_of(record: Record) -> _Setting:
    """What comparable chains share: settings but those of the method, and the human text."""
    prompts = read_recipe(record.recipe).human.prompt_field
    return setting_digest(record), prompts, record.human.fingerprint


class Chain(NamedTuple):
    """The losses of a chain, and what makes it comparable to others."""

    file: str
    workflow: str
    seed: int
    setting: _Setting
    losses: tuple[float, ...]
    """Held-out loss at each generation, in bits per byte."""


def chain_of(record: Record) -> Chain | None:
    """The losses of a chain; None where they were not measured."""
    if LOSS not in record.last.metrics:
        return None
    losses = tuple(g.metrics[LOSS].value for g in record.generations)
    return Chain(file_of(record), record.workflow, record.seed, setting_of(record), losses)


def implausible(chains: Sequence[Chain]) -> Iterator[Finding]:
    """Chains that learn more than the band of the control allows: warnings, not errors.

    The band is the t prediction interval of one more chain of `fresh_human`, generation by
    generation; it needs two of them. A chain of the control is held against the others, and may lie
    neither below nor above: a worse control flatters every method.
    """
    controls: dict[_Setting, dict[int, Chain]] = defaultdict(dict)
    for chain in chains:
        if chain.workflow == CONTROL:
            controls[chain.setting].setdefault(chain.seed, chain)
    for chain in chains:
        is_control = chain.workflow == CONTROL
        others = [
            control.losses
            for seed, control in controls[chain.setting].items()
            if seed != chain.seed or not is_control
        ]
        if len(others) < 2:
            continue
        for index, (value, losses) in enumerate(
            zip(chain.losses, zip(*others, strict=True), strict=True)
        ):
            low, high = prediction_interval(losses)
            if value < low or (is_control and value > high):
                side, end = ("below", low) if value < low else ("above", high)
                yield Finding(
                    "warning",
                    "plausibility",
                    chain.file,
                    f"generation {index}: {value:.4f} bits per byte is {side} {end:.4f}, what "
                    f"{len(losses)} chains of {CONTROL} make one expect",
                )
                break


@lru_cache(maxsize=4096)
def prediction_interval(values: tuple[float, ...]) -> tuple[float, float]:
    """Ends of the t interval for one more draw, at CONFIDENCE."""
    n, mean = len(values), fmean(values)
    quantile = special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)
    width = float(quantile) * math.sqrt(variance(values, mean) * (1 + 1 / n))
    return mean - width, mean + width
