"""Which of a program's values is the one that it gives as its answer."""

from data.executing.outcome import Number

SOLUTION = "solution"
"""Name of the function that programs of PaD (arXiv 2305.13888) define, and that returns the
answer."""


class Said:
    """What a program said: printed, returned and assigned last.

    A program says one value. It is what `solution()` returns, where the program defines that
    function and does not call it; else what the program prints; else what its last assignment, or
    an expression after it, has as value. A program that prints and returns, or prints twice, has
    said two values, neither of which is the answer.
    """

    def __init__(self) -> None:
        self._all: list[Number | str] = []
        self.last: Number | str | None = None
        """Value of the last assignment or expression at the top of the program."""
        self.has_called = False
        """Whether the program has called `solution` by itself."""

    def prints(self, value: Number | str) -> None:
        """Note a value that was printed."""
        self._all.append(value)

    def returned(self, value: Number | str | None) -> None:
        """Note what `solution` returned, which nothing in the program called."""
        self.last = value
        if value is not None:
            self._all.append(value)

    def value(self) -> Number | str | None:
        """The value; None where there is none, or more than one."""
        if len(self._all) > 1:
            return None
        return self._all[0] if self._all else self.last

    @property
    def missing(self) -> str:
        """Why there is no value, in words; empty where there is one."""
        if len(self._all) > 1:
            return f"says {len(self._all)} values, where one is the answer"
        return "" if self.value() is not None else "says no value"
