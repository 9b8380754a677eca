"""Runs a module as several processes of this machine; how a process of ours ends.

`-m benchmarks.torchrun PARENT OPTIONS` is torchrun, which ends with its parent and without a
traceback for what is no error of its own.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType


def under_torchrun(n_processes: int) -> int:
    """Run this command again as several processes; return its exit code."""
    process = start_torchrun(n_processes, "benchmarks", *sys.argv[1:])
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def start_torchrun(n_processes: int, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module in several processes, which share the cores and end when this process does.

    They are a process group of their own: Ctrl-C is for this process, which ends them in order.
    Exit code: that of the process that failed first, or 128 + N after signal N.
    """
    threads = max((os.cpu_count() or 1) // n_processes, 1)
    options = ["--standalone", f"--nproc-per-node={n_processes}", "-m", module, *arguments]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.torchrun", str(os.getpid()), *options],
        env={"OMP_NUM_THREADS": str(threads), **os.environ},
        process_group=0,
    )


def end_on_signals() -> None:
    """End this process on SIGINT and SIGTERM wherever it is, with exit code 130 and 143.

    What is whole stays. While it predicts, Lightning takes SIGTERM and goes on, for minutes of
    writing. Of several processes, one that waits for another cannot hear: torchrun kills it after
    half a minute.
    """
    speaks = None if "LOCAL_RANK" in os.environ else os.getpid()  # neither of many nor of helpers

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() == speaks:
            said = "interrupted: what is finished is kept; the same command goes on\n"
            os.write(sys.stderr.fileno(), said.encode())
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _end_with(parent: int) -> None:
    """Ask torchrun to end its processes when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _torchrun(parent: int, options: list[str]) -> int:
    """Be torchrun; return the exit code."""
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    logging.disable(logging.WARNING)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        run.run(run.parse_args(options))
    except SignalException as ended:
        return 128 + int(ended.sigval)
    except ChildFailedError as failed:
        code = failed.get_first_failure()[1].exitcode
        return code if code > 0 else 128 - code
    return 0


if __name__ == "__main__":
    sys.exit(_torchrun(int(sys.argv[1]), sys.argv[2:]))
