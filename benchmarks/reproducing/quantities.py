"""What of a record is compared with another one: numbers that have a band, and exact facts.

The losses of later generations are compared as their rise over generation 0. All models of a chain
begin with its first model, so that the rise has a fraction of the loss's spread over seeds.
"""

import math
from typing import NamedTuple

from benchmarks.chains.record import Generation, Record
from benchmarks.running.record import Envelope, StudyRecord

RISE = "rise of "
"""Beginning of the name of a loss that is compared as its rise over generation 0."""
EDIT = "edit/"
"""Beginning of the names of what an edit did to a corpus."""
_LOSSES = "/bits_per_byte/none"
_FOLLOWS = "/perplexity/none"
"""End of the names of metrics that follow from another one, and are not compared twice."""
_DRAWN = "samples/"
"""Beginning of the names of metrics of text that is drawn anew in every run."""
_FROM_HUMAN_TEXT = ("fresh_human", "same_human")
"""Workflows whose corpora no model has a part in, so that they are the same on every machine."""
_COUNTS = ("documents", "tokens", "human_tokens", "fingerprint")


class Place(NamedTuple):
    """Where in a chain a number or a fact stands."""

    generation: int
    """Generation that it is of; 0 for a run that is no chain."""
    name: str
    version: int = 0
    """Version of the measure; numbers of two versions are never compared."""

    @property
    def measure(self) -> str:
        """The measure, without the generation."""
        return f"{self.name} {self.version}"

    def __str__(self) -> str:
        return f"generation {self.generation}: {self.name}"


class Number(NamedTuple):
    """A number of a record, and how far another draw of the same kind moves it at least."""

    value: float
    drawn: float = 0.0
    """Standard error of what was drawn at random to measure it; 0 where nothing was."""


def is_loss(name: str) -> bool:
    """Whether a number is a loss in bits per byte, or the rise of one."""
    return name.endswith(_LOSSES)


def numbers(record: Envelope) -> dict[Place, Number]:
    """The numbers of a record that another run finds again within a band."""
    if isinstance(record, StudyRecord):
        return {
            Place(0, key, metric.version): Number(metric.value)
            for key, metric in record.metrics.items()
        }
    assert isinstance(record, Record), "records are those of chains or of studies"
    first = record.generations[0].metrics
    found: dict[Place, Number] = {}
    for one in record.generations:
        for key, metric in one.metrics.items():
            if key.endswith(_FOLLOWS):
                continue
            rises = one.generation > 0 and is_loss(key)
            place = Place(one.generation, f"{RISE}{key}" if rises else key, metric.version)
            start = first[key].value if rises else 0.0
            drawn = (metric.stderr or 0.0) if key.startswith(_DRAWN) else 0.0
            found[place] = Number(metric.value - start, drawn)
        found |= _of_edit(one)
    return found


def _of_edit(one: Generation) -> dict[Place, Number]:
    edit = one.corpus.edit
    if edit is None or edit.editable == 0:
        return {}
    return {
        Place(one.generation, f"{EDIT}flagged_share"): _share(edit.flagged, edit.editable),
        Place(one.generation, f"{EDIT}changed_share"): _share(edit.changed, edit.editable),
    }


def _share(part: int, whole: int) -> Number:
    share = part / whole
    return Number(share, math.sqrt(max(share * (1 - share), 1 / whole) / whole))


def facts(record: Envelope) -> dict[Place, object]:
    """What is the same on every machine and for every seed: texts, names of measures."""
    if isinstance(record, StudyRecord):
        return {Place(0, "measures"): tuple(sorted(record.metrics))}
    assert isinstance(record, Record), "records are those of chains or of studies"
    found: dict[Place, object] = {
        Place(0, f"human {name}"): getattr(record.human, name)
        for name in ("source", "fingerprint", "documents", "bytes")
    }
    for name, text in (record.evaluated or {}).items():
        found[Place(0, f"documents of {name}")] = text.fingerprint
    if record.method_sha256 is not None:
        found[Place(0, "SHA-256 of the method's file")] = record.method_sha256
    for one in record.generations:
        found[Place(one.generation, "measures")] = tuple(sorted(one.metrics))
        found[Place(one.generation, "human tokens used")] = one.human_tokens_used
    return found


def facts_of_seed(record: Envelope) -> dict[Place, object]:
    """What is the same on every machine for one seed: first texts, and sizes of fits.

    Corpora that a model wrote or edited are left out: the last digits of its weights decide words.
    """
    if not isinstance(record, Record):
        return {}
    found: dict[Place, object] = {Place(0, "human tokens"): record.human.tokens}
    for one in record.generations:
        if one.generation and record.workflow not in _FROM_HUMAN_TEXT:
            continue
        for name in _COUNTS:
            found[Place(one.generation, f"corpus {name}")] = getattr(one.corpus, name)
        found[Place(one.generation, "steps")] = one.steps
        found[Place(one.generation, "tokens seen")] = one.tokens_seen
    return found


def first_text(record: Envelope) -> str | None:
    """Fingerprint of the text that generation 0 learned, which is another one for every seed."""
    return record.generations[0].corpus.fingerprint if isinstance(record, Record) else None
