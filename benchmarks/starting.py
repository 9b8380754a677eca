"""Where the first weights of a chain come from: fresh, a checkpoint, or a base fitted once.

With a checkpoint or a base, all fits that would begin with fresh weights begin there (continual
pre-training, fine-tuning), and all text is read by its tokenizer.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import AutoConfig

from benchmarks import human_text, work
from benchmarks.recipe import Base, HumanText, canonical_json
from benchmarks.record import Identities
from benchmarks.stage import Stage, code_of
from benchmarks.task_work import EvaluatedText, count_shared, refuse_shared, task_identity
from data.corpus import Corpus
from data.health import shared_documents
from data.packaged_prior import PACKAGED_PRIORS
from data.sources import SOURCES
from data.tokens import found, load_tokenizer
from lightning_modules.causal_lm import check_shape
from lightning_modules.settings import ModelShape

if TYPE_CHECKING:
    from benchmarks.laboratory import Laboratory

BASE_SEED = 0
"""Of the base, whatever the seed of a chain: replicates share it as they would a download."""


@dataclass(frozen=True)
class Origin:
    """A model to begin with."""

    model: Path | None = None
    """Its folder, with its tokenizer; None for fresh weights."""
    stage: Stage | None = None
    """The stage that made it, if one did."""
    identity: dict[str, str] = field(default_factory=dict)
    """What identifies it in the address of a stage, where no stage made it."""
    general: Path | None = None
    """Held-out text of a base: what it was trained on before it came to the chain's own text."""


def find_origin(laboratory: "Laboratory") -> Origin:
    """What the chain begins with.

    Raises:
        EvaluatedText: The text of a base, or the chain's own, holds what is measured on.
        ValueError: The checkpoint cannot be had, or is not what the recipe says.
    """
    recipe = laboratory.recipe
    if recipe.base is not None:
        return _base(laboratory)
    if recipe.checkpoint is None:
        return Origin()
    if recipe.checkpoint in PACKAGED_PRIORS:
        settings = {"sha256": PACKAGED_PRIORS[recipe.checkpoint].sha256}
        stage = laboratory.run(0, "prior", work.convert_prior, settings=settings)
        check_checkpoint(stage.path / "model", recipe.model)
        return Origin(stage.path / "model", stage)
    folder = Path(recipe.checkpoint)
    if not folder.is_dir():
        raise ValueError(
            f"checkpoint {recipe.checkpoint}: no such folder, nor one of "
            f"{', '.join(PACKAGED_PRIORS)}; download the model and give its folder"
        )
    check_checkpoint(folder, recipe.model)
    identity = {"checkpoint": work.folder_identity(recipe.checkpoint)}
    return Origin(folder, identity=identity)


def check_checkpoint(folder: Path, shape: ModelShape) -> None:
    """Compare a checkpoint with what a recipe says of it, without reading weights.

    Raises:
        ValueError: It is no checkpoint, its tokenizer and model disagree, or its size is another.
    """
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise ValueError(f"{folder}: no {name}; give a folder of a model with its tokenizer")
    tokenizer = load_tokenizer(folder)
    with found(folder):
        config = AutoConfig.from_pretrained(folder)
    if len(tokenizer) > config.vocab_size:
        raise ValueError(
            f"{folder}: the tokenizer has {len(tokenizer):,} tokens, the model "
            f"{config.vocab_size:,}; they do not belong together"
        )
    if tokenizer.eos_token_id is None:
        raise ValueError(f"{folder}: the tokenizer has no end-of-text token to put between texts")
    check_shape(str(folder), config, shape)


def find_identities(laboratory: "Laboratory") -> Identities | None:
    """Content of the text, checkpoint or base that the recipe names; None where it names none."""
    recipe, origin = laboratory.recipe, laboratory.origin
    synthetic = checkpoint = base = None
    if recipe.synthetic != "self":
        synthetic = human_text.human_identity(replace(recipe.human, source=recipe.synthetic))
    if recipe.checkpoint in PACKAGED_PRIORS:
        checkpoint = PACKAGED_PRIORS[recipe.checkpoint].sha256
    elif recipe.checkpoint is not None:
        checkpoint = origin.identity["checkpoint"]
    elif origin.stage is not None:
        base = _weights_identity(origin.stage)
    found = Identities(synthetic=synthetic, checkpoint=checkpoint, base=base)
    return found if any(value for _, value in found) else None


def _weights_identity(stage: Stage) -> str:
    files = stage.manifest["files"]
    weights = {name: files[name] for name in files if name.endswith(".safetensors")}
    assert weights, "a base has weights"
    return hashlib.sha256(canonical_json(weights).encode()).hexdigest()


def base_text(base: Base) -> HumanText:
    """The text of a base, divided as that of a chain with one corpus."""
    return HumanText(
        source=base.source,
        field=base.field,
        held_out_bytes=base.held_out_bytes,
        first_tokens=base.tokens,
        generation_tokens=base.tokens,
    )


def _base(laboratory: "Laboratory") -> Origin:
    recipe = laboratory.recipe
    base = recipe.base
    assert base is not None
    human = base_text(base)
    _refuse_one_file(human, recipe.human)
    text = laboratory.run(
        0,
        "base_text",
        human_text.prepare,
        settings={
            "human": human,
            "content": human_text.human_identity(human),
            "vocabulary_size": recipe.model.vocabulary_size,
            "generations": 0,
            "seed": BASE_SEED,
        },
    )
    _refuse_base_overlap(laboratory, text)
    stage = laboratory.run(
        0,
        "base",
        work.fit,
        settings={
            "shape": recipe.model,
            "optimization": base.fit,
            "part_tokens": [base.tokens],
            "truncate_above": None,
            "seed": BASE_SEED,
            "generation": 0,
        },
        inputs={"human": text},
        paths={
            "corpora": [text.path / "first.arrow"],
            "tokenizer": text.path / "tokenizer",
            "start": None,
            "loggers": [],
        },
        n_tokens=base.tokens,
    )
    return Origin(stage.path / "model", stage, general=text.path / "held_out.arrow")


def _refuse_one_file(base: HumanText, human: HumanText) -> None:
    is_named = base.source in SOURCES  # one package may hold several sources
    if not is_named and human_text.human_identity(base) == human_text.human_identity(human):
        raise ValueError(
            f"base.source {base.source} and human.source {human.source} are the same text; "
            "change one"
        )


def base_overlap(
    folder: Path, *, human: HumanText, content: str, tasks: Sequence[str], base: Path
) -> dict[str, Any]:
    """Look for what is measured on in a base's text, and for questions in the chain's own.

    The chain's text is not divided yet, which needs the base's tokenizer: all of it but the
    held-out part is looked through. `content` is its identity, checked again.
    """
    if human_text.human_identity(human) != content:
        raise ValueError(f"{human.source} changed while it was read; run again")
    trained = Corpus.open(base)
    read, _ = human_text.read_human(human)
    held_out, rest = human_text.split_held_out(read, human.held_out_bytes, human.source)
    return {
        "held_out": shared_documents(held_out, trained),
        "shared_by_base": count_shared([trained], tasks),
        "shared_by_human": count_shared([rest], tasks),
    }


def _refuse_base_overlap(laboratory: "Laboratory", text: Stage) -> None:
    """Look through the text of a base and of the chain, before the base is fitted.

    Raises:
        EvaluatedText: The base would be trained on text that shares runs of words with more of the
            chain's held-out documents than the recipe's health accepts, or one of the texts holds
            a question of a task.
    """
    recipe = laboratory.recipe
    assert recipe.base is not None
    facts = laboratory.run(
        0,
        "base_overlap",
        base_overlap,
        settings={
            "human": recipe.human,
            "content": human_text.human_identity(recipe.human),
            "tasks": recipe.downstream,
        },
        inputs={"base": text},
        also=code_of(base_overlap)
        | (task_identity(recipe.downstream) if recipe.downstream else {}),
        paths={"base": text.path / "first.arrow"},
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
