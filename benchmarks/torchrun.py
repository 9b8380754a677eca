"""Runs the command line again as several processes of one machine; how a process ends."""

import os
import signal
import subprocess
import sys


def under_torchrun(n_processes: int) -> int:
    """Run this command again as several processes; return its exit code."""
    threads = max((os.cpu_count() or 1) // n_processes, 1)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += [f"--nproc-per-node={n_processes}", "-m", "benchmarks", *sys.argv[1:]]
    environment = {"OMP_NUM_THREADS": str(threads), **os.environ}
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:  # after an interruption torchrun ends its processes
        process.terminate()
        process.wait()


def end_on_sigterm() -> None:
    """End this process on SIGTERM wherever it is, with exit code 143; what is whole stays.

    While it predicts, Lightning takes SIGTERM and goes on, for minutes of writing. Of several
    processes, one that waits for another cannot hear: torchrun kills it after half a minute.
    """
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
