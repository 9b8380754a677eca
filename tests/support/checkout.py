"""What tests take from the checkout beside its packages: its scripts, and its history in git."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.places import ROOT


def load_script(path: Path) -> ModuleType:
    """A script outside the packages, run as a module of its own name."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needs_history() -> None:
    """Skip the test by name where git has not the whole history of the checkout."""
    command = ("git", "-C", str(ROOT), "rev-parse", "--is-shallow-repository")
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.stdout.strip() != "false":
        pytest.skip("needs the whole history of git")
