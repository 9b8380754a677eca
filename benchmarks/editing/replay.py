"""Makes edited files from source and ledger, without a model: `collapse replay`."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput
from data.files import file_digest
from data.ledger import changes, edited_texts, metadata
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport, TextFile


def replay(ledger: Path, inputs: Sequence[Path], output: Path) -> list[Path]:
    """Make the edited text again from source and ledger, without a model.

    Args:
        ledger: Path of the ledger that the edit wrote.
        inputs: The files that were edited, unchanged, in any order.
        output: Folder for the edited files.

    Returns:
        The files written.

    Raises:
        BadInput: The inputs are not those that were edited, or a target is there.
    """
    recorded = metadata(ledger)["source"]
    if recorded is None:
        raise BadInput(f"{ledger}: names no files; it was made by a chain, not by collapse edit")
    by_name = {path.name: path for path in inputs}
    if unknown := by_name.keys() ^ recorded["files"].keys():
        names = ", ".join(recorded["files"])
        raise BadInput(f"{ledger}: was made from {names}; {min(unknown)} does not match")
    for name, digest in recorded["files"].items():
        if not by_name[name].is_file():
            raise BadInput(f"{by_name[name]}: no such file; check the path")
        if file_digest(by_name[name]) != digest:
            raise BadInput(f"{by_name[name]}: is not the file that was edited; get that one")
        if (output / name).exists():
            raise BadInput(f"{output / name}: is there already; choose another folder")
    fields = Fields(**recorded["fields"])
    files = [open_text_file(by_name[name], fields) for name in recorded["files"]]
    return write_texts(files, ledger, output)


def write_texts(files: Sequence[TextFile], ledger: Path, output: Path) -> list[Path]:
    """Write the files with the changes of a ledger, under their own names; return where."""
    output.mkdir(parents=True, exist_ok=True)
    sources = itertools.chain.from_iterable(file.records(ReadReport()) for file in files)
    texts = edited_texts((record.text for record in sources), changes(ledger))
    targets = [output / file.path.name for file in files]
    for file, target in zip(files, targets, strict=True):
        file.write(target, texts)
    if next(texts, None) is not None:
        raise BadInput(f"{files[-1].path}: changed while it was read; run again")
    return targets
