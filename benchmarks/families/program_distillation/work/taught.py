"""Four teachers' solutions, with labels: which does execution keep, and which a check of text?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.families.program_distillation.work.conversion import read_twins
from benchmarks.families.program_distillation.work.measures import (
    UNFINISHED,
    Measures,
    count,
    share,
)
from data.executing.answers import is_answer, read_answer
from data.executing.outcome import OutcomeClass
from data.program_distillation.checks import agree, steps_hold
from data.program_distillation.gsm8k import TEACHERS, TaughtSolution, load_taught
from data.program_distillation.running import execute_exactly, value_of
from data.program_distillation.twins import Lost, Twin, annotations, printed_number, program_of
from data.randomness import stream

ANOTHER = "right by another computation"
"""Class of a program that gives the answer and disagrees with the person's under re-assignment; it
may be right all the same, where it writes a number otherwise (.5 in place of 1/2)."""
_STATED = "A:"
"""What stands before the answer that a teacher states in words."""


def teachers(folder: Path, *, times: int, twins: Path) -> Mapping[str, Any]:
    """Hold the filters to every solution of every teacher.

    Args:
        folder: Stays empty.
        times: Re-assignments under which a right program is held against the person's.
        twins: File of the persons' programs of the same questions.
    """
    persons = {twin.provenance.row: twin for twin in read_twins(twins)}
    counts: dict[str, Counter[str]] = {teacher: Counter() for teacher in TEACHERS}
    for solution in load_taught():
        counts[solution.teacher].update(_seen(solution, persons.get(solution.row), times))
    measures: Measures = {}
    for teacher, one in counts.items():
        measures |= {f"{teacher}/{key}": measure for key, measure in measures_of(one).items()}
    return {"measures": measures}


def _seen(solution: TaughtSolution, person: Twin | None, times: int) -> Iterator[str]:
    """All that is so of one solution, each to be counted."""
    label = "right" if solution.is_correct else "wrong"
    yield label
    if _stated(solution) != solution.is_correct:
        yield "mislabelled"
    program = program_of(solution.solution)
    if isinstance(program, Lost):
        yield f"class/{program.reason}"
        return
    yield f"{label}/programs"
    if not _holds(solution.solution, program):
        yield f"{label}/text_rejected"
    found = execute_exactly(program)
    if found.failure is not None:
        yield f"class/{found.failure}"
    elif not is_answer(found.value, read_answer(solution.gold)):
        yield f"class/{UNFINISHED if solution.is_correct else OutcomeClass.WRONG_VALUE}"
    else:
        yield f"{label}/kept"
        yield f"class/{_class_of(person, program, times, solution)}"


def _class_of(person: Twin | None, program: str, times: int, solution: TaughtSolution) -> str:
    """Class of a program that gives the answer; without a person's program it is right."""
    rng = stream(0, "program_distillation/teachers", solution.teacher, solution.row)
    if person is None or agree(person.program, program, times=times, run=value_of, rng=rng):
        return str(OutcomeClass.RIGHT)
    return ANOTHER


def _stated(solution: TaughtSolution) -> bool:
    """Whether the answer that is stated in words is the right one."""
    try:
        stated = read_answer(solution.solution.rpartition(_STATED)[2])
    except ValueError:
        return False
    return stated == read_answer(solution.gold)


def _holds(solution: str, program: str) -> bool:
    """Whether every annotated step's arithmetic gives what it prints."""
    results: dict[str, Fraction] = {}
    for number, (_, printed) in enumerate(annotations(solution), 1):
        if (value := printed_number(printed)) is None:
            return False
        results[f"v{number}"] = value
    return steps_hold(program, results, value_of)


def measures_of(seen: Mapping[str, int]) -> Measures:
    """Shares of one teacher, from what was counted of its solutions."""
    right, wrong = seen["right"], seen["wrong"]
    right_programs, wrong_programs = seen["right/programs"], seen["wrong/programs"]
    return {
        "right": share(right, right + wrong),
        "mislabelled": count(seen["mislabelled"], right + wrong),
        "right/rejected": count(right_programs - seen["right/kept"], right_programs),
        "wrong/kept": count(seen["wrong/kept"], wrong_programs),
        "wrong/rejected": share(wrong_programs - seen["wrong/kept"], wrong_programs),
        "wrong/text_rejected": share(seen["wrong/text_rejected"], wrong_programs),
        **{
            key: count(number, right + wrong)
            for key, number in sorted(seen.items())
            if key.startswith("class/")
        },
    }
