"""A record: one run of one seed as one JSON file, complete, validated, readable in a diff.

The envelope says what was run, by which code, where and how long; every family extends it by what
its runs found. A file is read by the class of its field `family`.
"""

import gc
import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from benchmarks.running.digests import RECORD_SCHEMA, canonical_json
from data.errors import BadInput
from data.files import write_atomic
from data.names import check_name
from data.strict_json import read_strictly
from data.workflow import label
from lightning_modules.library_warnings import MOST_CHARACTERS, MOST_KINDS

if TYPE_CHECKING:  # it loads torch
    from benchmarks.running.stage import Stage


CHAINS = "chains"
"""The family of a record that names none: a chain of generations."""
_TIME_FIELDS = frozenset(
    {
        "started",
        "seconds",
        "tokens_per_second",
        "peak_memory_bytes",
        "peak_device_memory_bytes",
        "library_warnings",
        "commit",
        "dirty",
        "hardware",
        "content",
        "sealed_later",
    }
)


class RecordPart(BaseModel):
    """A part of a record: no unknown field, no change, no number that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Whole = Annotated[int, Field(strict=True, ge=0)]
"""A number of things, which may be none."""
Amount = Annotated[float, Field(ge=0)]
"""A quantity that is not negative, such as seconds."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A part of all, from 0 to 1."""
Count = Annotated[int, Field(strict=True, ge=1)]
"""A number of things that a measured number rests on: a whole number, one at least."""
StandardError = Annotated[float, Field(ge=0)]
"""A standard error, which is not negative."""


Word = Annotated[str, Field(pattern=r"^[\w.:+-]+$")]
"""A digest, a version, a time or a name of one word, which holds no markup of a page."""
Key = Annotated[str, Field(pattern=r"^[\w .,:;=+/()@%-]+$")]
"""The name of a measure or a stage, which holds no markup of a page or a terminal."""


class Metric(RecordPart):
    """A measured number with its standard error and the number of things it rests on."""

    value: float
    stderr: StandardError | None
    n: Count
    version: Whole


def as_metrics(measures: Mapping[str, Mapping[str, Any]]) -> dict[str, Metric]:
    """Measures by name, each with `value`, `stderr` and `n`, as the record of a study has them."""
    return {name: Metric(**measure, version=1) for name, measure in measures.items()}


class LibraryWarning(RecordPart):
    """A warning of a library that a stage called, and how often it was given."""

    source: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    """Module that gave it; where a compiled library did, the module that called that one."""
    kind: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    """Class of the warning, or level of the log line."""
    text: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    """Its words, on one line and perhaps cut."""
    count: Count


class StageFacts(RecordPart):
    """How one stage of one generation was run: address, time, speed and memory."""

    digest: Word
    seconds: Amount
    """Time of the attempt that finished the stage; what an interrupted attempt had done is not in
    it."""
    tokens: Whole
    tokens_per_second: Amount | None
    """Speed of the work; None for a stage that was interrupted and went on, or that has no
    tokens."""
    peak_memory_bytes: Whole
    """Largest resident size of a process up to the end of the stage: its own or a child's."""
    peak_device_memory_bytes: Whole | None = None
    """Most memory of tensors on one GPU within the stage; None where it used none."""
    library_warnings: Annotated[tuple[LibraryWarning, ...], Field(max_length=MOST_KINDS + 1)] = ()
    """What libraries warned of in the attempt that finished the stage, in all its processes; older
    records have none."""


class Lock(RecordPart):
    """The pinned environment a record was made in."""

    name: Key
    sha256: Word
    satisfied: bool
    """Whether every package that it pins and that is installed has the pinned version."""


class Environment(RecordPart):
    """Python and the packages that a run was made with."""

    python: Word
    versions: dict[Word, Word]
    lock: Lock | None
    """The pinned environment; None for a run that was made outside any."""
    precision: Word


class Hardware(RecordPart):
    """The machine and device that a run was made on."""

    machine: Key
    device: Key
    threads: Count
    memory_bytes: Count


class Envelope(RecordPart):
    """What the records of all families share: one recipe, one arm, one seed."""

    record_schema: int
    recipe: dict[str, Any]
    digest: Word
    """Digest of the recipe's settings, 8 hex digits."""
    seed: Whole
    commit: Word
    dirty: bool
    environment: Environment
    hardware: Hardware
    started: Word
    seconds: Amount
    """Time of all stages, each counted once, whenever they ran."""
    content: str | None = None
    """SHA-256 of all the rest (`content_digest`); a file without it is no record."""
    sealed_later: bool = False
    """Whether the digest was computed long after the run, because the record is older than such
    digests: it shows no change from before."""

    if TYPE_CHECKING:  # a field or a property of each family's record

        @property
        def family(self) -> str:
            """The family whose class reads it."""

        @property
        def arm(self) -> str:
            """The part of the recipe that was run: of a chain, the workflow."""

    @model_validator(mode="after")
    def _is_sealed(self) -> "Envelope":
        if self.record_schema != RECORD_SCHEMA:
            raise BadInput(f"schema {self.record_schema} is not {RECORD_SCHEMA}")
        self.check_whole()
        digest = self.recipe_digest()
        if digest != self.digest:
            raise BadInput(f"digest is {self.digest}, the recipe inside gives {digest}")
        if self.content not in (None, content_digest(self)):
            raise BadInput("content was changed after the run had written it")
        return self

    def check_whole(self) -> None:
        """Hold what was found against the recipe inside; a family's record checks its own.

        Raises:
            BadInput: Something is missing, or does not belong together.
        """

    def recipe_digest(self) -> str:
        """Digest of the recipe inside; each family knows the class of its recipes."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Name of the run among all records: `<recipe>-<digest>/<arm>-seed<k>`."""
        return f"{self.recipe['name']}-{self.digest}/{self.arm}-seed{self.seed}"

    def file(self, folder: Path) -> Path:
        """Path of the record's file below a folder of records."""
        place = folder / f"{self.recipe['name']}-{self.digest}"
        return place / f"{label(self.arm)}-seed{self.seed}.json"


class StudyRecord(Envelope):
    """A run that is no chain of generations: one arm of one seed, and what it measured.

    A family extends it by a `family` of its own, by its `recipe_digest`, and by what its runs find.
    """

    arm: str
    metrics: dict[Key, Metric]
    """Measured numbers, by a key with the unit or the measure in it."""
    stages: dict[Key, StageFacts]
    """How each stage was run, by the kind of stage."""

    def check_whole(self) -> None:
        """The arm is the recipe's, and something was measured in some stage.

        Raises:
            BadInput: It is not, or nothing was.
        """
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", str(self.recipe.get("name", ""))):
            raise BadInput("recipe.name is no name that a folder can have")
        check_name(self.arm, "arm")
        if self.arm not in self.recipe.get("arms", ()):
            raise BadInput(f"arm {self.arm!r} is not in the recipe")
        if not self.metrics or not self.stages:
            raise BadInput("a run without metrics or stages measured nothing")
        spent = sum({stage.digest: stage.seconds for stage in self.stages.values()}.values())
        if not math.isclose(self.seconds, spent, rel_tol=1e-6, abs_tol=1e-6):
            raise BadInput(f"seconds is {self.seconds:g}, its stages took {spent:g}")


AnyRecord = TypeVar("AnyRecord", bound=Envelope)


def content_digest(record: Envelope) -> str:
    """SHA-256 of a record without its own field `content`, as canonical JSON.

    Values that are defaults do not count, so that a new optional field changes no digest.
    """
    content = canonical_json(
        record.model_dump(mode="json", exclude={"content"}, exclude_defaults=True)
    )
    return hashlib.sha256(content.encode()).hexdigest()


def sealed(record: AnyRecord) -> AnyRecord:
    """The record with the digest of its content.

    The digest shows a careless change and not a deliberate one: anybody can compute it anew.
    """
    return record.model_copy(update={"content": content_digest(record)})


def write_record(record: Envelope, folder: Path) -> Path:
    """Write a record atomically, with the digest of its content; return its path."""
    path = record.file(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = sealed(record) if record.content is None else record
    content = type(whole).model_validate(whole.model_dump()).model_dump_json(indent=1)
    write_atomic(path, content + "\n")
    return path


def _family_in(found: Mapping[str, Any]) -> str:
    """The family that a record says; that of chains where it says none."""
    family = found.get("family", CHAINS)
    return family if isinstance(family, str) else CHAINS


@contextmanager
def no_search_for_garbage() -> Iterator[None]:
    """While many records are read, which all stay: a search goes through all of them each time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_as(kind: type[AnyRecord], path: Path) -> AnyRecord:
    """Read and validate one record as that of a kind.

    Raises:
        BadInput: The file is no valid record; the message names file and field.
    """
    text, found = read_strictly(path)
    return _read_found(kind, text, found, path)


def _read_found(
    kind: type[AnyRecord], text: str, found: Mapping[str, Any], path: Path
) -> AnyRecord:
    """A record of what its file holds, which is parsed once; a fault is told in words of JSON."""
    try:
        record = kind.model_validate(found)
    except ValidationError:
        record = _read_text(kind, text, path)
    if record.content is None:
        raise BadInput(f"{path}: content: the digest of all the rest is missing; run it again")
    return record


def _read_text(kind: type[AnyRecord], text: str, path: Path) -> AnyRecord:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "record"
        raise BadInput(f"{path}: {where}: {first['msg']}; restore it or run it again") from error


def read_one(kinds: Mapping[str, type[AnyRecord]], path: Path) -> AnyRecord | None:
    """Read and validate one record by the class of its family; None where there is none.

    The file is read once, so that no other content is validated than was looked at.

    Raises:
        BadInput: The file is no valid record; the message names file and field.
    """
    text, found = read_strictly(path)
    family = _family_in(found)
    return _read_found(kinds[family], text, found, path) if family in kinds else None


def read_kinds(kinds: Mapping[str, type[AnyRecord]], folder: Path) -> list[AnyRecord]:
    """All records of some families below a folder, in the order of their paths.

    Args:
        kinds: The class of each family's records; files of other families are left out.
        folder: Holds one folder per recipe.

    Raises:
        BadInput: A file is no valid record, or lies where another record belongs.
    """
    found: dict[Path, AnyRecord] = {}
    with no_search_for_garbage():
        for path in sorted(folder.glob("*/*.json")):
            if (record := read_one(kinds, path)) is not None:
                found[path] = record
    return in_their_places(found, folder)


def in_their_places(found: Mapping[Path, AnyRecord], folder: Path) -> list[AnyRecord]:
    """Records by the files that hold them, once each lies where it belongs.

    Raises:
        BadInput: One lies where another record belongs.
    """
    place, behind = folder.resolve(), cache(Path.resolve)
    for path, record in found.items():
        if path.is_symlink() or behind(path.parent) != place / path.parent.relative_to(folder):
            raise BadInput(
                f"{path}: lies behind a link, outside {folder}; put the file itself there"
            )
        if path != record.file(folder):
            raise BadInput(f"{path}: this record belongs at {record.file(folder)}; move it")
    return list(found.values())


def without_times(record: Envelope) -> dict[str, Any]:
    """The part of a record that two runs of one recipe and seed must agree on."""
    content: dict[str, Any] = _strip(record.model_dump())
    return content


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strip(item) for key, item in value.items() if key not in _TIME_FIELDS}
    if isinstance(value, list):
        return [_strip(item) for item in value]
    return value


def stage_facts(stage: "Stage") -> StageFacts:
    """The part of a stage's manifest that a record keeps."""
    seconds = stage.manifest["seconds"]
    tokens = int(stage.facts.get("tokens", 0))
    has_speed = tokens > 0 and not stage.manifest["resumed"]
    return StageFacts(
        digest=stage.digest,
        seconds=seconds,
        tokens=tokens,
        tokens_per_second=tokens / seconds if has_speed else None,
        peak_memory_bytes=stage.manifest["peak_memory_bytes"],
        peak_device_memory_bytes=stage.manifest.get("peak_device_memory_bytes"),
        library_warnings=stage.manifest.get("library_warnings", ()),
    )
