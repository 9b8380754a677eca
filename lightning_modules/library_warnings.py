"""What libraries warn of, kept for the record in place of the terminal; loads without torch.

`listen` is called once when a program starts. From then on warnings and log lines of libraries are
counted here, and `heard` gives those of a piece of work. Nothing is lost on the way: with
COLLAPSE_TRACEBACK set, they are shown in the terminal too.
"""

import logging
import os
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from data.errors import one_line

MOST_KINDS = 20
"""Number of different warnings of one piece of work that are kept by their words; the rest are
counted together."""
MOST_CHARACTERS = 300
"""Length to which the words of a warning are cut."""
SPEAKING = ("transformers", "pytorch_lightning", "lightning_fabric", "datasets", "huggingface_hub")
"""Libraries whose loggers write into the terminal by themselves."""
_MOST_KEPT = 10_000
"""Number of different warnings of a process that are told apart."""
_OTHERS = "further warnings, of other words"


@dataclass(frozen=True, order=True)
class LibraryWarning:
    """One warning of a library, and how often it was given."""

    source: str
    """Module that gave it; where a compiled library did, the module that called that one."""
    kind: str
    """Class of the warning, or level of the log line."""
    text: str
    """What it says, on one line and cut to `MOST_CHARACTERS`."""
    count: int
    """Number of times."""


class _Heard(logging.Handler):
    """Counts warnings and log lines; several threads may give some at once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.counting = threading.Lock()

    def add(self, source: str, kind: str, text: object) -> None:
        words = one_line(text)
        cut = words if len(words) <= MOST_CHARACTERS else f"{words[: MOST_CHARACTERS - 3]}..."
        key = (source, kind, cut)
        with self.counting:
            is_kept = key in self.counts or len(self.counts) < _MOST_KEPT
            self.counts[key if is_kept else (_OTHERS, "", "")] += 1
        if "COLLAPSE_TRACEBACK" in os.environ:
            sys.stderr.write(f"{source}: {kind}: {words}\n")

    def emit(self, record: logging.LogRecord) -> None:
        """Count a log line."""
        self.add(record.name, record.levelname.capitalize(), record.getMessage())

    def shown(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Count a warning; it stands in the place of `warnings.showwarning`."""
        self.add(_giver(), category.__name__, message)


_HEARD = _Heard()


def listen() -> None:
    """Count what libraries warn of from now on, in place of showing it; twice is as good as once.

    Every warning counts, and not only the first at each place: another order of work would keep
    another one. Warnings about code that is to change are left to those who change it, as Python
    does by itself; whoever asks otherwise (`-W`, PYTHONWARNINGS) gets what they ask for.
    """
    if _listens():
        return
    if not sys.warnoptions:
        for category in (UserWarning, RuntimeWarning, FutureWarning):
            warnings.simplefilter("always", category)
    warnings.showwarning = _HEARD.shown
    logging.getLogger().addHandler(_HEARD)
    hush()


def hush() -> None:
    """Let the loggers of libraries that are loaded by now write nowhere but here, if here is one.

    They bring handlers of their own, which they add while they are loaded.
    """
    if not _listens():
        return
    for name in SPEAKING:
        logger = logging.getLogger(name)
        for handler in [one for one in logger.handlers if isinstance(one, logging.StreamHandler)]:
            logger.removeHandler(handler)
        logger.propagate = True


@contextmanager
def heard() -> Iterator[list[LibraryWarning]]:
    """What libraries warn of while the block runs, in this process; the list is filled at its end.

    Nothing is heard in a program that does not `listen`.
    """
    found: list[LibraryWarning] = []
    with _HEARD.counting:
        before = _HEARD.counts.copy()
    try:
        yield found
    finally:
        with _HEARD.counting:
            new = _HEARD.counts - before
        found += bounded(LibraryWarning(*key, count) for key, count in new.items())


def bounded(given: Iterable[LibraryWarning]) -> list[LibraryWarning]:
    """Warnings with equal ones counted together, sorted; not more than `MOST_KINDS` and one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in given:
        counts[one.source, one.kind, one.text] += one.count
    others = counts.pop((_OTHERS, "", ""), 0)
    kept = sorted(counts, key=lambda key: (-counts[key], key))[:MOST_KINDS]
    others += counts.total() - sum(counts[key] for key in kept)
    found = sorted(LibraryWarning(*key, counts[key]) for key in kept)
    return [*found, LibraryWarning(_OTHERS, "", "", others)] if others else found


def in_words(given: Iterable[LibraryWarning], where: str) -> Iterator[str]:
    """A line that says how many warnings there were, if any, and where they are kept."""
    found = bounded(given)
    if found:
        sources = sorted({one.source.split(".")[0] for one in found})
        yield (
            f"libraries warned {sum(one.count for one in found):,} times "
            f"({', '.join(sources)}); see {where}"
        )


def _listens() -> bool:
    return warnings.showwarning == _HEARD.shown


def _giver() -> str:
    """Module of the innermost frame that is neither this one's nor that of `warnings`."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") in (__name__, "warnings"):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "unknown"))
