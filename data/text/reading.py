"""Reads text files of users into a corpus; every line is either read or counted with a reason."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from data.errors import BadInput
from data.text.corpus import Corpus, Document
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport, shown


def read_files(
    paths: Iterable[Path],
    *,
    field: str = "text",
    prompt_field: str | None = None,
    strict: bool = False,
) -> tuple[Corpus, ReadReport]:
    """Read jsonl (plain, .gz, .zst), parquet and txt files.

    A document's id is `<file name>:<line or row>`. A txt file holds one document per paragraph
    (paragraphs are separated by an empty line).

    Args:
        paths: Files to read, in this order.
        field: Name of the text field in jsonl and parquet.
        prompt_field: Name of the field of what stands before the text, if there is one.
        strict: Stop at the first malformed line instead of counting it.

    Raises:
        BadInput: A file is missing, of an unknown kind or has no usable document, or a line is
            malformed in strict mode.
    """
    report = ReadReport()
    files = list(paths)
    fields = Fields(text=field, context=prompt_field)
    corpus = Corpus.of(
        document for path in files for document in _documents(path, fields, strict, report)
    )
    if len(corpus) == 0:
        names = ", ".join(map(shown, files)) or "(no file)"
        reasons = "; ".join(report.examples) or "it is empty"
        raise BadInput(f"{names}: no document to read ({reasons}); give text in field {field!r}")
    return corpus, report


def _documents(path: Path, fields: Fields, strict: bool, report: ReadReport) -> Iterator[Document]:
    file = open_text_file(path, fields, strict=strict)
    for record in file.records(report):
        if record.text.strip():
            yield Document(record.id, record.text, file.name, "unknown", 0, record.context)
        else:
            report.read -= 1
            report.skip(f"{file.place}:{record.row}", "empty document", strict=strict)
