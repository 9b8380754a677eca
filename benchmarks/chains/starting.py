"""Where the first weights of a chain come from: fresh, a checkpoint, or a base fitted once.

With a checkpoint or a base, all fits that would begin with fresh weights begin there (continual
pre-training, fine-tuning), and all text is read by its tokenizer.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from transformers import AutoConfig, PretrainedConfig

from benchmarks.chains.models import packaged_model
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Identities
from benchmarks.chains.settings import HumanText
from benchmarks.chains.text import human_text
from benchmarks.chains.text.base_text import base_overlap
from benchmarks.chains.work.fit import fit_base
from benchmarks.downstream.questions import EvaluatedText, refuse_shared
from benchmarks.downstream.stages import pinned_tasks
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.digests import canonical_json
from benchmarks.running.stage import File, Stage
from data.checkpoints.files import found, refuse_damaged
from data.errors import BadInput
from data.files import folder_identity
from data.sources.packaged_prior import PACKAGED_PRIORS
from data.sources.texts import SOURCES
from data.text.tokens import load_tokenizer
from lightning_modules.fitting.causal_lm import check_shape
from lightning_modules.fitting.dropout import dropout_of
from lightning_modules.settings import ModelShape

BASE_SEED = 0
"""Seed of a base, whatever the seed of a chain: replicates share it as they would a download."""


@dataclass(frozen=True)
class Origin:
    """The model that the first fit of a chain begins with, and where it comes from."""

    model: File | Pinned | None = None
    """The model as a folder, or a name on the hub, with its tokenizer; None for fresh weights."""
    base: Stage | None = None
    """Stage that fitted the base, where the model is one."""
    general: File | None = None
    """Held-out part of the text that a base was trained on before it came to the chain's own
    text."""


def find_origin(bench: Bench, recipe: Recipe) -> Origin:
    """The model that a chain begins with; a base is fitted first, a packaged model unpacked.

    Raises:
        EvaluatedText: The text of a base, or the chain's own, holds what is measured on.
        BadInput: The checkpoint cannot be had, or is not what the recipe says.
    """
    if recipe.base is not None:
        return _base(bench, recipe)
    if recipe.checkpoint is None:
        return Origin()
    if recipe.checkpoint in PACKAGED_PRIORS:
        packaged = packaged_model(bench, recipe.checkpoint, 0).file("model")
        check_checkpoint(packaged.path, recipe.model)
        return Origin(packaged)
    folder = Path(recipe.checkpoint)
    if not folder.is_dir():
        raise BadInput(
            f"checkpoint {recipe.checkpoint}: no such folder, nor one of "
            f"{', '.join(PACKAGED_PRIORS)}; download the model and give its folder"
        )
    check_checkpoint(folder, recipe.model)
    return Origin(Pinned(folder, folder_identity(recipe.checkpoint)))


def check_checkpoint(folder: Path, shape: ModelShape) -> None:
    """Compare a checkpoint with what a recipe says of it, without reading weights.

    Raises:
        BadInput: It is no checkpoint, its tokenizer and model disagree, or its size is another.
    """
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise BadInput(f"{folder}: no {name}; give a folder of a model with its tokenizer")
    refuse_damaged(folder)
    tokenizer = load_tokenizer(folder)
    config = _config(folder)
    if len(tokenizer) > config.vocab_size:
        raise BadInput(
            f"{folder}: the tokenizer has {len(tokenizer):,} tokens, the model "
            f"{config.vocab_size:,}; they do not belong together"
        )
    if tokenizer.eos_token_id is None:
        raise BadInput(f"{folder}: the tokenizer has no end-of-text token to put between texts")
    check_shape(str(folder), config, shape)


def _config(folder: Path) -> PretrainedConfig:
    with found(folder):
        config: PretrainedConfig = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    return config


def find_identities(recipe: Recipe, origin: Origin) -> Identities | None:
    """Content of the text, checkpoint or base that a recipe names; None where it names none."""
    synthetic = checkpoint = base = None
    if recipe.synthetic != "self":
        synthetic = human_text.human_identity(replace(recipe.human, source=recipe.synthetic))
    if recipe.checkpoint in PACKAGED_PRIORS:
        checkpoint = PACKAGED_PRIORS[recipe.checkpoint].sha256
    elif isinstance(origin.model, Pinned):
        checkpoint = origin.model.identity
    elif origin.base is not None:
        base = _weights_identity(origin.base)
    dropout = None if checkpoint is None else _dropout(origin)
    named = Identities(synthetic=synthetic, checkpoint=checkpoint, base=base, dropout=dropout)
    return named if any(value for _, value in named) else None


def _dropout(origin: Origin) -> dict[str, float] | None:
    """The dropout of a checkpoint, which fits set to 0; None where it has none."""
    assert origin.model is not None, "a chain with a checkpoint begins with it"
    place = origin.model.path if isinstance(origin.model, File) else Path(origin.model.value)
    return dropout_of(_config(place)) or None


def _weights_identity(stage: Stage) -> str:
    files = stage.manifest["files"]
    weights = {name: files[name] for name in files if name.endswith(".safetensors")}
    assert weights, "a base has weights"
    return hashlib.sha256(canonical_json(weights).encode()).hexdigest()


def _base(bench: Bench, recipe: Recipe) -> Origin:
    base = recipe.base
    assert base is not None
    _refuse_one_file(base.text, recipe.human)
    text = bench.run(
        0,
        "base_text",
        human_text.prepare,
        human=base.text,
        content=human_text.human_identity(base.text),
        vocabulary_size=recipe.model.vocabulary_size,
        generations=0,
        seed=BASE_SEED,
    )
    _refuse_base_overlap(bench, recipe, text)
    fitted = bench.run(
        0,
        "base",
        fit_base,
        progress=base.tokens,
        corpora=[text.file("first.arrow")],
        tokenizer=text.file("tokenizer"),
        shape=recipe.model,
        optimization=base.fit,
        part_tokens=[base.tokens],
        seed=BASE_SEED,
    )
    return Origin(fitted.file("model"), fitted, general=text.file("held_out.arrow"))


def _refuse_one_file(base: HumanText, human: HumanText) -> None:
    is_named = base.source in SOURCES  # one package may hold several sources
    if not is_named and human_text.human_identity(base) == human_text.human_identity(human):
        raise BadInput(
            f"base.source {base.source} and human.source {human.source} are the same text; "
            "change one"
        )


def _refuse_base_overlap(bench: Bench, recipe: Recipe, text: Stage) -> None:
    """Look through the text of a base and of the chain, before the base is fitted.

    Raises:
        EvaluatedText: The base would be trained on text that shares runs of words with more of the
            chain's held-out documents than the recipe's health accepts, or one of the texts holds
            a question of a task.
    """
    assert recipe.base is not None
    facts = bench.run(
        0,
        "base_overlap",
        base_overlap,
        human=recipe.human,
        content=human_text.human_identity(recipe.human),
        tasks=pinned_tasks(recipe.downstream) if recipe.downstream else (),
        base=text.file("first.arrow"),
    ).facts
    limit = recipe.health.held_out_overlap
    if facts["held_out"] > limit:
        raise EvaluatedText(
            f"{recipe.base.source} shares text with {facts['held_out']:.0%} of the held-out "
            f"documents of {recipe.human.source}, more than {limit:.0%}; choose another "
            "base.source or raise health.held_out_overlap"
        )
    refuse_shared(recipe.base.source, facts["shared_by_base"])
    refuse_shared(recipe.human.source, facts["shared_by_human"])
