"""Runs a module as several processes of this machine; how a process of ours ends.

`-m benchmarks.running.torchrun PARENT LOADS N MODULE ARGUMENTS` is torchrun, which ends with its
parent and without a traceback for what is no error of its own. Its processes are forked by a server
that has loaded torch, and the module LOADS, once for all, and has never touched a GPU.
"""

import atexit
import logging
import os
import runpy
import signal
import subprocess
import sys
import traceback
import uuid
from contextlib import suppress
from io import TextIOWrapper
from multiprocessing import forkserver, set_forkserver_preload
from types import FrameType

from data.errors import RunFailed
from lightning_modules.ending import end_with_parent


class WorkersFailed(RunFailed):
    """One of several processes ended with an error."""


def spread_over(devices: int, *, loads: str) -> None:
    """Run this command as so many processes and end with its exit code, unless it is one of them.

    Args:
        devices: Number of processes.
        loads: Module that the command takes seconds to load.

    Raises:
        SystemExit: The processes have run; the exit code is theirs.
    """
    if devices > 1 and "WORLD_SIZE" not in os.environ:
        sys.exit(under_torchrun(devices, "benchmarks", *sys.argv[1:], loads=loads))


def under_torchrun(n_processes: int, module: str, *arguments: str, loads: str) -> int:
    """Run a module as several processes to its end; return its exit code: see `start_torchrun`."""
    process = start_torchrun(n_processes, module, *arguments, loads=loads)
    try:
        return _exit_code(process.wait())
    finally:
        process.terminate()
        process.wait()


def start_torchrun(
    n_processes: int, module: str, *arguments: str, loads: str
) -> subprocess.Popen[bytes]:
    """Start a module in several processes, which share the cores and end when this process does.

    They are a process group of their own: Ctrl-C is for this process, which ends them in order.
    They find the modules that this process finds: a `data.py` in the folder hides none of ours.
    Exit code: about that of the process that failed first, or 128 + N after signal N.

    Args:
        n_processes: Number of processes.
        module: Module that is run as `python -m` runs it.
        arguments: Its arguments.
        loads: Another module, which is loaded once, before the processes are forked.
    """
    threads = max((os.cpu_count() or 1) // n_processes, 1)
    us = (sys.executable, "-m", "benchmarks.running.torchrun", str(os.getpid()))
    return subprocess.Popen(
        [*us, loads, str(n_processes), module, *arguments],
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


def _torchrun(parent: int, loads: str, n_processes: int, *command: str) -> int:
    """Be torchrun for the process of this number; return the exit code."""
    logging.disable(logging.ERROR)  # a process that fails says why itself
    end_with_parent()
    if os.getppid() != parent:
        return 1
    set_forkserver_preload(["torch", loads])
    forkserver.ensure_running()  # it loads while this process does
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    from benchmarks.running.torchrun import be_one_of_several  # as other processes can find it

    alone = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=n_processes,
        run_id=str(uuid.uuid4()),
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        start_method="forkserver",
    )
    try:
        elastic_launch(alone, be_one_of_several)(*command)
    except SignalException as ended:
        return 128 + int(ended.sigval)
    except ChildFailedError as failed:
        return _exit_code(failed.get_first_failure()[1].exitcode)
    return 0


def be_one_of_several(module: str, *arguments: str) -> None:
    """Be a process that runs `python -m` with this module; torchrun waits for what this returns.

    Raises:
        SystemExit: It ends with another exit code than 0.
    """
    sys.argv = [module, *arguments]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code not in (None, 0):
            raise
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        sys.exit(1)
    finally:
        atexit._run_exitfuncs()


if __name__ == "__main__":
    sys.exit(_torchrun(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
