"""A model that somebody else has fitted takes the place of the study's own."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from transformers import PreTrainedTokenizerFast

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning.study import TuningStudy
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model


@pytest.fixture(scope="module")
def taken(
    small: TuningStudy,
    tokenizer: PreTrainedTokenizerFast,
    tmp_path_factory: pytest.TempPathFactory,
) -> TuningStudy:
    """The small study of a prior in a folder."""
    folder = tmp_path_factory.mktemp("prior")
    shape = replace(small.shape, vocabulary_size=len(tokenizer))
    build_model(shape, 0).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return replace(
        small, prior=str(folder), shape=shape, arms=("gate", "spread"), random_sets=0, tried=1
    )


def run(study: TuningStudy, folder: Path) -> list[EmulatorRecord]:
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    found = run_recipe(study, (0,), session)
    return [one for one in found if isinstance(one, EmulatorRecord)]


def test_a_prior_is_looked_at_once_and_its_emulators_are_tuned(
    taken: TuningStudy, tmp_path: Path
) -> None:
    gate, spread = run(taken, tmp_path)

    assert gate.tuning is not None
    assert gate.tuning.looks is not None
    assert gate.tuning.looks.steps == (0,)
    assert "pretraining" not in gate.stages
    assert "uniform/plug_in" in spread.metrics


def test_a_prior_of_another_size_is_refused_in_one_line(taken: TuningStudy, tmp_path: Path) -> None:
    wrong = replace(taken, shape=replace(taken.shape, width=16, heads=2), arms=("gate",))

    with pytest.raises(BadInput, match=r"model\.width of the recipe is 16") as refused:
        run(wrong, tmp_path)

    assert "\n" not in str(refused.value)
