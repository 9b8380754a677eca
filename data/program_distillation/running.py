"""Twins are run by the exact layer of the executor alone: straight-line arithmetic in fractions."""

from fractions import Fraction

from data.executing.arithmetic import Outside
from data.executing.interpreter import interpret
from data.executing.limits import LIMITS
from data.executing.outcome import Execution, Layer, OutcomeClass, Stopped
from data.executing.source import parse


def execute_exactly(program: str) -> Execution:
    """What a program does in the exact layer; what lies beyond it is *outside the subset*."""
    try:
        return interpret(parse(program, LIMITS), LIMITS)
    except Stopped as stopped:
        return _not_run(stopped.kind, str(stopped))
    except Outside as outside:
        return _not_run(OutcomeClass.OUTSIDE, str(outside))


def _not_run(kind: OutcomeClass, reason: str) -> Execution:
    return Execution(None, kind, Layer.FORM, 0, reason, ())


def value_of(program: str) -> Fraction | None:
    """The exact value of a program; None where it has none, whatever the reason."""
    value = execute_exactly(program).value
    return Fraction(value) if isinstance(value, int | Fraction) else None
