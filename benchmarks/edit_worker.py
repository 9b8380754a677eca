"""One process of an edit on several devices; torchrun starts it: `-m benchmarks.edit_worker`."""

import sys
from pathlib import Path

from benchmarks.editing import edit_part
from lightning_modules.trainer import quiet

if __name__ == "__main__":
    quiet()
    edit_part(Path(sys.argv[1]))
