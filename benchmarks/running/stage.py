"""A stage: a unit of work with a content address, whose folder appears whole or not at all."""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from benchmarks.running.digests import canonical_json
from data.errors import BadInput, readable
from data.files import file_digest, write_atomic
from lightning_modules.library_warnings import bounded, heard
from lightning_modules.processes import gather, leads, on_lead

_MANIFEST = "manifest.json"
_PACKAGES = (
    "torch", "pytorch-lightning", "transformers", "tokenizers", "numpy", "scipy", "sacrebleu",
    "datasketch", "pyarrow",
)  # fmt: skip
_ADDRESS = ("kind", "arguments", "code", "versions")


class DamagedStage(BadInput):
    """A finished stage folder does not hold what its manifest says."""


@dataclass(frozen=True)
class Stage:
    """A finished stage: its folder, and the manifest of what it holds."""

    path: Path
    manifest: Mapping[str, Any]
    reused: bool
    """Whether this run found it finished."""

    @property
    def digest(self) -> str:
        """Content address of the stage, 16 hex digits."""
        return _digest(self.manifest)

    def file(self, name: str) -> "File":
        """A file or folder that it holds."""
        return File(self, name)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the stage found out; a pure function of its address."""
        facts: Mapping[str, Any] = self.manifest["facts"]
        return facts


@dataclass(frozen=True)
class File:
    """A file or folder inside a finished stage: its content follows from the stage's address."""

    stage: Stage
    name: str

    @property
    def path(self) -> Path:
        """Path of the file or folder, inside the folder of its stage."""
        return self.stage.path / self.name


Work = Callable[[Path], Mapping[str, Any]]
"""Function that fills a folder and returns facts."""


class Stages:
    """Runs the stages of one chain below a folder, each at most once.

    Args:
        root: Folder of all stages of all chains.
        chain: File that remembers, for this chain, which folder each label had the last time.
        say: Receives one line per stage: found finished, or run, and why.
    """

    def __init__(self, root: Path, chain: Path, say: Callable[[str], None]) -> None:
        self.root = root
        self.chain = chain
        self.say = say

    def run(
        self,
        label: str,
        kind: str,
        *,
        arguments: Mapping[str, Any],
        code: Mapping[str, str],
        work: Work,
    ) -> Stage:
        """Return the finished stage of this description; do the work if nobody has done it.

        `work` gets a folder that survives a kill, so that it can go on from its own checkpoints.
        Of several processes of one run all do the work, and the first one writes its result.
        Two processes that want the same stage take turns, and the second finds it finished.

        Args:
            label: Name of the stage within its chain, to say why it runs again.
            kind: Kind of the stage; it names the stage's folder.
            arguments: Arguments of the work as plain values; they decide the address.
            code: Digest of every module that the work rests on, by its path.
            work: Function that fills the folder and returns facts.

        Raises:
            DamagedStage: The folder of the stage is there but not whole.
        """
        address = address_of(kind, arguments, code)
        final = self.folder(address)
        with self._lock(final):
            reused = on_lead(final.exists)
            if leads():
                self.say(f"{label} {kind}: {self.why(f'{label} {kind}', address)}")
            if not reused:
                _do(work, final, address)
        return on_lead(lambda: self._found(f"{label} {kind}", final, reused=reused))

    @contextmanager
    def _lock(self, final: Path) -> Iterator[None]:
        """Hold the stage's lock in the first of several processes; the others follow it."""
        if not leads():
            yield
            return
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{final}.lock"):
            yield

    def _found(self, label: str, final: Path, *, reused: bool) -> Stage:
        self._remember(label, final)
        return load(final, reused=reused)

    def beside(self, name: str) -> "Stages":
        """Stages of another chain, below the same folder."""
        chain = self.chain.with_name(f"{self.chain.stem}-{name}{self.chain.suffix}")
        return Stages(self.root, chain, self.say)

    def folder(self, address: Mapping[str, Any]) -> Path:
        """Folder of the stage with an address, finished or not."""
        return self.root / f"{address['kind']}-{_digest(address)}"

    def was_interrupted(self, address: Mapping[str, Any]) -> bool:
        """Whether a run of the stage with an address was cut off, and goes on where it was."""
        final = self.folder(address)
        return final.with_name(f"{final.name}.partial").exists()

    def why(self, label: str, address: Mapping[str, Any]) -> str:
        """Why a stage is run or reused: what changed since its label was run the last time."""
        final = self.folder(address)
        if final.exists():
            return f"reused {final.name}"
        if self.was_interrupted(address):
            return "runs on, it was interrupted"
        last = self.root / self._index().get(label, "never run")
        if not (last / _MANIFEST).is_file() or last == final:
            return "runs"
        return "runs again: " + "; ".join(differences(read_manifest(last), address))

    def _index(self) -> dict[str, str]:
        if not self.chain.is_file():
            return {}
        with readable(self.chain, "delete it; only the reasons why stages ran are lost"):
            index: dict[str, str] = json.loads(self.chain.read_text())
        return index

    def _remember(self, label: str, final: Path) -> None:
        index = {**self._index(), label: final.name}
        self.chain.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self.chain, json.dumps(index, indent=1) + "\n")


def address_of(kind: str, arguments: Mapping[str, Any], code: Mapping[str, str]) -> dict[str, Any]:
    """The address of a stage: all that decides what it makes, as plain values."""
    address: dict[str, Any] = json.loads(
        canonical_json(
            {"kind": kind, "arguments": arguments, "code": code, "versions": package_versions()}
        )
    )
    return address


def load(path: Path, *, reused: bool) -> Stage:
    """Read a finished folder and check every file against its manifest.

    Raises:
        DamagedStage: A file is missing, added or changed.
    """
    manifest = read_manifest(path)
    if (found := _files(path)) != manifest["files"]:
        names = [
            n for n in {*found, *manifest["files"]} if found.get(n) != manifest["files"].get(n)
        ]
        raise _damaged(path, f"{min(names)} is not what was written")
    renamed = path.name.rsplit("-", 1)[1] != _digest(manifest)
    if renamed or manifest["checksum"] != _checksum(manifest):
        raise _damaged(path, f"{_MANIFEST} was changed")
    return Stage(path, manifest, reused)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The arguments, modules and versions that changed between two addresses, one line each."""
    before = {key: value for part in _ADDRESS for key, value in _leaves(old[part], part)}
    after = {key: value for part in _ADDRESS for key, value in _leaves(new[part], part)}
    return [
        f"{key} was {before.get(key)}, is {after.get(key)}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


@cache
def package_versions() -> dict[str, str]:
    """Versions of the packages that decide a stage's numbers and files."""
    return {name: metadata.version(name) for name in _PACKAGES}


def peak_memory_bytes() -> int:
    """Largest resident size of a process so far: this one, or one that it waited for."""
    of = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    peak = max(resource.getrusage(who).ru_maxrss for who in of)
    return peak if sys.platform == "darwin" else peak * 1024


def peak_device_memory_bytes() -> int | None:
    """Most memory of tensors on this process's GPU since the peak was reset; None without a GPU."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_initialized() else None


def _do(work: Work, final: Path, address: Mapping[str, Any]) -> None:
    partial = final.with_name(f"{final.name}.partial")
    resumed = on_lead(lambda: _prepare(partial))
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    with heard() as warned:
        facts = work(partial)
    seconds = time.perf_counter() - started
    on_device = [peak for peak in gather(peak_device_memory_bytes()) if peak is not None]
    measured = {
        "seconds": seconds,
        "resumed": resumed,
        "peak_memory_bytes": max(gather(peak_memory_bytes())),
        "peak_device_memory_bytes": max(on_device, default=None),
        "library_warnings": [asdict(one) for one in bounded(chain(*gather(warned)))],
    }
    on_lead(lambda: _complete(partial, final, {**address, "facts": facts, **measured}))


def _prepare(partial: Path) -> bool:
    resumed = partial.exists()
    partial.mkdir(exist_ok=True)
    return resumed


def _complete(partial: Path, final: Path, manifest: dict[str, Any]) -> None:
    manifest["files"] = _files(partial)
    manifest["checksum"] = _checksum(manifest)
    write_atomic(partial / _MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    partial.rename(final)


def _digest(address: Mapping[str, Any]) -> str:
    content = canonical_json({part: address[part] for part in _ADDRESS})
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _checksum(manifest: Mapping[str, Any]) -> str:
    content = canonical_json({k: v for k, v in manifest.items() if k != "checksum"})
    return hashlib.sha256(content.encode()).hexdigest()


def _files(folder: Path) -> dict[str, str]:
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != _MANIFEST:
            files[name] = file_digest(path)
    return files


def read_manifest(path: Path) -> dict[str, Any]:
    """What a finished folder says of itself; its files are not looked at.

    Raises:
        DamagedStage: It cannot be read, or is not whole.
    """
    try:
        manifest: dict[str, Any] = json.loads((path / _MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise _damaged(path, f"{_MANIFEST} cannot be read") from error
    if not {*_ADDRESS, "facts", "seconds", "files", "checksum"} <= manifest.keys():
        raise _damaged(path, f"{_MANIFEST} is incomplete")
    return manifest


def _damaged(path: Path, what: str) -> DamagedStage:
    return DamagedStage(f"{path}: {what}; delete this folder, and the next run makes it again")


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping | list):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from _leaves(item, f"{name}.{key}")
    else:
        yield name, value
