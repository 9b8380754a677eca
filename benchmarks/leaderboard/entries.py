"""Which chains compete: what decides it of each record, and the contests that entries make up.

An entry is small, so that thousands of records can be read one after the other. `ranking` says what
makes chains comparable, and why; here they are put beside each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.leaderboard.terms import Terms, Used, terms_of, used_by
from benchmarks.running.digests import by_content
from benchmarks.running.record import Envelope
from data.edits.places import read_name
from data.errors import BadInput
from data.workflow import label

METHOD_SETTINGS = (
    "edit_rule", "prior", "prior_context", "human_share", "candidates", "truncate_above", "health",
    "rewarding", "changed_tokens",
)  # fmt: skip
"""Settings of a recipe that belong to the method, so that methods with different ones compete."""
_PROSE = ("name", "summary", "tier", "workflows")
_HUMAN = {CONTROL, "same_human"}
"""Workflows of human text alone, which studies of all kinds have."""
DISTINCT = "samples/distinct_2/none"
TAIL = "samples/tail_coverage/none"

Group = tuple[str, str, str, int]
"""What comparable records share: digest of the settings, fingerprint of the human text, precision,
version of the held-out loss."""


class Entry(NamedTuple):
    """What decides of a chain in which track it is ranked, and beside which seeds."""

    number: int
    """Place of its record among all that were given."""
    recipe: str
    """Name and digest of its recipe."""
    digest: str
    """Digest of its recipe alone."""
    workflow: str
    version: str | None
    """SHA-256 of the file of a user's own method."""
    seed: int
    group: Group
    used: Used


class Contest(NamedTuple):
    """Methods that are ranked together, and the control that they are held against."""

    group: Group
    terms: Terms
    controls: Mapping[int, tuple[Entry, ...]]
    """All comparable chains of the control of every seed, whatever their recipe."""
    methods: Sequence[Sequence[Entry]]
    """The chains of each method that have a control of their seed."""


def entry_of(record: Record, number: int) -> Entry | None:
    """What decides where a chain competes; None where it does not (`is_dose`, or not measured)."""
    metrics = record.last.metrics
    if not {LOSS, DISTINCT, TAIL} <= metrics.keys() or is_dose(record):
        return None
    return Entry(
        number=number,
        recipe=recipe_of(record),
        digest=record.digest,
        workflow=record.workflow,
        version=record.method_sha256,
        seed=record.seed,
        group=(
            setting_digest(record),
            record.human.fingerprint,
            record.environment.precision,
            metrics[LOSS].version,
        ),
        used=used_by(record),
    )


def is_dose(record: Record) -> bool:
    """Whether a chain belongs to a study of where as many tokens are changed, and of nothing else.

    Its arms are doses at places, held against each other; they are no methods of making a corpus.
    """
    methods = {*record.recipe.get("workflows", ()), record.workflow} - _HUMAN
    return bool(methods) and all(read_name(name) is not None for name in methods)


def groups(entries: Iterable[Entry]) -> dict[Group, list[Entry]]:
    """Comparable chains: setting, human text, precision and version of the loss agree.

    Raises:
        BadInput: A chain is there twice.
    """
    found: dict[Group, list[Entry]] = {}
    seen: set[tuple[str, str, int]] = set()
    for entry in sorted(entries, key=lambda one: (one.recipe, one.workflow, one.seed)):
        chain = (entry.digest, entry.workflow, entry.seed)
        if chain in seen:
            file = f"{entry.recipe}/{label(entry.workflow)}-seed{entry.seed}.json"
            raise BadInput(
                f"more than one record of {file}: give the folders one by one, or name your recipe "
                "differently"
            )
        seen.add(chain)
        found.setdefault(entry.group, []).append(entry)
    return found


def controls_of(entries: Iterable[Entry]) -> dict[int, tuple[Entry, ...]]:
    """All controls of every seed, whatever their recipe."""
    found: dict[int, tuple[Entry, ...]] = {}
    for entry in entries:
        if entry.workflow == CONTROL:
            found[entry.seed] = (*found.get(entry.seed, ()), entry)
    return found


def contests(entries: Iterable[Entry]) -> Iterator[Contest]:
    """Every track that the entries fill.

    Raises:
        BadInput: A chain is there twice.
    """
    for group, mine in groups(entries).items():
        controls = controls_of(mine)
        by_terms: dict[Terms, list[list[Entry]]] = {}
        for method in _methods(mine, controls):
            beside = [control.used for entry in method for control in controls[entry.seed]]
            found = terms_of([entry.used for entry in method], beside)
            by_terms.setdefault(found, []).append(method)
        for terms, methods in by_terms.items():
            yield Contest(group, terms, controls, methods)


def _methods(
    entries: Iterable[Entry], controls: Mapping[int, tuple[Entry, ...]]
) -> Iterable[list[Entry]]:
    """The chains of every method that have a control."""
    found: dict[tuple[str, str, str | None], list[Entry]] = {}
    for entry in entries:
        if entry.workflow != CONTROL and entry.seed in controls:
            found.setdefault((entry.recipe, entry.workflow, entry.version), []).append(entry)
    return found.values()


def setting_digest(record: Record) -> str:
    """8 hex digits of all that comparable recipes share: everything but method and prose."""
    return _setting(record.recipe)


@by_content
def _setting(recipe: Mapping[str, Any]) -> str:
    left_out = (*_PROSE, *METHOD_SETTINGS)
    return recipe_digest({k: v for k, v in recipe.items() if k not in left_out})


def method_of(workflow: str, version: str | None) -> str:
    """Name of a method; that of a user's own has the first digits of its file's SHA-256."""
    return label(workflow) if version is None else f"{label(workflow)} {version[:8]}"


def recipe_of(record: Envelope) -> str:
    """Name and digest of the recipe of a record."""
    return f"{record.recipe['name']}-{record.digest}"


def file_of(record: Envelope) -> str:
    """Path where a record belongs, below the folder of records."""
    return f"{recipe_of(record)}/{label(record.arm)}-seed{record.seed}.json"
