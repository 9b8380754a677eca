"""The work inside stages: fit, sample, evaluate."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pytorch_lightning.loggers import Logger
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.evaluation import held_out_metrics, human_reference, text_metrics
from benchmarks.recipe import Evaluation
from benchmarks.stage import discard
from data.corpus import Corpus, Document, write_corpus
from data.files import file_digest
from data.packaged_prior import SMOLLM2, convert_smollm2
from data.prior import Prior, load_prior
from data.randomness import Purpose, stream
from data.tokens import encode, load_tokenizer
from lightning_modules.adapters import merged, save_adapters, with_adapters
from lightning_modules.answer_data import answer_windows, check_restarts
from lightning_modules.causal_lm import (
    CausalLM,
    NonFiniteLoss,
    build_model,
    check_shape,
    compiles,
)
from lightning_modules.corpus_sampling import DocumentSampler, sample_documents
from lightning_modules.processes import on_lead
from lightning_modules.settings import ModelShape, Optimization, SamplingRule
from lightning_modules.sharding import is_finite, whole_weights
from lightning_modules.text_data import TextData, batches, parts, plain_windows
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
    corpora: Sequence[Path],
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

    Where documents have prompts, the answers alone are learnt.

    Args:
        folder: Receives `model/`, and `adapters/` where adapters were trained; `model/` has them
            added to its weights.
        corpora: Files that are read one after the other.
        tokenizer: Folder of the tokenizer.
        start: Checkpoint to begin with; None for fresh weights.
        shape: Size of the model.
        optimization: How to fit.
        part_tokens: Tokens that are used of each corpus at most, so that corpora of one nominal
            size give the same number of steps. All answers to prompts are packed, but for a last
            step that they do not fill.
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
    on_lead(lambda: working.mkdir(exist_ok=True))
    model = _begin(start, shape, seed)
    rng = stream(seed, Purpose.TRAINING_ORDER, generation)
    windows: Dataset[Any]
    if has_prompts := any(Corpus.open(path).has_prompts for path in corpora):
        if truncate_above is not None:
            raise ValueError("truncated_loss knows no prompts; leave it out of this recipe")
        check_restarts(model)
        windows = answers = answer_windows(corpora, words, working, shape.context)
        order = batches(len(answers), optimization.windows_per_step, rng)
        answers.weigh(order, optimization.parts_per_step)
    else:
        windows = plain = plain_windows(corpora, words, working, shape.context, part_tokens)
        order = batches(len(plain), optimization.windows_per_step, rng)
    trained: Any = model
    if optimization.lora is not None:
        if device.sharded:
            raise ValueError("a fit of adapters alone is not sharded; leave out --sharded")
        adapter_seed = int(stream(seed, Purpose.ADAPTER_WEIGHTS, generation).integers(2**31))
        trained = with_adapters(model, optimization.lora, adapter_seed)
    is_plain = not (has_prompts or optimization.lora or device.sharded)
    compiled = is_plain and len(order) >= _COMPILE_FROM_STEPS and compiles(device.kind)
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
            trained,
            optimization,
            len(order),
            compiled=compiled,
            truncate_above=truncate_above,
        ),
        TextData(windows, parts(order, optimization.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    if not is_finite(trained):
        raise NonFiniteLoss(
            "the last step made weights that are no numbers; lower the recipe's learning_rate"
        )
    trainable = sum(p.numel() for p in trained.parameters() if p.requires_grad)
    if optimization.lora is not None:
        on_lead(lambda: save_adapters(trained, folder / "adapters"))
        model = merged(trained)
    weights = whole_weights(model) if device.sharded else None
    on_lead(lambda: _save_fit(folder, model, weights, words, curve))
    return {
        "steps": len(order),
        "tokens": len(order) * optimization.windows_per_step * shape.context,
        "parameters": model.num_parameters(),
        "trained_parameters": trainable,
        "final_loss": curve.values()[-1],
        "precision": device.precision,
        "compiled": compiled,
    }


def _begin(start: Path | None, shape: ModelShape, seed: int) -> PreTrainedModel:
    """The model that a fit begins with."""
    if start is None:
        return build_model(shape, int(stream(seed, Purpose.INITIAL_WEIGHTS).integers(2**31)))
    model = load_prior(start, context=shape.context, prefix=True).model
    check_shape(str(start), model.config, shape)
    model.train()
    return model


def _save_fit(
    folder: Path,
    model: PreTrainedModel,
    weights: dict[str, Tensor] | None,
    tokenizer: PreTrainedTokenizerFast,
    curve: LossCurve,
) -> None:
    model.save_pretrained(folder / "model", state_dict=weights)
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
    asked = [] if prompts is None else list(Corpus.open(prompts))
    sampler = DocumentSampler(
        writer,
        rule,
        prompts=_beginnings(asked, writer.tokenizer, rule),
        seed=seed,
        purpose=purpose,
        generation=generation,
        advance=advance,
    )
    sampled = sample_documents(sampler, n_tokens, mean_length, predicting(device, advance))
    texts = writer.tokenizer.batch_decode(sampled.tokens, skip_special_tokens=False)
    questions = [document.prompt for document in asked] or [""]
    written = (
        Document(
            f"sample-{generation}-{index}",
            text,
            "model",
            "model-written",
            generation,
            questions[index % len(questions)],
        )
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


def _beginnings(
    asked: Sequence[Document], tokenizer: PreTrainedTokenizerFast, rule: SamplingRule
) -> list[list[int]]:
    """What documents are continued: the end of a prompt, or the beginning of a text without one."""
    ids = encode(tokenizer, [document.prompt or document.text for document in asked])
    return [
        tokens[-rule.prompt_tokens :] if document.prompt else tokens
        for document, tokens in zip(asked, ids, strict=True)
    ]


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
