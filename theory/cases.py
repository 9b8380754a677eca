"""What a case of a claim has to know: how to describe itself, and which conditions it meets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Case(Protocol):
    """One case on which a claim is tested."""

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""


C = TypeVar("C", bound=Case)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumption(Generic[C]):
    """One condition of a statement, in words and as a predicate."""

    text: str
    """Condition in words, as the ledger prints it."""
    holds: Callable[[C], bool]
    """Whether a case satisfies the condition."""
