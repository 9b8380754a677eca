"""Progress of a verification: a bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from data.executing.outcome import OutcomeClass

_SECONDS_BETWEEN_LINES = 10.0
_PROGRAMS_BETWEEN_LOOKS = 64
"""Programs between two looks at the clock."""


class VerifyProgress:
    """Shows programs/s, the share that is right so far, and the time left.

    Args:
        console: Console that shows it: a bar in a terminal, a line every ten seconds elsewhere.
        n_rows: Rows of all files.
    """

    def __init__(self, console: Console, n_rows: int) -> None:
        self.console = console
        self.n_rows = n_rows
        self._done = self._right = 0
        self._bars = Progress(
            TextColumn("verifying"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bars.add_task("", total=n_rows, facts="")
        self._started = self._last_line = self._last_look = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator["VerifyProgress"]:
        """Show the bar for as long as the block runs."""
        if self.console.is_terminal:
            with self._bars:
                yield self
        else:
            yield self

    def verified(self, kind: OutcomeClass) -> None:
        """Count a program, and say so now and then."""
        self._done += 1
        self._right += kind is OutcomeClass.RIGHT
        if self._done % _PROGRAMS_BETWEEN_LOOKS == 0 or kind is OutcomeClass.TIME:
            self._show(time.monotonic())

    def _show(self, now: float) -> None:
        speed = self._done / max(now - self._started, 1e-9)
        facts = f"{speed:,.0f} programs/s, {self._right / self._done:.1%} right"
        self._bars.update(self._task, completed=self._done, facts=facts)
        if not self.console.is_terminal and now - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = now
            left = max(self.n_rows - self._done, 0) / speed
            self.console.print(
                f"verify: {self._done:,} of {self.n_rows:,}, {facts}, {left:,.0f} s left",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )
