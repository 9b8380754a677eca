"""The folder that an edit writes into: what was asked for, what is done, if it is whole."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from benchmarks.editing.card import dataset_card
from benchmarks.editing.outcome import EditOutcome, FilesRead
from benchmarks.editing.replay import remove_empty
from benchmarks.editing.request import EditRequest
from benchmarks.running.digests import canonical_json
from data.errors import BadInput, readable
from data.files import PARTIAL, FileState, discard, file_digest, write_atomic
from data.text.text_files import shown

_AGAIN = "delete this folder and edit again"
_LOCK = ".lock"
_CARD = "README.md"


@dataclass(frozen=True)
class Description:
    """What an edit was asked for and found in its inputs; other processes read it."""

    identity: dict[str, Any]
    """The part that a run must share with the one it goes on from."""
    request: EditRequest
    source: FilesRead
    states: list[FileState] | None = None
    """What the system said of the inputs and of the prior's files before they were read; None where
    that tells nothing. While it says the same, they need not be read to know what they are."""


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

    def describe(self, description: Description) -> None:
        """Write what the processes of an edit read: inputs and prior may have moved since."""
        content = _DESCRIPTION.dump_python(description, mode="json")
        write_atomic(self.description, json.dumps(content, indent=1) + "\n")

    def described(self) -> Description | None:
        """What the edit in this folder was asked for; None where none has begun.

        Raises:
            BadInput: The file is damaged, or missing beside work that is done.
        """
        if not self.description.is_file():
            if self.has_shards:
                raise BadInput(f"{self.path}: holds parts of an edit and no edit.json; {_AGAIN}")
            return None
        with readable(self.description, _AGAIN):
            return _DESCRIPTION.validate_python(json.loads(self.description.read_text()))

    def finish(self, outcome: EditOutcome) -> None:
        """Write the card, and last the summary, with a checksum over all that it says."""
        write_atomic(self.path / _CARD, dataset_card(outcome))
        content = _OUTCOME.dump_python(outcome, mode="json")
        content["checksum"] = _checksum(content)
        write_atomic(self.summary, json.dumps(content, indent=1) + "\n")

    def outcome(self) -> EditOutcome:
        """The outcome of a finished edit, once all that it wrote is found as it was written.

        The time that this takes depends on the size of what was written alone.

        Raises:
            BadInput: A file of it is missing or was changed.
        """
        with readable(self.summary, _AGAIN):
            content = json.loads(self.summary.read_text())
            checksum = content.pop("checksum")
            outcome = _OUTCOME.validate_python(content)
        if checksum != _checksum(content):
            raise BadInput(f"{self.summary}: was changed since the edit wrote it; {_AGAIN}")
        texts = {f"text/{shown(path.name)}": path for path in (self.path / "text").glob("*")}
        for name, digest in outcome.written.items():
            path = texts.get(name, self.path / name)
            if not path.is_file():
                raise BadInput(f"{self.path / name}: is missing from a finished edit; {_AGAIN}")
            if file_digest(path) != digest:
                raise BadInput(f"{self.path / name}: is not what the edit wrote; {_AGAIN}")
        return outcome

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out, and clear away what a killed one left half-written.

        A run that fails before any part of it is done leaves nothing behind.

        Raises:
            BadInput: Another run is in it, or it is somebody else's folder.
        """
        if self.path.is_file() or (self.path.is_dir() and self._is_foreign()):
            raise BadInput(f"{self.path}: is there and holds no edit; choose another folder")
        self._check_kinds()
        made = [path for path in (self.path, *self.path.parents) if not path.exists()]
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / _LOCK, timeout=0):
                for left_over in self.path.rglob(f"*{PARTIAL}*"):
                    left_over.unlink()
                try:
                    yield
                except BaseException:
                    if not self.has_shards:
                        self._clear(made)
                    raise
        except Timeout as error:
            raise BadInput(
                f"{self.path}: another run edits into this folder; wait for it or choose another"
            ) from error

    def _clear(self, made: list[Path]) -> None:
        """Remove what a run wrote before any part of it was done."""
        if self.working.is_dir():
            discard(self.working)
        for path in (self.description, self.path / _LOCK):
            path.unlink(missing_ok=True)
        remove_empty(made)

    def _check_kinds(self) -> None:
        """Refuse a folder where the edit writes a file, and the reverse, before any work is done.

        Raises:
            BadInput: The first such place.
        """
        files = (self.description, self.ledger, self.summary, self.path / _CARD)
        if wrong := [path for path in files if path.is_dir()]:
            raise BadInput(f"{wrong[0]}: is a folder where an edit writes a file; {_AGAIN}")
        for path in (self.working, self.path / "text"):
            if os.path.lexists(path) and not path.is_dir():
                raise BadInput(f"{path}: is no folder, as an edit has there; {_AGAIN}")

    def _is_foreign(self) -> bool:
        names = {path.name for path in self.path.iterdir()}
        return bool(names) and not names & {self.description.name, _LOCK}


def _checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


_DESCRIPTION = TypeAdapter(Description)
_OUTCOME = TypeAdapter(EditOutcome)
