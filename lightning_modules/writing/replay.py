"""A step that changes tensors in place, recorded once and replayed on a GPU.

A step of a small model is hundreds of kernels of some microseconds each, and to launch one from
Python takes longer than it runs. A CUDA graph launches all of them at once.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import torch

Step = Callable[[], None]
Record = Callable[[Step], Step]
"""Records a step without running it; returns what runs it again."""


class Replays:
    """Runs a step that has one form for each number; from its second run on, each is a recording.

    The first run of a form is made plainly: it allocates what lasts, and loads its kernels.

    Args:
        step: Changes tensors in place and reads no number of theirs, so that a recording of it is
            the step itself; takes the number of its form.
        record: Makes a recording; None runs every step plainly.
    """

    def __init__(self, step: Callable[[int], None], record: Record | None) -> None:
        self.step = step
        self.record = record
        self.recorded: dict[int, Step] = {}
        self._seen: set[int] = set()

    def __call__(self, form: int) -> None:
        """Run the step once.

        Raises:
            RuntimeError: The step cannot be recorded. It is not run in another way instead, which
                would take many times as long and be noticed by nobody.
        """
        if self.record is None or form not in self._seen:
            self._seen.add(form)
            self.step(form)
            return
        if form not in self.recorded:
            self.recorded[form] = self.record(lambda: self.step(form))
        self.recorded[form]()

    def forget(self) -> None:
        """Drop all recordings, because the tensors that they change have been replaced."""
        self.recorded.clear()
        self._seen.clear()


def on_cuda() -> Record:
    """Records CUDA graphs; those that live at one time share the memory of what lives in a step.

    That memory goes with the last graph that was recorded in it, and takes no other one then.
    """
    alive: WeakSet[Any] = WeakSet()
    pool = torch.cuda.graph_pool_handle()

    def record(step: Step) -> Step:
        nonlocal pool
        if not alive:
            pool = torch.cuda.graph_pool_handle()
        graph: Any = torch.cuda.CUDAGraph()
        # Other threads (a logger, a loader that pins memory) may use the device meanwhile.
        with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
            step()
        alive.add(graph)
        replay: Step = graph.replay
        return replay

    return record
