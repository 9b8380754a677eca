"""Checks folders of records: `collapse leaderboard --check`.

Nothing here runs a model. What a forger can still write is a record whose every number was invented
to fit the rest; only a run finds that (`rerun.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.chains.record import Record
from benchmarks.families.catalogue import read_any
from benchmarks.leaderboard.checks.between import Between
from benchmarks.leaderboard.checks.consistency import inconsistencies
from benchmarks.leaderboard.checks.filed import Filed
from benchmarks.leaderboard.checks.findings import Checked, Finding
from benchmarks.leaderboard.checks.provenance import Repository, provenance
from benchmarks.leaderboard.entries import file_of
from benchmarks.running.record import Envelope
from data.errors import BadInput, one_line
from data.workflow import known_method


def check_records(folders: Sequence[Path], repository: Repository) -> Checked:
    """Check every record below the folders, each for itself and all against each other.

    Records are read one after the other, and none is kept.

    Raises:
        BadInput: There is no such folder, or a file was changed meanwhile.
    """
    files: dict[str, tuple[Path, str]] = {}
    wrong: list[Finding] = []
    others: list[Finding] = []
    alone: list[Finding] = []
    chains: list[Path] = []
    checks = Checks(repository)
    for path, record in _read(folders, files, wrong):
        if isinstance(record, Record):
            alone += checks.alone(record, len(chains))
            chains.append(path)
        else:
            others += _sources_of(record, repository)
    filed = Filed(dict(files.values()))

    def again(number: int) -> Record:
        record = filed.read(chains[number])
        assert isinstance(record, Record), "its content is what it was, and so is its kind"
        return record

    return Checked(filed, (*wrong, *others, *alone, *checks.together(again)))


def findings_of(records: Sequence[Record], repository: Repository) -> Iterator[Finding]:
    """Everything that is wrong with valid records of chains."""
    checks = Checks(repository)
    for number, record in enumerate(records):
        yield from checks.alone(record, number)
    yield from checks.together(records.__getitem__)


class Checks:
    """All checks of chains, which are given one after the other."""

    def __init__(self, repository: Repository) -> None:
        """Begin with none.

        Args:
            repository: The history that records refer to.
        """
        self._repository = repository
        self._between = Between()
        self._late = 0

    def alone(self, record: Record, number: int) -> Iterator[Finding]:
        """What is wrong with a chain by itself.

        Args:
            record: The chain; it is not kept.
            number: Place of the chain among all of them.
        """
        self._between.add(record, number)
        self._late += record.sealed_later
        yield from _sources_of(record, self._repository)
        name = file_of(record)
        for check, text in inconsistencies(record):
            yield Finding("error", check, name, text)
        if known_method(record.workflow) is None:
            text = f"{record.workflow} is not in the project: its text is not checked"
            yield Finding("note", "workflow", name, text)

    def together(self, again: Callable[[int], Record]) -> Iterator[Finding]:
        """What is wrong between the chains that were given.

        Args:
            again: Gives a chain again by its number.
        """
        if self._late:
            text = f"{self._late} records were sealed later: their digests show no change from "
            yield Finding("note", "schema", "all", text + "before")
        yield from self._between.findings(again)


def _read(
    folders: Sequence[Path], files: dict[str, tuple[Path, str]], wrong: list[Finding]
) -> Iterator[tuple[Path, Envelope]]:
    """Valid records with their files; one that lies in several folders comes once.

    Args:
        folders: Hold records, and folders of them.
        files: Takes the file and the content's digest of each, by the name of the file.
        wrong: Takes what is wrong with other files.
    """
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"{folder} is no folder; give --records one that holds records")
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                text = "it lies behind a link, outside the folder; put the file itself there"
                wrong.append(Finding("error", "place", one_line(name), text))
                continue
            if path.suffix != ".json" or path.is_dir():
                continue
            try:
                record = read_any(path)
            except BadInput as error:
                text = str(error).removeprefix(f"{path}: ")
                wrong.append(Finding("error", "schema", one_line(name), one_line(text)))
                continue
            wanted, content = file_of(record), record.content or ""
            if name != wanted:
                wrong.append(Finding("error", "place", one_line(name), f"it belongs at {wanted}"))
            elif wanted not in files:
                files[wanted] = path, content
                yield path, record
            elif files[wanted][1] != content:
                text = f"another record of this chain lies in another folder than {folder}"
                wrong.append(Finding("error", "place", one_line(name), text))


def _sources_of(record: Envelope, repository: Repository) -> Iterator[Finding]:
    """What is wrong with where a record was made."""
    for level, check, text in provenance(record, repository):
        yield Finding(level, check, file_of(record), text)
