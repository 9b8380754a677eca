"""Token-edits files of text into a folder: `collapse edit`.

OUTPUT/text/         the files, edited, under their own names
OUTPUT/ledger.parquet  every flagged token; with the source it gives the edited text again
OUTPUT/summary.json    what was read and what was done
OUTPUT/edit.json       what was asked for; a run that was cut off goes on from working/
"""

import itertools
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from benchmarks.editing.outcome import EditOutcome, FilesRead
from benchmarks.editing.replay import write_texts
from benchmarks.editing.request import EditRequest
from benchmarks.running.packaged import prior_folder
from benchmarks.running.stage import peak_memory_bytes
from benchmarks.running.torchrun import WorkersFailed, start_torchrun
from data.editing import EditRule
from data.errors import BadInput, readable
from data.files import PARTIAL, discard, file_digest, folder_identity, write_atomic
from data.ledger import metadata
from data.text.text_files import ReadReport
from lightning_modules.device import Device
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.editing.shard_facts import ShardFacts
from lightning_modules.editing.token_editing import (
    cut_into_shards,
    edit_all,
    write_ledger,
)
from lightning_modules.trainer import predicting_alone

_GENERATION = 1
_TOKENS_PER_BATCH = {"cpu": 4096, "gpu": 65_536}
_CHARACTERS_PER_SHARD = {"cpu": 2**15, "gpu": 2**22}
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class EditFolder:
    """The folder that an edit writes into, and the files in it."""

    path: Path

    @property
    def ledger(self) -> Path:
        """Path of the ledger, which has one row per flagged token."""
        return self.path / "ledger.parquet"

    @property
    def summary(self) -> Path:
        """Path of the summary; it is written last, so that the edit is whole where it stands."""
        return self.path / "summary.json"

    @property
    def working(self) -> Path:
        """Path of the folder of shards; it is removed at the end of the edit."""
        return self.path / "working"

    @property
    def has_shards(self) -> bool:
        """Whether any of the work is done."""
        return self.summary.is_file() or any(self.working.glob("*.parquet"))

    @property
    def description(self) -> Path:
        """Path of the file that holds the request and what was found in the inputs."""
        return self.path / "edit.json"

    def outcome(self) -> EditOutcome:
        """The outcome of a finished edit, read from its summary."""
        with readable(self.summary, "delete this folder and edit again"):
            return _OUTCOME.validate_json(self.summary.read_bytes())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out, and clear away what a killed one left half-written.

        Raises:
            BadInput: Another run is in it, or it is somebody else's folder.
        """
        if self.path.is_file() or (self.path.is_dir() and self._is_foreign()):
            raise BadInput(f"{self.path}: is there and holds no edit; choose another folder")
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / ".lock", timeout=0):
                for left_over in self.path.rglob(f"*{PARTIAL}*"):
                    left_over.unlink()
                yield
        except Timeout as error:
            raise BadInput(
                f"{self.path}: another run edits into this folder; wait for it or choose another"
            ) from error

    def _is_foreign(self) -> bool:
        names = {path.name for path in self.path.iterdir()}
        return bool(names) and not names & {self.description.name, ".lock"}


class Watcher:
    """Listener that is told how an edit comes along; this one does nothing."""

    def begins(self, n_characters: int, n_done: int) -> None:
        """Called when scoring begins: so many characters, of which a run before did some."""

    def scored(self, n_tokens: int) -> None:
        """Called when so many more tokens are scored."""

    def finished(self, n_characters: int, facts: ShardFacts) -> None:
        """Called when the file of a shard of so many characters is written."""


def edit_files(request: EditRequest, output: Path, devices: int, watcher: Watcher) -> EditOutcome:
    """Edit files into a folder; go on where a run was cut off.

    Args:
        request: Inputs, rule, prior and seed of the edit.
        output: Folder of the outcome.
        devices: Number of processes that edit side by side.
        watcher: Listener that is told how the edit comes along.

    Raises:
        BadInput: An input is missing or malformed, or the folder holds another edit.
    """
    folder = EditFolder(output)
    with folder.held():
        source = _find_source(request, folder)
        if folder.summary.is_file():
            if folder.working.exists():  # killed while it was removed
                discard(folder.working)
            return folder.outcome()
        started = time.perf_counter()
        folder.working.mkdir(exist_ok=True)
        run = _Run(request, source, folder, watcher)
        watcher.begins(source.characters, run.n_characters_done)
        run.score(devices)
        made_from = {"files": source.files, "fields": asdict(request.fields)}
        summary = write_ledger(run.job, folder.ledger, made_from)
        write_texts(request.files(), folder.ledger, output / "text")
        done = metadata(folder.ledger)
        outcome = EditOutcome(
            source=source,
            summary=summary,
            rule=_RULE.validate_python(done["rule"]),
            prior=done["prior"],
            seconds=time.perf_counter() - started,
            tokens_in_seconds=run.n_tokens,
            peak_memory_bytes=peak_memory_bytes(),
        )
        write_atomic(folder.summary, _OUTCOME.dump_json(outcome, indent=1).decode() + "\n")
        discard(folder.working)
        return outcome


def edit_part(output: Path) -> None:
    """Edit together with the other processes of torchrun; the folder says what is asked for."""
    folder = EditFolder(output)
    request, source = _read_description(folder.description)
    _Run(request, source, folder, Watcher()).edit_all()


class _Run:
    """One run of an edit, from the first or from where an earlier one was cut off."""

    def __init__(
        self, request: EditRequest, source: FilesRead, folder: EditFolder, watcher: Watcher
    ) -> None:
        self.request = request
        self.folder = folder
        self.watcher = watcher
        self.n_tokens = 0
        self.job = EditJob(
            passages=request.passages,
            shards=[range(first, stop) for first, stop, _ in source.shards],
            folder=folder.working,
            rule=request.rule,
            seed=request.seed,
            generation=_GENERATION,
            tokens_per_batch=_TOKENS_PER_BATCH[request.accelerator],
            advance=self._advance,
        )
        self._characters = [characters for *_, characters in source.shards]
        self._seen = set(range(len(self.job.shards))) - set(self.job.missing())
        self._looked = time.monotonic()

    @property
    def n_characters_done(self) -> int:
        """Number of characters in shards that are finished."""
        return sum(self._characters[shard] for shard in self._seen)

    def score(self, devices: int) -> None:
        """Edit all shards that are not finished, here or in several processes."""
        if devices > 1:
            self._score_side_by_side(devices)
        else:
            self.edit_all()
        self._look()

    def edit_all(self) -> None:
        """Edit all shards that are not finished, with the processes of this group."""
        device = Device(name=self.request.device)
        edit_all(
            self.job,
            self.request.load_prior(),
            lambda writer: predicting_alone(
                device, lambda n: None, writer, precision="32-true"
            ),  # no autocast: the weights have the type that was asked for
        )

    def _score_side_by_side(self, devices: int) -> None:
        process = start_torchrun(devices, "benchmarks.editing.worker", str(self.folder.path))
        try:
            while process.poll() is None:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
                self.n_tokens += self._look()
            self.n_tokens += self._look()
        finally:
            process.terminate()
            process.wait()
        if process.returncode != 0:
            raise WorkersFailed(
                f"{self.folder.path}: a process that edits failed, see above; run the same command "
                "again to go on"
            )

    def _advance(self, n_tokens: int) -> None:
        self.n_tokens += n_tokens
        self.watcher.scored(n_tokens)
        if time.monotonic() - self._looked > _SECONDS_BETWEEN_LOOKS:
            self._look()

    def _look(self) -> int:
        """Tell the watcher of shards that are new; their tokens."""
        new = set(range(len(self.job.shards))) - self._seen - set(self.job.missing())
        self._seen |= new
        n_tokens = 0
        self._looked = time.monotonic()
        for shard in sorted(new):
            try:
                facts = ShardFacts.of(self.job.path(shard))
            except FileNotFoundError:  # removed just now, to be edited with the settled rule
                self._seen.discard(shard)
                continue
            self.watcher.finished(self._characters[shard], facts)
            n_tokens += facts.counts.tokens
        return n_tokens


def _find_source(request: EditRequest, folder: EditFolder) -> FilesRead:
    """Look through the inputs, or take over what a run before has found.

    Raises:
        BadInput: The folder holds an edit of something else.
    """
    identity = _identity(request)
    if folder.description.is_file():
        with readable(folder.description, "delete this folder and edit again"):
            recorded = dict(json.loads(folder.description.read_text())["identity"])
        differing = [key for key in identity if identity[key] != recorded.get(key)]
        if differing and folder.has_shards:
            was, now = (source.get(differing[0]) for source in (recorded, identity))
            raise BadInput(
                f"{folder.path}: holds another edit, whose {differing[0]} was {was}, not {now}; "
                "choose another folder"
            )
        if not differing:
            source = _read_description(folder.description)[1]
            _write_description(folder.description, identity, request, source)
            return source
    source = look_through(request, dict(identity["files"]))
    _write_description(folder.description, identity, request, source)
    return source


def _write_description(
    path: Path, identity: Mapping[str, Any], request: EditRequest, source: FilesRead
) -> None:
    """Write what the processes of an edit read: inputs and prior may have moved since."""
    content = {
        "identity": identity,
        "request": _REQUEST.dump_python(request, mode="json"),
        "source": asdict(source),
    }
    write_atomic(path, json.dumps(content, indent=1) + "\n")


def _identity(request: EditRequest) -> dict[str, Any]:
    """The part of a description that a run must share with the one it goes on from."""
    content: dict[str, Any] = _REQUEST.dump_python(request, mode="json")
    for place in ("inputs", "device"):  # may be elsewhere, as long as they are the same
        del content[place]
    content["prior"] = folder_identity(prior_folder(request.prior))
    content["accelerator"] = request.accelerator
    return {"files": [[f.path.name, file_digest(f.path)] for f in request.files()], **content}


def look_through(request: EditRequest, digests: Mapping[str, str]) -> FilesRead:
    """Read the inputs once: count, find what is malformed, and cut into shards.

    Raises:
        BadInput: There is nothing to edit, or a line is malformed and the request is strict.
    """
    report = ReadReport()
    records = itertools.chain.from_iterable(file.records(report) for file in request.files())
    lengths = [len(record.text) + len(record.context) + 1 for record in records]
    if not lengths:
        reasons = "; ".join(report.examples) or "it is empty"
        names = ", ".join(map(str, request.inputs))
        raise BadInput(f"{names}: no document to edit ({reasons}); see --field")
    size = request.characters_per_shard or _CHARACTERS_PER_SHARD[request.accelerator]
    return FilesRead(
        files=dict(digests),
        documents=len(lengths),
        characters=sum(lengths),
        skipped=dict(report.skipped),
        examples=report.examples,
        shards=[
            (shard.start, shard.stop, sum(lengths[shard.start : shard.stop]))
            for shard in cut_into_shards(lengths, size)
        ],
    )


def _read_description(path: Path) -> tuple[EditRequest, FilesRead]:
    with readable(path, "delete this folder and edit again"):
        content = json.loads(path.read_text())
        return (
            _REQUEST.validate_python(content["request"]),
            TypeAdapter(FilesRead).validate_python(content["source"]),
        )


_REQUEST = TypeAdapter(EditRequest)
_OUTCOME = TypeAdapter(EditOutcome)
_RULE = TypeAdapter(EditRule)
