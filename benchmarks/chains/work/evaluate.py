"""The work inside an evaluate stage: held-out loss, and measures of written text."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.chains.settings import Evaluation
from benchmarks.chains.work.measures import held_out_metrics, human_reference, text_metrics
from data.prior import Prior, load_prior
from data.text.corpus import Corpus
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.processes import on_lead
from lightning_modules.trainer import predicting


def evaluate(
    folder: Path,
    *,
    model: Path,
    held_out: Path,
    human: Path,
    sampled: Path,
    context: int,
    evaluation: Evaluation,
    device: Device,
    advance: Advance,
    general: Path | None = None,
) -> dict[str, Any]:
    """Measure a model on whole held-out documents, and the text that it wrote.

    `human` is text that the fixed judge of written text is fitted on; it is not held out. `general`
    is further held-out text, of what the model's base was trained on. Answers are measured after
    their prompts, and prompts are not measured.

    Writes the loss of every document into `held_out.parquet`, and into `general.parquet`.
    """
    judge = load_prior(model, context=context, prefix=True)
    corpus = Corpus.open(held_out)
    table = _losses(judge, corpus, device, advance)
    reference = human_reference(corpus, Corpus.open(human), judge.tokenizer, evaluation)
    on_lead(lambda: pq.write_table(table, folder / "held_out.parquet"))
    metrics = held_out_metrics(table) | text_metrics(
        Corpus.open(sampled).texts(), reference, evaluation
    )
    if general is not None:
        others = _losses(judge, Corpus.open(general), device, lambda n_tokens: None)
        on_lead(lambda: pq.write_table(others, folder / "general.parquet"))
        metrics |= held_out_metrics(others, "general")
    return {
        "tokens": int(pc.sum(table.column("tokens")).as_py()),
        "metrics": {key: asdict(measurement) for key, measurement in metrics.items()},
    }


def _losses(judge: Prior, corpus: Corpus, device: Device, advance: Advance) -> pa.Table:
    """One row per document: `id`, `nats`, `tokens`, `bytes`."""
    documents = encode(judge.tokenizer, corpus.texts())
    scored = score_documents(
        judge,
        documents,
        before=encode(judge.tokenizer, corpus.prompts()),
        trainer=predicting(device, advance),
    )
    lengths = np.array([len(ids) for ids in documents])
    document_of = np.repeat(np.arange(len(lengths)), lengths)
    nats = -scored.astype(np.float64)
    return pa.table(
        {
            "id": [document.id for document in corpus],
            "nats": np.bincount(document_of, weights=nats, minlength=len(lengths)),
            "tokens": lengths,
            "bytes": [len(text.encode()) for text in corpus.texts()],
        }
    )
