"""What a folder of a model holds, looked at before a library reads it; and errors of libraries.

The commonest damage is seen by its first bytes: a file that git-lfs left in place of the real one,
a download that was cut off. It is named by its file, which no library does.
"""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open

from data.errors import BadInput, readable

MEND = "give a folder with config, tokenizer and safetensors of one model"
"""The mend of a folder that is no model's."""
_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_POINTER = b"version https://git-lfs.github.com/spec/"
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_LONGEST_REASON = 300


@contextmanager
def found(name: str | Path) -> Iterator[None]:
    """Say in one line that a model of this name cannot be loaded, whatever a library says of it.

    Libraries have no common class of errors: tokenizers raises `Exception` itself.

    Raises:
        BadInput: Loading failed, but for memory or a disk that is full.
    """
    try:
        yield
    except (BadInput, MemoryError):
        raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise BadInput(
            f"{name}: no checkpoint to load ({_reason(error)}); {MEND}, or its name on the hub"
        ) from error
    except Exception as error:
        raise BadInput(
            f"{name}: cannot be loaded ({type(error).__name__}: {_reason(error)}); {MEND}"
        ) from error


def _reason(error: Exception) -> str:
    """The first line of what a library says."""
    lines = str(error).strip().splitlines() or ["no reason given"]
    return lines[0][:_LONGEST_REASON].rstrip(".:; ")


def refuse_pointers(folder: Path) -> None:
    """Look whether git-lfs left its notes where files of a model should be.

    Raises:
        BadInput: One of the files is such a note.
    """
    for path in sorted(folder.iterdir()):
        if path.is_file() and _begins_with(path, _POINTER):
            raise BadInput(
                f"{path}: is a git-lfs pointer, not the file that it stands for; run git lfs pull "
                "where it was cloned, or download the model again"
            )


def _begins_with(path: Path, start: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(start)) == start


def refuse_damaged(folder: Path) -> None:
    """Look at the config and at the weights of a folder as far as costs next to nothing.

    The header of a safetensors file says where its tensors stand: a file that was cut off is found
    by its size, without reading it.

    Raises:
        BadInput: Something is missing or damaged, the weights are pickled, or they are adapters.
    """
    refuse_pointers(folder)
    if (folder / "adapter_config.json").is_file():
        raise BadInput(
            f"{folder}: holds adapters, which are no model of their own; merge them into their "
            "model and give its folder"
        )
    _read_object(folder / "config.json")
    for path in _weight_files(folder):
        try:
            with safe_open(path, framework="numpy"):
                pass
        except SafetensorError as error:
            raise BadInput(
                f"{path}: damaged, or no safetensors ({_reason(error)}); download the model again"
            ) from error


def _weight_files(folder: Path) -> list[Path]:
    """The files of the weights: one, or those that an index names."""
    if (folder / _WEIGHTS).is_file():
        return [folder / _WEIGHTS]
    if (folder / _INDEX).is_file():
        with readable(folder / _INDEX, "download the model again"):
            names = sorted(set(_read_object(folder / _INDEX)["weight_map"].values()))
            paths = [folder / name for name in names]
        if missing := [path for path in paths if not path.is_file()]:
            raise BadInput(f"{missing[0]}: is not there; {_INDEX} names it: download it")
        return paths
    if any(path for pattern in _PICKLED for path in folder.glob(pattern)):
        raise BadInput(
            f"{folder}: no {_WEIGHTS}; pickled weights are never read: save them as safetensors"
        )
    raise BadInput(f"{folder}: no {_WEIGHTS}; {MEND}")


def _read_object(path: Path) -> dict[str, dict[str, str]]:
    """A JSON file that holds an object."""
    if not path.is_file():
        raise BadInput(f"{path.parent}: no {path.name}; {MEND}")
    with readable(path, "download the model again"):
        content = json.loads(path.read_bytes())
        if not isinstance(content, dict):
            raise BadInput(f"{path}: holds no JSON object; download the model again")
        return content
