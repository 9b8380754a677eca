"""Independent tasks on a Ray cluster: one process each, retried when its node is lost."""

import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import ray

Task = TypeVar("Task")

_RETRIES = 10
"""How often a task is started again whose worker or node was lost; its finished stages are found
again."""


def fan_out(
    tasks: Mapping[str, Task],
    work: Callable[[Task], str],
    *,
    gpus: float,
    say: Callable[[str], None],
    cpus: float = 1,
) -> dict[str, Path]:
    """Run tasks on the cluster that RAY_ADDRESS names, or on a local one.

    Ray places every task where its CPUs and GPUs are free, and starts it again elsewhere when a
    worker or node dies. An error of a task itself is raised here at once.

    Args:
        tasks: Tasks to run, by name; tasks that share stages take turns at them.
        work: Runs a task and returns the path of what it wrote.
        gpus: Number of GPUs that each task needs; a fraction lets tasks share one.
        say: Told in a line when a task is done.
        cpus: Number of CPU cores that each task needs.

    Returns:
        The paths, by the names of the tasks.
    """
    if not ray.is_initialized():
        on_sigterm = signal.getsignal(signal.SIGTERM)
        ray.init(log_to_driver=False, include_dashboard=False)
        signal.signal(signal.SIGTERM, on_sigterm)  # which ray took
    remote = ray.remote(num_cpus=cpus, num_gpus=gpus, max_retries=_RETRIES)(work)
    waiting = {remote.remote(task): name for name, task in tasks.items()}
    paths: dict[str, Path] = {}
    while waiting:
        (reference,), _ = ray.wait(list(waiting), num_returns=1)
        name = waiting.pop(reference)
        paths[name] = Path(ray.get(reference))
        say(f"[{len(paths)}/{len(tasks)}] {name}: {paths[name]}")
    return paths
