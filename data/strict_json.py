"""JSON that says one thing only: files whose content another reader would not read otherwise.

A parser takes the last of two keys of one name, any number of spaces, and characters that nobody
sees. What one program checked could then be something else to the next one, or to a reader.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data.errors import BadInput, one_line, unseen

LARGEST = 16 * 2**20
"""Size in bytes of the largest file that is read; a record of a chain has some tens of thousands,
and one with the losses of a hundred thousand documents in ten generations fourteen million."""
_SEEN = bytes(range(0x20, 0x7F)) + b"\n"
"""Bytes of a text that shows all that it holds, but for what a backslash stands for."""


def read_strictly(path: Path) -> tuple[str, Mapping[str, Any]]:
    """The text of a JSON object and the object, once it is certain that it says one thing only.

    Raises:
        BadInput: It is no file of this place (but a folder, a pipe, or a link), too large, no
            UTF-8, no JSON object, holds a key twice or a number that is none, or has characters
            that cannot be seen.
    """
    if path.is_symlink():
        raise BadInput(f"{path}: is a link to {path.readlink()}; put the file itself there")
    if not path.is_file():
        raise BadInput(f"{path}: is no file; remove it, or look at the name")
    if (size := path.stat().st_size) > LARGEST:
        raise BadInput(f"{path}: has {size:,} bytes, a record has {LARGEST:,} at most; restore it")
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except BadInput as error:
        raise BadInput(f"{path}: {error}; restore it or run it again") from error
    except RecursionError as error:
        raise BadInput(f"{path}: is nested too deeply; restore it or run it again") from error
    except ValueError as error:
        raise BadInput(
            f"{path}: no JSON ({one_line(error)}); restore it or run it again"
        ) from error
    if not isinstance(found, dict):
        raise BadInput(f"{path}: holds no JSON object; restore it or run it again")
    if "\\" in text or text.encode().translate(None, _SEEN):  # else no string can hold any
        _check_seen(path, found)
    return text, found


def _check_seen(path: Path, found: object) -> None:
    for string in _strings(found):
        if not string.isprintable() and any(map(unseen, string)):
            shown = one_line(string)[:60]
            raise BadInput(f"{path}: {shown!r} has characters that cannot be seen; remove them")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise BadInput(f"the key {one_line(twice)} is there more than once")
    return found


def _no_number(name: str) -> float:
    raise BadInput(f"{name} is no number")


def _strings(value: object) -> Iterator[str]:
    """All strings and keys of what was read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
