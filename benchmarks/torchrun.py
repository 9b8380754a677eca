"""Runs the command line again as several processes of one machine."""

import os
import subprocess
import sys


def under_torchrun(n_processes: int) -> int:
    """Run this command again as several processes; return its exit code."""
    threads = max((os.cpu_count() or 1) // n_processes, 1)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += [f"--nproc-per-node={n_processes}", "-m", "benchmarks", *sys.argv[1:]]
    environment = {"OMP_NUM_THREADS": str(threads), **os.environ}
    return subprocess.run(command, env=environment, check=False).returncode
