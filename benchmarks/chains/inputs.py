"""What must be in order before a chain begins: tasks that are evaluated, text of another model."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import HumanText
from benchmarks.chains.text.human_text import human_identity
from benchmarks.chains.text.provenance import read_provenance
from benchmarks.downstream.questions import check_downstream
from benchmarks.running.packaged import check_prior
from data.errors import BadInput
from data.sources.texts import SOURCES


def check_inputs(recipe: Recipe) -> None:
    """Make sure that a recipe can be run and that nothing it trains on is measured on.

    Raises:
        EvaluatedText: A text that is trained on says that it contains what is evaluated.
        BadInput: A model, a task or a text is not at hand, or a text may quote held-out text.
    """
    check_models(recipe)
    check_evaluation(recipe)
    check_written(recipe)


def check_models(recipe: Recipe) -> None:
    """The models that a recipe names are folders, packaged, or on a hub that answers in seconds.

    Raises:
        BadInput: One is none of these, or no hub answers for it.
    """
    judges = () if recipe.judging is None else (recipe.judging.model,)
    for name in (recipe.prior, *judges):
        if name != "self":
            check_prior(name)


def check_evaluation(recipe: Recipe) -> None:
    """The tasks of a recipe are at hand, and in no source of its text; see `check_inputs`."""
    base = () if recipe.base is None else (recipe.base.source,)
    check_downstream(recipe.downstream, (recipe.human.source, *base))


def check_written(recipe: Recipe) -> None:
    """Make sure that text of another model is there, before anything is trained.

    Where its provenance lies beside it, also that it quotes nothing that the recipe measures on.

    Raises:
        BadInput: There is no such file, or it may quote held-out text.
    """
    if recipe.synthetic == "self":
        return
    human_identity(replace(recipe.human, source=recipe.synthetic))
    provenance = read_provenance(Path(recipe.synthetic))
    if provenance is None:
        return
    _refuse_quotes(recipe.synthetic, provenance, recipe.human)
    if recipe.base is not None:
        _refuse_quotes(recipe.synthetic, provenance, recipe.base.text)


def _refuse_quotes(synthetic: str, provenance: dict[str, Any], human: HumanText) -> None:
    asked = provenance["request"]
    if provenance["source"]["identity"] != human_identity(human):
        return
    fields = (asked["field"], asked.get("prompt_field"))
    if human.source not in SOURCES and fields != (human.field, human.prompt_field):
        raise BadInput(
            f"{synthetic} quotes {human.source} with field {fields[0]} and prompt_field "
            f"{fields[1]}, the recipe reads {human.field} and {human.prompt_field}: it may quote "
            "held-out text; write it again with the recipe's fields"
        )
    if asked["held_out_bytes"] < human.held_out_bytes:
        raise BadInput(
            f"{synthetic} quotes all of {human.source} but {asked['held_out_bytes']:,} bytes, the "
            f"recipe holds out {human.held_out_bytes:,}: it may quote held-out text; write it "
            f"again with --held-out-bytes {human.held_out_bytes}"
        )
