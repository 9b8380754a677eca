"""What a record says of where it was made: interpreter, pinned packages, hardware, commit."""

import hashlib
import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import psutil
from packaging.requirements import Requirement

from benchmarks.running.record import Environment, Hardware, Lock
from data.errors import BadInput, readable

_LOCK_VARIABLE = "COLLAPSE_LOCK"
_PACKAGES = (
    "torch", "pytorch-lightning", "transformers", "tokenizers", "datasets", "numpy", "scipy",
)  # fmt: skip
RESULTS = (
    "benchmarks/records", "LEADERBOARD.md", "docs/figures", "benchmarks/speed_history.jsonl",
    "benchmarks/gpu_runs",
)  # fmt: skip
"""Tracked files that commands write; no run depends on them, so that changed ones are no changed
code, and one chain of a command does not make the next one dirty."""


def environment(precision: str) -> Environment:
    """The running interpreter, and whether it is the pinned environment named by COLLAPSE_LOCK."""
    return Environment(
        python=platform.python_version(),
        versions={name: metadata.version(name) for name in _PACKAGES},
        lock=_lock(os.environ.get(_LOCK_VARIABLE)),
        precision=precision,
    )


def _lock(name: str | None) -> Lock | None:
    if not name:
        return None
    path = Path(name)
    if not path.is_file():
        raise BadInput(f"{_LOCK_VARIABLE} names {path}, which is no file; unset it or mend it")
    content = path.read_bytes()
    with readable(path, f"unset {_LOCK_VARIABLE} or mend it"):
        lines = [Requirement(line) for line in content.decode().splitlines() if "==" in line]
    pins = [pin for pin in lines if pin.marker is None or pin.marker.evaluate()]
    installed = {pin: _installed(pin.name) for pin in pins}
    return Lock(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        satisfied=all(
            pin.specifier.contains(v, prereleases=True)
            for pin, v in installed.items()
            if v is not None
        ),
    )


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name).split("+")[0]
    except metadata.PackageNotFoundError:
        return None


def hardware(accelerator: str) -> Hardware:
    """The machine in words, without its name."""
    import torch  # late: the rest of this module is for commands that need none

    device = torch.cuda.get_device_name() if accelerator == "gpu" else "cpu"
    return Hardware(
        machine=f"{platform.system()} {platform.machine()}",
        device=device,
        threads=torch.get_num_threads(),
        memory_bytes=psutil.virtual_memory().total,
    )


class Commit(NamedTuple):
    """The commit of the code that runs, and whether files differ from it."""

    id: str
    """Hash of the commit; `unknown` outside a checkout and outside git's archives."""
    dirty: bool
    """Whether tracked files but `RESULTS` differ from the commit; true outside a checkout."""


def commit(root: Path = Path(__file__).parent) -> Commit:
    """The commit of a working tree; take it when a command starts, for it may change while it runs.

    An archive that git made, without a checkout, names its commit in `.git_archival.txt`; whether
    a file has changed since cannot be seen there.

    Args:
        root: A folder in the tree; that of this code.
    """
    but_results = [f":(top,exclude){name}" for name in RESULTS]
    changed = ("status", "--porcelain", "--untracked-files=no", "--", ":(top)", *but_results)
    try:
        return Commit(_git(root, "rev-parse", "HEAD"), bool(_git(root, *changed)))
    except (OSError, subprocess.CalledProcessError):
        return Commit(_archived(root) or "unknown", True)


def _archived(root: Path) -> str | None:
    """The commit that an archive was made of, if it lies above this folder."""
    for folder in (root, *root.parents):
        path = folder / ".git_archival.txt"
        if path.is_file():
            found = re.search(r"[0-9a-f]{40}", path.read_text(encoding="utf-8"))
            return found[0] if found else None
    return None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
