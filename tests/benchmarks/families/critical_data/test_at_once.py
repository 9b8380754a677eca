"""Seeds that train at once share their stages, and decide what each decides alone."""

import math
from dataclasses import replace

import pytest

from benchmarks.families.critical_data.recipes import (
    CriticalStudy,
    critical_data,
    critical_data_gpu,
)
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.statistics import chance_error
from benchmarks.families.critical_data.sweeps.cost import flops, seconds
from data.errors import BadInput
from lightning_modules.device import Device
from tests.benchmarks.families.critical_data.conftest import run_study


@pytest.fixture(scope="module")
def together(tiny: CriticalStudy, tmp_path_factory: pytest.TempPathFactory) -> list[CriticalRecord]:
    """Both arms of the small study for two seeds at once."""
    study = replace(tiny, seeds_at_once=2)
    return run_study(study, tmp_path_factory.mktemp("together"), seeds=(0, 1))


def test_a_seed_decides_beside_another_what_it_decides_alone(
    together: list[CriticalRecord], records: dict[str, CriticalRecord]
) -> None:
    for arm in ("sizes", "paced"):
        (mine,) = (one for one in together if one.arm == arm and one.seed == 0)
        alone = records[arm]
        assert [run.generalised for run in mine.runs] == [run.generalised for run in alone.runs]
        assert [run.budget for run in mine.runs] == [run.budget for run in alone.runs]
        for run, other in zip(mine.runs, alone.runs, strict=True):
            assert run.looks == other.looks
            assert run.norm == pytest.approx(other.norm, abs=1e-3)


def test_seeds_at_once_share_their_stages_and_have_records_of_their_own(
    together: list[CriticalRecord],
) -> None:
    first, second = (one for one in together if one.arm == "paced")

    assert {k: s.digest for k, s in first.stages.items()} == {
        k: s.digest for k, s in second.stages.items()
    }
    assert first.runs != second.runs
    assert first.runs[0].test != second.runs[0].test


def test_how_many_seeds_train_at_once_is_part_of_the_digest_and_must_be_one_or_more() -> None:
    assert replace(critical_data(), seeds_at_once=2).digest != critical_data().digest
    with pytest.raises(BadInput, match="seeds_at_once is 0"):
        replace(critical_data(), seeds_at_once=0)


def test_a_study_in_full_precision_says_so_on_every_device() -> None:
    assert critical_data().place(Device(name="cpu")).precision == "32-true"
    assert critical_data().place(Device(name="cpu")).full_precision


def test_the_gpu_tier_is_reckoned_to_take_at_most_ten_minutes_for_eight_seeds() -> None:
    study = critical_data_gpu()

    words = study.reckoned(range(8))

    assert float(words.split()[2]) < 10
    assert study.reckoned([0]) == study.reckoned(range(4)) != words
    assert critical_data().reckoned([0]) == ""
    assert 2 * seconds(study.sweeps["critical"], study.seeds_at_once) < 80


def test_a_step_is_reckoned_from_the_weights_that_a_question_meets() -> None:
    """Output matrix, both of the feed-forward layer, and the answers; keys are of a table."""
    sweep = critical_data_gpu().sweeps["sizes"]

    assert flops(sweep) == 6 * (128 * 128 + 2 * 128 * 512 + 128 * 113)


def test_sizes_of_a_modulus_span_what_each_hypothesis_says_of_it() -> None:
    """From the critical size at p = 23, near 306, by p ln p and by p^2."""
    for arm, sweep in critical_data_gpu().sweeps.items():
        if arm.startswith("modulus"):
            p = sweep.modulus
            slow = 306 * p * math.log(p) / (23 * math.log(23))
            square = 306 * (p / 23) ** 2
            assert sweep.sizes[0] < slow <= square + 1e-9 < sweep.sizes[-2]
            assert chance_error(p, sweep.n_tested) < 0.02
