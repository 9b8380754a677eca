"""The work inside stages: fit, sample, edit, evaluate."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pytorch_lightning.loggers import Logger
from torch import Tensor
from torch.utils.data import ConcatDataset

from benchmarks.evaluation import held_out_metrics, human_reference, text_metrics
from benchmarks.recipe import Evaluation
from benchmarks.stage import discard
from data.corpus import Corpus, Document, join, write_corpus
from data.editing import EditRule
from data.health import examine
from data.packaged_prior import SMOLLM2, convert_smollm2
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.selection import Score, kept
from data.tokens import encode, load_tokenizer, pack
from lightning_modules.causal_lm import (
    CausalLM,
    ModelShape,
    NonFiniteLoss,
    Optimization,
    build_model,
)
from lightning_modules.edit_controls import edit_at_random, redraw, reencode
from lightning_modules.sampling import DocumentSampler, SamplingRule, sample_documents
from lightning_modules.text_data import PackedWindows, TextData, batches
from lightning_modules.token_editing import EditedCorpus, edit_corpus
from lightning_modules.token_scoring import score_documents
from lightning_modules.trainer import Advance, Device, LossCurve, fitting, predicting

_CHECKPOINTS_PER_FIT = 10


def folder_identity(name: str) -> str:
    """Content of a checkpoint's folder; a hub name stands for itself."""
    folder = Path(name)
    if not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
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
    working.mkdir(exist_ok=True)
    words = load_tokenizer(tokenizer)
    packed = [
        pack(Corpus.open(path), words, working / f"tokens-{index}")
        for index, path in enumerate(corpora)
    ]
    windows: ConcatDataset[Tensor] = ConcatDataset(
        [
            PackedWindows(tokens[: limit + 1], shape.context)
            for tokens, limit in zip(packed, part_tokens, strict=True)
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
    curve = LossCurve()
    trainer = fitting(
        device,
        advance,
        folder=working,
        n_steps=len(order),
        gradient_clip=optimization.gradient_clip,
        checkpoint_every=max(1, len(order) // _CHECKPOINTS_PER_FIT),
        curve=curve,
        loggers=loggers,
    )
    checkpoint = working / "last.ckpt"
    trainer.fit(
        CausalLM(model, optimization, len(order), truncate_above=truncate_above),
        TextData(windows, order),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    if not all(bool(parameter.isfinite().all()) for parameter in model.parameters()):
        raise NonFiniteLoss(
            "the last step made weights that are no numbers; lower the recipe's learning_rate"
        )
    model.save_pretrained(folder / "model")
    words.save_pretrained(folder / "model")
    np.save(folder / "loss.npy", np.array(curve.values()))
    discard(working)
    return {
        "steps": len(order),
        "tokens": len(order) * optimization.windows_per_step * shape.context,
        "parameters": model.num_parameters(),
        "final_loss": curve.values()[-1],
        "precision": device.precision,
    }


def sample(
    folder: Path,
    *,
    model: Path,
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
    sampler = DocumentSampler(
        writer, rule, seed=seed, purpose=purpose, generation=generation, advance=advance
    )
    sampled = sample_documents(sampler, n_tokens, mean_length, predicting(device, advance))
    texts = writer.tokenizer.batch_decode(sampled.tokens, skip_special_tokens=False)
    write_corpus(
        folder / "corpus.arrow",
        (
            Document(f"sample-{generation}-{index}", text, "model", "model-written", generation)
            for index, text in enumerate(texts)
        ),
    )
    return {
        "documents": len(texts),
        "tokens": sum(len(ids) for ids in encode(writer.tokenizer, texts)),
        "tokens_drawn": sum(map(len, sampled.tokens)),
        "cut_off": sampled.cut_off,
        "replacement_characters": sum(text.count("\ufffd") for text in texts),
    }


def edit(
    folder: Path,
    *,
    corpora: Iterable[Path],
    prior: Path,
    tokenizer: Path,
    prefix: bool,
    context: int,
    rule: EditRule,
    arm: Literal["rule", "random", "redraw"],
    n_changed: int | None,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Token-edit corpora into `corpus.arrow`, with one row per flagged token in `ledger.parquet`.

    Args:
        folder: Receives both.
        corpora: Files that are read one after the other.
        prior: Checkpoint of the prior.
        tokenizer: Of the models that will be trained, to count tokens.
        prefix: Whether the prior saw its end-of-text token before every document.
        context: Longest window that the prior scores.
        rule: The edit rule.
        arm: By the rule, or one of its controls; see `lightning_modules.edit_controls`.
        n_changed: Changes of the random arm.
        seed: Replicate of the chain.
        generation: Of the models that will read it.
        device: Where to run.
        advance: Told about progress.
    """
    makers: dict[str, Callable[..., EditedCorpus]] = {
        "rule": edit_corpus,
        "random": partial(edit_at_random, n_changed=n_changed or 0),
        "redraw": redraw,
    }
    edited = makers[arm](
        join([Corpus.open(path) for path in corpora]),
        load_prior(prior, context=context, prefix=prefix),
        rule,
        seed=seed,
        generation=generation,
        trainer=predicting(device, advance),
    )
    write_corpus(folder / "corpus.arrow", edited.documents)
    pq.write_table(edited.ledger, folder / "ledger.parquet")
    words = load_tokenizer(tokenizer)
    texts = [document.text for document in edited.documents]
    return {
        "documents": len(texts),
        "tokens": sum(len(ids) for ids in encode(words, texts)),
        "edit": asdict(edited.summary),
    }


def decode_again(
    folder: Path,
    *,
    corpora: Iterable[Path],
    prior: Path,
    tokenizer: Path,
    generation: int,
) -> dict[str, Any]:
    """Encode and decode corpora with the tokenizer of a prior, into `corpus.arrow`."""
    documents = reencode(
        join([Corpus.open(path) for path in corpora]), load_tokenizer(prior), generation
    )
    write_corpus(folder / "corpus.arrow", documents)
    ids = encode(load_tokenizer(tokenizer), [document.text for document in documents])
    return {"documents": len(documents), "tokens": sum(map(len, ids))}


def select(
    folder: Path,
    *,
    corpora: Iterable[Path],
    human: Path,
    tokenizer: Path,
    score: Score,
    n_tokens: int,
    seed: int,
    generation: int,
) -> dict[str, Any]:
    """Keep the documents with the highest scores in `corpus.arrow`, up to `n_tokens` tokens.

    Args:
        folder: Receives the corpus.
        corpora: Candidates.
        human: Human text that the score may compare with.
        tokenizer: Of the models that will be trained.
        score: See `data.selection`.
        n_tokens: Tokens wanted; all are kept where the candidates fall short of it by a document.
        seed: Replicate of the chain.
        generation: Of the models that will read it.
    """
    candidates = join([Corpus.open(path) for path in corpora])
    ids = encode(load_tokenizer(tokenizer), candidates.texts())
    lengths = np.array([len(document) for document in ids], dtype=np.int64)
    rng = stream(seed, Purpose.SELECTION, generation)
    chosen = kept(score(candidates, Corpus.open(human), rng), lengths, n_tokens)
    corpus = candidates.select(chosen)
    write_corpus(folder / "corpus.arrow", corpus)
    is_human = np.array([document.source != "model" for document in corpus], dtype=bool)
    return {
        "documents": len(corpus),
        "tokens": int(lengths[chosen].sum()),
        "human_tokens": int(lengths[chosen][is_human].sum()),
        "candidates": len(candidates),
    }


def check_health(
    folder: Path, *, corpora: Iterable[Path], human: Path, held_out: Path
) -> dict[str, Any]:
    """Examine what a generation is about to be trained on; see `data.health`."""
    corpus = join([Corpus.open(path) for path in corpora])
    health = examine(corpus, human=Corpus.open(human), held_out=Corpus.open(held_out))
    return {"fingerprint": corpus.fingerprint, "health": asdict(health)}


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
    scores = score_documents(judge, documents, top_k=1, trainer=predicting(device, advance))
    lengths = np.array([len(ids) for ids in documents])
    document_of = np.repeat(np.arange(len(lengths)), lengths)
    nats = -scores.log_probability.astype(np.float64)
    table = pa.table(
        {
            "id": [document.id for document in corpus],
            "nats": np.bincount(document_of, weights=nats, minlength=len(lengths)),
            "tokens": lengths,
            "bytes": [len(text.encode()) for text in corpus.texts()],
        }
    )
    pq.write_table(table, folder / "held_out.parquet")
    reference = human_reference(corpus, Corpus.open(human), judge.tokenizer, evaluation)
    metrics = held_out_metrics(table) | text_metrics(
        Corpus.open(sampled).texts(), reference, evaluation
    )
    return {
        "tokens": int(lengths.sum()),
        "metrics": {key: asdict(measurement) for key, measurement in metrics.items()},
    }
