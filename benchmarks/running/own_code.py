"""Recipes and methods of a user's own: functions in a file, named `FILE.py:FUNCTION`."""

import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.errors import BadInput


def load_function(name: str) -> Callable[..., Any]:
    """The function that `FILE.py:FUNCTION` names.

    Raises:
        BadInput: There is no such file or function, or the file cannot be read as Python.
    """
    path, _, function = name.rpartition(":")
    if not Path(path).is_file():
        raise BadInput(f"{path}: no such file; check the path")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever goes wrong in a file of the user's own
        raise BadInput(f"{path}: {type(error).__name__}: {error}; mend the file") from error
    if not hasattr(module, function):
        raise BadInput(f"{path} has no function {function!r}; name one as FILE.py:FUNCTION")
    found: Callable[..., Any] = getattr(module, function)
    return found


def source_digest(name: str) -> str | None:
    """SHA-256 of the file in `FILE.py:FUNCTION`; None for a name without a file."""
    path, _, _ = name.rpartition(":")
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else None
