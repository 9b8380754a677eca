"""Twins are run by the exact layer of the executor alone: straight-line arithmetic in fractions."""

from fractions import Fraction

from data.executing.execute import Executor
from data.executing.outcome import Execution

_EXACT = Executor()
"""Without a sandbox; it starts no process and keeps nothing of a program."""


def execute_exactly(program: str) -> Execution:
    """What a program does in the exact layer; what lies beyond it is *outside the subset*."""
    return _EXACT.execute(program)


def value_of(program: str) -> Fraction | None:
    """The exact value of a program; None where it has none, whatever the reason."""
    value = execute_exactly(program).value
    return Fraction(value) if isinstance(value, int | Fraction) else None
