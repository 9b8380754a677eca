"""Files of documents, told apart by their names."""

from pathlib import Path

from data.errors import BadInput
from data.text.line_files import JsonLines, Paragraphs
from data.text.parquet_files import ParquetFile
from data.text.text_files import Fields, TextFile, shown

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet", ".txt")


def open_text_file(path: Path, fields: Fields, *, strict: bool = False) -> TextFile:
    """The file by the kind that its name tells.

    Raises:
        BadInput: It is missing or of an unknown kind.
    """
    if not path.is_file():
        raise BadInput(f"{shown(path)}: no such file; check the path")
    if path.name.endswith(".parquet"):
        return ParquetFile(path, fields, strict=strict)
    if path.name.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
        return JsonLines(path, fields, strict=strict)
    if path.name.endswith(".txt"):
        return Paragraphs(path, fields, strict=strict)
    raise BadInput(f"{shown(path)}: unknown kind of file; use one of {', '.join(SUFFIXES)}")
