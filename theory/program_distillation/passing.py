"""Pass rates of problems, and what rounds of writing cover of them, as formulas.

Every problem has a pass rate p, the chance that a written program is right. Over the problems p
follows a Beta(a, b) law. A problem is covered after k rounds when one of k programs passed.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from scipy.special import betaln


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounds:
    """A case: the Beta law of pass rates, and how often every problem is tried."""

    a: Fraction
    b: Fraction
    rounds: int

    def describe(self) -> str:
        """Return the case in words."""
        return f"pass rates Beta({float(self.a):g}, {float(self.b):g}), {self.rounds} rounds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A case: some problems are never solved, and the others follow a Beta law."""

    never: Fraction
    """Share of problems with pass rate 0."""
    a: Fraction
    b: Fraction

    def describe(self) -> str:
        """Return the case in words."""
        law = f"Beta({float(self.a):g}, {float(self.b):g})"
        return f"{float(self.never):.0%} of problems never solved, the others {law}"


def coverage(a: float, b: float, rounds: int) -> float:
    """Return the expected share of covered problems, 1 - B(a, b + k) / B(a, b)."""
    return 1 - math.exp(betaln(a, b + rounds) - betaln(a, b))


def accepted_rate(a: float, b: float) -> float:
    """Return the mean pass rate over accepted programs, (a + 1) / (a + b + 1)."""
    return (a + 1) / (a + b + 1)


def covered_rate(a: float, b: float, rounds: int) -> float:
    """Return the mean pass rate over covered problems: one program of each is kept.

    (E p - E p (1 - p)^k) / coverage, by moments of the Beta law.
    """
    missed = math.exp(betaln(a + 1, b + rounds) - betaln(a, b))
    return (a / (a + b) - missed) / coverage(a, b, rounds)


def law_of_two(once: float, twice: float) -> tuple[float, float]:
    """Return a and b of the Beta law that covers these shares after one and after two rounds.

    Raises:
        ValueError: No Beta law does: the second round added nothing, or more than the first left.
    """
    left, kept = 1 - once, (1 - twice) / (1 - once)
    if not left < kept < 1:
        raise ValueError(f"coverage {once:g} and {twice:g} after two rounds fits no Beta law")
    total = (1 - kept) / (kept - left)
    return once * total, left * total


def predicted(once: float, twice: float, rounds: int) -> float:
    """Return the coverage after some rounds that the first two rounds predict."""
    return coverage(*law_of_two(once, twice), rounds)


def split_coverage(case: Split, rounds: int) -> float:
    """Return the coverage of a split law after some rounds."""
    return (1 - float(case.never)) * coverage(float(case.a), float(case.b), rounds)
