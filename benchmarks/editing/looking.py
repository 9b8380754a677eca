"""Looks through the inputs of an edit, and whether a folder holds the same edit already."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from benchmarks.editing.folder import Description, EditFolder
from benchmarks.editing.outcome import FilesRead
from benchmarks.editing.request import EditRequest
from benchmarks.running.packaged import prior_folder
from data.errors import BadInput
from data.files import FileState, file_digest, file_states, folder_files, folder_identity
from data.text.text_files import ReadReport, shown
from lightning_modules.editing.token_editing import cut_into_shards

_CHARACTERS_PER_SHARD = {"cpu": 2**15, "gpu": 2**22}


def find_source(request: EditRequest, folder: EditFolder) -> FilesRead:
    """Look through the inputs, or take over what a run before has found.

    Raises:
        BadInput: The folder holds an edit of something else.
    """
    found, states = folder.described(), _states(request)
    is_known = found is not None and states is not None and states == found.states
    identity = _identity(request, found.identity if found is not None and is_known else {})
    if found is not None:
        differing = [key for key in identity if identity[key] != found.identity.get(key)]
        if differing and folder.has_shards:
            was, now = (one.get(differing[0]) for one in (found.identity, identity))
            raise BadInput(
                f"{folder.path}: holds another edit, whose {differing[0]} was {was}, not {now}; "
                "choose another folder"
            )
        if not differing:
            folder.describe(Description(identity, request, found.source, states))
            return found.source
    source = look_through(request, dict(identity["files"]))
    folder.describe(Description(identity, request, source, states))
    return source


def _states(request: EditRequest) -> list[FileState] | None:
    """What the system says of the inputs and of the prior's files, without reading them."""
    prior = Path(prior_folder(request.prior))
    paths = [file.path for file in request.files()]
    return file_states([*paths, *(folder_files(prior) if prior.is_dir() else ())])


def _identity(request: EditRequest, known: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a description that a run must share with the one it goes on from.

    Args:
        request: Files, prior and settings.
        known: The same of a run whose files and prior have not been written since; empty where
            nothing is known.
    """
    content: dict[str, Any] = _REQUEST.dump_python(request, mode="json")
    for place in ("inputs", "device"):  # may be elsewhere, as long as they are the same
        del content[place]
    content["prior"] = known.get("prior") or folder_identity(prior_folder(request.prior))
    content["accelerator"] = request.accelerator
    files = known.get("files") or [[f.name, file_digest(f.path)] for f in request.files()]
    return {"files": files, **content}


def look_through(request: EditRequest, digests: Mapping[str, str]) -> FilesRead:
    """Read the inputs once: count, find what is malformed, and cut into shards.

    Raises:
        BadInput: There is nothing to edit, or a line is malformed and the request is strict.
    """
    report = ReadReport()
    records = itertools.chain.from_iterable(file.records(report) for file in request.files())
    lengths = [len(record.text) + len(record.context) + 1 for record in records]
    if not lengths:
        reasons = "; ".join(report.examples) or "it is empty"
        names = ", ".join(map(shown, request.inputs))
        raise BadInput(f"{names}: no document to edit ({reasons}); {_mend(report)}")
    size = request.characters_per_shard or _CHARACTERS_PER_SHARD[request.accelerator]
    return FilesRead(
        files=dict(digests),
        documents=len(lengths),
        characters=sum(lengths),
        skipped=dict(report.skipped),
        examples=report.examples,
        shards=[
            (shard.start, shard.stop, sum(lengths[shard.start : shard.stop]))
            for shard in cut_into_shards(lengths, size)
        ],
    )


def _mend(report: ReadReport) -> str:
    """What to do about files without a document."""
    if any("field" in reason for reason in report.skipped):
        return "name it with --field, --context-field or --id-field"
    if report.skipped:
        return "give UTF-8 text, of jsonl one JSON object in each line"
    return "give files with text"


_REQUEST = TypeAdapter(EditRequest)
