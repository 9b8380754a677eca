"""One process of an edit on several devices; torchrun starts it: `-m benchmarks.edit_worker`."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil

from benchmarks.editing import PARENT, edit_part
from lightning_modules.trainer import quiet


def _end_with(parent: int) -> None:
    """End when the process is gone that holds the folder's lock."""
    while psutil.pid_exists(parent):
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    quiet()
    # Lightning would take SIGTERM and go on. Shards appear whole or not at all.
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(128 + number))
    if PARENT in os.environ:
        threading.Thread(target=_end_with, args=(int(os.environ[PARENT]),), daemon=True).start()
    try:
        edit_part(Path(sys.argv[1]))
    except ValueError as error:
        sys.exit(f"error: {error}")
