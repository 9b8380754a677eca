"""Progress of a run: a bar with tokens/s and time left in a terminal, plain lines elsewhere.

Chains that run in processes of their own tell what they do (`ToldProgress`), and the process that
began them shows all of it at once (`ProgressOfMany`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_EVENTS = 0.25
"""Seconds between two tellings of how many tokens are done."""


class _Speed(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} {self.unit}/s", style="cyan")


def _bars(console: Console, unit: str = "tokens") -> Bars:
    return Bars(
        TextColumn("{task.description:<44}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(unit),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _how_far(done: int, total: int, speed: float, unit: str = "tokens") -> str:
    """How much is done and how long the rest takes, where it is known how much there is.

    Args:
        done: Tokens that were done.
        total: Tokens in all; 0 where nobody knows.
        speed: Tokens per second.
        unit: What is counted in place of tokens.
    """
    if not total:
        return f"{done:,} {unit}, {speed:,.0f} {unit}/s"
    left = max(total - done, 0) / speed
    return f"{done:,} of {total:,} {unit}, {speed:,.0f} {unit}/s, {left:.0f} s left"


class Progress:
    """Shows the stage in progress and how many chains are done.

    Args:
        console: Console that shows it: a bar in a terminal, plain lines elsewhere.
        n_chains: Number of chains of this run.
        unit: What is counted, where it is no tokens.
    """

    def __init__(self, console: Console, n_chains: int = 1, unit: str = "tokens") -> None:
        self.console = console
        self.n_chains = n_chains
        self.unit = unit
        self._chain = ""
        self._done = self._total = 0
        self._started = self._last_line = 0.0
        self._label = ""
        self._chains = _bars(console, unit)
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

    def begin(self, label: str, n_tokens: int) -> None:
        """Count from 0, in a stage of `n_tokens` tokens."""
        self._label, self._done, self._total = label, 0, n_tokens
        self._started = self._last_line = time.monotonic()

    @contextmanager
    def stage(self, label: str, n_tokens: int) -> Iterator[None]:
        """Begin a stage of `n_tokens` tokens of work."""
        self.begin(label, n_tokens)
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
            self.say(f"{self._label}: {_how_far(self._done, self._total, speed, self.unit)}")

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


class Told(NamedTuple):
    """What a chain in a process of its own tells."""

    chain: str
    what: Literal["stage", "advance", "stage ends", "say", "tell", "note"]
    text: str = ""
    """The stage's label, or the line."""
    n_tokens: int = 0


class ToldProgress(Progress):
    """Tells another process what this one does, and shows nothing.

    Args:
        tell: Hands an event over to the process that shows it.
    """

    def __init__(self, tell: Callable[[Told], None]) -> None:
        super().__init__(Console(quiet=True))
        self._tell_of = tell
        self._untold = 0
        self._told_at = 0.0

    def chain(self, index: int, name: str) -> None:
        """Begin a chain of this name; the other process counts them."""
        self._chain = name

    @contextmanager
    def stage(self, label: str, n_tokens: int) -> Iterator[None]:
        """Begin a stage of `n_tokens` tokens of work."""
        self._untold = 0
        self._tell_of(Told(self._chain, "stage", label, n_tokens))
        yield
        self._tell_of(Told(self._chain, "stage ends", label))

    def advance(self, n_tokens: int) -> None:
        """Count tokens that were done in the current stage."""
        self._untold += n_tokens
        now = time.monotonic()
        if now - self._told_at > _SECONDS_BETWEEN_EVENTS:
            self._told_at = now
            self._tell_of(Told(self._chain, "advance", n_tokens=self._untold))
            self._untold = 0

    def say(self, line: str) -> None:
        """Have a line printed that stays, with the chain it belongs to."""
        self._tell_of(Told(self._chain, "say", line))

    def tell(self, line: str) -> None:
        """Have a line printed that stays, about all chains."""
        self._tell_of(Told(self._chain, "tell", line))

    def note(self, line: str) -> None:
        """Have it printed that a stage runs, where no bar shows it."""
        self._tell_of(Told(self._chain, "note", line))


class ProgressOfMany:
    """Shows chains that run side by side: a bar each in a terminal, plain lines elsewhere.

    Args:
        console: Console that shows it.
        n_chains: Number of chains of the run.
    """

    def __init__(self, console: Console, n_chains: int) -> None:
        self.console = console
        self.n_chains = n_chains
        self.n_done = 0
        self._bars = _bars(console)
        self._tasks: dict[str, TaskID] = {}
        self._lines: dict[str, Progress] = {}

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bars for as long as the block runs."""
        if self.console.is_terminal:
            with self._bars:
                yield
        else:
            yield

    def hear(self, event: Told) -> None:
        """Show what a chain tells."""
        place = self._lines.setdefault(event.chain, Progress(self.console, self.n_chains))
        place._chain = f"[{self.n_done}/{self.n_chains} done] {event.chain}"
        match event.what:
            case "stage":
                self._begin(event, place)
            case "advance":
                if event.chain in self._tasks:
                    self._bars.advance(self._tasks[event.chain], event.n_tokens)
                place.advance(event.n_tokens)
            case "stage ends":
                if event.chain in self._tasks:
                    self._bars.update(self._tasks[event.chain], visible=False)
            case "say":
                place.say(event.text)
            case "tell":
                place.tell(event.text)
            case "note":
                place.note(event.text)

    def finished(self, chain: str, line: str) -> None:
        """Count a chain that has ended, and say a line about it."""
        self.n_done += 1
        self.hear(Told(chain, "say", line))

    def _begin(self, event: Told, place: Progress) -> None:
        place.begin(event.text, event.n_tokens)
        if event.chain not in self._tasks:
            self._tasks[event.chain] = self._bars.add_task("", total=1)
        self._bars.reset(
            self._tasks[event.chain],
            description=f"{event.chain} {event.text}",
            total=event.n_tokens or None,
            visible=True,
        )
