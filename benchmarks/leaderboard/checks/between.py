"""Checks between records that are read one after the other, and kept as marks of a few kilobytes.

`mark` says of a record all that checks between records compare (`agreement.disagreements`,
`tracks.moved`). Those checks run on the records that their marks accuse, read again: whatever they
find in all records, they find in these. Bands and contests need few numbers of each record, which
stay.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from benchmarks.chains.recipe import read_recipe
from benchmarks.chains.record import Generation, Record
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.identities import described
from benchmarks.families.catalogue import RECIPES
from benchmarks.leaderboard.checks.agreement import (
    LOSS_TOLERANCE,
    RATIO_TOLERANCE,
    SEEDLESS,
    Chain,
    chain_of,
    disagreements,
    found_by,
    has_ratio,
    human_facts,
    implausible,
    is_public,
    setting_of,
    settings_of,
    unknown_text,
    value_of,
)
from benchmarks.leaderboard.checks.consistency import loss_ratio
from benchmarks.leaderboard.checks.findings import Finding
from benchmarks.leaderboard.checks.marks import Marks
from benchmarks.leaderboard.checks.tracks import left_out, misnamed, moved, wrong_alone
from benchmarks.leaderboard.entries import Entry, entry_of
from benchmarks.running.digests import canonical_json

_Tuple = TypeVar("_Tuple", bound=tuple[Any, ...])
_ANYTHING: TypeAdapter[object] = TypeAdapter(object)


class Between:
    """What checks between chains need to know of each, gathered one by one."""

    def __init__(self) -> None:
        self._marks = Marks()
        self._accused: set[int] = set()
        self._entries: list[Entry] = []
        self._chains: list[Chain] = []
        self._names: list[Finding] = []
        self._texts: list[Finding] = []
        self._shared: dict[Hashable, Any] = {}

    def add(self, record: Record, number: int) -> None:
        """Look at one chain.

        Args:
            record: The chain; it is not kept.
            number: Place of the chain among all of them.
        """
        mark(record, number, self._marks)
        if wrong_alone(record):
            self._accused.add(number)
        if (entry := entry_of(record, number)) is not None:
            self._entries.append(entry._replace(group=self._share(entry.group)))
        if (chain := chain_of(record)) is not None:
            self._chains.append(chain._replace(setting=self._share(chain.setting)))
        self._names += misnamed(record, [*RECIPES])
        self._texts += unknown_text(record)

    def _share(self, value: _Tuple) -> _Tuple:
        """The first of all equal tuples, so that one is kept."""
        first: _Tuple = self._shared.setdefault(value, value)
        return first

    def findings(self, again: Callable[[int], Record]) -> Iterator[Finding]:
        """Everything that is wrong between the chains.

        Args:
            again: Gives a chain again by its number.
        """
        accused = sorted(self._accused | self._marks.disagreeing())
        records = [again(number) for number in accused]
        yield from moved(records)
        yield from left_out(self._entries)
        yield from self._names
        yield from self._texts
        yield from disagreements(records)
        yield from implausible(self._chains)


def mark(record: Record, number: int, marks: Marks) -> None:
    """Note all that checks between records compare.

    Each line is a check: records that it finds to disagree have said different things here of one
    thing, or measured it further apart than they may.
    """
    recipe = canonical_json(record.recipe)
    for g in record.generations:
        for kind, stage in g.stages.items():
            settings = _said_of_settings(recipe, record.workflow, g.generation).get(kind, "")
            marks.say(number, ("settings", kind, stage.digest), settings)
            marks.say(
                number, ("found", kind, stage.digest, stage.seconds), _json(found_by(kind, g))
            )
            if kind not in SEEDLESS:
                marks.say(number, ("seed", stage.digest), str(record.seed))
        marks.say(number, ("seed of corpus", g.corpus.fingerprint), str(record.seed))
        _mark_fit(record, number, g, marks)
        _mark_evaluation(record, number, g, marks)
    _mark_text(record, number, marks)
    _mark_versions(record, number, marks)
    _mark_control(record, number, marks)
    for role, identity in record.identities or ():
        if identity is not None:
            marks.say(number, (role, canonical_json(described(record, role))), _json(identity))


def _mark_fit(record: Record, number: int, g: Generation, marks: Marks) -> None:
    fit = g.stages["fit"].digest
    marks.say(number, ("steps", fit), f"{g.steps} {g.tokens_seen}")
    marks.say(number, ("precision", fit), record.environment.precision)


def _mark_evaluation(record: Record, number: int, g: Generation, marks: Marks) -> None:
    if LOSS in g.metrics:
        marks.say(number, ("seed of loss", g.metrics[LOSS].value), str(record.seed))
    if "evaluate" not in g.stages:
        return
    stage = g.stages["evaluate"]
    versions = {key: metric.version for key, metric in g.metrics.items()}
    marks.say(number, ("versions", stage.digest), canonical_json(versions))
    if LOSS in g.metrics:
        marks.measure(number, ("loss", stage.digest), g.metrics[LOSS].value, LOSS_TOLERANCE)
    if g.document_bits is not None:  # an older record keeps none, and contradicts none
        losses = canonical_json(g.document_bits)
        marks.say(number, ("losses", stage.digest, stage.seconds), losses)


def _mark_text(record: Record, number: int, marks: Marks) -> None:
    """The human text, how the chain begins, and what it is measured on."""
    first, setting = record.generations[0], setting_of(record)
    for stage in (g.stages["prepare"] for g in record.generations if "prepare" in g.stages):
        human = record.human.model_dump_json(exclude={"floor"})
        marks.say(number, ("text", stage.digest), human)
    if is_public(record.human):
        source, facts = human_facts(record)
        marks.say(number, ("human", source), _json(facts))
    corpus = first.corpus
    begins = corpus.fingerprint, corpus.documents, corpus.tokens, corpus.health
    marks.say(number, ("beginning", setting, record.seed), _json(begins))
    for name, text in (record.evaluated or {}).items():
        marks.say(number, ("evaluated", setting, name), text.model_dump_json())
    if has_ratio(record):
        ratio = loss_ratio(record.last)
        marks.measure(number, ("ratio", setting), ratio, RATIO_TOLERANCE / 2 * abs(ratio))


def _mark_versions(record: Record, number: int, marks: Marks) -> None:
    """Versions of measures, by the commit of the code that measured."""
    every = (record.human.floor, *(g.metrics for g in record.generations))
    versions = {(key, one.version) for metrics in every for key, one in metrics.items()}
    for key, version in versions:
        marks.say(number, ("version", record.commit, key), str(version))


def _mark_control(record: Record, number: int, marks: Marks) -> None:
    if record.workflow != CONTROL or LOSS not in record.last.metrics:
        return
    version = record.last.metrics[LOSS].version
    chain = setting_of(record), record.seed, record.environment.precision, version
    for g in record.generations:
        thing = ("control", chain, g.generation)
        marks.measure(number, thing, g.metrics[LOSS].value, LOSS_TOLERANCE)


@lru_cache(maxsize=64)  # records of one recipe come one after the other
def _said_of_settings(content: str, workflow: str, generation: int) -> Mapping[str, str]:
    """What a recipe, as canonical JSON, says of the settings that each kind of stage depends on."""
    recipe = read_recipe(json.loads(content))
    return {
        kind: repr([(name, value_of(recipe, name)) for name in sorted(names)])
        for kind, names in settings_of(recipe, workflow, generation).items()
    }


def _json(value: object) -> str:
    return _ANYTHING.dump_json(value).decode()
