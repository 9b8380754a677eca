"""Test questions must not be trained on: text that shares a run of words with one is found.

The search is that of every other evaluation set of the suite (`data.sources.evaluation_sets`):
thirteen words in a row, or a whole question that is shorter.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from data.errors import BadInput
from data.measures.ngrams import Ngram, ngrams, split_words
from data.program_distillation.gsm8k import Problem, load_problems
from data.sources.evaluation_sets import Question, identifying_runs, shared_questions


@cache
def test_questions() -> tuple[Question, ...]:
    """The questions of GSM8K's test part, each with its answer."""
    return tuple(
        Question("", problem.question, (problem.answer,), 0) for problem in load_problems("test")
    )


@cache
def _sought() -> tuple[frozenset[Ngram], tuple[int, ...]]:
    """Runs of words that only a test question has here, and their lengths."""
    runs = frozenset(run for question in test_questions() for run in identifying_runs(question))
    return runs, tuple({len(run) for run in runs})


def refuse_test_questions(name: str, texts: Iterable[str]) -> None:
    """Refuse text to train on that shares text with a test question.

    Args:
        name: Name of the text, for the message.
        texts: Questions and solutions that would be trained on.

    Raises:
        BadInput: It shares a run of words with some.
    """
    if found := shared_questions(texts, test_questions()):
        raise BadInput(
            f"{name} shares text with {found} test questions of GSM8K: nothing may be trained on "
            "what is evaluated; leave these rows out (data.program_distillation.held_out.apart)"
        )


def apart(problems: Sequence[Problem]) -> list[Problem]:
    """The problems without those that share text with a test question."""
    return [problem for problem in problems if not _shares(problem)]


def _shares(problem: Problem) -> bool:
    words = split_words(f"{problem.question} {problem.solution}")
    sought, lengths = _sought()
    return any(not sought.isdisjoint(ngrams([words], length)) for length in lengths)
