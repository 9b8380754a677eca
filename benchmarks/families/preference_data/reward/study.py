"""The recipes of reward heads and of decontamination."""

from collections.abc import Callable, Mapping

from benchmarks.paper.family import AnyRecipe
from benchmarks.running.study import Study

STUDIES: tuple[type[Study], ...] = ()
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {}
"""Recipes by name."""
