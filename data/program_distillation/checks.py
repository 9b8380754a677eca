"""Checks of programs besides their answer: other numbers in place of their own, and written steps.

Two programs are the same computation if they agree whatever their numbers are. *Re-assignment*
draws numbers anew, the same for both, and runs both: agreement under a few draws is evidence that
needs no label, and disagreement is proof (Schwartz 1980: two different polynomials agree at a point
drawn from n values with a chance of at most their degree over n).
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from data.errors import BadInput
from data.program_distillation.programs import all_numbers, reassigned, written

Run = Callable[[str], Fraction | None]
"""Runs a program and returns its value; None where it has none, whatever the reason."""
_LEAST, _MOST = 2, 9973
"""Ends of the whole numbers that are drawn."""
_TRIES = 100
"""Draws after which a program that never ran is given up."""
_NAME = re.compile(r"\b[a-z]\w*\b")


def agree(first: str, second: str, *, times: int, run: Run, rng: np.random.Generator) -> bool:
    """Whether two programs have the same value under each of some re-assignments.

    Args:
        first: A program that runs with its own numbers.
        second: The other program.
        times: Number of re-assignments.
        run: Runs a program.
        rng: The draws of the numbers.

    Raises:
        BadInput: The first program runs under hardly any numbers.
    """
    for _ in range(times):
        values, expected = _drawn(first, second, run, rng)
        if run(reassigned(second, values)) != expected:
            return False
    return True


def _drawn(
    first: str, second: str, run: Run, rng: np.random.Generator
) -> tuple[Mapping[Fraction, Fraction], Fraction]:
    """Numbers under which the first program runs, and its value."""
    own = all_numbers([first, second])
    for _ in range(_TRIES):
        chosen = rng.choice(_MOST - _LEAST + 1, size=len(own), replace=False) + _LEAST
        values = {number: Fraction(int(one)) for number, one in zip(own, chosen, strict=True)}
        value = run(reassigned(first, values))
        if value is not None:
            return values, value
    raise BadInput(f"a program runs under none of {_TRIES} draws of its numbers: {first!r}")


def steps_hold(program: str, results: Mapping[str, Fraction], run: Run) -> bool:
    """Whether the arithmetic of each written step gives what is printed after it.

    This is all that can be checked of a chain of thought without running it as a program: every
    step is read with the printed results of the steps before it, and is held against its own. It is
    kinder to the text than any reader of words: every step is found, and read without error.

    Args:
        program: The steps as lines `name = expression`; they need not parse. Without any, all hold.
        results: The printed result of every step, by the name that the right program gives it.
        run: Runs a program.
    """

    def printed(match: re.Match[str]) -> str:
        known = results.get(match[0])
        return match[0] if known is None else written(known)

    for line in program.splitlines():
        name, _, expression = line.partition(" = ")
        if name not in results or run(f"r = {_NAME.sub(printed, expression)}") != results[name]:
            return False
    return True
