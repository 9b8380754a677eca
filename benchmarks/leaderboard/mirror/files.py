"""Record files out of a W&B project: checked against the ids of their runs, then put in place."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chains.record import Record, read_record
from benchmarks.leaderboard.mirror.runs import JOB_TYPE, run_id
from benchmarks.leaderboard.mirror.session import Say, one_line, within
from data.errors import BadInput
from data.files import atomic, file_digest

_LARGEST = 20_000_000
"""Bytes of a record file that is pulled; ours have less than a hundredth."""


@dataclass(frozen=True)
class PulledRecord:
    """A valid record and its file."""

    record: Record
    content: bytes


def download(api: Any, source: str, limit: float, say: Say) -> tuple[dict[str, PulledRecord], int]:
    """Valid records by run id, and how many runs hold none.

    Args:
        api: Client of the service.
        source: The W&B project, as ENTITY/PROJECT.
        limit: Seconds that the file of one run may take.
        say: Shows a line for each run that holds none.

    Raises:
        TimeoutError: The file of a run took longer than the limit.
    """
    found, left = {}, 0
    for run in api.runs(source, lazy=True, per_page=200):
        if run.job_type != JOB_TYPE:
            continue
        try:
            found[run.id] = _downloaded(run, limit)
        except BadInput as error:
            left += 1
            say(f"left run {run.id}: {one_line(error)}")
    return found, left


def _downloaded(run: Any, limit: float) -> PulledRecord:
    if run.state != "finished":
        raise BadInput(f"it is {run.state}; push its record again")
    with tempfile.TemporaryDirectory() as root:
        path, name = within(limit, lambda: _fetched(run, root))
        if run_id(file_digest(path)) != run.id:
            raise BadInput(f"{name} is not the file that was pushed: its digest is another")
        try:
            return PulledRecord(read_record(path), path.read_bytes())
        except BadInput as error:
            raise BadInput(str(error).replace(str(path), name)) from error


def _fetched(run: Any, root: str) -> tuple[Path, str]:
    """The record file below a folder, and its name in the artifact."""
    artifacts = [artifact for artifact in run.logged_artifacts() if artifact.type == JOB_TYPE]
    if len(artifacts) != 1 or len(artifacts[0].manifest.entries) != 1:
        raise BadInput("it does not hold one artifact with one record file")
    if artifacts[0].size > _LARGEST:
        raise BadInput(f"its artifact has {artifacts[0].size:,} bytes; that is no record")
    (name,) = artifacts[0].manifest.entries
    return Path(artifacts[0].get_entry(name).download(root, skip_cache=True)), name


def place(found: Mapping[str, PulledRecord], folder: Path, say: Say) -> int:
    """Write the records that are not there yet; return how many runs were left.

    Args:
        found: Valid records with their files, by the id of their run.
        folder: Folder of records; a file that is there stays as it is.
        say: Shows a line for each file that is written and for each that is not.
    """
    by_path: dict[Path, list[str]] = {}
    for one, pulled in found.items():
        by_path.setdefault(pulled.record.file(folder), []).append(one)
    written = there = 0
    for path, ids in sorted(by_path.items()):
        contents = {found[one].content for one in ids}
        reason = _reason_to_leave(path, folder, ids)
        if path.is_file() and path.read_bytes() in contents:
            there += 1
        elif reason:
            say(f"left {path}: {reason}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic(path) as partial:
                partial.write_bytes(contents.pop())
            written += 1
            say(f"record {path}")
    left = len(found) - written - there
    say(f"{written} records written, {there} were there, {left} left")
    return left


def _reason_to_leave(path: Path, folder: Path, ids: Sequence[str]) -> str | None:
    if path.resolve().parent.parent != folder.resolve():
        return "the name of its recipe leads out of the folder of records"
    if path.exists():
        return f"another record of this chain is there; move it away to take run {ids[0]}"
    if len(ids) > 1:
        return f"runs {', '.join(ids)} differ; delete all but one in W&B"
    return None
