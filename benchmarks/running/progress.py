"""Progress of a run: a bar with tokens/s and time left in a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

_SECONDS_BETWEEN_LINES = 10.0


class _TokensPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} tokens/s", style="cyan")


class Progress:
    """Shows the stage in progress and how many chains are done.

    Args:
        console: Console that shows it: a bar in a terminal, plain lines elsewhere.
        n_chains: Number of chains of this run.
    """

    def __init__(self, console: Console, n_chains: int = 1) -> None:
        self.console = console
        self.n_chains = n_chains
        self._chain = ""
        self._done = self._total = 0
        self._started = self._last_line = 0.0
        self._label = ""
        self._chains = Bars(
            TextColumn("{task.description:<44}"),
            BarColumn(),
            MofNCompleteColumn(),
            _TokensPerSecond(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._chains.add_task("", total=1, visible=False)

    @contextmanager
    def shown(self) -> Iterator["Progress"]:
        """Show the bar for as long as the block runs."""
        if self.console.is_terminal:
            with self._chains:
                yield self
        else:
            yield self

    def chain(self, index: int, name: str) -> None:
        """Begin chain `index`, counted from 0."""
        self._chain = f"[{index + 1}/{self.n_chains}] {name}"

    @contextmanager
    def stage(self, label: str, n_tokens: int) -> Iterator[None]:
        """Begin a stage of `n_tokens` tokens of work."""
        self._label, self._done, self._total = label, 0, n_tokens
        self._started = self._last_line = time.monotonic()
        description = f"{self._chain} {label}"
        self._chains.reset(
            self._task, description=description, total=n_tokens or None, visible=True
        )
        yield
        self._chains.update(self._task, visible=False)

    def advance(self, n_tokens: int) -> None:
        """Count tokens that were done in the current stage."""
        self._done += n_tokens
        self._chains.advance(self._task, n_tokens)
        now = time.monotonic()
        if not self.console.is_terminal and now - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = now
            speed = self._done / (now - self._started)
            left = max(self._total - self._done, 0) / speed
            self.say(
                f"{self._label}: {self._done:,} of {self._total:,} tokens, "
                f"{speed:,.0f} tokens/s, {left:.0f} s left"
            )

    def say(self, line: str) -> None:
        """Print a line that stays, with the chain it belongs to."""
        self.console.print(f"{self._chain} {line}", highlight=False, markup=False, soft_wrap=True)

    def tell(self, line: str) -> None:
        """Print a line that stays, about all chains."""
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def note(self, line: str) -> None:
        """Print that a stage runs, without the reason, where no bar shows it."""
        what, _, outcome = line.partition(": ")
        if not self.console.is_terminal and not outcome.startswith("reused"):
            self.say(what)
