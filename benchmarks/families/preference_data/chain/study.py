"""The recipes of chains whose documents a reward model selects."""

from collections.abc import Callable, Mapping

from benchmarks.paper.family import AnyRecipe, GivenMethod
from benchmarks.running.study import Study

STUDIES: tuple[type[Study], ...] = ()
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {}
"""Recipes by name."""
METHODS: tuple[GivenMethod, ...] = ()
"""Ways to make the next corpus that the family gives to every chain."""
