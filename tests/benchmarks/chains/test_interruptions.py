"""Chains that are killed, doubled and damaged."""

import json
from pathlib import Path

import pytest

from benchmarks.chains.record import read_records
from benchmarks.running.record import without_times
from benchmarks.running.stage import DamagedStage, load
from tests.conftest import paragraphs
from tests.support.processes.forked import python

pytestmark = pytest.mark.long

_KILLS = 20


@pytest.fixture(scope="module")
def killed(
    tmp_path_factory: pytest.TempPathFactory, text_file: Path
) -> tuple[Path, dict[str, int]]:
    """The folder of `killing.py`, and how often it hit each kind of stage."""
    folder = tmp_path_factory.mktemp("killed")
    general = folder / "general.txt"
    general.write_text("\n\n".join(paragraphs(200, seed=2)))
    (folder / "mine.py").write_text(
        f"""
from dataclasses import replace
from benchmarks.chains.settings import Base, Evaluation, HumanText
from benchmarks.families.toedit.recipes.smoke import smoke
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

def mine():
    fit = Optimization(learning_rate=5e-3, warmup_steps=2, windows_per_step=4)
    return replace(
        smoke(), name="mine", generations=1,
        workflows=("edit_source", "edit_random", "redraw", "reencode", "mix"),
        base=Base(source={str(general)!r}, held_out_bytes=3000, tokens=3000, fit=fit),
        human=HumanText(source={str(text_file)!r}, held_out_bytes=6000, first_tokens=9000,
                        generation_tokens=1500),
        model=ModelShape(layers=2, width=32, heads=2, feed_forward=64, context=32,
                         vocabulary_size=300),
        first_fit=fit, fit=fit, sampling=SamplingRule(max_tokens=80), prior_context=32,
        evaluation=Evaluation(sample_tokens=600, document_tokens=30, sample_words=100))
"""
    )
    script = Path(__file__).with_name("killing.py")
    outcome = python(str(script), "mine.py:mine", str(_KILLS), "0", folder=folder)
    assert outcome.returncode == 0, outcome.stderr
    return folder, json.loads(outcome.stdout)


def test_twenty_kills_in_all_kinds_of_stages_end_in_the_same_records(
    killed: tuple[Path, dict[str, int]],
) -> None:
    folder, hits = killed

    assert sum(hits.values()) >= _KILLS
    assert set(hits) == {
        "base_text", "base_overlap", "base", "prepare", "health", "fit", "write", "evaluate",
        "sample", "edit", "reencode", "select",
    }  # fmt: skip
    assert [without_times(r) for r in read_records(folder / "killed")] == [
        without_times(r) for r in read_records(folder / "whole")
    ]
    assert not list((folder / "o2/stages").glob("*.partial"))


def test_two_runs_of_one_recipe_at_once_end_in_the_same_records(
    killed: tuple[Path, dict[str, int]],
) -> None:
    folder, _ = killed

    assert [without_times(r) for r in read_records(folder / "twice")] == [
        without_times(r) for r in read_records(folder / "whole")
    ]


def test_no_truncated_file_of_a_stage_is_taken_for_whole(
    killed: tuple[Path, dict[str, int]],
) -> None:
    folder, _ = killed
    stages = [path.parent for path in (folder / "o1/stages").glob("*/manifest.json")]
    files = [(s, f) for s in stages for f in s.rglob("*") if f.is_file() and f.stat().st_size]

    for stage, file in files:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
        with pytest.raises(DamagedStage, match=stage.name):
            load(stage, reused=True)
        file.write_bytes(content)

    assert len(files) > len(stages)
    assert all(load(stage, reused=True) for stage in stages)
