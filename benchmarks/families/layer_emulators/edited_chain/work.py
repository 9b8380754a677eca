"""What runs inside the stages: a text is edited by some layers of a prior, a model is measured."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.chains.work.measures import held_out_metrics
from benchmarks.families.layer_emulators.edited_chain.settings import BITS, CHANGED, FLAGGED
from data.editing import EditRule
from data.files import discard, write_atomic
from data.ledger import Passage, changes, edited_texts
from data.prior import Prior, load_prior
from data.randomness import stream
from data.text.corpus import Corpus, write_corpus
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.editing import token_editing
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.editing.token_editing import EditSummary
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.selection.rules import select
from lightning_modules.layers.surgery import keep
from lightning_modules.processes import on_lead
from lightning_modules.trainer import predicting, predicting_alone

Measure = dict[str, float | int | None]
LAYERS = "layers.json"
"""File of a stage that lists the places of the layers that stay."""


def choose(
    folder: Path,
    *,
    human: Path,
    texts: int,
    tokens: int,
    model: Path,
    layer_rule: str,
    kept: int,
    seed: int,
    device: Device,
) -> Mapping[str, Any]:
    """Let a rule name the layers of a prior that stay, into `layers.json`.

    Args:
        folder: Receives the list.
        human: Human text whose last documents are read.
        texts: Number of those documents.
        tokens: First tokens of each of them that are read.
        model: Checkpoint of the whole prior.
        layer_rule: The rule.
        kept: Number of layers that stay.
        seed: Replicate; it keys the layers of a rule that draws them.
        device: Device that the prior runs on.

    Raises:
        BadInput: The prior has not so many layers, or the texts do not suffice.
    """
    prior = load_prior(model, context=None, prefix=None)
    prior.model.to(device.kind)  # type: ignore[arg-type]
    last = list(Corpus.open(human).texts())[-texts:]
    read = [list(ids[:tokens]) for ids in encode(prior.tokenizer, last)]
    rng = stream(seed, "layer_emulators/edited_chain/layers", kept)
    chosen = select(layer_rule, Measures(prior.model, read), kept, rng=rng)
    write_atomic(folder / LAYERS, json.dumps(chosen.kept) + "\n")
    return {"measures": {f"layer {place}": _exact(1) for place in chosen.kept}}


def edit(
    folder: Path,
    *,
    corpus: Path,
    model: Path,
    layers: Path | None,
    context: int,
    rule: EditRule,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Edit a text with some layers of a prior, into `corpus.arrow` and `ledger.parquet`.

    Args:
        folder: Receives the text and the ledger.
        corpus: Text that is edited.
        model: Checkpoint of the whole prior.
        layers: File that lists the layers that stay; None where all do.
        context: Longest window that is scored.
        rule: Which tokens are redrawn, and from what.
        seed: Replicate; it keys the draws.
        generation: Index of the generation that is trained on the text; it keys the draws.
        device: Device that the prior runs on.
        advance: Told how many more tokens were scored.
    """
    prior = load_prior(model, context=context, prefix=None)
    if layers is not None:
        kept = tuple(json.loads(layers.read_text()))
        prior = replace(prior, model=keep(prior.model, kept).model)
    text = Corpus.open(corpus)
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    job = EditJob(
        passages=lambda: (Passage(document.id, document.text) for document in text),
        shards=[range(len(text))],
        folder=working,
        rule=rule,
        seed=seed,
        generation=generation,
        advance=advance,
    )
    token_editing.edit_all(job, prior, lambda writer: predicting_alone(device, advance, writer))
    summary = on_lead(lambda: _write(folder, text, job))
    shares = {CHANGED: summary.changed, FLAGGED: summary.flagged}
    n_tokens = summary.counts.tokens
    return {
        "tokens": n_tokens,
        "measures": {
            f"{generation}/{name}": {"value": count / n_tokens, "stderr": None, "n": n_tokens}
            for name, count in shares.items()
        },
    }


def _write(folder: Path, corpus: Corpus, job: EditJob) -> EditSummary:
    """Make ledger and text of the finished shard."""
    ledger = folder / "ledger.parquet"
    summary = token_editing.write_ledger(job, ledger)
    texts = edited_texts(corpus.texts(), changes(ledger))
    edited = (
        replace(document, text=text, generation=job.generation)
        for document, text in zip(corpus, texts, strict=True)
    )
    write_corpus(folder / "corpus.arrow", edited)
    discard(job.folder)
    return summary


def measure(
    folder: Path, *, model: Path, held_out: Path, context: int, generation: int, device: Device
) -> Mapping[str, Any]:
    """Score held-out human text with a model.

    Args:
        folder: Stays empty.
        model: Checkpoint of the model.
        held_out: Text that none was trained on.
        context: Longest window that is scored.
        generation: Index of the model's generation.
        device: Device that the model runs on.
    """
    judge, corpus = load_prior(model, context=context, prefix=True), Corpus.open(held_out)
    losses = held_out_metrics(_losses(judge, corpus, device))
    found = asdict(losses["held_out/bits_per_byte/none"])
    del found["version"]
    return {"measures": {f"{generation}/{BITS}": found}}


def _losses(judge: Prior, corpus: Corpus, device: Device) -> pa.Table:
    """One row per document: `nats`, `tokens`, `bytes`."""
    texts = encode(judge.tokenizer, corpus.texts())
    scored = score_documents(judge, texts, trainer=predicting(device, lambda n_tokens: None))
    ends = np.cumsum([0, *map(len, texts)])[:-1]
    return pa.table(
        {
            "nats": -np.add.reduceat(scored.astype(np.float64), ends),
            "tokens": [len(ids) for ids in texts],
            "bytes": [len(text.encode()) for text in corpus.texts()],
        }
    )


def _exact(value: float) -> Measure:
    return {"value": float(value), "stderr": None, "n": 1}
