"""What lies in the folder of outputs, what of it records of yours need, and what can go."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chains.record import Record
from benchmarks.running.record import Envelope, StudyRecord
from benchmarks.running.stage import read_manifest

KEPT, SPARE, BEGUN = (
    "needed by records of yours", "needed by no record of yours", "begun and not finished",
)  # fmt: skip
OTHER = "records, figures, fetched data, all else"


@dataclass(frozen=True)
class Entry:
    """A folder or file of the outputs."""

    path: Path
    size: int
    """Bytes of all files in it."""


def sort_outputs(outputs: Path, records: Iterable[Envelope]) -> dict[str, list[Entry]]:
    """All entries of the folder of outputs, by what they are needed for.

    A stage is needed where a record names it, and where another needed one was made from it.

    Args:
        outputs: Folder of stages, checkpoints and all else that can be made again.
        records: Your records.
    """
    stages = outputs / "stages"
    folders = {
        path.name.rsplit("-", 1)[1]: path
        for path in sorted(stages.glob("*-*"))
        if path.is_dir() and not path.name.endswith(".partial")
    }
    needed = _needed(folders, {digest for record in records for digest in _digests(record)})
    found: dict[str, list[Entry]] = {KEPT: [], SPARE: [], BEGUN: [], OTHER: []}
    for digest, path in folders.items():
        found[KEPT if digest in needed else SPARE].append(Entry(path, _size(path)))
    for path in sorted(stages.glob("*.partial")):
        found[BEGUN].append(Entry(path, _size(path)))
    for path in sorted(outputs.iterdir()):
        if path != stages:
            found[OTHER].append(Entry(path, _size(path)))
    return found


def remove_all(entries: Sequence[Entry]) -> None:
    """Remove folders of stages, and the locks beside them."""
    for one in entries:
        shutil.rmtree(one.path)
        one.path.with_name(f"{one.path.name}.lock").unlink(missing_ok=True)


def _needed(folders: dict[str, Path], named: set[str]) -> set[str]:
    """Addresses of stages that are named, and of all that they were made from."""
    needed: set[str] = set()
    waiting = [digest for digest in named if digest in folders]
    while waiting:
        digest = waiting.pop()
        if digest not in needed:
            needed.add(digest)
            manifest = read_manifest(folders[digest])
            waiting += [one for one in _stages(manifest["arguments"]) if one in folders]
    return needed


def _stages(value: object) -> Iterator[str]:
    """Addresses of stages anywhere in the arguments of another one."""
    if isinstance(value, dict):
        if isinstance(value.get("stage"), str):
            yield value["stage"]
        for item in value.values():
            yield from _stages(item)
    elif isinstance(value, list):
        for item in value:
            yield from _stages(item)


def _digests(record: Envelope) -> Iterator[str]:
    if isinstance(record, StudyRecord):
        yield from (stage.digest for stage in record.stages.values())
    elif isinstance(record, Record):
        for one in record.generations:
            yield from (stage.digest for stage in one.stages.values())


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files if one.is_file())
