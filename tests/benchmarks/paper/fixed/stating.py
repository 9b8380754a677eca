"""Says what the claims of a family said by the code of other commits, which computes it.

`stating.py FOLDER` reads lines `COMMIT FAMILY` and answers each with a line of JSON: statements by
the id of their claim, or null where that code cannot be loaded. Children of one process that has
the large libraries load the code; the folder holds it, and a module that is the same at the next
commit is not compiled again.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from contextlib import suppress
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path

ROOT = Path(__file__).parents[4]
PACKAGES = ("theory", "data", "lightning_modules", "benchmarks")
HEAVY = (
    "pytorch_lightning", "transformers", "datasets", "accelerate", "scipy.stats", "sympy",
    "pydantic", "rich.table", "matplotlib.figure",
)  # fmt: skip
"""Libraries that the code of some commit loads; a name more or less here costs time alone."""


def lay_out(commit: str, folder: Path) -> None:
    """Make a folder hold the packages as they were at a commit, and nothing else."""
    asked = ("archive", commit, "--", *PACKAGES, ":!benchmarks/records")
    packed = subprocess.run(("git", "-C", str(ROOT), *asked), check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        files = {folder / one.name: archive.extractfile(one) for one in archive if one.isfile()}
        then = {path: file.read() for path, file in files.items() if file is not None}
    before = {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    for path in before - then.keys():
        path.unlink()
    for path, content in then.items():
        if path not in before or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if path.suffix == ".py":  # Python tells bytecode by size and second alone
                Path(cache_from_source(path)).unlink(missing_ok=True)


def said_here(folder: Path, family: str) -> str:
    """What the claims of a family say by the code in a folder, as JSON; null if none is loaded."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            sys.path.insert(0, str(folder))
            os.chdir(folder)
            from benchmarks.families.catalogue import FAMILIES

            claims = [claim for one in FAMILIES if one.name == family for claim in one.claims()]
            with os.fdopen(write, "w") as answer:
                json.dump({claim.id: claim.statement for claim in claims}, answer)
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as answer:
        said = answer.read()
    return said if os.waitpid(child, 0)[1] == 0 else "null"


def main() -> None:
    """Answer until there is no more line."""
    for name in HEAVY:
        with suppress(ImportError):  # an environment without it
            import_module(name)
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        commit, family = line.split()
        lay_out(commit, folder)
        sys.stdout.write(f"{said_here(folder, family)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
