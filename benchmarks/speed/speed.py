"""Measured speed ratios of training and sampling: ours against a baseline in the same process."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from transformers import GenerationConfig, PreTrainedModel

from benchmarks.families.catalogue import FAMILIES
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.running.packaged import prior_folder
from benchmarks.running.step import FoundRatio
from benchmarks.speed.executing import executing_row
from benchmarks.speed.fits import our_fit, plain_steps, random_text
from benchmarks.speed.history import append_run, check_history, speed_run
from benchmarks.speed.ratios import Row
from benchmarks.speed.scoring import memory_line, smollm2_rows, ten_million_rows
from data.errors import BadInput
from data.prior import Prior, load_prior
from lightning_modules.device import Device, wait
from lightning_modules.fitting.causal_lm import build_model, compiles
from lightning_modules.fitting.text_data import PackedWindows, batches
from lightning_modules.settings import ModelShape, Optimization, SamplingRule
from lightning_modules.writing.sampling import Task, write_documents
from theory.speed import at_scale, batch_against_loop, rows_against_dense

_WARM_UP_STEPS = 5


def rows(device: Device) -> Iterator[Row]:
    """All ratios that the project measures, one after the other; a few minutes."""
    rng = np.random.default_rng(0)
    for ratio in (*rows_against_dense(rng=rng), batch_against_loop(rng=rng)):
        yield Row.of(ratio)
    yield executing_row()
    recipe = smoke()
    for compiled in (False, True):
        if not compiled or compiles(device.kind):
            yield training_against_plain_loop(
                recipe.model, recipe.fit, n_steps=80, device=device, compiled=compiled
            )
    limit = recipe.model.context - 1
    writer = writer_of_documents(recipe.model, mean_length=limit // 3)
    rule = SamplingRule(max_tokens=limit, documents_per_batch=64)
    yield sampling_against_generate(
        writer, "smoke model", n_documents=256, rule=rule, device=device
    )
    whole = replace(rule, min_tokens=limit)
    yield sampling_against_generate(
        writer, "smoke model", n_documents=256, rule=whole, device=device
    )


def show_speed(device: Device, console: Console, history: Path | None) -> None:
    """Measure everything, print one table and add it to a history; a few minutes.

    Raises:
        BadInput: The history cannot be written; nothing is measured then.
    """
    if history is not None:
        check_history(history)
    table = Table(title="larger is faster; goals are aims, no limits")
    table.add_column("what", ratio=1)
    for column in ("ours", "baseline", "unit", "ratio", "goal"):
        table.add_column(column, justify="right")
    found = [*rows(device), *ten_million_rows(device)]
    try:
        prior = load_prior(prior_folder("smollm2"), context=512, prefix=True)
    except (BadInput, ImportError) as error:
        console.print(f"SmolLM2-135M is left out: {error}", markup=False, soft_wrap=True)
    else:
        found += [*smollm2_rows(prior, device), smollm2_writing(prior, device)]
    for family in FAMILIES:
        found += family.speed_rows(device)
    for row in found:
        goal = "" if row.goal is None else f"{row.goal:.1f}"
        numbers = f"{row.ours:,.4g}", f"{row.baseline:,.4g}", row.unit, f"{row.ratio:.2f}"
        table.add_row(what(row), *numbers, goal)
    console.print(table)
    console.print(memory_line(device), markup=False, highlight=False, soft_wrap=True)
    for name, seconds in at_scale(rng=np.random.default_rng(0)).items():
        console.print(f"{name}: {seconds:.2f} s", markup=False, highlight=False)
    if history is not None:
        append_run(speed_run(found, device.accelerator), history)
        console.print(f"added to {history}", markup=False, highlight=False, soft_wrap=True)


def what(row: Row | FoundRatio) -> str:
    """Name of a row, with the other numbers of its measurement where it has some."""
    beside = row.beside if isinstance(row, FoundRatio) else {}
    return "; ".join([row.name, *(f"{name}: {value:g}" for name, value in beside.items())])


def smollm2_writing(prior: Prior, device: Device) -> Row:
    """Sampling from the packaged SmolLM2-135M against `transformers.generate`.

    On a CPU seven tenths of that baseline's time are products of matrices, which nobody can leave
    out: with all else free the ratio would be 1.4 there (docs/scale.md), and the goal is 1.2.
    """
    rule = SamplingRule(max_tokens=32, documents_per_batch=8)
    return sampling_against_generate(
        prior.model,
        "SmolLM2-135M",
        n_documents=16,
        rule=rule,
        device=device,
        goal=1.2 if device.kind == "cpu" else 2.0,
    )


def training_against_plain_loop(
    shape: ModelShape,
    optimization: Optimization,
    *,
    n_steps: int,
    device: Device,
    compiled: bool = False,
) -> Row:
    """Tokens/s of our fit against a plain loop of the same model, batches and precision.

    Steps alternate between the two, so that both meet the same disturbances; medians of the steps
    after the first few. Ours includes everything that happens between two steps: loading batches,
    keeping the curve, saving checkpoints.
    """
    text = random_text(shape, optimization.windows_per_step, n_steps)
    step_of_baseline = plain_steps(build_model(shape, seed=0), *text, optimization, device)
    ours: list[float] = []
    baseline: list[float] = []
    mark = time.perf_counter()

    def alternate(_: int) -> None:
        nonlocal mark
        wait(device.kind)
        ours.append(time.perf_counter() - mark)
        baseline.append(next(step_of_baseline))
        mark = time.perf_counter()

    our_fit(shape, text, optimization, device, alternate, compiled=compiled)
    per_step = optimization.windows_per_step * shape.context
    return Row(
        name=f"training: {_size(shape)}, {per_step} tokens a step: our "
        f"{'compiled ' if compiled else ''}fit to a plain loop",
        ours=per_step / statistics.median(ours[_WARM_UP_STEPS:]),
        baseline=per_step / statistics.median(baseline[_WARM_UP_STEPS:]),
        unit="tokens/s",
        goal=1.0,
    )


def sampling_against_generate(
    model: PreTrainedModel,
    name: str,
    *,
    n_documents: int,
    rule: SamplingRule,
    device: Device,
    repeats: int = 3,
    goal: float = 2.0,
) -> Row:
    """Tokens/s of our sampler against `transformers.generate`, median of alternating repeats.

    Both write the same number of documents, `rule.documents_per_batch` at a time, by the same rule.
    Tokens are counted up to the end of a document; padding behind it is none.

    Args:
        model: The writer; its end-of-text token stands first.
        name: Name of the model, for the table.
        n_documents: Number of documents to write.
        rule: How tokens are drawn, and how many documents are written at a time.
        device: Device that both write on; the model is moved there.
        repeats: How often each of them writes all documents.
        goal: Ratio that is wanted.
    """
    model = model.to(device.kind)  # type: ignore[arg-type]
    end = int(model.config.eos_token_id)
    context = 1 + rule.max_tokens
    rng = np.random.default_rng(0)
    tasks = [Task([end], rng.random(rule.max_tokens)) for _ in range(n_documents)]
    ours, baseline = [], []
    for _ in range(repeats):
        started = time.perf_counter()
        documents = write_documents(model, tasks, end, context, rule, lambda n: None)
        wait(device.kind)
        ours.append(sum(map(len, documents)) / (time.perf_counter() - started))
        started = time.perf_counter()
        n_tokens = generate(model, n_documents, rule)
        wait(device.kind)
        baseline.append(n_tokens / (time.perf_counter() - started))
    mean = sum(map(len, documents)) / n_documents
    return Row(
        name=f"sampling: {name}, {n_documents} documents of {mean:.0f} tokens in the mean, "
        f"{rule.documents_per_batch} at a time, on {device.kind}: ours to "
        "transformers.generate",
        ours=statistics.median(ours),
        baseline=statistics.median(baseline),
        unit="tokens/s",
        goal=goal,
    )


@torch.inference_mode()
def generate(model: PreTrainedModel, n_documents: int, rule: SamplingRule) -> int:
    """Write documents with `transformers.generate`, batch after batch; return their tokens."""
    end = int(model.config.eos_token_id)
    settings = GenerationConfig(
        do_sample=True,
        temperature=rule.temperature,
        top_k=rule.top_k or 0,
        top_p=rule.top_p or 1.0,
        min_new_tokens=rule.min_tokens or None,
        max_new_tokens=rule.max_tokens,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
    )
    n_tokens = 0
    for first in range(0, n_documents, rule.documents_per_batch):
        size = min(rule.documents_per_batch, n_documents - first)
        start = torch.full((size, 1), end, device=model.device)
        mask = torch.ones_like(start)
        written = model.generate(  # type: ignore[operator]
            input_ids=start, attention_mask=mask, generation_config=settings
        )[:, 1:]
        ended = written == end
        lengths = torch.where(ended.any(1), ended.int().argmax(1) + 1, written.shape[1])
        n_tokens += int(lengths.sum())
    return n_tokens


def writer_of_documents(
    shape: ModelShape, mean_length: int, n_steps: int = 60, device: Device | None = None
) -> PreTrainedModel:
    """A model whose documents end after so many tokens in the mean, fitted on random ones.

    Args:
        shape: Size of the model.
        mean_length: Tokens of a document in the mean, its end-of-text token included.
        n_steps: Steps of the fit.
        device: Device that it is fitted on; the CPU by default.
    """
    rng = np.random.default_rng(0)
    windows_per_step = 4
    size = n_steps * windows_per_step * shape.context + 1
    tokens = rng.integers(1, shape.vocabulary_size, size=size)
    tokens[rng.random(size) < 1 / mean_length] = 0
    windows = PackedWindows(tokens.astype(np.int32), shape.context)
    fit = Optimization(learning_rate=3e-3, warmup_steps=5, windows_per_step=windows_per_step)
    model = build_model(shape, seed=0)
    order = batches(len(windows), windows_per_step, rng)
    for _ in plain_steps(model, windows, order, fit, device or Device(name="cpu")):
        pass
    model.eval()
    return model


def _size(shape: ModelShape) -> str:
    return f"{shape.layers} layers of {shape.width}, context {shape.context}"
