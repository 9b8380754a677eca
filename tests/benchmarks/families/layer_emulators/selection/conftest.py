"""A small model, and the recipe for it."""

from pathlib import Path

import pytest

from benchmarks.families.layer_emulators.selection.study import SelectionStudy
from tests.support.layers.selections import small_study, write_model


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SelectionStudy:
    """The recipe for a model of six layers with random weights."""
    folder: Path = tmp_path_factory.mktemp("small") / "model"
    write_model(folder)
    return small_study(str(folder))
