"""Which kind of study a record holds, in a family that has several: its settings say it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from benchmarks.running.study import Study
from data.errors import BadInput


def kind_among(kinds: Sequence[type[Study]], recipe: Mapping[str, Any]) -> type[Study]:
    """The kind of study that has the settings of a recipe.

    Args:
        kinds: Kinds of studies; of two that have all of the settings the first counts.
        recipe: The settings inside a record, as plain values.

    Raises:
        BadInput: No kind has all of them.
    """
    for kind in kinds:
        if recipe.keys() <= {entry.name for entry in fields(kind)}:
            return kind
    raise BadInput("the recipe inside is of no known kind of study; restore it or run it again")
