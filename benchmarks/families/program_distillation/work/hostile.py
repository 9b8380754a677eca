"""Programs that mean harm are given to the executor, and what they could reach is watched."""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.families.program_distillation.work.measures import count
from data.errors import BadInput
from data.executing.execute import Executor, executor
from data.executing.hostile import Hostile, hostile_programs
from data.executing.limits import LIMITS
from data.executing.outcome import Execution
from data.executing.sandbox import EXTRA

_SECRET = "a word that no program may know"
_ANSWER = 18
"""The answer that some of the programs try to be taken for."""
_OVER = 1.2
"""Share of its time after which a program counts as not stopped."""


def hostile(folder: Path) -> Mapping[str, Any]:
    """Run every hostile program, in both layers, and count what went wrong.

    Args:
        folder: Receives the file that the programs try to read; nothing else may appear in it.

    Raises:
        BadInput: The sandbox is not installed.
    """
    secret, target = folder / "secret.txt", folder / "target.txt"
    secret.write_text(_SECRET, encoding="utf-8")
    with executor() as run, _listening() as listener:
        if not run.has_sandbox:
            raise BadInput(f"the sandbox is not installed; run: {EXTRA}")
        run.execute("x = [1]\nx = x[0]")  # the first program starts a worker
        port = listener.getsockname()[1]
        programs = list(hostile_programs(str(secret), str(target), port))
        seen = [_seen(one, run, listener, target) for one in programs]
    n = len(programs)
    wrong = {name: sum(one[name] for one in seen) for name in seen[0]}
    return {
        "measures": {
            "hostile": count(n, n),
            **{f"hostile/{name}": count(number, n) for name, number in wrong.items()},
        }
    }


@contextmanager
def _listening() -> Iterator[socket.socket]:
    """A socket of this machine that would see a program that connects to it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def _seen(one: Hostile, run: Executor, listener: socket.socket, target: Path) -> Mapping[str, bool]:
    """What one program did that it must not."""
    start = time.perf_counter()
    found = run.verify(one.program, _ANSWER)
    seconds = time.perf_counter() - start
    touched = target.exists() or _connected(listener)
    target.unlink(missing_ok=True)
    return {
        "touched": touched or _SECRET in _said(found.execution),
        "overran": seconds > _OVER * LIMITS.seconds,
        "misjudged": found.kind is not one.kind,
    }


def _connected(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _said(found: Execution) -> str:
    """All that came out of a program."""
    return " ".join([str(found.value), found.reason, *(str(line.value) for line in found.lines)])
