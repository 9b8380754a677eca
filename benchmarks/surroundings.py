"""What a record says of where it was made: interpreter, pinned packages, hardware, commit."""

import hashlib
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import psutil
import torch
from packaging.requirements import Requirement

from benchmarks.record import Environment, Hardware, Lock

_LOCK_VARIABLE = "COLLAPSE_LOCK"
_PACKAGES = (
    "torch", "pytorch-lightning", "transformers", "tokenizers", "datasets", "numpy", "scipy",
)  # fmt: skip


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
        raise ValueError(f"{_LOCK_VARIABLE} names {path}, which is no file; unset it or mend it")
    content = path.read_bytes()
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
    device = torch.cuda.get_device_name() if accelerator == "gpu" else "cpu"
    return Hardware(
        machine=f"{platform.system()} {platform.machine()}",
        device=device,
        threads=torch.get_num_threads(),
        memory_bytes=psutil.virtual_memory().total,
    )


def commit() -> tuple[str, bool]:
    """Commit of the working tree and whether it has changes; `unknown` outside a checkout."""
    root = Path(__file__).parent
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head, bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return "unknown", True


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
