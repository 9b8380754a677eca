"""Progress of an edit: a bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.editing.edit import Watcher
from lightning_modules.editing.shard_facts import ShardFacts

_SECONDS_BETWEEN_LINES = 10.0


class EditProgress(Watcher):
    """Shows an edit: tokens/s, flagged and changed so far, time left.

    Args:
        console: Console that shows it: a bar in a terminal, a line every ten seconds elsewhere.
        has_threshold: Whether what is flagged is known before the end.
    """

    def __init__(self, console: Console, *, has_threshold: bool) -> None:
        self.console = console
        self.has_threshold = has_threshold
        self._bars = Progress(
            TextColumn("editing"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bars.add_task("", total=1, facts="", visible=False)
        self._characters = self._done = self._before = 0
        self._tokens = self._whole = self._flagged = self._changed = 0
        self._started = self._last_line = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator["EditProgress"]:
        """Show the bar for as long as the block runs."""
        if self.console.is_terminal:
            with self._bars:
                yield self
        else:
            yield self

    def begins(self, n_characters: int, n_done: int) -> None:
        """Start the clock and the bar, from what a run before has done."""
        self._characters, self._done, self._before = n_characters, n_done, n_done
        self._started = self._last_line = time.monotonic()
        self._bars.reset(self._task, total=n_characters, completed=n_done, visible=True)
        if n_done:
            self._say(f"{n_done:,} of {n_characters:,} characters were edited before; going on")

    def scored(self, n_tokens: int) -> None:
        """Count, and say so now and then."""
        self._tokens += n_tokens
        self._show()

    def finished(self, n_characters: int, facts: ShardFacts) -> None:
        """Count what the shard flagged and changed."""
        self._done += n_characters
        self._whole += facts.counts.tokens
        self._tokens = max(self._tokens, self._whole)
        self._flagged += facts.rows
        self._changed += facts.changed
        self._show()

    def _show(self) -> None:
        seconds = max(time.monotonic() - self._started, 1e-9)
        facts = f"{self._tokens / seconds:,.0f} tokens/s"
        if self.has_threshold and self._whole:
            flagged, changed = self._flagged / self._whole, self._changed / self._whole
            facts += f", {flagged:.2%} flagged, {changed:.2%} changed"
        self._bars.update(self._task, completed=self._done, facts=facts)
        now = time.monotonic()
        if not self.console.is_terminal and now - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = now
            new = self._done - self._before
            left = f", {(self._characters - self._done) * seconds / new:,.0f} s left" if new else ""
            self._say(f"{self._done:,} of {self._characters:,} characters, {facts}{left}")

    def _say(self, line: str) -> None:
        self.console.print(f"edit: {line}", highlight=False, markup=False, soft_wrap=True)
