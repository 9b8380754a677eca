"""Independent tasks in processes side by side on this machine.

The processes are forked by a server that has loaded torch and Lightning once, and has never touched
a GPU, so that a process costs a tenth of a second in place of ten.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing.context import ForkServerContext
from typing import TypeVar

import torch

from lightning_modules.ending import end_with_parent

Task = TypeVar("Task")
Result = TypeVar("Result")

_LOADED = [
    "torch",
    "pytorch_lightning",
    "transformers.models.llama.modeling_llama",
    "benchmarks.run",
]
"""Modules that the server loads before it forks."""


def server() -> ForkServerContext:
    """The context whose processes are forked by a server that has loaded what runs need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


def side_by_side(
    tasks: Mapping[str, Task],
    work: Callable[[Task], Result],
    *,
    jobs: int,
    threads: int,
    go_on: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[str, Result]]:
    """Run tasks in so many processes, and give each result as it comes, with its task's name.

    An error of a task is raised here, and ends all others. Processes end when this one does.

    Args:
        tasks: Tasks by name, begun in this order.
        work: Does a task; a function at the top of a module.
        jobs: Number of tasks at a time, each in a process of its own.
        threads: Threads that torch takes in each process.
        go_on: Asked before each task is begun; once it says no, no further one is.
    """
    waiting = dict(tasks)
    running: dict[Future[Result], str] = {}
    pool = ProcessPoolExecutor(jobs, mp_context=server(), initializer=_begin, initargs=(threads,))
    try:
        while waiting or running:
            while waiting and len(running) < jobs and go_on():
                name = next(iter(waiting))
                running[pool.submit(work, waiting.pop(name))] = name
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
    finally:
        _end(pool)


def _begin(threads: int) -> None:
    end_with_parent()
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the pool's processes, in the midst of what they do."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
