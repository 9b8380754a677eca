"""Writes one constraints file per tox environment: `tox run -e lock`.

A file holds for every platform. On Linux the index gives the CUDA build of torch, and its packages
are pinned under a marker; with an index of CPU wheels the same pins install the CPU build and leave
those packages out. So one file is the lock of both.
"""

import os
import subprocess
from pathlib import Path

TORCH = "torch==2.13.0"
"""The one pin by hand: a release whose CPU build is at hand everywhere we run."""

PROJECT = ["pyproject.toml"]
ENVIRONMENTS: dict[str, tuple[list[str], list[str]]] = {
    # environment: (what uv compiles, further requirements)
    "tox": ([], ["tox>=4.22"]),
    "lint": ([], ["ruff"]),
    "layers": ([], ["import-linter"]),
    "theory": ([], ["hypothesis", "numpy>=2.0", "pytest", "scipy>=1.14", "sympy>=1.13"]),
    "tests": (
        [*PROJECT, *(f"--extra={name}" for name in ("wandb", "ray", "lora", "page", "embeddings"))],
        ["hypothesis", "mypy", "playwright", "pytest", "pytest-xdist", TORCH],
    ),
    "speed": ([*PROJECT, "--extra=prior"], [TORCH]),
    "tables": (PROJECT, [TORCH]),
    "downstream": ([*PROJECT, "--extra=lm-eval"], ["hypothesis", "pytest", TORCH]),
    "bench-smoke": (PROJECT, [TORCH]),
    "bench-workflows": (PROJECT, [TORCH]),
    "bench-mixtures": (PROJECT, [TORCH]),
    "bench-theory": (PROJECT, [TORCH]),
    "bench-pretrained-prior": ([*PROJECT, "--extra=prior"], [TORCH]),
    "bench-domains": ([*PROJECT, "--extra=prior", "--extra=lora"], [TORCH]),
    "bench-editing": ([*PROJECT, "--extra=prior"], [TORCH]),
    "bench-edit-rules": ([*PROJECT, "--extra=prior"], [TORCH]),
    "bench-written": ([*PROJECT, "--extra=prior"], [TORCH]),
}


def main() -> None:
    """Compile them all, for every platform and Python from 3.11 on."""
    folder = Path(__file__).parent
    for name, (sources, requirements) in ENVIRONMENTS.items():
        command = ["uv", "pip", "compile", "--universal", "--python-version=3.11", "--quiet"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--upgrade"]
        command += [f"--output-file={folder / name}.txt", *sources, "-"]
        # What uv writes as the first lines of a file: no path of this machine.
        shown = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "tox run -e lock"}
        subprocess.run(command, input="\n".join(requirements), text=True, check=True, env=shown)


if __name__ == "__main__":
    main()
