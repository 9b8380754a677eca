"""What must hold between records: equal work gives equal numbers, other seeds give other ones.

A stage's digest is the address of its settings, inputs, code and packages. Records that name one
stage with the same seconds are of one run of it and must agree on all that it found; another run of
it may differ by rounding, which training amplifies. Seeds share no stage, and comparable chains of
one seed begin with the same corpus.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from scipy import stats

from benchmarks.comparison import CONFIDENCE, CONTROL, LOSS
from benchmarks.leaderboard.consistency import PERPLEXITY, loss_ratio
from benchmarks.leaderboard.findings import Finding
from benchmarks.leaderboard.ranking import file_of, setting_digest
from benchmarks.recipe import read_recipe
from benchmarks.record import Generation, Record
from data.sources import SOURCES

_SAME = 1e-9
LOSS_TOLERANCE = 0.02
"""Bits per byte by which another machine or number of threads may change a loss: about three times
the largest difference that we measured between one thread and two (README)."""

_TEXT = ("human", "generations")
_FITTED = (*_TEXT, "model", "first_fit")
_SETTINGS = {
    "prepare": _TEXT,
    "fit": _FITTED,
    "write": (*_FITTED, "sampling"),
    "evaluate": (*_FITTED, "sampling", "evaluation"),
}
_LATER = ("fit", "start")
"""Settings of a recipe that the digest of a stage covers, and of one after generation 0 besides."""


_SEEDLESS = ("prior", "base", "base_text")
"""Stages that chains of all seeds share by design."""


def disagreements(records: Sequence[Record]) -> Iterator[Finding]:
    """Every contradiction between records."""
    yield from _stages(records)
    yield from _seeds(records)
    yield from _human(records)
    yield from _beginnings(records)


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
    if other_setting := _other_setting(kind, mine.generation, record, other):
        return f"setting {other_setting}"
    if kind == "prepare":
        return "human text" if _text_of(record) != _text_of(other) else None
    if kind == "fit" and (mine.steps, mine.tokens_seen) != (theirs.steps, theirs.tokens_seen):
        return "number of steps"
    if is_same_run:
        pairs = zip(_found(kind, mine).items(), _found(kind, theirs).values(), strict=True)
        return next((name for (name, value), reference in pairs if value != reference), None)
    if kind == "evaluate" and LOSS in mine.metrics and LOSS in theirs.metrics:
        gap = abs(mine.metrics[LOSS].value - theirs.metrics[LOSS].value)
        return f"loss (by {gap:.4f})" if gap > LOSS_TOLERANCE else None
    return None


def _other_setting(kind: str, generation: int, record: Record, other: Record) -> str | None:
    """A setting on which records of one stage disagree."""
    names = _SETTINGS.get(kind, ())
    if record.digest == other.digest or not names:
        return None
    mine, theirs = read_recipe(record.recipe), read_recipe(other.recipe)
    later = _LATER if generation and kind != "prepare" else ()
    return next((n for n in (*names, *later) if getattr(mine, n) != getattr(theirs, n)), None)


def _text_of(record: Record) -> dict[str, Any]:
    return record.human.model_dump(exclude={"floor"})


def _found(kind: str, generation: Generation) -> dict[str, Any]:
    """What one kind of stage decided of a generation."""
    corpus = generation.corpus
    found: dict[str, dict[str, Any]] = {
        "health": {"corpus": corpus.fingerprint, "health": corpus.health},
        "edit": {"count of edits": corpus.edit},
        "fit": {"final_loss": generation.final_loss},
        "write": {"count of documents": (generation.written, generation.written_cut_off)},
        "evaluate": {"metric": generation.metrics},
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
                if kind not in _SEEDLESS:
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
    first: dict[tuple[str, str], tuple[Any, str]] = {}
    for record in records:
        human = record.human
        if human.source not in SOURCES and not human.source.startswith("hub:"):
            yield Finding(
                "note", "data", file_of(record), f"only you have {human.source}: nothing to compare"
            )
            continue
        mine = (
            human.fingerprint,
            human.documents,
            human.bytes,
            human.licence,
            human.duplicates,
            human.skipped,
        )
        source = (human.source, str(record.recipe["human"].get("field")))
        theirs, place = first.setdefault(source, (mine, file_of(record)))
        if mine != theirs:
            yield Finding(
                "error",
                "data",
                file_of(record),
                f"human text {human.source} is {human.fingerprint} with {human.documents:,} "
                f"documents, in {place} it is {theirs[0]} with {theirs[1]:,}",
            )


def _beginnings(records: Iterable[Record]) -> Iterator[Finding]:
    """Comparable chains of one seed begin with one corpus; all of them are measured on one text."""
    first: dict[tuple[str, int], tuple[Any, str]] = {}
    ratios: dict[str, tuple[float, str]] = {}
    for record in records:
        setting = setting_digest(record)
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
        if not {PERPLEXITY, LOSS} <= record.last.metrics.keys():
            continue
        ratio = loss_ratio(record.last)
        reference, place = ratios.setdefault(setting, (ratio, file_of(record)))
        if not math.isclose(ratio, reference, rel_tol=_SAME):
            yield Finding(
                "error",
                "agreement",
                file_of(record),
                "perplexity over bits per byte is that of another text or tokenizer than in "
                f"{place}",
            )


def implausible(records: Sequence[Record]) -> Iterator[Finding]:
    """Chains that learn more than the band of the control allows: warnings, not errors.

    The band is the t prediction interval of one more chain of `fresh_human`, generation by
    generation; it needs two of them. A chain of the control is held against the others.
    """
    controls = defaultdict(list)
    for record in records:
        if record.workflow == CONTROL and LOSS in record.last.metrics:
            controls[setting_digest(record)].append(record)
    for record in records:
        others = [
            control
            for control in controls[setting_digest(record)]
            if control.seed != record.seed or record.workflow != CONTROL
        ]
        if len(others) < 2 or LOSS not in record.last.metrics:
            continue
        for index, generation in enumerate(record.generations):
            losses = [control.generations[index].metrics[LOSS].value for control in others]
            low = prediction_low(losses)
            value = generation.metrics[LOSS].value
            if value < low:
                yield Finding(
                    "warning",
                    "plausibility",
                    file_of(record),
                    f"generation {index}: {value:.4f} bits per byte is below {low:.4f}, what "
                    f"{len(losses)} chains of {CONTROL} make one expect",
                )
                break


def prediction_low(values: Sequence[float]) -> float:
    """Lower end of the t interval for one more draw, at CONFIDENCE."""
    n = len(values)
    described = stats.describe(values)
    width = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * math.sqrt(described.variance * (1 + 1 / n))
    return float(described.mean - width)
