"""Records that name one text, checkpoint or base, and were made from different ones.

A recipe names a file or a folder by its path, which says nothing of what lies there: two people can
run one recipe on different text. Only a record's `identities` tell such replicates apart.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.chains.record import Record
from benchmarks.running.digests import canonical_json
from data.errors import BadInput


def conflicts(records: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    """Each record that contradicts an earlier one, and how, in words that name both.

    Records without identities, which are older than the field or need none, contradict nothing.
    """
    first: dict[tuple[str, str], tuple[str, Record]] = {}
    for record in records:
        for role, identity in record.identities or ():
            if identity is None:
                continue
            key = (role, canonical_json(_described(record, role)))
            theirs, other = first.setdefault(key, (identity, record))
            if theirs != identity:
                yield (
                    record,
                    f"{_in_words(record, role)} is {identity[:12]} in {_place(record)} and "
                    f"{theirs[:12]} in {_place(other)}",
                )


def refuse_conflicts(records: Iterable[Record]) -> None:
    """Make sure that no replicates were made from different text, checkpoints or bases.

    Raises:
        BadInput: Some were; the message names two of them.
    """
    for _, words in conflicts(records):
        raise BadInput(f"records cannot be put together: {words}; keep the records of one")


def described(record: Record, role: str) -> object:
    """What recipes must share for their text, checkpoint or base to be the same."""
    return _described(record, role)


def _described(record: Record, role: str) -> object:
    # Rules of claims follow this function by its name: with another one all would be dated anew.
    recipe = record.recipe
    return [recipe.get("base"), recipe["model"]] if role == "base" else recipe.get(role)


def _in_words(record: Record, role: str) -> str:
    name = record.recipe.get(role)
    if role == "base":
        return f"the base of {record.recipe['name']}"
    return f"the synthetic text {name}" if role == "synthetic" else f"the checkpoint {name}"


def _place(record: Record) -> str:
    return record.file(Path()).as_posix()
