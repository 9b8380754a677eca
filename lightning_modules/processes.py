"""The processes that run one chain together, as torchrun or SLURM started them.

All of them run the same program. What needs doing once (reading, writing, deciding) the first one
does for all; what is heavy they share.
"""

import atexit
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TypeVar

import torch
import torch.distributed as dist

from lightning_modules.ending import end_with_parent

_PATIENCE = timedelta(days=7)
"""How long processes wait for one that works alone."""

T = TypeVar("T")


def process_count() -> int:
    """Number of processes in all, on all machines."""
    return dist.get_world_size() if _joined() else 1


def process_rank() -> int:
    """Index of this process; 0 leads."""
    return dist.get_rank() if _joined() else 0


def local_count() -> int:
    """Number of processes on this machine."""
    return int(os.environ["LOCAL_WORLD_SIZE"]) if _joined() else 1


def local_rank() -> int:
    """Index of this process on this machine."""
    return int(os.environ["LOCAL_RANK"]) if _joined() else 0


def leads() -> bool:
    """Whether this is the process that reads, writes and speaks for all."""
    return process_rank() == 0


def on_lead(work: Callable[[], T]) -> T:
    """Let the first process do the work; all get its result, or its exception."""
    if process_count() == 1:
        return work()
    outcome: list[T | Exception | None] = [None]
    if leads():
        try:
            outcome = [work()]
        except Exception as error:  # raised below, in every process
            outcome = [error]
    dist.broadcast_object_list(outcome, src=0)
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]  # type: ignore[return-value]


def gather(value: T) -> list[T]:
    """The values of all processes, in the order of their ranks, in every process."""
    if process_count() == 1:
        return [value]
    values: list[T | None] = [None] * process_count()
    dist.all_gather_object(values, value)
    return values  # type: ignore[return-value]


def average(value: torch.Tensor) -> torch.Tensor:
    """The mean over all processes, in every process; `value` itself is overwritten."""
    if process_count() > 1:
        dist.all_reduce(value)
        value /= process_count()
    return value


def as_helper(worker: int) -> None:
    """Let a worker of a `DataLoader` end as its parent does, and when its parent is gone.

    A signal for all (Ctrl-C) ends it as if its work were done: any other end is an error to the
    loader, which would raise it in the parent on top of what the signal does there. A helper whose
    parent dies would try to hand over its last report, and wait for ever if that is large.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os._exit(0))
    end_with_parent()


@cache
def _joined() -> bool:
    """Join the group at the first question; whether there is one."""
    if not dist.is_available():
        return False
    if not dist.is_initialized():
        _take_over_slurm()
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return False
        # With fewer GPUs than processes the work is for the CPU; `Device` refuses anything else.
        on_gpus = int(os.environ["LOCAL_WORLD_SIZE"]) <= torch.cuda.device_count()
        if on_gpus:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        backend = "cpu:gloo,cuda:nccl" if on_gpus else "gloo"
        dist.init_process_group(backend, timeout=_PATIENCE)
        atexit.register(_leave)
    return True


def _leave() -> None:
    """Leave the group while Python still runs, which ends the group's threads.

    Such a thread holds the tensors of an exchange for a moment after all have heard of its end. If
    it lets go of them when Python is being taken down, it asks for a lock that it does not get any
    more, and the C++ library aborts a process whose work was done (SIGABRT, "terminate called
    without an active exception").
    """
    if dist.is_initialized():
        dist.destroy_process_group()


def _srun_tasks() -> int:
    """Number of tasks of the job step that srun started this process in; 1 outside a step of srun.

    A batch script has SLURM_NTASKS and SLURM_PROCID too, but is one process alone; only srun sets
    the variables of a step.
    """
    return int(os.environ.get("SLURM_STEP_NUM_TASKS", "1"))


def _slurm_tasks_per_node() -> str:
    """Tasks of the step on the first machine, from `4(x2)` for four on each of two machines."""
    return os.environ["SLURM_STEP_TASKS_PER_NODE"].split("(")[0].split(",")[0]


def _take_over_slurm() -> None:
    """Say in torchrun's variables what srun says in its own, where torchrun has not been used."""
    tasks = _srun_tasks()
    if "WORLD_SIZE" in os.environ or tasks == 1 or "SLURM_PROCID" not in os.environ:
        return
    from lightning_fabric.plugins.environments.slurm import SLURMEnvironment

    slurm = SLURMEnvironment()
    os.environ.update(
        RANK=str(slurm.global_rank()),
        WORLD_SIZE=str(tasks),
        LOCAL_RANK=str(slurm.local_rank()),
        LOCAL_WORLD_SIZE=_slurm_tasks_per_node(),
        MASTER_ADDR=slurm.main_address,
        MASTER_PORT=str(slurm.main_port),
    )
