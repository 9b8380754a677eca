"""Memory that a stage frees stays with its process for the next step; loads without torch."""

import ctypes
import sys

_TRIM_THRESHOLD, _MAP_THRESHOLD = -1, -3
"""Numbers of the options of glibc's `mallopt(3)`."""
_LARGEST_KEPT = 64 * 2**20
"""Bytes of a tensor from which it is mapped by itself, and given back as soon as it is freed."""
_MOST_KEPT = 2**30
"""Bytes of free memory from which a process gives some back."""


def keep_freed_memory() -> bool:
    """Let the C library keep what is freed, up to a GiB, in place of giving it back at once.

    PyTorch asks it for every tensor on a CPU. By default glibc gives the free end of its memory
    back to the system once that is twice as large as the largest block that was freed, and each
    step of a small model is given the same hundreds of pages anew, each zeroed: 4 to 17 % of the
    time of its fit. What is computed does not change by a bit, and the peak of memory stays that of
    the largest step.

    Returns:
        Whether it has been told so: on Linux with glibc.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:  # another C library, with habits of its own
        return False
    return bool(mallopt(_MAP_THRESHOLD, _LARGEST_KEPT) and mallopt(_TRIM_THRESHOLD, _MOST_KEPT))
