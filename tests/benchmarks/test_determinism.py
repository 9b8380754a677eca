"""How two results of one stage are compared."""

from pathlib import Path

from benchmarks.determinism import differing, report
from lightning_modules.trainer import Device


def test_differing_tokens_are_counted_position_by_position() -> None:
    assert differing([[1, 2], [3]], [[1, 2], [3]]) == "bitwise"
    assert differing([[1, 2], [3]], [[1, 9], [3, 4]]) == "differs: 2 of 3 tokens"


def test_every_kind_of_stage_is_the_same_again(recipe_file: Path, tmp_path: Path) -> None:
    table = report(f"{recipe_file}:mine", tmp_path / "stages", Device(name="cpu"))

    cells = [list(column.cells) for column in table.columns]
    assert cells[0] == ["fit", "evaluate", "sample", "edit"]
    assert cells[1] == ["bitwise"] * 4
    assert all("differs" not in cell for column in cells[2:] for cell in column[:2])
