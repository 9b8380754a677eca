"""Works by the key of their author, or from a file of a user's own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from data.errors import BadInput, readable
from data.files import file_digest
from data.sources.fetching import cache_folder
from data.story_style.authors import carriers, read_works
from data.story_style.stories import Work

SUFFIX = ".jsonl"
"""Ends the name of a file that stands in place of an author's key."""


def own_file(author: str) -> Path | None:
    """The file that stands for an author: a path, or a name below the cache; None for a key."""
    if not author.endswith(SUFFIX):
        return None
    path = Path(author)
    return path if path.is_absolute() else cache_folder() / "story_style" / path


def works_of(author: str) -> tuple[Work, ...]:
    """The works of one author.

    Args:
        author: Key of `data.story_style.authors`, or a file of one work a line, each with `name`
            and `text`; a name that is no whole path is looked for in `story_style/` of the cache.

    Raises:
        BadInput: There is no such author or file, or the file is damaged or empty.
    """
    path = own_file(author)
    if path is None:
        return read_works(author)
    if not path.is_file():
        raise BadInput(f"{path}: no such file; put one work a line there, with name and text")
    with readable(path, "write one JSON object a line, with name and text"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        works = tuple(
            Work(author=author, name=str(row["name"]), text=_text_of(row)) for row in rows
        )
    if not works:
        raise BadInput(f"{path}: holds no work; write one a line, with name and text")
    return works


def _text_of(row: Mapping[str, object]) -> str:
    """The text of one line; anything else is refused, for it would be read as a word."""
    text = row["text"]
    if not isinstance(text, str):
        raise ValueError(f"the text of {row['name']!r} is a {type(text).__name__}")
    return text


def identities(authors: Sequence[str]) -> list[str]:
    """Digests of the files that hold the works of some authors.

    Raises:
        BadInput: A file is missing.
    """
    keys = tuple(one for one in authors if own_file(one) is None)
    found = [one.sha256 for one in carriers(keys)]
    for path in filter(None, map(own_file, authors)):
        if not path.is_file():
            raise BadInput(f"{path}: no such file; put one work a line there, with name and text")
        found.append(file_digest(path))
    return found
