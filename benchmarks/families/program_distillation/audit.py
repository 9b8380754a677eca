"""Numbers in result files of the paper's repository, and where they or the paper disagree.

The paper's tables of results have not been read: no number here is one of theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.paper.audit import Audit, Check, Interval, compare, rounded, summed
from benchmarks.paper.published import Cell, PublishedNumbers, PublishedTable

PUBLISHED = PublishedNumbers(
    Path(__file__).parent / "published",
    versions=("repository at 42fb83d4", "repository at 73e1d805"),
)
"""Result files of the repository at two commits."""
_RIGHT = " right"
_STUDENT = "CodeT5-large, seven rounds, GSM8K"
_TEACHER = "gpt-3.5 on the GSM8K test file"
_INTERPRETED = ("NameError", "UnboundLocalError", "SyntaxError")
"""Kinds of errors that an interpreter gives a message for."""
QUESTIONS = 1319
"""Questions of GSM8K's test part, as it was published."""


def _shares(table: PublishedTable) -> Iterator[Check]:
    """Each percentage is its count over the number of questions of the set."""
    items = PUBLISHED.items_of
    for cell in table.cells:
        if cell.column not in items or cell.unit != "%":
            continue
        right = table.find(cell.row, f"{cell.column}{_RIGHT}")
        n_items = items[cell.column]
        exact = 100 * right.value / n_items
        how = f"{right.printed} right answers of {n_items:,}"
        yield compare(cell, "ratio", exact, Interval(exact, exact), how)


def _errors(table: PublishedTable) -> Iterator[Check]:
    """All wrong programs are those of each kind of error together."""
    *parts, total = table.row(_STUDENT)
    names = ", ".join(cell.column for cell in parts)
    yield compare(total, "sum", *summed(parts, Fraction(1)), f"sum of {names}")


def _nothing(table: PublishedTable) -> Iterator[Check]:
    """No cell of the table is made of others."""
    return iter(())


AUDIT = Audit(
    published=PUBLISHED,
    derived={"untuned": _shares, "student": _errors, "teacher": _nothing},
)


def _untuned(row: str, column: str) -> Cell:
    return PUBLISHED.tables["untuned"].find(row, column)


def _percent(row: str, *columns: str) -> str:
    return ", ".join(f"{_untuned(row, column).printed} % on {column}" for column in columns)


def repairable() -> Fraction:
    """Share of the teacher's test rows at which a student's error is one of the interpreter."""
    table = PUBLISHED.tables["student"]
    errors = sum((table.find(_STUDENT, kind).value for kind in _INTERPRETED), Fraction(0))
    return errors / PUBLISHED.items_of["right"]


def repairable_in_words() -> str:
    """The same with its counts: `87 of 841 wrong programs, 6.7 of 100 questions`."""
    table = PUBLISHED.tables["student"]
    errors = sum(table.find(_STUDENT, kind).value for kind in _INTERPRETED)
    wrong = table.find(_STUDENT, "wrong in all").printed
    return f"{errors} of {wrong} wrong programs, {rounded(100 * repairable(), 1)} of 100 questions"


def trained_right() -> list[Fraction]:
    """Share of questions that the published student has right, for each number they may be of."""
    wrong = PUBLISHED.tables["student"].find(_STUDENT, "wrong in all").value
    asked = (PUBLISHED.items_of["right"], PUBLISHED.items_of["GSM8K"], QUESTIONS)
    return [1 - Fraction(wrong) / n for n in asked]


def large_model(task: str) -> Fraction:
    """Share of a set that LLaMA-13B has right, as published."""
    return Fraction(_untuned("LLaMA-13B", task).value) / 100


def against_llama() -> str:
    """The accuracies of the large model that the abstract names, by set."""
    return _percent("LLaMA-13B", "GSM8K", "SVAMP", "ASDiv", "MultiArith")


def teacher_right() -> float:
    """Share of the teacher's programs on the GSM8K test file that are right."""
    return float(PUBLISHED.tables["teacher"].find(_TEACHER, "right").value) / 100


def _teacher_faults() -> str:
    right = PUBLISHED.tables["teacher"].find(_TEACHER, "right")
    return rounded(100 - right.value, right.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconsistency:
    """Two numbers or statements that cannot both be so, or that say less than they seem to."""

    subject: str
    one: str
    """What one place says."""
    other: str
    """What another says."""
    follows: str
    """What follows for whoever reads the numbers."""


def inconsistencies() -> tuple[Inconsistency, ...]:
    """The places that disagree, in the order in which they were found."""
    items = PUBLISHED.items_of
    small, base = "CodeT5-small", "CodeT5-base"
    easier = ("GSM8K", "ASDiv", "MultiArith", "BBH")
    return (
        Inconsistency(
            subject="number of test questions",
            one=f"GSM8K {QUESTIONS:,} (as published), ASDiv 2,096 (in the copy that came with PAL)",
            other=f"GSM8K {items['GSM8K']:,} and {items['right']:,}, ASDiv {items['ASDiv']:,}",
            follows="rows of one test set that were left out are not said; accuracies with "
            "different numbers below the line cannot be compared to a percent",
        ),
        Inconsistency(
            subject="the large model that small ones beat",
            one=f"LLaMA-13B: {_percent('LLaMA-13B', 'GSM8K')}",
            other=f"LLaMA-13B: {_percent('LLaMA-13B', 'SVAMP', 'ASDiv', 'MultiArith')}",
            follows="such a gap between sets suggests answers that were not extracted; the claim "
            "about GSM8K leans on that cell",
        ),
        Inconsistency(
            subject="order of untuned models",
            one=f"{small}: {_percent(small, *easier)}",
            other=f"{base}, the larger one: {_percent(base, *easier)}",
            follows="below it on every set, at or near nothing: these rows carry no information",
        ),
        Inconsistency(
            subject="the paper itself",
            one="version 1: ... Specializes Large Models in Reasoning",
            other="version 2: ... Can Teach Small Models Reasoning Better than Chain-of-thought "
            "Fine-tuning",
            follows="two titles and two sets of claims; here version 2 is meant",
        ),
        Inconsistency(
            subject="rounds of synthesis",
            one="the published training script reads one round of data",
            other="the paper merges eight",
            follows="the script does not make the paper's numbers",
        ),
        Inconsistency(
            subject="what counts as right",
            one="the number that a program prints is the answer",
            other="the scorer rounds the prediction and cuts the answer to a whole number: 17.6 "
            "counts as 18; two printed lines count as not runnable",
            follows="it is kept as a second metric, `rounding`; see what it accepts in the "
            "table of twins",
        ),
        Inconsistency(
            subject="labels of the test set",
            one="programs of gpt-3.5 are shipped as labels of the test questions",
            other=f"{_teacher_faults()} % of them do not give the answer",
            follows="likeness to such labels is no accuracy",
        ),
        Inconsistency(
            subject="self-refinement by messages of the interpreter",
            one="a student repairs its own programs",
            other=f"{repairable_in_words()} of a trained student ended in such a message",
            follows=f"driven by messages it can gain at most "
            f"{rounded(100 * repairable(), 1)} points there",
        ),
    )
