"""Independent tasks in processes side by side on this machine.

The processes are forked by a server that has loaded torch and Lightning once, and has never touched
a GPU, so that a process costs a tenth of a second in place of ten.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import psutil
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


def spare_cores() -> int:
    """Processor cores that this process may use and that nothing else keeps busy; at least 1.

    It looks for half a second: the mean load of the last minute would count an installation that
    has just ended.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    percent: float = psutil.cpu_percent(interval=0.5)
    busy = (os.cpu_count() or 1) * percent / 100
    return max((usable or 1) - round(busy), 1)


def side_by_side(
    tasks: Mapping[str, Task],
    work: Callable[[Task], Result],
    *,
    jobs: int,
    threads: int,
    go_on: Callable[[], bool] = lambda: True,
    hear: Callable[[Any], None] = lambda event: None,
) -> Iterator[tuple[str, Result]]:
    """Run tasks in so many processes, and give each result as it comes, with its task's name.

    An error of a task is raised here, and ends all others. Processes end when this one does.

    Args:
        tasks: Tasks by name, begun in this order.
        work: Does a task; a function at the top of a module.
        jobs: Number of tasks at a time, each in a process of its own.
        threads: Threads that torch takes in each process.
        go_on: Asked before each task is begun; once it says no, no further one is.
        hear: Receives what the tasks `tell`, in a thread of its own.
    """
    waiting = dict(tasks)
    running: dict[Future[Result], str] = {}
    context = server()
    told: SimpleQueue[Any] = context.SimpleQueue()
    listener = Thread(target=_listen, args=(told, hear), daemon=True)
    listener.start()
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin, initargs=(threads, told)
    )
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
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        told.put(_SILENCE)
        listener.join(1)


def tell(event: object) -> None:
    """Let the process that began this task hear something; it must be small and picklable."""
    _told.put(event)


_SILENCE = None
"""What ends the listening."""
_told: "SimpleQueue[Any]"
"""Queue to the process that began this one."""


def _listen(told: "SimpleQueue[Any]", hear: Callable[[Any], None]) -> None:
    while (event := told.get()) is not _SILENCE:
        hear(event)


def _begin(threads: int, told: "SimpleQueue[Any]") -> None:
    global _told
    _told = told
    end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):  # of this process' group, or of `_end`
        signal.signal(number, signal.SIG_DFL)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the pool's processes, in the midst of what they do."""
    for process in list((pool._processes or {}).values()):
        process.terminate()
