"""Writes one constraints file per tox environment: `tox run -e lock`.

A file holds for every platform. On Linux the index gives the CUDA build of torch, and its packages
are pinned under a marker; with an index of CPU wheels the same pins install the CPU build and leave
those packages out. So one file is the lock of both.
"""

import configparser
import os
import subprocess
from pathlib import Path

TORCH = "torch==2.13.0"
"""The one pin by hand: a release whose CPU build is at hand everywhere we run."""

PROJECT = ["pyproject.toml"]
_TESTED = ("wandb", "ray", "lora", "page", "embeddings", "executor")
"""Extras that the tests need."""
_ROOT = Path(__file__).parents[1]


def benchmarks() -> dict[str, list[str]]:
    """Extras of every benchmark's environment, as the one section in tox.ini says."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(_ROOT / "tox.ini")
    (section,) = (name for name in tox.sections() if name.startswith("testenv:bench-{"))
    found: dict[str, list[str]] = {
        f"bench-{name}": [] for name in section.partition("{")[2].rstrip("}").split(",")
    }
    for line in tox[section]["extras"].strip().splitlines():
        factors, _, extra = line.partition(":")
        for factor in factors.split(","):
            found[f"bench-{factor.strip()}"].append(extra.strip())
    return found


ENVIRONMENTS: dict[str, tuple[list[str], list[str]]] = {
    # environment: (what uv compiles, further requirements)
    "tox": ([], ["tox>=4.22"]),
    "lint": ([], ["ruff"]),
    "layers": ([], ["import-linter", "pytest"]),
    "theory": ([], ["hypothesis", "numpy>=2.0", "pytest", "scipy>=1.14", "sympy>=1.13"]),
    "tests": (
        [*PROJECT, *(f"--extra={name}" for name in _TESTED)],
        ["hypothesis", "mypy", "playwright", "pytest", "pytest-xdist", TORCH],
    ),
    "fuzz": (PROJECT, ["hypothesis", "pytest", TORCH]),
    "speed": ([*PROJECT, "--extra=prior"], [TORCH]),
    "tables": (PROJECT, [TORCH]),
    "docs": (
        [*PROJECT, "--extra=page"],
        ["furo", "myst-parser", "sphinx", "sphinx-autoapi", TORCH],
    ),
    "downstream": ([*PROJECT, "--extra=lm-eval"], ["hypothesis", "pytest", TORCH]),
    **{
        name: ([*PROJECT, *(f"--extra={extra}" for extra in extras)], [TORCH])
        for name, extras in benchmarks().items()
    },
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
