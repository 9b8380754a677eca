"""A corpus: documents with id, text, source, licence and generation, memory-mapped from Arrow."""

import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # half a second to load, which commands that read no text need not wait for
    import pyarrow as pa
    from datasets import Dataset

_ROWS_PER_BATCH = 1024


@cache
def _schema() -> "pa.Schema":
    import pyarrow as pa

    words = ("id", "text", "source", "licence")
    return pa.schema(
        [
            *((name, pa.string()) for name in words),
            ("generation", pa.int32()),
            ("prompt", pa.string()),
        ]
    )


@dataclass(frozen=True, slots=True)
class Document:
    """One text with where it comes from."""

    id: str
    text: str
    source: str
    """Name of the human source, or of the model that wrote it."""
    licence: str
    generation: int
    """0 for human text, otherwise the generation of models whose training text this is."""
    prompt: str = ""
    """Text that stands before the document's, and is read and never learnt: the text is its
    answer."""


@dataclass(frozen=True)
class Corpus:
    """An ordered set of documents, held in memory or memory-mapped from disk."""

    table: "Dataset"

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "Corpus":
        """A corpus of these documents, held in memory."""
        import pyarrow as pa
        from datasets import Dataset

        return cls(Dataset(pa.Table.from_pydict(_columns(documents), schema=_schema())))

    @classmethod
    def open(cls, path: Path) -> "Corpus":
        """A corpus that is memory-mapped from the file that `write_corpus` wrote."""
        from datasets import Dataset

        return cls(Dataset.from_file(str(path)))

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Document]:
        for batch in self.table.iter(batch_size=_ROWS_PER_BATCH):
            for row in zip(*batch.values(), strict=True):
                yield Document(**dict(zip(batch, row, strict=True)))

    def texts(self) -> Iterator[str]:
        """Texts of all documents, in order."""
        return self._column("text")

    def prompts(self) -> Iterator[str]:
        """Prompts of all documents, in order; empty where there is none."""
        return self._column("prompt")

    def whole_texts(self) -> Iterator[str]:
        """Each prompt, a line break and its text, in order: all words that a model reads."""
        return map("\n".join, zip(self.prompts(), self.texts(), strict=True))

    def _column(self, name: str) -> Iterator[str]:
        for batch in self.table.select_columns(name).iter(batch_size=_ROWS_PER_BATCH):
            yield from batch[name]

    @cached_property
    def has_prompts(self) -> bool:
        """Whether any text is an answer."""
        return any(self.prompts())

    def select(self, indices: Iterable[int]) -> "Corpus":
        """The documents at these places, in the order given."""
        return Corpus(self.table.select(list(indices)))

    @cached_property
    def n_bytes(self) -> int:
        """Size of all texts, in bytes of UTF-8."""
        return sum(len(text.encode()) for text in self.texts())

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change with any id, text, prompt or the order."""
        digest = hashlib.sha256()
        for document in self:
            prompt = [f"prompt {document.prompt}"] if document.prompt else []
            for field in (document.id, document.text, *prompt):
                digest.update(hashlib.blake2b(field.encode(), digest_size=16).digest())
        return digest.hexdigest()[:16]


def _columns(documents: Iterable[Document]) -> dict[str, list[object]]:
    """The fields of documents, each as a list over them."""
    names = [field.name for field in fields(Document)]
    rows = [[getattr(document, name) for name in names] for document in documents]
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def join(corpora: Iterable[Corpus]) -> Corpus:
    """All documents of several corpora, in order; ids may repeat across them."""
    from datasets import concatenate_datasets

    return Corpus(concatenate_datasets([corpus.table for corpus in corpora]))


def write_corpus(path: Path, documents: Iterable[Document]) -> None:
    """Stream documents into an Arrow file that `Corpus.open` memory-maps, and sync it to disk."""
    import pyarrow as pa

    remaining = iter(documents)
    with path.open("wb") as file:
        with pa.ipc.new_stream(file, _schema()) as writer:
            while rows := list(itertools.islice(remaining, _ROWS_PER_BATCH)):
                writer.write_batch(pa.RecordBatch.from_pydict(_columns(rows), schema=_schema()))
        file.flush()
        os.fsync(file.fileno())
