"""The work inside stages: fit, sample, evaluate."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pytorch_lightning.loggers import Logger
from torch import Tensor
from torch.utils.data import ConcatDataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.evaluation import held_out_metrics, human_reference, text_metrics
from benchmarks.recipe import Evaluation
from benchmarks.stage import discard
from data.corpus import Corpus, Document, write_corpus
from data.files import file_digest
from data.packaged_prior import SMOLLM2, convert_smollm2
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.tokens import encode, load_tokenizer, pack
from lightning_modules.causal_lm import (
    CausalLM,
    ModelShape,
    NonFiniteLoss,
    Optimization,
    build_model,
    compiles,
)
from lightning_modules.processes import on_lead
from lightning_modules.sampling import DocumentSampler, SamplingRule, sample_documents
from lightning_modules.text_data import PackedWindows, TextData, batches, parts
from lightning_modules.token_scoring import score_documents
from lightning_modules.trainer import (
    Advance,
    Device,
    LossCurve,
    fitting,
    predicting,
)

_COMPILE_FROM_STEPS = 5_000
"""A shorter fit is over before compilation, half a minute, has paid for itself."""


def folder_identity(name: str) -> str:
    """Content of a checkpoint's folder; a hub name stands for itself."""
    folder = Path(name)
    if not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name} {file_digest(path)}\n".encode())
    return digest.hexdigest()


def convert_prior(folder: Path, *, sha256: str) -> dict[str, Any]:
    """Write the packaged prior into `model/`; `sha256` pins its package."""
    assert sha256 == SMOLLM2.sha256, "there is one packaged prior"
    convert_smollm2(folder / "model")
    return {}


def fit(
    folder: Path,
    *,
    corpora: Iterable[Path],
    tokenizer: Path,
    start: Path | None,
    shape: ModelShape,
    optimization: Optimization,
    part_tokens: Sequence[int],
    truncate_above: float | None,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
    loggers: list[Logger],
) -> dict[str, Any]:
    """Train on one pass over the corpora; go on from `working/last.ckpt` if it is there.

    Args:
        folder: Receives `model/`.
        corpora: Files that are read one after the other.
        tokenizer: Folder of the tokenizer.
        start: Checkpoint to begin with; None for fresh weights.
        shape: Size of the model.
        optimization: How to fit.
        part_tokens: Tokens that are used of each corpus at most, so that corpora of one nominal
            size give the same number of steps.
        truncate_above: Probability above which the loss ignores a token; None ignores none.
        seed: Replicate of the chain.
        generation: Keys the order of batches.
        device: Where to run.
        advance: Told about progress.
        loggers: Of the training curve.

    Raises:
        NonFiniteLoss: The loss is not a number; the last good checkpoint stays.
    """
    working = folder / "working"
    words = load_tokenizer(tokenizer)
    packed = on_lead(lambda: _pack(corpora, words, working))
    windows: ConcatDataset[Tensor] = ConcatDataset(
        [
            PackedWindows(_tokens(path)[: limit + 1], shape.context)
            for path, limit in zip(packed, part_tokens, strict=True)
        ]
    )
    rng = stream(seed, Purpose.TRAINING_ORDER, generation)
    order = batches(len(windows), optimization.windows_per_step, rng)
    weights_seed = int(stream(seed, Purpose.INITIAL_WEIGHTS).integers(2**31))
    model = (
        build_model(shape, weights_seed)
        if start is None
        else load_prior(start, context=shape.context, prefix=True).model.train()
    )
    compiled = len(order) >= _COMPILE_FROM_STEPS and compiles(device.kind)
    curve = LossCurve()
    trainer = fitting(
        device,
        advance,
        folder=working,
        n_steps=len(order),
        optimization=optimization,
        curve=curve,
        loggers=loggers,
    )
    checkpoint = working / "last.ckpt"
    trainer.fit(
        CausalLM(
            model,
            optimization,
            len(order),
            compiled=compiled,
            truncate_above=truncate_above,
        ),
        TextData(windows, parts(order, optimization.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    if not all(bool(parameter.isfinite().all()) for parameter in model.parameters()):
        raise NonFiniteLoss(
            "the last step made weights that are no numbers; lower the recipe's learning_rate"
        )
    on_lead(lambda: _save_fit(folder, model, words, curve))
    return {
        "steps": len(order),
        "tokens": len(order) * optimization.windows_per_step * shape.context,
        "parameters": model.num_parameters(),
        "final_loss": curve.values()[-1],
        "precision": device.precision,
        "compiled": compiled,
    }


def _pack(corpora: Iterable[Path], tokenizer: PreTrainedTokenizerFast, working: Path) -> list[Path]:
    working.mkdir(exist_ok=True)
    packed = []
    for index, path in enumerate(corpora):
        packed.append(working / f"tokens-{index}")
        pack(Corpus.open(path), tokenizer, packed[-1])
    return packed


def _tokens(path: Path) -> NDArray[np.int32]:
    return np.memmap(path, dtype=np.int32, mode="r")


def _save_fit(
    folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, curve: LossCurve
) -> None:
    model.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    np.save(folder / "loss.npy", np.array(curve.values()))
    discard(folder / "working")


def sample(
    folder: Path,
    *,
    model: Path,
    prompts: Path | None,
    rule: SamplingRule,
    context: int,
    n_tokens: int,
    mean_length: float,
    seed: int,
    purpose: Purpose,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Let a model write a corpus of `n_tokens` tokens into `corpus.arrow`.

    Args:
        folder: Receives the corpus.
        model: Checkpoint of the writer.
        prompts: Human documents whose beginnings are continued, if the rule has prompts.
        rule: How documents are drawn.
        context: Tokens that the writer looks back at most.
        n_tokens: Tokens wanted, separators not counted.
        mean_length: Mean human document in tokens, a hint for scheduling.
        seed: Replicate of the chain.
        purpose: Training text, or text to measure.
        generation: Of the models that will read it.
        device: Where to run.
        advance: Told about progress.
    """
    writer = load_prior(model, context=context, prefix=True)
    human = [] if prompts is None else encode(writer.tokenizer, Corpus.open(prompts).texts())
    sampler = DocumentSampler(
        writer,
        rule,
        prompts=human,
        seed=seed,
        purpose=purpose,
        generation=generation,
        advance=advance,
    )
    sampled = sample_documents(sampler, n_tokens, mean_length, predicting(device, advance))
    texts = writer.tokenizer.batch_decode(sampled.tokens, skip_special_tokens=False)
    written = (
        Document(f"sample-{generation}-{index}", text, "model", "model-written", generation)
        for index, text in enumerate(texts)
    )
    on_lead(lambda: write_corpus(folder / "corpus.arrow", written))
    return {
        "documents": len(texts),
        "tokens": sum(len(ids) for ids in encode(writer.tokenizer, texts)),
        "tokens_drawn": sum(map(len, sampled.tokens)),
        "cut_off": sampled.cut_off,
        "replacement_characters": sum(text.count("\ufffd") for text in texts),
    }


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
) -> dict[str, Any]:
    """Measure a model on whole held-out documents, and the text that it wrote.

    `human` is text that the fixed judge of written text is fitted on; it is not held out.

    Writes the loss of every document into `held_out.parquet`.
    """
    judge = load_prior(model, context=context, prefix=True)
    corpus = Corpus.open(held_out)
    documents = encode(judge.tokenizer, corpus.texts())
    scored = score_documents(judge, documents, trainer=predicting(device, advance))
    lengths = np.array([len(ids) for ids in documents])
    document_of = np.repeat(np.arange(len(lengths)), lengths)
    nats = -scored.astype(np.float64)
    table = pa.table(
        {
            "id": [document.id for document in corpus],
            "nats": np.bincount(document_of, weights=nats, minlength=len(lengths)),
            "tokens": lengths,
            "bytes": [len(text.encode()) for text in corpus.texts()],
        }
    )
    reference = human_reference(corpus, Corpus.open(human), judge.tokenizer, evaluation)
    on_lead(lambda: pq.write_table(table, folder / "held_out.parquet"))
    metrics = held_out_metrics(table) | text_metrics(
        Corpus.open(sampled).texts(), reference, evaluation
    )
    return {
        "tokens": int(lengths.sum()),
        "metrics": {key: asdict(measurement) for key, measurement in metrics.items()},
    }
