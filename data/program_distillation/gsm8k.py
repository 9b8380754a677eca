"""GSM8K (Cobbe et al. 2021, arXiv 2110.14168) as committed files, and four teachers' solutions.

The files are those of the data set's own repository, byte for byte, packed as xz; its licence (MIT)
lies beside them. Each is read whole and compared with its SHA-256 before a row of it is used.
"""

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import BadInput, readable

_FOLDER = Path(__file__).with_name("gsm8k")
_MEND = "restore it from the project's repository"
_ANSWER = "####"
"""What stands before the final answer of a solution."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A committed file, pinned by what is inside."""

    name: str
    """Name of the file once it is unpacked."""
    sha256: str
    """SHA-256 of the unpacked file, 64 hex digits."""
    rows: int

    @property
    def path(self) -> Path:
        """Path of the packed file."""
        return _FOLDER / f"{self.name}.xz"


TRAIN = PackedFile(
    "train.jsonl", "17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465", 7473
)
TEST = PackedFile(
    "test.jsonl", "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14", 1319
)
SOLUTIONS = PackedFile(
    "example_model_solutions.jsonl",
    "4bc62db838f8418365d51c627bd66294cbdca9fb7f01519cb13f0dce8c51580b",
    1319,
)
"""Solutions of the test questions that four models wrote, with the label of each."""
PARTS = {"train": TRAIN, "test": TEST}
"""The two parts of the data set by name."""
TEACHERS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")
"""Models whose solutions are labelled, by their size and how they choose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One word problem with a person's solution."""

    row: int
    """Row of the file, from 0."""
    question: str
    solution: str
    """Steps in words, with annotations `<<48/2=24>>`, one step per line."""
    answer: str
    """Final answer as it is written after the steps."""


@dataclass(frozen=True, slots=True)
class TaughtSolution:
    """A solution that a model wrote, and whether its answer is right."""

    row: int
    """Row of the file, from 0, which is that of the test question."""
    teacher: str
    """Name of the model; see `TEACHERS`."""
    question: str
    solution: str
    gold: str
    """Right answer of the question."""
    is_correct: bool
    """Label of the file."""


def unpacked(file: PackedFile) -> bytes:
    """Content of a committed file, compared with its pin.

    Raises:
        BadInput: The file is damaged, or has another content than is pinned.
    """
    try:
        content = lzma.decompress(file.path.read_bytes())
    except lzma.LZMAError as error:
        raise BadInput(f"{file.path}: is no whole xz file ({error}); {_MEND}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise BadInput(
            f"{file.path}: SHA-256 of the unpacked file is {found[:16]}..., pinned is "
            f"{file.sha256[:16]}...; {_MEND}"
        )
    return content


def _rows(file: PackedFile) -> list[dict[str, Any]]:
    lines = unpacked(file).decode().strip("\n").split("\n")
    with readable(file.path, _MEND):
        return [json.loads(line) for line in lines]


def load_problems(part: str) -> list[Problem]:
    """All problems of one part, in the order of its file.

    Args:
        part: `train` or `test`.

    Raises:
        BadInput: There is no such part, or its file is not what is pinned.
    """
    if part not in PARTS:
        raise BadInput(f"GSM8K has no part {part!r}; use one of {', '.join(PARTS)}")
    return [
        Problem(row, line["question"], *split_answer(line["answer"]))
        for row, line in enumerate(_rows(PARTS[part]))
    ]


def split_answer(text: str) -> tuple[str, str]:
    """A solution as its steps and its final answer, which is empty where none is marked."""
    steps, _, answer = text.rpartition(_ANSWER)
    return (steps.rstrip(), answer.strip()) if _ANSWER in text else (text.rstrip(), "")


def load_taught() -> Iterator[TaughtSolution]:
    """The labelled solutions of all teachers, question by question.

    Raises:
        BadInput: The file is not what is pinned.
    """
    gold = load_problems("test")
    for row, line in enumerate(_rows(SOLUTIONS)):
        for teacher in TEACHERS:
            written = line[teacher]
            yield TaughtSolution(
                row,
                teacher,
                line["question"],
                written["solution"],
                gold[row].answer,
                bool(written["is_correct"]),
            )
