"""How two results of one stage are compared."""

import re
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from benchmarks.speed.determinism import compare, count_differing, differing, report, within
from lightning_modules.device import Device

pytestmark = pytest.mark.long


def test_differing_tokens_are_counted_position_by_position() -> None:
    assert differing(count_differing([[1, 2], [3]], [[1, 2], [3]]), 3) == "bitwise"
    count = count_differing([[1, 2], [3]], [[1, 9], [3, 4]])
    assert differing(count, 3) == "differs: 2 of 3 tokens"


def test_every_kind_of_stage_is_the_same_again(recipe_file: Path, tmp_path: Path) -> None:
    table = report(f"{recipe_file}:mine", tmp_path / "stages", Device(name="cpu"))

    cells = [list(column.cells) for column in table.columns]
    assert cells[0] == ["fit", "evaluate", "sample", "edit"]
    assert cells[1] == ["bitwise"] * 4
    for column in cells[2:]:
        assert column[2:] == ["bitwise", "bitwise"]
        assert max(_numbers(column[0])) < 1e-5
        assert max(_numbers(column[1])) < 1e-6


def _numbers(cell: str) -> list[float]:
    """How far apart a cell says that two results are; infinite where it says that they differ."""
    if cell == "bitwise":
        return [0.0]
    found = [float(number) for number in re.findall(r"within (\S+?)[ ,]", f"{cell} ")]
    return found or [float("inf")]


def test_what_is_no_number_differs() -> None:
    assert within(0.0, "weights", 0.0) == "bitwise"
    assert _numbers(within(2e-7, "weights", 1e-6)) == [2e-7, 1e-6]
    assert within(float("nan"), "weights", 0.0).startswith("differs")
    assert within(0.0, "weights", float("nan")).startswith("differs")


@pytest.mark.parametrize("place", ["weights", "losses"])
def test_a_fit_that_ends_in_nan_differs_from_itself(place: str, tmp_path: Path) -> None:
    for variant in ("reference", "again"):
        folder = tmp_path / variant / "fit"
        (folder / "model").mkdir(parents=True)
        weights, losses = np.ones(3, dtype=np.float32), np.ones(3)
        (weights if place == "weights" else losses)[1] = np.nan
        more = np.zeros(2, dtype=np.float32)
        save_file({"a": more, "b": weights, "c": more}, folder / "model" / "model.safetensors")
        np.save(folder / "loss.npy", losses)

    assert compare("fit", tmp_path, "again").startswith("differs")
