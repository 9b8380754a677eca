"""Progress of an emulation: a bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_SECONDS_BETWEEN_LINES = 10.0


class EmulateProgress:
    """Shows what is being done, and how many of its steps.

    Args:
        console: Console that shows it: a bar in a terminal, elsewhere a line for each part and one
            every ten seconds.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._what, self._done, self._steps = "", 0, 0
        self._began = self._last_line = time.monotonic()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bars.add_task("", total=None)

    @contextmanager
    def shown(self) -> Iterator["EmulateProgress"]:
        """Show the bar for as long as the block runs."""
        if self.console.is_terminal:
            with self._bars:
                yield self
        else:
            yield self

    def tell(self, what: str, steps: int) -> None:
        """Begin a part of the work, or count steps of it.

        Args:
            what: The part that begins; empty for steps of the last one.
            steps: Number of its steps, 0 where nobody knows; or of those that were done.
        """
        if what:
            self._what, self._done, self._steps = what, 0, steps
            self._began = time.monotonic()
            self._bars.reset(self._task, description=what, total=steps or None)
            self._say(f"emulate: {what}")
            return
        self._done += steps
        self._bars.advance(self._task, steps)
        if time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            left = (time.monotonic() - self._began) * (self._steps / self._done - 1)
            self._say(f"emulate: {self._what}, {self._done} of {self._steps}, {left:.0f} s left")

    def _say(self, line: str) -> None:
        self._last_line = time.monotonic()
        if not self.console.is_terminal:
            self.console.print(line, highlight=False, markup=False, soft_wrap=True)
