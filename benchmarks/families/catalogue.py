"""All recipes by name; a recipe's name is its function's name."""

from collections.abc import Callable

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes import domains, editing, mixtures, smoke, workflows, written
from benchmarks.running.own_code import load_function
from data.errors import BadInput

RECIPES: dict[str, Callable[[], Recipe]] = {
    **{function.__name__: function for function in (smoke.smoke, smoke.smoke_pretrained_prior)},
    **{function.__name__: function for function in (workflows.workflows, workflows.workflows_gpu)},
    **editing.EDIT_RECIPES,
    **mixtures.MIXTURE_RECIPES,
    **domains.DOMAIN_RECIPES,
    **written.WRITTEN_RECIPES,
}


def find_recipe(name: str) -> Recipe:
    """A recipe by its name, or by `file.py:function` for one of your own.

    Raises:
        BadInput: There is none.
    """
    if name in RECIPES:
        return RECIPES[name]()
    path, _, function = name.rpartition(":")
    if not path.endswith(".py"):
        known = ", ".join(RECIPES)
        raise BadInput(f"unknown recipe {name!r}; use one of {known}, or FILE.py:FUNCTION")
    make = load_function(name)
    try:
        recipe = make()
    except TypeError as error:
        raise BadInput(f"{path}: TypeError: {error}; mend the recipe") from error
    if not isinstance(recipe, Recipe):
        raise BadInput(f"{path}:{function} returns {type(recipe).__name__}, not a Recipe")
    return recipe
