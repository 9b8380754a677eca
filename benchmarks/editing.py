"""Token-edits files of text into a folder: `collapse edit`.

OUTPUT/text/         the files, edited, under their own names
OUTPUT/ledger.parquet  every flagged token; with the source it gives the edited text again
OUTPUT/summary.json    what was read and what was done
OUTPUT/histogram.png   how likely the tokens are to the prior
OUTPUT/edit.json       what was asked for; a run that was cut off goes on from working/
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch
from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from benchmarks.editing_report import draw_histogram
from benchmarks.replay import write_texts
from benchmarks.stage import discard, peak_memory_bytes, write_atomic
from benchmarks.work import folder_identity
from data.editing import EditRule
from data.ledger import Passage, metadata
from data.packaged_prior import PACKAGED_PRIORS, convert_smollm2
from data.prior import Prior, load_prior
from data.records import PARTIAL, Fields, ReadReport, TextFile, file_digest, open_text_file
from lightning_modules.shard_editing import EditJob, ShardFacts
from lightning_modules.token_editing import (
    EditSummary,
    cut_into_shards,
    edit_shards,
    settle,
    write_ledger,
)
from lightning_modules.trainer import Device, predicting

_GENERATION = 1
_TOKENS_PER_BATCH = {"cpu": 4096, "gpu": 65_536}
_CHARACTERS_PER_SHARD = {"cpu": 2**15, "gpu": 2**22}
_SECONDS_BETWEEN_LOOKS = 0.5

Dtype = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, kw_only=True)
class EditRequest:
    """What decides the outcome of an edit."""

    inputs: tuple[Path, ...]
    fields: Fields
    prior: str
    """Folder, hub name, or name of a packaged prior."""
    rule: EditRule
    seed: int
    context: int | None
    """Longest window of the prior in tokens; None for its own, 2048 at most."""
    prefix: bool | None
    """Whether the end-of-text token stands before every document; None asks the tokenizer."""
    dtype: Dtype
    device: Literal["auto", "cpu", "cuda"]
    characters_per_shard: int | None
    strict: bool

    def files(self) -> list[TextFile]:
        """The inputs, opened.

        Raises:
            ValueError: One is missing or unknown, or two have one name.
        """
        names = [path.name for path in self.inputs]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(
                f"two inputs are named {min(twice)}; names identify documents: rename one"
            )
        return [open_text_file(path, self.fields, strict=self.strict) for path in self.inputs]

    def passages(self) -> Iterator[Passage]:
        """All documents, in order."""
        for file in self.files():
            for record in file.records(ReadReport()):
                yield Passage(record.id, record.text, record.context)

    @property
    def accelerator(self) -> Literal["cpu", "gpu"]:
        """Where it runs."""
        return Device(name=self.device).accelerator

    def load_prior(self) -> Prior:
        """The prior, in memory."""
        by_device = torch.float32 if self.accelerator == "cpu" else torch.bfloat16
        dtype = by_device if self.dtype == "auto" else getattr(torch, self.dtype)
        return load_prior(
            _prior_folder(self.prior), context=self.context, prefix=self.prefix, dtype=dtype
        )


@dataclass(frozen=True, kw_only=True)
class Source:
    """What was found in the inputs."""

    files: dict[str, str]
    """SHA-256 by name."""
    documents: int
    characters: int
    skipped: dict[str, int]
    """Lines left out, by reason."""
    examples: list[str]
    shards: list[tuple[int, int]]
    """First document of each shard, and the one after its last."""


@dataclass(frozen=True, kw_only=True)
class EditOutcome:
    """What an edit did and how fast."""

    source: Source
    summary: EditSummary
    rule: EditRule
    prior: dict[str, Any]
    seconds: float
    """Of this run; a run that was resumed did only the rest of the work in this time."""
    tokens_in_seconds: int
    """Tokens scored in this run."""
    peak_memory_bytes: int


@dataclass(frozen=True)
class EditFolder:
    """The output of an edit."""

    path: Path

    @property
    def ledger(self) -> Path:
        """Every flagged token."""
        return self.path / "ledger.parquet"

    @property
    def summary(self) -> Path:
        """Stands there when all else does."""
        return self.path / "summary.json"

    @property
    def working(self) -> Path:
        """Shards; gone at the end."""
        return self.path / "working"

    @property
    def settled_rule(self) -> Path:
        """The rule with its threshold, where shards have to be edited again with it."""
        return self.working / "rule.json"

    @property
    def description(self) -> Path:
        """Request and source."""
        return self.path / "edit.json"

    def outcome(self) -> EditOutcome:
        """Of a finished edit."""
        return _OUTCOME.validate_json(self.summary.read_bytes())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out, and clear away what a killed one left half-written.

        Raises:
            ValueError: Another run is in it, or it is somebody else's folder.
        """
        if self.path.is_file() or (self.path.is_dir() and self._is_foreign()):
            raise ValueError(f"{self.path}: is there and holds no edit; choose another folder")
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / ".lock", timeout=0):
                for left_over in self.path.rglob(f"*{PARTIAL}*"):
                    left_over.unlink()
                yield
        except Timeout as error:
            raise ValueError(
                f"{self.path}: another run edits into this folder; wait for it or choose another"
            ) from error

    def _is_foreign(self) -> bool:
        names = {path.name for path in self.path.iterdir()}
        return bool(names) and not names & {self.description.name, ".lock"}


class Watcher:
    """Told how an edit comes along; does nothing."""

    def begins(self, n_documents: int, n_done: int) -> None:
        """Scoring begins on so many documents, of which some were done by a run before."""

    def scored(self, n_tokens: int) -> None:
        """So many more tokens are scored."""

    def finished(self, facts: ShardFacts) -> None:
        """A shard's file is there."""


def edit_files(request: EditRequest, output: Path, devices: int, watcher: Watcher) -> EditOutcome:
    """Edit files into a folder; go on where a run was cut off.

    Args:
        request: What is asked for.
        output: Folder of the outcome.
        devices: Processes that edit side by side.
        watcher: Is told about progress.

    Raises:
        ValueError: Bad input, or the folder holds another edit.
    """
    folder = EditFolder(output)
    with folder.held():
        source = _find_source(request, folder)
        if folder.summary.is_file():
            return folder.outcome()
        started = time.perf_counter()
        folder.working.mkdir(exist_ok=True)
        run = _Run(request, source, folder, watcher)
        watcher.begins(source.documents, run.n_documents_done)
        run.score(devices)
        made_from = {"files": source.files, "fields": asdict(request.fields)}
        summary = write_ledger(run.job, folder.ledger, made_from)
        write_texts(request.files(), folder.ledger, output / "text")
        done = metadata(folder.ledger)
        outcome = EditOutcome(
            source=source,
            summary=summary,
            rule=_RULE.validate_python(done["rule"]),
            prior=done["prior"],
            seconds=time.perf_counter() - started,
            tokens_in_seconds=run.n_tokens,
            peak_memory_bytes=peak_memory_bytes(),
        )
        draw_histogram(summary, output / "histogram.png")
        write_atomic(folder.summary, _OUTCOME.dump_json(outcome, indent=1).decode() + "\n")
        discard(folder.working)
        return outcome


def edit_part(output: Path) -> None:
    """Edit the shards of this process of torchrun; the folder says what is asked for."""
    folder = EditFolder(output)
    request, source = _read_description(folder.description)
    rule = folder.settled_rule
    run = _Run(request, source, folder, Watcher())
    run.edit_shards(
        _RULE.validate_json(rule.read_bytes()) if rule.is_file() else None,
        devices=int(os.environ["WORLD_SIZE"]),
    )


class _Run:
    """One run of an edit."""

    def __init__(
        self, request: EditRequest, source: Source, folder: EditFolder, watcher: Watcher
    ) -> None:
        self.request = request
        self.folder = folder
        self.watcher = watcher
        self.n_tokens = 0
        self.job = EditJob(
            passages=request.passages,
            shards=[range(first, stop) for first, stop in source.shards],
            folder=folder.working,
            rule=request.rule,
            seed=request.seed,
            generation=_GENERATION,
            tokens_per_batch=_TOKENS_PER_BATCH[request.accelerator],
            advance=self._advance,
        )
        self._seen = set(range(len(self.job.shards))) - set(self.job.missing())

    @property
    def n_documents_done(self) -> int:
        """Documents of finished shards."""
        return sum(len(self.job.shards[shard]) for shard in self._seen)

    @cached_property
    def prior(self) -> Prior:
        """Loaded when it is needed."""
        return self.request.load_prior()

    def score(self, devices: int) -> None:
        """Edit all shards that are not finished, here or in several processes."""
        self._edit(devices)
        rule, again = settle(self.job)
        if again:
            self._seen -= set(again)
            write_atomic(self.folder.settled_rule, _RULE.dump_json(rule).decode())
            self._edit(devices)

    def edit_shards(self, rule: EditRule | None, *, devices: int = 1) -> None:
        """Edit the shards of this process."""
        device = Device(name=self.request.device)
        edit_shards(
            self.job,
            self.prior,
            lambda writer: predicting(device, lambda n: None, writer, devices=devices),
            rule,
        )

    def _edit(self, devices: int) -> None:
        if not self.job.missing():
            return
        if devices > 1:
            self._edit_side_by_side(devices)
            return
        rule = self.folder.settled_rule
        self.edit_shards(_RULE.validate_json(rule.read_bytes()) if rule.is_file() else None)

    def _edit_side_by_side(self, devices: int) -> None:
        threads = max((os.cpu_count() or 1) // devices, 1)
        launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={devices}"]
        process = subprocess.Popen(
            [sys.executable, *launcher, "-m", "benchmarks.edit_worker", str(self.folder.path)],
            env={"OMP_NUM_THREADS": str(threads), **os.environ},
        )
        try:
            while process.poll() is None:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
                self.n_tokens += sum(facts.counts.tokens for facts in self._look())
            self.n_tokens += sum(facts.counts.tokens for facts in self._look())
        finally:
            process.terminate()
            process.wait()
        if process.returncode != 0:
            raise WorkersFailed(
                f"{self.folder.path}: a process that edits failed, see above; run the same command "
                "again to go on"
            )

    def _advance(self, n_tokens: int) -> None:
        self.n_tokens += n_tokens
        self.watcher.scored(n_tokens)
        self._look()

    def _look(self) -> list[ShardFacts]:
        """Tell the watcher of shards that are new."""
        new = set(range(len(self.job.shards))) - self._seen - set(self.job.missing())
        self._seen |= new
        found = [ShardFacts.of(self.job.path(shard)) for shard in sorted(new)]
        for facts in found:
            self.watcher.finished(facts)
        return found


class WorkersFailed(RuntimeError):
    """A process that was to edit a part ended with an error."""


def _find_source(request: EditRequest, folder: EditFolder) -> Source:
    """Look through the inputs, or take over what a run before has found.

    Raises:
        ValueError: The folder holds an edit of something else.
    """
    identity = _identity(request)
    if folder.description.is_file():
        recorded = json.loads(folder.description.read_text())["identity"]
        differing = [key for key in identity if identity[key] != recorded.get(key)]
        if differing:
            was, now = (source.get(differing[0]) for source in (recorded, identity))
            raise ValueError(
                f"{folder.path}: holds another edit, whose {differing[0]} was {was}, not {now}; "
                "choose another folder"
            )
        return _read_description(folder.description)[1]
    source = look_through(request, identity["files"])
    content = {
        "identity": identity,
        "request": _REQUEST.dump_python(request, mode="json"),
        "source": asdict(source),
    }
    write_atomic(folder.description, json.dumps(content, indent=1) + "\n")
    return source


def _identity(request: EditRequest) -> dict[str, Any]:
    """What a run must share with the one it goes on from."""
    content: dict[str, Any] = _REQUEST.dump_python(request, mode="json")
    for place in ("inputs", "device", "strict"):
        del content[place]
    content["prior"] = folder_identity(_prior_folder(request.prior))
    content["accelerator"] = request.accelerator
    return {"files": {f.path.name: file_digest(f.path) for f in request.files()}, **content}


def look_through(request: EditRequest, digests: Mapping[str, str]) -> Source:
    """Read the inputs once: count, find what is malformed, and cut into shards.

    Raises:
        ValueError: There is nothing to edit, or a line is malformed and the request is strict.
    """
    report = ReadReport()
    records = itertools.chain.from_iterable(file.records(report) for file in request.files())
    lengths = [len(record.text) for record in records]
    if not lengths:
        reasons = "; ".join(report.examples) or "it is empty"
        names = ", ".join(map(str, request.inputs))
        raise ValueError(f"{names}: no document to edit ({reasons}); see --field")
    size = request.characters_per_shard or _CHARACTERS_PER_SHARD[request.accelerator]
    return Source(
        files=dict(digests),
        documents=len(lengths),
        characters=sum(lengths),
        skipped=dict(report.skipped),
        examples=report.examples,
        shards=[(shard.start, shard.stop) for shard in cut_into_shards(lengths, size)],
    )


def _read_description(path: Path) -> tuple[EditRequest, Source]:
    content = json.loads(path.read_text())
    return (
        _REQUEST.validate_python(content["request"]),
        TypeAdapter(Source).validate_python(content["source"]),
    )


def _prior_folder(name: str) -> str:
    """Where a prior is; a packaged one is unpacked the first time."""
    if name not in PACKAGED_PRIORS:
        return name
    home = Path(os.environ.get("COLLAPSE_HOME", "outputs"))
    folder = home / "priors" / f"{name}-{PACKAGED_PRIORS[name].sha256[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unpacked = folder.with_name(f"{folder.name}{PARTIAL}{os.getpid()}")
            convert_smollm2(unpacked)
            unpacked.rename(folder)
    return str(folder)


_REQUEST = TypeAdapter(EditRequest)
_OUTCOME = TypeAdapter(EditOutcome)
_RULE = TypeAdapter(EditRule)
