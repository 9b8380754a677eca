"""Peak memory of a run inside this process, as Linux counts it."""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""What makes the kernel forget the peak of resident memory; see proc(5)."""


def peak_growth(run: Callable[[], None]) -> int | None:
    """Bytes by which a run raises the resident memory of this process at its peak.

    What the process keeps of memory that is free is given back before, so that it counts anew.

    Returns:
        None on other systems than Linux, which cannot forget an earlier peak.
    """
    if sys.platform != "linux":
        return None
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    _CLEAR.write_text(_RESET_PEAK)
    before = _resident("VmRSS")
    run()
    return _resident("VmHWM") - before


def _resident(name: str) -> int:
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) * 1024
