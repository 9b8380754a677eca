"""Removes from files of text what is too like the questions of tasks, and says why."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.decontaminating.files import write_without
from benchmarks.decontaminating.likeness import (
    EmbeddingIndex,
    Encode,
    Found,
    WordIndex,
    find_nearest,
)
from benchmarks.decontaminating.rules import Measured, Thresholds, measure_rules
from benchmarks.decontaminating.tasks import Against
from data.errors import BadInput
from data.files import file_digest, write_atomic
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport, Record, TextFile, shown

KEPT, REMOVED, WORK = "kept", "removed.jsonl", "work"
_AT_ONCE = 512
"""Documents that are looked at together, and lost at most when a run is killed."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is removed from which files."""

    inputs: tuple[Path, ...]
    against: Against
    encoder: str | None
    """What identifies the encoder; None where there is none."""
    field: str = "text"
    false_removals: float = 0.01
    """Share of unrelated questions that a chosen threshold may remove."""
    distance: float | None = None
    """Distance that is given; None chooses it."""
    share: float | None = None
    """Share of a question's runs of words that is given; None chooses it."""
    seed: int = 0
    strict: bool = False

    def files(self) -> list[TextFile]:
        """The files.

        Raises:
            BadInput: One is missing, of an unknown kind, or two have one name.
        """
        names = [path.name for path in self.inputs]
        if twice := [name for name in names if names.count(name) > 1]:
            raise BadInput(
                f"{shown(twice[0])}: two files have this name, and what is kept of both would be "
                "one file; rename one"
            )
        fields = Fields(text=self.field)
        return [open_text_file(path, fields, strict=self.strict) for path in self.inputs]

    @property
    def digest(self) -> str:
        """What decides how near every document is, so that a run goes on with its own work."""
        content = [
            [file_digest(path) for path in self.inputs],
            self.field, self.against.questions, self.encoder,
        ]  # fmt: skip
        return sha256(json.dumps(content).encode()).hexdigest()[:16]


@dataclass
class Outcome:
    """What was removed, and by which rule."""

    measured: Measured
    report: ReadReport = field(default_factory=ReadReport)
    documents: int = 0
    removed: int = 0
    by_words: int = 0
    """Documents that the share of words removes."""
    by_embedding: int = 0
    """Documents that the distance removes."""
    by_task: dict[str, int] = field(default_factory=dict)
    """Removed documents by the task of the nearest question."""
    distances: list[float] = field(default_factory=list)
    """Distance of every document to the nearest question; empty without an encoder."""


@dataclass(frozen=True)
class Ready:
    """The questions, ready to be looked for, with the thresholds that remove."""

    by_words: WordIndex
    by_embedding: EmbeddingIndex | None
    measured: Measured


def prepare(
    request: Request, encode: Encode | None, advance: Callable[[int], None] = lambda n: None
) -> Ready:
    """Plant copies of the questions, choose the thresholds that are not given, and measure all.

    Args:
        request: What is removed from which files.
        encode: Encoder of sentences; None goes by words alone.
        advance: Told how many more texts were encoded.

    Raises:
        BadInput: There are too few questions to choose by.
    """
    questions = request.against.questions
    by_words = WordIndex(questions)
    by_embedding = None if encode is None else EmbeddingIndex(questions, encode, advance)
    found = measure_rules(
        questions, by_words, by_embedding, seed=request.seed, false_removals=request.false_removals
    )
    given = Thresholds(
        found.thresholds.distance if request.distance is None else request.distance,
        found.thresholds.share if request.share is None else request.share,
    )
    return Ready(by_words, by_embedding, replace(found, thresholds=given))


def count_documents(request: Request) -> int:
    """Documents of all files.

    Raises:
        BadInput: A file is missing, of an unknown kind or damaged.
    """
    return sum(1 for file in request.files() for _ in file.records(ReadReport()))


def decontaminate(
    request: Request, output: Path, ready: Ready, *, tell: Callable[[int], None] = lambda n: None
) -> Outcome:
    """Write the files without what is too like a question; run again to go on.

    The folder receives `kept/` with the files anew, and `removed.jsonl` with a line for every
    removed document: where it stood, its text, the question, and why. What is known of a document
    stays in `work/` until all is written, so that a killed run goes on.

    Args:
        request: What is removed from which files.
        output: The folder.
        ready: The questions and the thresholds.
        tell: Told how many more documents were looked at.

    Raises:
        BadInput: The files have no document, or two of them have one name.
    """
    outcome = Outcome(ready.measured)
    work = output / WORK / request.digest
    work.mkdir(parents=True, exist_ok=True)
    (output / KEPT).mkdir(exist_ok=True)
    removed: list[str] = []
    for number, file in enumerate(request.files()):
        rows: set[int] = set()
        for record, found in _looked_at(file, work / str(number), ready, outcome, tell):
            reasons = _reasons(found, ready.measured.thresholds)
            _count(outcome, request.against, found, reasons)
            if reasons:
                rows.add(record.row)
                removed.append(_line(file, record, found, reasons, request.against))
        write_without(file, output / KEPT / file.path.name, rows)
    if outcome.documents == 0:
        names = ", ".join(shown(path) for path in request.inputs)
        seen = "; ".join(outcome.report.examples) or "it is empty"
        raise BadInput(
            f"{names}: no document to look at ({seen}); give text in field {request.field!r}"
        )
    write_atomic(output / REMOVED, "".join(removed))
    return outcome


def clear_work(output: Path) -> None:
    """Remove what a run would go on from, once all is written."""
    for path in sorted((output / WORK).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    if (output / WORK).is_dir():
        (output / WORK).rmdir()


def _looked_at(
    file: TextFile,
    work: Path,
    ready: Ready,
    outcome: Outcome,
    tell: Callable[[int], None],
) -> Iterator[tuple[Record, Found]]:
    """Every document of a file with its nearest questions; what is known is not looked up again."""
    remaining, part = file.records(outcome.report), 0
    while records := list(islice(remaining, _AT_ONCE)):
        place = work.with_name(f"{work.name}-{part}.json")
        if place.is_file():
            found = [Found(*row) for row in json.loads(place.read_text())]
        else:
            texts = [one.text for one in records]
            found = find_nearest(texts, ready.by_words, ready.by_embedding)
            write_atomic(place, json.dumps([list(asdict(one).values()) for one in found]))
        part += 1
        tell(len(records))
        yield from zip(records, found, strict=True)


def _reasons(found: Found, thresholds: Thresholds) -> list[str]:
    """Why a document is removed; nothing where it is kept."""
    reasons = []
    if found.by_words >= 0 and found.share >= thresholds.share:
        reasons.append("words")
    is_near = thresholds.distance is not None and found.distance <= thresholds.distance
    if found.by_embedding >= 0 and is_near:
        reasons.append("embedding")
    return reasons


def _count(outcome: Outcome, against: Against, found: Found, reasons: Sequence[str]) -> None:
    outcome.documents += 1
    if found.by_embedding >= 0:
        outcome.distances.append(found.distance)
    if not reasons:
        return
    outcome.removed += 1
    outcome.by_words += "words" in reasons
    outcome.by_embedding += "embedding" in reasons
    task = against.tasks[_question(found, reasons)]
    outcome.by_task[task] = outcome.by_task.get(task, 0) + 1


def _question(found: Found, reasons: Sequence[str]) -> int:
    return found.by_words if "words" in reasons else found.by_embedding


def _line(
    file: TextFile, record: Record, found: Found, reasons: Sequence[str], against: Against
) -> str:
    place = _question(found, reasons)
    row: dict[str, Any] = {
        "file": file.name,
        "row": record.row,
        "id": record.id,
        "reasons": list(reasons),
        "share": round(found.share, 4),
        "distance": None if found.by_embedding < 0 else round(found.distance, 4),
        "task": against.name(place),
        "question": against.questions[place],
        "text": record.text,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def quantiles(distances: Sequence[float]) -> list[float]:
    """The smallest distance, the hundredth, the tenth and the half of all."""
    return [float(one) for one in np.quantile(distances, [0, 0.01, 0.1, 0.5])]
