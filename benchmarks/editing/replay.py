"""Makes edited files from source and ledger, without a model: `collapse replay`."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.editing.outcome import LedgerSource
from data.errors import BadInput, readable
from data.files import file_digest
from data.ledger import Change, changes, edited_texts, metadata
from data.text.opening import open_text_file
from data.text.text_files import ReadReport, TextFile, shown

_SOURCE = TypeAdapter(LedgerSource)


def replay(ledger: Path, inputs: Sequence[Path], output: Path) -> list[Path]:
    """Make the edited text again from source and ledger, without a model.

    Every file that is written is held against the digest of what the edit wrote. When anything
    fails, nothing is left behind.

    Args:
        ledger: Path of the ledger that the edit wrote.
        inputs: The files that were edited, unchanged, in any order.
        output: Folder for the edited files.

    Returns:
        The files written.

    Raises:
        BadInput: The inputs are not those that were edited, a target is there, or the ledger was
            altered.
    """
    recorded = read_source(ledger)
    names = [file.name for file in recorded.files]
    by_name = {shown(path.name): path for path in inputs}
    given, wanted = Counter(shown(path.name) for path in inputs), Counter(names)
    if odd := sorted((given - wanted) + (wanted - given)):
        raise BadInput(f"{ledger}: was made from {', '.join(names)}; {odd[0]} does not match")
    for file in recorded.files:
        path = by_name[file.name]
        if not path.is_file():
            raise BadInput(f"{shown(path)}: no such file; check the path")
        if file_digest(path) != file.sha256:
            raise BadInput(f"{shown(path)}: is not the file that was edited; get that one")
    files = [open_text_file(by_name[name], recorded.fields) for name in names]
    with written_or_nothing(output, [file.path.name for file in files]):
        targets = write_texts(files, changes(ledger), output)
        for file, target in zip(recorded.files, targets, strict=True):
            if file_digest(target) != file.edited_sha256:
                raise BadInput(
                    f"{shown(target)}: is not what the edit wrote: {ledger} was altered, or this "
                    "version writes files in another way; edit again"
                )
    return targets


def read_source(ledger: Path) -> LedgerSource:
    """Where the documents of a ledger stand.

    Raises:
        BadInput: It is no ledger, or names no files.
    """
    recorded = metadata(ledger)
    if recorded.get("source", {}) is None:
        raise BadInput(f"{ledger}: names no files; it was made by a chain, not by collapse edit")
    with readable(ledger, "it was altered or is of an earlier version: edit again"):
        return _SOURCE.validate_python(recorded["source"])


def write_texts(files: Sequence[TextFile], ledger: Iterable[Change], output: Path) -> list[Path]:
    """Write the files with the changes of a ledger, under their own names; return where."""
    output.mkdir(parents=True, exist_ok=True)
    sources = itertools.chain.from_iterable(file.records(ReadReport()) for file in files)
    texts = edited_texts((record.text for record in sources), ledger)
    targets = [output / file.path.name for file in files]
    for file, target in zip(files, targets, strict=True):
        file.write(target, texts)
    if next(texts, None) is not None:
        raise BadInput(f"{files[-1].place}: changed while it was read; run again")
    return targets


@contextmanager
def written_or_nothing(folder: Path, names: Iterable[str]) -> Iterator[None]:
    """Write files into a folder; when that fails, remove them and the folders that were made.

    Raises:
        BadInput: One of the files is there already.
    """
    targets = [folder / name for name in names]
    for target in targets:
        if target.exists():
            raise BadInput(f"{shown(target)}: is there already; choose another folder")
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        yield
    except BaseException:
        for target in targets:
            target.unlink(missing_ok=True)
        remove_empty(made)
        raise


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of the folders, innermost first, that are there and empty."""
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
