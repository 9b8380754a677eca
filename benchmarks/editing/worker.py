"""One process of an edit on several devices; torchrun starts it: `-m benchmarks.editing.worker`."""

import sys
from pathlib import Path

from benchmarks.editing.edit import edit_part
from data.errors import BadInput
from lightning_modules.ending import end_with_parent
from lightning_modules.library_warnings import listen
from lightning_modules.trainer import quiet

if __name__ == "__main__":
    listen()
    quiet()
    end_with_parent()
    try:
        edit_part(Path(sys.argv[1]))
    except BadInput as error:
        sys.exit(f"error: {error}")
