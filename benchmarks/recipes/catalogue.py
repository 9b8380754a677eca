"""All recipes by name; a recipe's name is its function's name."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from benchmarks.recipe import Recipe
from benchmarks.recipes import editing, smoke

RECIPES: dict[str, Callable[[], Recipe]] = {
    **{function.__name__: function for function in (smoke.smoke, smoke.smoke_pretrained_prior)},
    **editing.EDIT_RECIPES,
}


def find_recipe(name: str) -> Recipe:
    """A recipe by its name, or by `file.py:function` for one of your own.

    Raises:
        ValueError: There is none.
    """
    if name in RECIPES:
        return RECIPES[name]()
    path, _, function = name.rpartition(":")
    if not path.endswith(".py"):
        known = ", ".join(RECIPES)
        raise ValueError(f"unknown recipe {name!r}; use one of {known}, or FILE.py:FUNCTION")
    if not Path(path).is_file():
        raise ValueError(f"{path}: no such file")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        if not hasattr(module, function):
            raise ValueError(f"{path} has no function {function!r}")
        recipe = getattr(module, function)()
    except (SyntaxError, NameError, TypeError, ImportError) as error:
        raise ValueError(f"{path}: {type(error).__name__}: {error}; mend the recipe") from error
    if not isinstance(recipe, Recipe):
        raise ValueError(f"{path}:{function} returns {type(recipe).__name__}, not a Recipe")
    return recipe
