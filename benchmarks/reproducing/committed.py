"""Where records lie: those of the project, which no run replaces, and those of your own."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from benchmarks.running.code import ROOT
from benchmarks.running.study import FamilyRecipe
from data.errors import BadInput
from data.files import home

COMMITTED = ROOT / "benchmarks" / "records"
"""Folder of the project's records, wherever a command is given."""


def own_records() -> Path:
    """Folder that your runs write records to: `outputs/records`, or `$COLLAPSE_HOME/records`."""
    return home() / "records"


def record_files(recipe: FamilyRecipe, seeds: Iterable[int], folder: Path) -> list[Path]:
    """Files of the records that a run of a recipe writes below a folder, seed by seed."""
    from data.workflow import label  # it loads numpy

    place = folder / f"{recipe.name}-{recipe.digest}"
    return [
        place / f"{label(arm)}-seed{seed}.json"
        for seed in dict.fromkeys(seeds)
        for arm in recipe.arms
    ]


def refuse_replacing(files: Iterable[Path]) -> None:
    """Make sure that none of the files is a record of the project, or of another checkout.

    Raises:
        BadInput: One is there already, in the project's folder or in git.
    """
    there = [path for path in files if path.exists()]
    kept = [path for path in there if _is_below(path, COMMITTED)] or _in_git(there)
    if kept:
        others = f" and {len(kept) - 1} more" if len(kept) > 1 else ""
        raise BadInput(
            f"{kept[0]}{others}: committed already, and a run replaces no committed record; leave "
            "--records out to compare with it, or give --replace"
        )


def _is_below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _in_git(files: list[Path]) -> list[Path]:
    """Those of the files that a checkout of git around them tracks; none without git."""
    if not files:
        return []
    place = files[0].resolve().parent
    command = ["git", "-C", str(place), "ls-files", "--", *(str(path.resolve()) for path in files)]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return []
    return [path for path in files if path.name in found]
