"""The comparison of edits and controls on two more texts, one of them program code.

Biographies are short prose of an encyclopedia. Program code is the answers of template problems:
Python functions, each after its question, which the prior reads and never edits.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.workflows import workflows

SEEDS = tuple(range(40, 45))
"""Replicates that the comparison is planned for."""
SIX = ("fresh_human", "same_human", "edit_source", "edit_random", "edit_previous", "replace")


def _on(name: str, source: str, what: str, context: int = 128) -> Recipe:
    base = workflows()
    return replace(
        base,
        name=name,
        summary=f"edits, their random control and pure synthetic text, on {what}",
        workflows=SIX,
        human=replace(base.human, source=source),
        model=replace(base.model, context=context),
        prior_context=context,
    )


def edit_texts_biographies() -> Recipe:
    """On biographies."""
    return _on("edit_texts_biographies", "biographies", "biographies")


def edit_texts_programs() -> Recipe:
    """On programs that answer questions; a window holds a question and its program."""
    return _on("edit_texts_programs", "template_programs", "program code", context=256)


TEXT_RECIPES: Mapping[str, Callable[[], Recipe]] = {
    function.__name__: function for function in (edit_texts_biographies, edit_texts_programs)
}
