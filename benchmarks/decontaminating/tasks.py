"""The questions that a corpus is held against: of a task by its name, or of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.decontaminating.likeness import FEWEST_WORDS
from benchmarks.downstream.questions import evaluation_set
from data.errors import BadInput
from data.measures.ngrams import split_words
from data.sources.evaluation_sets import EVALUATION_SETS, load_questions
from data.text.opening import SUFFIXES
from data.text.reading import read_files


@dataclass(frozen=True)
class Against:
    """Questions of some tasks together."""

    questions: tuple[str, ...]
    tasks: tuple[str, ...]
    """Task of each question, as it was named."""
    numbers: tuple[int, ...]
    """Number of each question in its task, from 1."""
    short: int
    """Questions that were left out, for they have fewer than four words."""

    def name(self, place: int) -> str:
        """A question by task and number, such as `medqa:17`."""
        return f"{self.tasks[place]}:{self.numbers[place]}"


def read_against(names: Sequence[str], *, field: str = "question") -> Against:
    """The questions of tasks and files.

    Args:
        names: A set of this project (`medqa`), a task of lm-eval whose questions a package has
            (`collapse_medqa`), or a file: jsonl, .gz, .zst, parquet, or txt with a question per
            paragraph.
        field: Field of the question in a file.

    Raises:
        BadInput: A name is neither, a file cannot be read, or no question has four words.
    """
    if not names:
        raise BadInput("nothing to hold the text against; name a task or a file with --against")
    rows = [
        (text, name, number)
        for name in dict.fromkeys(names)
        for number, text in enumerate(_questions(name, field), start=1)
    ]
    long = [row for row in rows if len(split_words(row[0])) >= FEWEST_WORDS]
    if not long:
        raise BadInput(
            f"{', '.join(names)}: no question has {FEWEST_WORDS} words; name others with --against"
        )
    texts, tasks, numbers = zip(*long, strict=True)
    return Against(texts, tasks, numbers, len(rows) - len(long))


def _questions(name: str, field: str) -> list[str]:
    if name.endswith(SUFFIXES):
        return list(read_files([Path(name)], field=field)[0].texts())
    chosen = EVALUATION_SETS.get(name)
    if chosen is None:
        try:
            chosen = evaluation_set(name)
        except KeyError:
            chosen = None
    if chosen is None:
        known = ", ".join(EVALUATION_SETS)
        raise BadInput(
            f"{name}: no task whose questions are at hand, and no file; use one of {known}, or a "
            "file of questions"
        )
    return [one.question for one in load_questions(chosen)]
