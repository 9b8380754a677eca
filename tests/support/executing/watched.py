"""What code asks of the interpreter: files, processes, sockets, imports, compiled code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_INERT = ("object.__", "code.__new__", "sys._getframe", "gc.")
"""Beginnings of events that reach nothing outside of the process."""


class Watch:
    """Hears audit events while it is told to; an audit hook stays until the process ends."""

    def __init__(self) -> None:
        self._events: set[str] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._events is not None and not event.startswith(_INERT):
            self._events.add(f"open {arguments[0]!r}" if event == "open" else event)

    @contextmanager
    def hears(self) -> Iterator[set[str]]:
        """The names of all events for as long as the block runs; of `open` with the file."""
        events: set[str] = set()
        self._events = events
        try:
            yield events
        finally:
            self._events = None


WATCH = Watch()
