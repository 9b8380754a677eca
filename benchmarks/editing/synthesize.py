"""Synthetic text from an instruction model into a folder: `collapse synthesize`.

OUTPUT/text.jsonl       one document per line, with the human document that it was asked about
OUTPUT/provenance.json  model, source, prompts, seed, settings and digest of the text
OUTPUT/request.json     what was asked for; a run that was cut off goes on from working/

As in Cosmopedia, the paper's synthetic text, every document is asked for with an extract of human
text. Extracts never come from the held-out part of a source.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

from filelock import FileLock, Timeout

from benchmarks.chains.settings import HumanText
from benchmarks.chains.text.human_text import human_identity, read_human, without_held_out
from benchmarks.chains.text.provenance import read_provenance
from benchmarks.running.digests import canonical_json
from benchmarks.running.packaged import prior_folder
from data.errors import BadInput, Count, Range, in_range
from data.files import atomic, discard, file_digest, folder_identity, write_atomic
from data.prior import Prior, load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus
from lightning_modules.device import Advance, Device
from lightning_modules.editing.token_editing import prior_facts
from lightning_modules.processes import leads, on_lead
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting_alone
from lightning_modules.writing.synthesis import Prompt, SynthesisJob, write_shards

STYLES = {
    "textbook": "Write a section of a textbook about the subject of this extract.",
    "article": "Write an article for a general reader about the subject of this extract.",
    "story": "Write a short story in which the subject of this extract plays a part.",
}
"""Wishes that prompts end with, by name; documents take them in turns."""
_EXTRACT = "Here is an extract:\n\n{extract}\n\n{wish} Do not repeat the extract."
_PACKAGES = ("torch", "transformers", "tokenizers")


@dataclass(frozen=True, kw_only=True, slots=True)
class SynthesisRequest:
    """Everything that decides the text: source of the extracts, model, sampling and seed."""

    source: str
    """Human text that prompts quote; see `HumanText.source`."""
    field: str = "text"
    prompt_field: str | None = None
    """Field of a prompt, as in the recipes that will read the text: it decides which documents are
    duplicates, and so which are held out. A prompt is never quoted."""
    model: str = "smollm2"
    """The model that writes: a packaged prior, a folder or a hub name; it should have a chat
    template."""
    documents: Count
    seed: int = 0
    rule: SamplingRule
    context: Annotated[int, Range(least=2)] = 1024
    """Tokens of prompt and document that the model looks back at most."""
    extract_words: Count = 60
    held_out_bytes: Count = 400_000
    """Size in bytes of the human text that is never quoted: at least the held-out size of every
    recipe that will read the text."""
    documents_per_shard: Count = 16
    """Number of documents that are written down together, and lost at most when a run is killed."""

    def __post_init__(self) -> None:
        in_range(self)
        if self.rule.prompt_tokens:
            raise BadInput("prompt_tokens is for text that a model continues; leave it at 0")

    @property
    def human(self) -> HumanText:
        """The source, as a recipe names it; the sizes of its parts are not used."""
        return HumanText(
            source=self.source,
            field=self.field,
            prompt_field=self.prompt_field,
            held_out_bytes=self.held_out_bytes,
            first_tokens=1,
            generation_tokens=1,
        )


def synthesize(
    request: SynthesisRequest, folder: Path, *, device: Device, advance: Advance
) -> dict[str, Any]:
    """Write synthetic text; go on where a run was cut off.

    Args:
        request: Everything that decides the text.
        folder: Folder that receives the text and its provenance.
        device: Device that the writer runs on.
        advance: Told how many more tokens were written.

    Returns:
        The provenance.

    Raises:
        BadInput: The source is missing or too short, or the folder holds something else.
    """
    with _held(folder, request, device.precision):
        found = on_lead(lambda: _finished(folder))
        if found is not None:
            return found
        quoted = on_lead(lambda: _quotable(request))
        writer = load_prior(prior_folder(request.model), context=request.context, prefix=False)
        prompts = _Prompts(request, quoted, writer)
        working = folder / "working"
        on_lead(lambda: working.mkdir(exist_ok=True))
        job = SynthesisJob(
            prompt=prompts,
            documents=request.documents,
            documents_per_shard=request.documents_per_shard,
            folder=working,
            rule=request.rule,
            seed=request.seed,
            advance=advance,
        )
        write_shards(job, writer, predicting_alone(device, advance))
        return on_lead(lambda: _finish(request, folder, job, quoted, writer, device))


def _finished(folder: Path) -> dict[str, Any] | None:
    """The provenance of a finished text, without what a run left that was killed at its end.

    Raises:
        BadInput: The text is not the one that the provenance describes.
    """
    provenance = read_provenance(folder / "text.jsonl")
    if provenance is not None and (folder / "working").is_dir():
        discard(folder / "working")
    return provenance


def _quotable(request: SynthesisRequest) -> Corpus:
    corpus, _ = read_human(request.human)
    return without_held_out(corpus, request.held_out_bytes, request.source)


class _Prompts:
    """The prompt of each document: an extract of human text, and what to write about it."""

    def __init__(self, request: SynthesisRequest, quoted: Corpus, writer: Prior) -> None:
        self.request = request
        self.quoted = quoted
        self.tokenizer = writer.tokenizer
        if self.tokenizer.chat_template is None:
            raise BadInput(
                f"{request.model} has no chat template: it takes no instructions; use a model that "
                "does"
            )
        self.order = stream(request.seed, Purpose.SYNTHESIS).permutation(len(quoted))

    def __call__(self, index: int) -> Prompt:
        place = int(self.order[index % len(self.order)])
        document = next(iter(self.quoted.select([place])))
        style = list(STYLES)[index % len(STYLES)]
        extract = " ".join(document.text.split()[: self.request.extract_words])
        wish = _EXTRACT.format(extract=extract, wish=STYLES[style])
        chat = [{"role": "user", "content": wish}]
        tokens: list[int] = self.tokenizer.apply_chat_template(  # type: ignore[assignment]
            chat, add_generation_prompt=True, return_dict=False
        )
        if len(tokens) + self.request.rule.max_tokens > self.request.context:
            raise BadInput(
                f"prompt {index} has {len(tokens)} tokens, which with max_tokens "
                f"{self.request.rule.max_tokens} is more than the context of "
                f"{self.request.context}; lower max_tokens or extract_words"
            )
        return Prompt(tokens, {"style": style, "quotes": document.id})


def _finish(
    request: SynthesisRequest,
    folder: Path,
    job: SynthesisJob,
    quoted: Corpus,
    writer: Prior,
    device: Device,
) -> dict[str, Any]:
    """Join the shards and write down where the text comes from; the provenance comes last."""
    paths = [job.path(shard) for shard in range(len(job.shards))]
    with atomic(folder / "text.jsonl") as partial, partial.open("wb") as text:
        for path in paths:
            text.write(path.read_bytes())
    with (folder / "text.jsonl").open("rb") as lines:  # text has other ends of lines than b"\n"
        rows = [json.loads(line) for line in lines]
    assert len(rows) == request.documents, "a document was lost"
    provenance = {
        "request": asdict(request),
        "model": prior_facts(writer),
        "source": {
            "identity": human_identity(request.human),
            "licence": next(iter(quoted)).licence,
            "documents_to_quote": len(quoted),
        },
        "prompts": {
            "extract": _EXTRACT,
            "styles": STYLES,
            "chat_template": writer.tokenizer.chat_template,
        },
        "written": {
            "documents": len(rows),
            "tokens": sum(row["tokens"] for row in rows),
            "unfinished": sum(not row["finished"] for row in rows),
            "empty": sum(not row["text"].strip() for row in rows),
            "styles": dict(Counter(row["style"] for row in rows)),
            "sha256": file_digest(folder / "text.jsonl"),
        },
        "precision": device.precision,
        "versions": {name: metadata.version(name) for name in _PACKAGES},
    }
    write_atomic(folder / "provenance.json", json.dumps(provenance, indent=1) + "\n")
    discard(job.folder)
    return provenance


@contextmanager
def _held(folder: Path, request: SynthesisRequest, precision: str) -> Iterator[None]:
    """Keep other runs out; make sure that the folder holds what this request began.

    A run that fails before it begins to write leaves nothing behind.

    Raises:
        BadInput: It holds something else, or another run is in it.
    """
    lock = FileLock(folder.with_name(f"{folder.name}.lock"), timeout=0)
    places = (Path(lock.lock_file), folder / "request.json", folder)
    made = [path for path in (*places, *folder.absolute().parents) if not path.exists()]
    on_lead(lambda: _lock(lock, folder))
    try:
        on_lead(lambda: _claim(folder, request, precision))
        yield
    except BaseException:
        if leads() and not (folder / "working").exists():
            _clear(made)
        raise
    finally:
        lock.release()


def _clear(made: Iterable[Path]) -> None:
    """Remove what a run has made that failed before it began to write."""
    for path in made:
        if path.is_file():
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _lock(lock: FileLock, folder: Path) -> None:
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise BadInput(
            f"{folder}: another run writes into this folder; wait for it or choose another"
        ) from error


def _claim(folder: Path, request: SynthesisRequest, precision: str) -> None:
    asked = canonical_json(
        {
            **asdict(request),
            "source_identity": human_identity(request.human),
            "model_identity": folder_identity(prior_folder(request.model)),
            "prompts": _prompts_digest(),
            "precision": precision,
        }
    )
    path = folder / "request.json"
    if folder.is_dir() and any(folder.iterdir()) and not path.is_file():
        raise BadInput(f"{folder}: is there and holds no synthetic text; choose another folder")
    if path.is_file() and (found := path.read_text(encoding="utf-8")) != asked + "\n":
        others = ", ".join(_differing(json.loads(found), json.loads(asked)))
        raise BadInput(
            f"{folder}: holds text of another request (other {others}); choose another folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(path, asked + "\n")


def _differing(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    names = sorted(first.keys() | second.keys())
    return [name for name in names if first.get(name) != second.get(name)]


def _prompts_digest() -> str:
    """16 hex digits of the words around the extracts, with all styles in their order."""
    content = canonical_json([_EXTRACT, list(STYLES.items())])
    return hashlib.sha256(content.encode()).hexdigest()[:16]
