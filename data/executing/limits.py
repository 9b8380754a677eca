"""What a program may cost: length and form, steps, digits, time and memory."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import Count, Positive, Range, in_range

MegaBytes = Annotated[int, Range(least=8, most=65_536)]
"""Memory in units of 2**20 bytes; the sandbox itself takes a few."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a program may cost; what goes beyond is stopped and classed, never awaited.

    Form is looked at before a program is parsed: Python's own parser answers programs of some ten
    thousand operators with a crash where threads have a small stack.

    Raises:
        BadInput: A limit is not a number of its range.
    """

    characters: Count = 10_000
    """Characters of a program, its comments included."""
    operators: Annotated[int, Range(least=1, most=1_000)] = 1_000
    """Operators, brackets, commas, colons and such words as `not`: what a syntax tree grows by. At
    1,000 the parser needs less than half a megabyte of stack."""
    nesting: Annotated[int, Range(least=1, most=100)] = 100
    """Depth of an expression's tree; a sum of 80 terms is 80 deep."""
    steps: Count = 10_000
    """Statements and parts of expressions that the exact interpreter evaluates."""
    bits: Annotated[int, Range(least=64, most=1_000_000)] = 4_096
    """Binary digits of a number: of its numerator, and of its denominator."""
    seconds: Positive = 1.0
    """Time of a program in the sandbox, from its start to its answer."""
    megabytes: MegaBytes = 64
    """Memory of a program in the sandbox, in units of 2**20 bytes."""
    recursion: Annotated[int, Range(least=1, most=1_000)] = 200
    """Calls of functions within each other, in the sandbox."""
    printed: Count = 10_000
    """Characters that a program may print in the sandbox."""

    def __post_init__(self) -> None:
        in_range(self)


LIMITS = Limits()
"""The limits unless others are asked for."""
