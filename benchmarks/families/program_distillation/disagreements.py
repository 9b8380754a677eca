"""Where execution and a teacher's label disagree, and why: counted over the committed solutions."""

import re
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Literal

from data.executing.answers import CLOSE, is_answer, read_answer
from data.program_distillation.gsm8k import TaughtSolution, load_taught
from data.program_distillation.programs import written
from data.program_distillation.running import value_of
from data.program_distillation.twins import Lost, annotations, printed_number, program_of

Why = Literal[
    "no program, right", "no program, wrong", "false arithmetic", "rounded in words",
    "concluded otherwise",
]  # fmt: skip
"""Why a solution is sorted by execution otherwise than by its label, or cannot be sorted: it
becomes no program; the result of a step is not what its arithmetic gives, beyond rounding; the
words say the last step's value as a rounder one; or they conclude another number than it."""
_RESULT = re.compile(r"\bv\d+\b")


@cache
def disagreements() -> Mapping[Why, int]:
    """Number of solutions of all teachers, by why execution does not sort them as labelled."""
    return Counter(why for one in load_taught() if (why := why_apart(one)) is not None)


@cache
def n_solutions() -> int:
    """Number of labelled solutions of all teachers."""
    return sum(1 for _ in load_taught())


def why_apart(solution: TaughtSolution) -> Why | None:
    """Why execution does not sort a solution as its label does; None where it does."""
    program = program_of(solution.solution)
    if isinstance(program, Lost):
        return "no program, right" if solution.is_correct else "no program, wrong"
    value, gold = value_of(program), read_answer(solution.gold)
    if is_answer(value, gold) == solution.is_correct:
        return None
    if _has_false_step(solution.solution, program):
        return "false arithmetic"
    is_near = solution.is_correct and value is not None and abs(value - gold) < 1
    return "rounded in words" if is_near else "concluded otherwise"


def _has_false_step(solution: str, program: str) -> bool:
    """Whether a step, with the printed results of those before it, gives another number.

    A result that is written with finitely many digits counts as what it rounds.
    """
    steps = enumerate(annotations(solution), 1)
    printed = {f"v{number}": printed_number(text) for number, (_, text) in steps}
    for line in program.splitlines():
        name, _, expression = line.partition(" = ")
        found = value_of(f"r = {_RESULT.sub(lambda m: _as_printed(m[0], printed), expression)}")
        result = printed[name]
        if result is None or found is None:
            return True
        if abs(found - result) > CLOSE * (abs(result) or 1):
            return True
    return False


def _as_printed(name: str, printed: Mapping[str, Fraction | None]) -> str:
    result = printed[name]
    return name if result is None else written(result)
