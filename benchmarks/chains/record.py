"""The record of one chain: one workflow and one seed as one validated JSON file."""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from benchmarks.chains.recipe import Recipe, read_recipe, recipe_digest
from benchmarks.downstream.record import DownstreamFacts
from benchmarks.running.digests import RECORD_SCHEMA, canonical_json
from benchmarks.running.record import Environment, Hardware, Metric, RecordPart, StageFacts
from data.errors import BadInput
from data.files import write_atomic
from data.workflow import label

_TIME_FIELDS = frozenset(
    {
        "started",
        "seconds",
        "tokens_per_second",
        "peak_memory_bytes",
        "peak_device_memory_bytes",
        "commit",
        "dirty",
        "hardware",
        "content",
    }
)
_POSITIVE = ("/bits_per_byte/none", "/perplexity/none")


class EditTotals(RecordPart):
    """How many tokens of a corpus an edit rule touched; see `EditSummary`."""

    tokens: int
    editable: int
    flagged: int
    changed: int
    unwritable: int
    threshold: float
    flagged_by_paper: int
    histogram: list[int]

    @model_validator(mode="after")
    def _adds_up(self) -> "EditTotals":
        if not 0 <= self.changed <= self.flagged <= self.editable <= self.tokens:
            raise BadInput("changed, flagged, editable and tokens do not grow in this order")
        return self


class HealthFacts(RecordPart):
    """See `data.measures.health.Health`."""

    documents: int
    mean_bytes: float
    empty: float
    duplicate: float
    near_duplicate: float
    unfinished: float
    malformed: float
    length_shift: float
    concentration: float
    held_out_overlap: float
    repeated_opening: float
    repeated_id: float


class CorpusFacts(RecordPart):
    """What a generation was trained on."""

    documents: int
    tokens: int
    """In the trained model's own tokens, separators not counted."""
    human_tokens: int
    """Tokens of human documents, as they were or edited."""
    fingerprint: str
    health: HealthFacts
    breaches: list[str]
    """Limits of the recipe's health gate that it breaks."""
    edit: EditTotals | None = None
    """Totals of the token editing that made it."""
    cut_off: int | None = None
    """Sampled documents that reached the length limit."""
    text: dict[str, Metric] | None = None
    """What the recipe's judge found in it."""


class Generation(RecordPart):
    """One model of the chain."""

    generation: int
    corpus: CorpusFacts
    steps: int
    tokens_seen: int
    """Tokens this fit was trained on."""
    human_tokens_used: int
    """Different human tokens that the chain has needed so far."""
    final_loss: float
    metrics: dict[str, Metric]
    written: int
    """Documents that the model wrote for the `samples` metrics."""
    written_cut_off: int
    """Of these, cut off at the length limit."""
    downstream: DownstreamFacts | None = None
    """None where the recipe names no tasks, or not for this generation."""
    stages: dict[str, StageFacts]

    @model_validator(mode="after")
    def _was_fitted(self) -> "Generation":
        if "fit" not in self.stages:
            raise BadInput(f"generation {self.generation} has no stage fit")
        for key, metric in self.metrics.items():
            if key.endswith(_POSITIVE) and metric.value <= 0:
                raise BadInput(f"{key} is {metric.value}; it is above 0 for any model")
        return self


class Human(RecordPart):
    """The human text of the chain."""

    source: str
    licence: str
    fingerprint: str
    documents: int
    tokens: int
    bytes: int
    duplicates: int
    skipped: dict[str, int]
    floor: dict[str, Metric]
    """The diversity measures of human text that is in no corpus of generation 0."""


class Identities(RecordPart):
    """What identifies the content of what the recipe names and does not describe."""

    synthetic: str | None = None
    """SHA-256 of the text of another model, or its name on the hub."""
    checkpoint: str | None = None
    """SHA-256 of the package or of the files of the folder."""
    base: str | None = None
    """SHA-256 of its weights."""


class Record(RecordPart):
    """One chain: one workflow, one seed."""

    record_schema: int
    recipe: dict[str, Any]
    digest: str
    """Of the recipe."""
    workflow: str
    seed: int
    commit: str
    dirty: bool
    environment: Environment
    hardware: Hardware
    started: str
    seconds: float
    """Sum over the stages, each counted once, whenever they ran."""
    human: Human
    generations: list[Generation]
    method_sha256: str | None = None
    """Of the file that defines the workflow, where it is a user's own."""
    identities: Identities | None = None
    """None where the recipe names no such thing, and in records older than this field."""
    content: str | None = None
    """SHA-256 of all the rest (`content_digest`); None in records older than this field."""

    @model_validator(mode="after")
    def _is_whole(self) -> "Record":
        if self.record_schema != RECORD_SCHEMA:
            raise BadInput(f"schema {self.record_schema} is not {RECORD_SCHEMA}")
        recipe = read_recipe(self.recipe)
        if self.workflow not in recipe.workflows:
            raise BadInput(f"workflow {self.workflow!r} is not in the recipe")
        found = [g.generation for g in self.generations]
        if len(found) != recipe.generations + 1 or found != list(range(len(found))):
            raise BadInput(f"generations are not 0 to {recipe.generations}")
        if len({frozenset(g.metrics) for g in self.generations}) > 1:
            raise BadInput("generations have different metrics")
        digest = recipe_digest(self.recipe)
        if digest != self.digest:
            raise BadInput(f"digest is {self.digest}, the recipe inside gives {digest}")
        if self.content not in (None, content_digest(self)):
            raise BadInput("content was changed after the run had written it")
        return self

    @property
    def last(self) -> Generation:
        """The end of the chain."""
        return self.generations[-1]

    def file(self, folder: Path) -> Path:
        """Where it belongs below a folder of records."""
        return (
            folder
            / f"{self.recipe['name']}-{self.digest}"
            / f"{label(self.workflow)}-seed{self.seed}.json"
        )


def content_digest(record: Record) -> str:
    """SHA-256 of a record without its own field `content`, as canonical JSON.

    Values that are defaults do not count, so that a new optional field changes no digest.
    """
    content = canonical_json(
        record.model_dump(mode="json", exclude={"content"}, exclude_defaults=True)
    )
    return hashlib.sha256(content.encode()).hexdigest()


def sealed(record: Record) -> Record:
    """The record with the digest of its content.

    The digest shows a careless change and not a deliberate one: anybody can compute it anew.
    """
    return record.model_copy(update={"content": content_digest(record)})


def write_record(record: Record, folder: Path) -> Path:
    """Write a record atomically; return its path."""
    path = record.file(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = Record.model_validate(record.model_dump()).model_dump_json(indent=1)
    write_atomic(path, content + "\n")
    return path


def read_record(path: Path) -> Record:
    """Read and validate one record.

    Raises:
        BadInput: The file is no valid record; the message names file and field.
    """
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError, OSError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, first["loc"])) if first else "content"
        why = first["msg"] if first else str(error)
        raise BadInput(f"{path}: {where or 'record'}: {why}; restore it or run it again") from error


def read_records(folder: Path) -> list[Record]:
    """All records below a folder, in the order of their paths.

    Raises:
        BadInput: A file is no valid record, or lies where another record belongs.
    """
    found = {path: read_record(path) for path in sorted(folder.glob("*/*.json"))}
    for path, record in found.items():
        if path != record.file(folder):
            raise BadInput(f"{path}: this record belongs at {record.file(folder)}; move it")
    return list(found.values())


def records_of(recipe: Recipe, folder: Path) -> list[Record]:
    """All records of a recipe as it stands now.

    Raises:
        BadInput: There is none, or `read_records` finds fault.
    """
    digest = recipe.digest
    found = [record for record in read_records(folder) if record.digest == digest]
    if not found:
        raise BadInput(
            f"{folder} has no record of {recipe.name}-{digest}; make one: collapse run "
            f"{recipe.name}"
        )
    return found


def without_times(record: Record) -> dict[str, Any]:
    """What two runs of one recipe and seed must agree on."""
    content: dict[str, Any] = _strip(record.model_dump())
    return content


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strip(item) for key, item in value.items() if key not in _TIME_FIELDS}
    if isinstance(value, list):
        return [_strip(item) for item in value]
    return value


def record_name(record: Record) -> str:
    """`<recipe>-<digest>/<workflow>-seed<k>`."""
    return f"{record.recipe['name']}-{record.digest}/{record.workflow}-seed{record.seed}"
