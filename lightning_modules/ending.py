"""How a process ends when the one that started it is gone; loads without torch."""

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
"""Option of Linux' `prctl(2)` for the signal that a process gets when its parent dies."""


def end_with_parent() -> None:
    """Kill this process when its parent dies: nobody could end it any more, or take its results."""
    parent = os.getppid()
    if sys.platform != "linux":
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
        return
    # The kernel does it. A thread that sleeps can abort a process that is about to end by itself.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before that
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
