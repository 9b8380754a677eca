"""Freed memory stays with the process: the next step is given the same pages again."""

import resource
import subprocess
import sys

import pytest

_STEP = """
import ctypes, resource, sys
from lightning_modules.freed_memory import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
def step():
    held = [libc.malloc(2**20) for _ in range(48)]
    for place in held:
        ctypes.memset(place, 1, 2**20)
    for place in held:
        libc.free(place)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _pages_of_a_second_step(how: str) -> int:
    command = [sys.executable, "-c", _STEP, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator is told so on Linux alone")
def test_a_step_gets_the_memory_that_the_one_before_it_freed() -> None:
    written = 48 * 2**20 // resource.getpagesize()
    assert _pages_of_a_second_step("leave") > written / 2
    assert _pages_of_a_second_step("keep") < written / 10
