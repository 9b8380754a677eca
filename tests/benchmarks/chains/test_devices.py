"""One chain on one process and on two, and a model that is sharded over two."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.running.record import without_times
from tests.support.places import ROOT
from tests.support.processes.forked import collapse, python_side_by_side

pytestmark = pytest.mark.long

_TOLERANCE = 1e-5
"""Relative; gradients of two halves of a batch are added in another order."""


def _succeeded(*outcomes: "subprocess.CompletedProcess[str]") -> None:
    for outcome in outcomes:
        assert outcome.returncode == 0, outcome.stderr


def _agree(one: Any, two: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(_agree(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(_agree, one, two))
    return bool(one == pytest.approx(two, rel=_TOLERANCE) if isinstance(one, float) else one == two)


def _shared(record: Record) -> dict[str, Any]:
    """All but times, and what the last models wrote: two that agree may write another word."""
    content = without_times(record)
    for generation in content["generations"]:  # by document rounding does not average out
        del generation["document_bits"]
    last = content["generations"][-1]
    last["metrics"] = {k: v for k, v in last["metrics"].items() if not k.startswith("samples/")}
    return content


def test_two_processes_make_the_corpora_and_losses_of_one(recipe_file: Path) -> None:
    """From one first model: fits agree within 1e-5, copied or sharded, and texts to the byte.

    Without that model texts could not: where a draw is within rounding of the border between two
    tokens, models that agree within 1e-7 write another word.
    """
    folder = recipe_file.parent
    two_chains = """
def two():
    return replace(mine(), name="two", workflows=("edit_source", "replace"))
"""
    recipe_file.write_text(recipe_file.read_text() + two_chains)
    run = ("run", "mine.py:two")
    _succeeded(collapse(*run, "--outputs", "one/outputs", "--records", "one", folder=folder))
    fits = (folder / "one/outputs/stages").glob("fit-*/manifest.json")
    first_fit = min(fits, key=lambda path: path.stat().st_mtime).parent
    one = read_records(folder / "one")
    assert len(one) == 2

    for name in ("copied", "sharded"):
        shutil.copytree(first_fit, folder / name / "outputs/stages" / first_fit.name)
        command = (*run, "--outputs", f"{name}/outputs", "--records", name, "--devices", "2")
        if name == "copied":
            _succeeded(collapse(*command, folder=folder))
        else:  # as a user's own torchrun would
            parts = ("-m", "benchmarks", *command, "--sharded")
            _succeeded(*python_side_by_side(2, *parts, folder=folder))

        for a, b in zip(one, read_records(folder / name), strict=True):
            assert [g.corpus.fingerprint for g in a.generations] == [
                g.corpus.fingerprint for g in b.generations
            ]
            assert _agree(_shared(a), _shared(b)), name
            for at in range(len(a.generations)):
                assert np.allclose(
                    a.document_losses(at).bits, b.document_losses(at).bits, rtol=10 * _TOLERANCE
                )
        fits = {path.parent for path in (folder / name).glob("outputs/stages/fit-*/manifest.json")}
        assert first_fit.name in {path.name for path in fits}
        assert len(fits) == 3


def test_a_sharded_fit_has_the_losses_of_a_copied_one_and_goes_on(tmp_path: Path) -> None:
    for name in ("sharded", "copies"):
        (tmp_path / name).mkdir()
    script = str(ROOT / "tests/lightning_modules/fitting/sharded_fit.py")

    _succeeded(*python_side_by_side(2, script, str(tmp_path), folder=tmp_path))

    first, resumed, copies = json.loads((tmp_path / "losses.json").read_text())
    assert first == resumed[:1]
    assert len(resumed) == 4
    assert resumed == pytest.approx(copies, rel=_TOLERANCE)
