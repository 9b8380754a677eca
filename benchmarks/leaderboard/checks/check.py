"""Checks folders of records: `collapse leaderboard --check`.

Nothing here runs a model. What a forger can still write is a record whose every number was invented
to fit the rest; only a run finds that (`rerun.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.chains.record import Record
from benchmarks.families.catalogue import RECIPES, read_any
from benchmarks.leaderboard.checks.agreement import disagreements, implausible
from benchmarks.leaderboard.checks.consistency import inconsistencies
from benchmarks.leaderboard.checks.findings import Checked, Finding
from benchmarks.leaderboard.checks.provenance import Repository, provenance
from benchmarks.leaderboard.checks.tracks import left_out, misnamed, moved
from benchmarks.leaderboard.ranking import file_of
from benchmarks.running.record import Envelope, no_search_for_garbage
from data.errors import BadInput, one_line
from data.workflow import METHODS


def check_records(folders: Sequence[Path], repository: Repository) -> Checked:
    """Check every record below the folders, each for itself and all against each other.

    Raises:
        BadInput: There is no such folder.
    """
    with no_search_for_garbage():
        records, findings = _read(folders)
    checked = Checked(tuple(records.values()), ())
    others = [record for record in checked.records if not isinstance(record, Record)]
    findings += _sources_of(others, repository)
    findings += findings_of(checked.chains, repository)
    return replace(checked, findings=tuple(findings))


def _read(folders: Sequence[Path]) -> tuple[dict[str, Envelope], list[Finding]]:
    """Valid records by the names of their files, and what is wrong with other files."""
    records: dict[str, Envelope] = {}
    findings: list[Finding] = []
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"{folder} is no folder; give --records one that holds records")
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                text = "it lies behind a link, outside the folder; put the file itself there"
                findings.append(Finding("error", "place", one_line(name), text))
                continue
            if path.suffix != ".json" or path.is_dir():
                continue
            try:
                record = read_any(path)
            except BadInput as error:
                text = str(error).removeprefix(f"{path}: ")
                findings.append(Finding("error", "schema", one_line(name), one_line(text)))
                continue
            wanted = file_of(record)
            if name != wanted:
                findings.append(
                    Finding("error", "place", one_line(name), f"it belongs at {wanted}")
                )
            elif records.get(wanted, record) != record:
                text = f"another record of this chain lies in another folder than {folder}"
                findings.append(Finding("error", "place", one_line(name), text))
            else:
                records[wanted] = record
    return records, findings


def _sources_of(records: Sequence[Envelope], repository: Repository) -> Iterator[Finding]:
    """What is wrong with where records were made."""
    for record in records:
        for level, check, text in provenance(record, repository):
            yield Finding(level, check, file_of(record), text)


def findings_of(records: Sequence[Record], repository: Repository) -> Iterator[Finding]:
    """Everything that is wrong with valid records of chains."""
    for record in records:
        yield from _sources_of([record], repository)
        name = file_of(record)
        for check, text in inconsistencies(record):
            yield Finding("error", check, name, text)
        if record.workflow not in METHODS:
            text = f"{record.workflow} is not in the project: its text is not checked"
            yield Finding("note", "workflow", name, text)
    late = sum(record.sealed_later for record in records)
    if late:
        text = f"{late} records were sealed later: their digests show no change from before"
        yield Finding("note", "schema", "all", text)
    yield from moved(records)
    yield from left_out(records)
    yield from misnamed(records, [*RECIPES])
    yield from disagreements(records)
    yield from implausible(records)
