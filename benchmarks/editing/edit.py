"""Token-edits files of text into a folder: `collapse edit`.

OUTPUT/text/         the files, edited, under their own names
OUTPUT/ledger.parquet  every flagged token; with the source it gives the edited text again
OUTPUT/summary.json    what was read, done and written, with digests
OUTPUT/edit.json       what was asked for; a run that was cut off goes on from working/
"""

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.editing.folder import EditFolder
from benchmarks.editing.looking import find_source
from benchmarks.editing.outcome import EditedFile, EditOutcome, FilesRead, LedgerSource
from benchmarks.editing.replay import write_texts
from benchmarks.editing.request import EditRequest
from benchmarks.running.stage import peak_memory_bytes
from benchmarks.running.torchrun import WorkersFailed, start_torchrun
from data.editing import EditRule
from data.errors import BadInput
from data.files import discard, file_digest, write_atomic
from data.ledger import changes_in, metadata
from data.text.text_files import shown
from lightning_modules.device import Device
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.editing.shard_facts import ShardFacts
from lightning_modules.editing.token_editing import (
    edit_all,
    flagged_tables,
    settle,
    write_ledger,
)
from lightning_modules.library_warnings import LibraryWarning, bounded, heard
from lightning_modules.processes import process_rank
from lightning_modules.trainer import predicting_alone

_GENERATION = 1
_TOKENS_PER_BATCH = {"cpu": 4096, "gpu": 65_536}
_SECONDS_BETWEEN_LOOKS = 0.5


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
        source = find_source(request, folder)
        if folder.summary.is_file():
            if folder.working.exists():  # killed while it was removed
                discard(folder.working)
            return folder.outcome()
        started = time.perf_counter()
        folder.working.mkdir(exist_ok=True)
        run = _Run(request, source, folder, watcher)
        watcher.begins(source.characters, run.n_characters_done)
        with heard() as warned:
            run.score(devices)
            rule, _ = settle(run.job)
            rows = changes_in(flagged_tables(run.job, rule))
            texts = write_texts(request.files(), rows, output / "text")
            digests = {f"text/{shown(path.name)}": file_digest(path) for path in texts}
            made_from = _made_from(source, request, digests)
            summary = write_ledger(run.job, folder.ledger, asdict(made_from))
        done = metadata(folder.ledger)
        outcome = EditOutcome(
            source=source,
            summary=summary,
            rule=_RULE.validate_python(done["rule"]),
            prior=done["prior"],
            seconds=time.perf_counter() - started,
            tokens_in_seconds=run.n_tokens,
            peak_memory_bytes=peak_memory_bytes(),
            written={folder.ledger.name: file_digest(folder.ledger), **digests},
            library_warnings=bounded([*warned, *run.warned]),
        )
        folder.finish(outcome)
        discard(folder.working)
        return outcome


def _made_from(source: FilesRead, request: EditRequest, digests: Mapping[str, str]) -> LedgerSource:
    return LedgerSource(
        files=[
            EditedFile(name=name, sha256=digest, edited_sha256=digests[f"text/{name}"])
            for name, digest in source.files.items()
        ],
        fields=request.fields,
    )


def edit_part(output: Path) -> None:
    """Edit together with the other processes of torchrun; the folder says what is asked for."""
    folder = EditFolder(output)
    description = folder.described()
    if description is None:
        raise BadInput(f"{output}: holds no edit that has begun; run collapse edit")
    run = _Run(description.request, description.source, folder, Watcher())
    with heard() as warned:
        run.edit_all()
    write_atomic(run.told_by(process_rank()), _WARNINGS.dump_json(warned).decode() + "\n")


class _Run:
    """One run of an edit, from the first or from where an earlier one was cut off."""

    def __init__(
        self, request: EditRequest, source: FilesRead, folder: EditFolder, watcher: Watcher
    ) -> None:
        self.request = request
        self.folder = folder
        self.watcher = watcher
        self.n_tokens = 0
        self.warned: list[LibraryWarning] = []
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

    def told_by(self, process: int) -> Path:
        """Path of the file in which a process tells what libraries warned of."""
        return self.folder.working / f"warnings-{process}.json"

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
        for told in map(self.told_by, range(devices)):
            if told.is_file():
                self.warned += _WARNINGS.validate_json(told.read_bytes())
                told.unlink()
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


_RULE = TypeAdapter(EditRule)
_WARNINGS = TypeAdapter(list[LibraryWarning])
