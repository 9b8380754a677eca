"""Writes `benchmarks/paper/fixed/seen.json`: when each run was first seen, and which code made it.

Run `python docs/date_records.py` when committed records are replaced or removed, and commit the
file with them. It reads every record that the history of git ever held, so that it needs a whole
clone; a test computes the file again there. A run that was never committed leaves no trace.
"""

import ast
import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.paper.fixed.seen import FILE, Seen, as_text, time_of
from benchmarks.running.code import PACKAGES, imported_names, source_digest
from data.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]
RECORDS = "benchmarks/records"
Tree = Mapping[str, bytes]
"""Source of the project's modules at a commit, by path."""


def git(*arguments: str, given: bytes = b"") -> bytes:
    """What git says of this checkout."""
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def ever_committed() -> Iterator[dict[str, Any]]:
    """Every record that a commit of the history brought, whole, each content once."""
    log = git(
        *("log", "--no-renames", "--diff-filter=AM", "--format=", "--raw", "--no-abbrev", "-m"),
        *("--", f"{RECORDS}/*.json"),
    )
    blobs = dict.fromkeys(line.split()[3] for line in log.decode().splitlines())
    found = io.BytesIO(git("cat-file", "--batch", given="\n".join(blobs).encode() + b"\n"))
    while header := found.readline():
        content = found.read(int(header.split()[2]))
        found.readline()
        yield json.loads(content)


def in_the_tree() -> Iterator[dict[str, Any]]:
    """Every record that lies in the checkout now."""
    for path in sorted((ROOT / RECORDS).glob("*/*.json")):
        yield json.loads(path.read_bytes())


def first_seen(records: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, dict[int, datetime]]]:
    """The earliest start of records by recipe, arm and seed, whatever the settings were."""
    first: dict[str, dict[str, dict[int, datetime]]] = {}
    for record in records:
        arm = record["workflow"] if "workflow" in record else record["arm"]
        seeds = first.setdefault(record["recipe"]["name"], {}).setdefault(arm, {})
        started = time_of(record["started"])
        seeds[record["seed"]] = min(started, seeds.get(record["seed"], started))
    return first


def source_at(commit: str) -> str:
    """Digest of the code that makes records at a commit, 12 hex digits.

    That is every module of the project that a work of a stage imports, directly or not; a work is a
    function that fills a `folder` and returns facts.
    """
    tree = _tree(commit)
    waiting = [path for path, source in tree.items() if _has_work(source)]
    waiting = [path for path in waiting if not path.startswith("benchmarks/leaderboard/")]
    found: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += (file for name in _imports(tree[path]) for file in _files(name, tree))
    digests = sorted(f"{path} {_digest(tree[path])}" for path in found)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:12]


def _tree(commit: str) -> Tree:
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit, "--", *PACKAGES))) as archive:
        files = {
            member.name: archive.extractfile(member)
            for member in archive
            if member.name.endswith(".py")
        }
        return {path: file.read() for path, file in files.items() if file is not None}


@cache  # commits share most of their modules
def _digest(source: bytes) -> str:
    return source_digest(ast.parse(source))


@cache
def _imports(source: bytes) -> tuple[str, ...]:
    return tuple(imported_names(ast.parse(source)))


@cache
def _has_work(source: bytes) -> bool:
    if b"folder" not in source:
        return False
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.args.args and node.returns is not None:
            kind = ast.unparse(node.returns)
            if node.args.args[0].arg == "folder" and kind.startswith(("dict", "Mapping")):
                return True
    return False


def _files(name: str, tree: Tree) -> Iterator[str]:
    """The files of a module and of the packages around it."""
    parts = name.split(".")
    for n in range(1, len(parts) + 1):
        place = "/".join(parts[:n])
        yield from (path for path in (f"{place}.py", f"{place}/__init__.py") if path in tree)


def computed() -> Seen:
    """What the history and the checkout say."""
    records = [*ever_committed(), *in_the_tree()]
    commits = dict.fromkeys(record["commit"] for record in in_the_tree())
    return Seen(first_seen(records), {commit: source_at(commit) for commit in commits})


if __name__ == "__main__":
    write_atomic(FILE, as_text(computed()))
