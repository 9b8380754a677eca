"""Python in processes of their own that need not load torch: a server that has it forks them.

Each is a real process: with its own folder, environment, output, exit code and signals. What a
command loads late, the server has loaded before, once for all tests of a worker. That loading is
no part of what is tested then; `test_main` starts one command the usual way.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.support.places import ROOT

_LOADED = [
    "torch.distributed.fsdp",
    "pytorch_lightning",
    "transformers.models.llama.modeling_llama",
    "benchmarks.commands.edit",
    "benchmarks.commands.leaderboard",
    "benchmarks.commands.listing",
    "benchmarks.commands.paper",
    "benchmarks.commands.profile",
    "benchmarks.commands.run",
    "benchmarks.commands.speed",
    "benchmarks.run",
    "benchmarks.editing.edit",
    "benchmarks.leaderboard.mirror.live",
    "benchmarks.comparing.pictures.loss",
    "benchmarks.profile.page",
    "benchmarks.profile.corpora",
    "tests.support.processes.digested",
]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_LOADED)


def environment(**more: str) -> dict[str, str]:
    """That of a process of a test: this project's modules, one thread, and what is given."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **more}


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    """Look again and again.

    Raises:
        TimeoutError: It has not become true in so many seconds.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not true within {seconds} seconds")
        time.sleep(0.01)


class Forked:
    """A process that runs, as `subprocess.Popen` shows one."""

    def __init__(
        self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], alone: bool
    ) -> None:
        _serve()
        self.arguments = arguments
        self._said = [Path(tempfile.mkstemp(prefix="said-")[1]) for _ in range(2)]
        self._process: ForkServerProcess = _context.Process(
            target=_become, args=(arguments, folder, dict(environment), self._said, alone)
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """The exit code, -N after signal N; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float = 300) -> int:
        """Its exit code when it has ended.

        Raises:
            TimeoutError: It runs longer.
        """
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"{self.arguments} runs for more than {seconds} seconds")
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def said(self) -> str:
        """What it has written to its standard output so far."""
        return self._said[0].read_text()

    def ended(self) -> "subprocess.CompletedProcess[str]":
        """Wait for its end; its exit code and all that it said."""
        try:
            code = self.wait()
            stdout, stderr = (path.read_text() for path in self._said)
        finally:
            self.send_signal(signal.SIGKILL)
            for path in self._said:
                path.unlink(missing_ok=True)
        return subprocess.CompletedProcess(self.arguments, code, stdout, stderr)


def start_python(*arguments: str, folder: Path, alone: bool = False, **more: str) -> Forked:
    """Start Python with arguments as the interpreter takes them: `-m MODULE`, `-c CODE`, a file.

    Args:
        arguments: Of the interpreter.
        folder: Where it runs.
        alone: Make it the leader of a session and process group of its own.
        more: Variables of its environment.
    """
    return Forked(arguments, folder, environment(**more), alone)


def python(*arguments: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run Python to its end; see `start_python`."""
    return start_python(*arguments, folder=folder, alone=False, **more).ended()


def collapse(*arguments: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of `collapse` to its end."""
    return python("-m", "benchmarks", *arguments, folder=folder, **more)


def python_side_by_side(
    n: int, *arguments: str, folder: Path
) -> "list[subprocess.CompletedProcess[str]]":
    """Run Python in several processes that know each other, as torchrun would start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    shared |= {"WORLD_SIZE": str(n), "LOCAL_WORLD_SIZE": str(n), "TORCHELASTIC_RUN_ID": "tests"}
    started = [
        start_python(
            *arguments, folder=folder, alone=False, RANK=str(k), LOCAL_RANK=str(k), **shared
        )
        for k in range(n)
    ]
    return [process.ended() for process in started]


@cache
def _serve() -> None:
    """Start the server; it finds the modules of tests in whatever folder this process is."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


def _become(
    arguments: tuple[str, ...],
    folder: Path,
    environment: dict[str, str],
    said: list[Path],
    alone: bool,
) -> None:
    """Be a process that Python was started in with these arguments."""
    if alone:
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in zip(said, (sys.stdout, sys.stderr), strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), stream.fileno())
    missing = [name for name in _LOADED if name not in sys.modules]  # it would not say so
    assert not missing, f"the server could not load {missing}"
    import torch

    torch.set_num_threads(int(environment["OMP_NUM_THREADS"]))  # which torch read when it loaded
    try:
        _run(*arguments)
    finally:
        atexit._run_exitfuncs()


def _run(kind: str, *arguments: str) -> None:
    if kind == "-m":
        sys.argv = list(arguments)
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = [kind, *arguments[1:]]
        exec(compile(arguments[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = [kind, *arguments]
        runpy.run_path(kind, run_name="__main__")
