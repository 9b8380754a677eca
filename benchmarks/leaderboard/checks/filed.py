"""Records that are read again from their files when they are asked for, so that none is kept."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from benchmarks.families.catalogue import read_any
from benchmarks.running.record import Envelope
from data.errors import BadInput


class Filed(Collection[Envelope]):
    """Valid records by their files."""

    def __init__(self, files: Mapping[Path, str]) -> None:
        """Remember where they are.

        Args:
            files: The digest of the content of each file's record.
        """
        self._files = dict(files)

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Envelope]:
        return map(self.read, self._files)

    def __contains__(self, record: object) -> bool:
        return isinstance(record, Envelope) and record.content in self._files.values()

    def read(self, path: Path) -> Envelope:
        """The record of a file.

        Raises:
            BadInput: It is not the one that was there before.
        """
        record = read_any(path)
        if record.content != self._files[path]:
            raise BadInput(f"{path}: was changed while it was checked; check it again")
        return record
