"""Runs a module as several processes of this machine; how a process of ours ends.

`-m benchmarks.running.torchrun PARENT OPTIONS` is torchrun, which ends with its parent and without
a traceback for what is no error of its own.
"""

import logging
import os
import signal
import subprocess
import sys
from contextlib import suppress
from types import FrameType

from data.errors import RunFailed
from lightning_modules.ending import end_with_parent


class WorkersFailed(RunFailed):
    """One of several processes ended with an error."""


def spread_over(devices: int) -> None:
    """Run this command as so many processes and end with its exit code, unless it is one of them.

    Raises:
        SystemExit: The processes have run; the exit code is theirs.
    """
    if devices > 1 and "WORLD_SIZE" not in os.environ:
        sys.exit(under_torchrun(devices, "benchmarks", *sys.argv[1:]))


def under_torchrun(n_processes: int, module: str, *arguments: str) -> int:
    """Run a module as several processes to its end; return its exit code: see `start_torchrun`."""
    process = start_torchrun(n_processes, module, *arguments)
    try:
        return _exit_code(process.wait())
    finally:
        process.terminate()
        process.wait()


def start_torchrun(n_processes: int, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module in several processes, which share the cores and end when this process does.

    They are a process group of their own: Ctrl-C is for this process, which ends them in order.
    They find the modules that this process finds: a `data.py` in the folder hides none of ours.
    Exit code: about that of the process that failed first, or 128 + N after signal N.
    """
    threads = max((os.cpu_count() or 1) // n_processes, 1)
    options = ["--standalone", f"--nproc-per-node={n_processes}", "-m", module, *arguments]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.running.torchrun", str(os.getpid()), *options],
        env={"OMP_NUM_THREADS": str(threads), **os.environ, **_same_modules()},
        process_group=0,
    )


def _same_modules() -> dict[str, str]:
    """Environment in which Python looks into the folder that it is in only where this one does."""
    here = os.getcwd()
    places = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    if not sys.flags.safe_path and {"", here} & set(sys.path[:1]):
        places.append(here)
    return {"PYTHONSAFEPATH": "1", **({"PYTHONPATH": os.pathsep.join(places)} if places else {})}


def end_on_signals() -> None:
    """End this process on SIGINT and SIGTERM wherever it is, with exit code 130 and 143.

    What is whole stays. A second signal ends it without waiting for anything. Of several processes,
    one that waits for another cannot hear: torchrun kills it after half a minute.
    """
    speaker = os.getpid() if speaks() else None  # and not a helper that is forked later

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        if os.getpid() == speaker:
            with suppress(OSError):  # the reader of a pipe may have heard the same signal
                os.write(sys.stderr.fileno(), b"interrupted: what is finished is kept\n")
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def speaks() -> bool:
    """Whether this process is alone, or started the others, or is the first that srun started."""
    return "LOCAL_RANK" not in os.environ and os.environ.get("SLURM_PROCID", "0") == "0"


def _exit_code(code: int) -> int:
    """The exit code of a process as a shell says it: Python's -N after signal N becomes 128 + N."""
    return code if code >= 0 else 128 - code


def _torchrun(parent: int, options: list[str]) -> int:
    """Be torchrun for the process of this number; return the exit code."""
    logging.disable(logging.WARNING)
    end_with_parent()
    if os.getppid() != parent:
        return 1
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    try:
        run.run(run.parse_args(options))
    except SignalException as ended:
        return 128 + int(ended.sigval)
    except ChildFailedError as failed:
        return _exit_code(failed.get_first_failure()[1].exitcode)
    return 0


if __name__ == "__main__":
    sys.exit(_torchrun(int(sys.argv[1]), sys.argv[2:]))
