"""Does a stage give the same result again, at another batch size, on two processes?"""

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow.parquet as pq
import torch
from rich.table import Table
from safetensors.numpy import load_file

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.text import human_text
from benchmarks.chains.work import edit as edit_work
from benchmarks.chains.work import evaluate, fit, sample
from benchmarks.families.catalogue import find_chains
from benchmarks.running.torchrun import WorkersFailed, under_torchrun
from data.randomness import Purpose
from data.text.corpus import Corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Device
from lightning_modules.editing.token_scoring import TOKENS_PER_BATCH
from lightning_modules.ending import end_with_parent
from lightning_modules.processes import on_lead
from lightning_modules.trainer import quiet

Variant = Literal["reference", "again", "other_batches", "two_processes"]
_HEADINGS: dict[Variant, str] = {
    "again": "again",
    "other_batches": "at another batch size",
    "two_processes": "on two processes",
}
_STEPS = 24
_KINDS = ("fit", "evaluate", "sample", "edit")


def shrunk(recipe: Recipe) -> Recipe:
    """The recipe with a text, and documents, of a few dozen windows."""
    step = recipe.first_fit.windows_per_step * recipe.model.context
    first = min(recipe.human.first_tokens, _STEPS * step)
    human = replace(
        recipe.human,
        held_out_bytes=min(recipe.human.held_out_bytes, 20_000),
        first_tokens=first,
        generation_tokens=min(recipe.human.generation_tokens, first),
    )
    longest = min(recipe.sampling.max_tokens, 2 * recipe.model.context)
    return replace(
        recipe,
        human=human,
        generations=1,
        sampling=replace(recipe.sampling, max_tokens=longest, documents_per_batch=16),
        evaluation=replace(recipe.evaluation, sample_tokens=2_000, sample_words=100),
    )


def report(name: str, folder: Path, device: Device) -> Table:
    """Run every stage kind of a shrunk recipe four times and compare.

    Every variant starts from the reference's inputs, so that a stage answers for itself alone.

    Args:
        name: Name of a recipe, as `collapse run` takes it.
        folder: Folder that receives what is run, a few megabytes; it must be empty.
        device: Device that the stages run on.
    """
    run_variant(name, folder, "reference", device)
    run_variant(name, folder, "again", device)
    run_variant(name, folder, "other_batches", device)
    pair = device.accelerator == "cpu" or torch.cuda.device_count() > 1
    if pair:
        _two_processes(name, folder, device)
    table = Table(title=f"determinism of {name}, shrunk, on {device.accelerator}")
    table.add_column("stage")
    for heading in _HEADINGS.values():
        table.add_column(heading)
    for kind in _KINDS:
        cells = (
            compare(kind, folder, variant) if pair or variant != "two_processes" else "one GPU only"
            for variant in _HEADINGS
        )
        table.add_row(kind, *cells)
    return table


def _two_processes(name: str, folder: Path, device: Device) -> None:
    if under_torchrun(2, "benchmarks.speed.determinism", name, str(folder), device.name):
        raise WorkersFailed("a process of the comparison on two failed, see above")


def run_variant(name: str, folder: Path, variant: Variant, device: Device) -> None:
    """Run the stages of one variant into `folder/variant/`, in every process that calls this."""
    recipe = shrunk(find_chains(name))
    if variant == "reference":
        run_reference(recipe, folder, device)
    else:
        run_beside(recipe, folder, variant, device, small_batches=variant == "other_batches")


def run_reference(recipe: Recipe, folder: Path, device: Device) -> None:
    """Run the stages of a shrunk recipe, from whose inputs all variants start.

    Args:
        recipe: Recipe that `shrunk` returned.
        folder: Folder of all variants; this one is its `reference`.
        device: Device that the stages run on.
    """
    inputs = _Inputs(folder / "reference")
    on_lead(lambda: _make_folders(inputs.reference))
    human_text.prepare(
        inputs.human,
        human=recipe.human,
        content=human_text.human_identity(recipe.human),
        vocabulary_size=recipe.model.vocabulary_size,
        generations=1,
        seed=0,
    )
    _run_stages(recipe, inputs, inputs.reference, device)


def run_beside(
    recipe: Recipe, folder: Path, variant: str, device: Device, *, small_batches: bool = False
) -> None:
    """Run the stages again, from the reference's inputs, in every process that calls this.

    Args:
        recipe: The shrunk recipe of the reference.
        folder: Folder of all variants.
        variant: Name of this one's folder.
        device: Device that the stages run on.
        small_batches: Whether to fit, write and score fewer rows at a time.
    """
    here = folder / variant
    on_lead(lambda: _make_folders(here))
    n_tokens = 7 * recipe.model.context if small_batches else None
    with _scoring_batches(n_tokens):
        chosen = _in_small_batches(recipe) if small_batches else recipe
        _run_stages(chosen, _Inputs(folder / "reference"), here, device)


@dataclass(frozen=True)
class _Inputs:
    """Paths of the reference's text, tokenizer and model, from which every variant starts."""

    reference: Path

    @property
    def human(self) -> Path:
        return self.reference / "prepare"

    @property
    def tokenizer(self) -> Path:
        return self.human / "tokenizer"

    @property
    def model(self) -> Path:
        return self.reference / "fit" / "model"

    @property
    def sampled(self) -> Path:
        return self.reference / "sample" / "corpus.arrow"


def _run_stages(recipe: Recipe, inputs: _Inputs, here: Path, device: Device) -> None:
    common: dict[str, Any] = {"device": device, "advance": lambda n: None}
    context = recipe.model.context
    fit.fit(
        here / "fit",
        corpora=[inputs.human / "first.arrow"],
        tokenizer=inputs.tokenizer,
        start=None,
        shape=recipe.model,
        optimization=recipe.first_fit,
        part_tokens=[recipe.human.first_tokens],
        truncate_above=recipe.truncate_above,
        seed=0,
        generation=0,
        loggers=[],
        **common,
    )
    sample.sample(
        here / "sample",
        model=inputs.model,
        prompts=inputs.human / "source.arrow" if recipe.sampling.prompt_tokens else None,
        rule=recipe.sampling,
        context=context,
        n_tokens=recipe.evaluation.sample_tokens,
        mean_length=context,
        seed=0,
        purpose=Purpose.SAMPLE,
        generation=1,
        **common,
    )
    edit_work.edit(
        here / "edit",
        corpora=[inputs.human / "source.arrow"],
        prior=inputs.model,
        tokenizer=inputs.tokenizer,
        prefix=True,
        context=context,
        rule=recipe.edit_rule,
        arm="rule",
        n_changed=None,
        seed=0,
        generation=1,
        **common,
    )
    evaluate.evaluate(
        here / "evaluate",
        model=inputs.model,
        held_out=inputs.human / "held_out.arrow",
        human=inputs.human / "first.arrow",
        sampled=inputs.sampled,
        context=context,
        evaluation=recipe.evaluation,
        **common,
    )


def _in_small_batches(recipe: Recipe) -> Recipe:
    windows = recipe.first_fit.windows_per_step
    return replace(
        recipe,
        first_fit=replace(recipe.first_fit, windows_at_once=max(windows // 2, 1)),
        sampling=replace(recipe.sampling, documents_per_batch=5),
    )


@contextmanager
def _scoring_batches(n_tokens: int | None) -> Iterator[None]:
    """Score so many tokens at a time; a setting of the machine that no recipe has."""
    before = dict(TOKENS_PER_BATCH)
    if n_tokens is not None:
        TOKENS_PER_BATCH.update(dict.fromkeys(before, n_tokens))
    try:
        yield
    finally:
        TOKENS_PER_BATCH.update(before)


def _make_folders(here: Path) -> None:
    for kind in ("prepare", *_KINDS):
        (here / kind).mkdir(parents=True)


def compare(kind: str, folder: Path, variant: str) -> str:
    """How far a variant of a stage is from the reference, in words."""
    apart = distances(kind, folder, variant)
    if kind == "fit":
        return within(apart["weights"], "weights", apart["losses"])
    if kind == "evaluate":
        return within(apart["relative"], "relative")
    return differing(int(apart["tokens"]), int(apart["of"]))


def distances(kind: str, folder: Path, variant: str) -> dict[str, float]:
    """How far a variant of a stage is from the reference, as numbers by name.

    A fit is compared by its weights and losses, an evaluation by the nats of every document, a
    corpus by its tokens.
    """
    ours, theirs = folder / "reference" / kind, folder / variant / kind
    if kind == "fit":
        weights = [load_file(path / "model" / "model.safetensors") for path in (ours, theirs)]
        apart = np.max([np.abs(weights[0][n] - weights[1][n]).max() for n in weights[0]])
        losses = [np.load(path / "loss.npy") for path in (ours, theirs)]
        return {"weights": float(apart), "losses": float(np.abs(losses[0] - losses[1]).max())}
    if kind == "evaluate":
        nats = [
            pq.read_table(path / "held_out.parquet")["nats"].to_numpy() for path in (ours, theirs)
        ]
        scale = np.maximum(np.abs(nats[0]), np.finfo(np.float64).tiny)
        return {"relative": float((np.abs(nats[0] - nats[1]) / scale).max())}
    tokenizer = load_tokenizer(folder / "reference" / "prepare" / "tokenizer")
    first, second = (
        encode(tokenizer, Corpus.open(path / "corpus.arrow").texts()) for path in (ours, theirs)
    )
    return {"tokens": count_differing(first, second), "of": sum(map(len, first))}


def within(apart: float, what: str, losses: float | None = None) -> str:
    """Largest distances in words; a distance that is no finite number is a difference."""
    if not np.isfinite([apart, losses or 0.0]).all():
        return "differs: a number is not finite"
    if apart == 0 and not losses:
        return "bitwise"
    beside = "" if losses is None else f", losses within {losses:.0e}"
    return f"equal within {apart:.0e} ({what}){beside}"


def count_differing(first: list[list[int]], second: list[list[int]]) -> int:
    """Tokens of two corpora that differ, position by position in every document."""
    nothing: list[int] = []
    pairs = itertools.zip_longest(first, second, fillvalue=nothing)
    return sum(a != b for x, y in pairs for a, b in itertools.zip_longest(x, y))


def differing(count: int, total: int) -> str:
    """A number of tokens that differ, in words."""
    return f"differs: {count:,} of {total:,} tokens" if count else "bitwise"


if __name__ == "__main__":  # one of the two processes
    quiet()
    end_with_parent()
    run_variant(
        sys.argv[1],
        Path(sys.argv[2]),
        "two_processes",
        Device(name=sys.argv[3]),  # type: ignore[arg-type]
    )
