"""Work in a forked child: killed at any write, or a command with all that it says.

A child costs milliseconds and has all that its parent has loaded. What a command loads late is
loaded before by whoever calls; `tests.support.processes.forked` has processes of their own instead.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

KILLED = 97
"""Exit code of a child that a `Kill` has ended at a call."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CALLS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
"""Audit events of calls that change a folder; opening a file to write is one more."""


How = Literal["exit", "interrupt", "bytes"]


@dataclass(frozen=True)
class Kill:
    """How a process ends at one of its calls that change files."""

    call: int
    """Number of the call, from 0."""
    how: How
    """`exit` ends it before the call, as SIGKILL does; `interrupt` raises KeyboardInterrupt there,
    as Ctrl-C and SIGTERM do; `bytes` ends it, from that call on, inside the first write that would
    make a file longer than `size`: what fits is on disk, by whichever library it is written."""
    size: int = 0


class Writes:
    """Counts the calls of this process that change files below a folder; an audit hook stays."""

    def __init__(self) -> None:
        self.count = 0
        self._folder: str | None = None
        self._kill: Kill | None = None
        sys.addaudithook(self._hear)

    def of(self, folder: Path, work: Callable[[], object], kill: Kill | None = None) -> None:
        """Do the work; count its calls, and end it at one of them."""
        self.count, self._folder, self._kill = 0, str(folder.resolve()), kill
        fsync = os.fsync

        def heard(fd: Any) -> None:
            self._called()
            fsync(fd)

        os.fsync = heard
        try:
            work()
        finally:
            os.fsync = fsync
            self._folder = self._kill = None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._folder is None:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            return
        if (event == "open" or event in _CALLS) and self._is_below(arguments[0]):
            self._called()

    def _is_below(self, path: Any) -> bool:
        """Whether a path is below the folder; one that is relative is, by the folder's number."""
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        return not os.path.isabs(name) or name.startswith(self._folder or "")

    def _called(self) -> None:
        number, self.count = self.count, self.count + 1
        kill = self._kill
        if kill is None or number != kill.call:
            return
        if kill.how == "exit":
            os._exit(KILLED)
        if kill.how == "interrupt":
            raise KeyboardInterrupt
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (kill.size, hard))


WRITES = Writes()


def in_child(
    work: Callable[[], object], said: "tuple[Path, Path] | None" = None, *, seconds: int = 120
) -> int:
    """Do work in a forked child; its exit code, or minus the signal that ended it.

    Args:
        work: What it does; a traceback goes to standard error, and gives exit code 1.
        said: Files for standard output and error; None throws both away.
        seconds: It is ended by SIGALRM after so long.
    """
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        for number, path in zip((1, 2), said or (Path(os.devnull), Path(os.devnull)), strict=True):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        for name in (signal.SIGXFSZ, signal.SIGALRM):
            signal.signal(name, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(seconds)
        work()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def command(
    main: Callable[[], None], *arguments: str, folder: Path
) -> "subprocess.CompletedProcess[str]":
    """Run a command of `collapse` in a forked child to its end; its exit code and what it said."""

    def run() -> None:
        os.chdir(folder)
        sys.argv = ["collapse", *arguments]
        main()

    with tempfile.TemporaryDirectory() as name:
        said = Path(name) / "out", Path(name) / "err"
        code = in_child(run, said)
        out, err = (path.read_text(errors="backslashreplace") for path in said)
    return subprocess.CompletedProcess(arguments, code, out, err)
