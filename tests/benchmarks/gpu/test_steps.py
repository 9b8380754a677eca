"""Every step of the list does its work in miniature, on the CPU."""

from pathlib import Path

import pytest

from benchmarks.families.catalogue import FAMILIES
from benchmarks.gpu.steps import LONGEST_OF_FAMILY, all_steps, find_step
from benchmarks.gpu.telling import run_arm
from benchmarks.running.step import FoundEquality, FoundFact, FoundRatio, Workbench, read_findings
from data.errors import BadInput
from lightning_modules.device import Device

pytestmark = pytest.mark.long


def _done(name: str, folder: Path) -> list[FoundRatio | FoundEquality | FoundFact]:
    bench = Workbench(
        folder=folder,
        records=folder / "records",
        device=Device(name="cpu"),
        miniature=True,
        run_arm=run_arm,
    )
    find_step(name).work(bench)
    return read_findings(folder)


def _broken(found: list[FoundRatio | FoundEquality | FoundFact]) -> list[str]:
    return [one.name for one in found if isinstance(one, FoundEquality) and not one.holds]


def test_the_card_is_measured(tmp_path: Path) -> None:
    found = _done("card", tmp_path)

    assert [one.text.split(":")[0] for one in found if isinstance(one, FoundFact)] == [
        "256-cubed torch.float32 product",
        "copy in memory",
    ]


def test_stages_are_the_same_on_the_device_again_and_in_other_batches(tmp_path: Path) -> None:
    found = _done("equal", tmp_path)

    assert _broken(found) == []
    assert len([one for one in found if isinstance(one, FoundEquality)]) == 6 * 4


@pytest.mark.parametrize(("name", "n"), [("equal-writing", 4 * 3), ("equal-scoring", 1)])
def test_writing_and_scoring_are_the_same_under_every_rule(
    name: str, n: int, tmp_path: Path
) -> None:
    found = _done(name, tmp_path)

    assert _broken(found) == []
    assert len(found) == n


def test_a_divided_fit_has_the_losses_of_a_whole_one(tmp_path: Path) -> None:
    assert _broken(_done("sharded", tmp_path)) == []


@pytest.mark.parametrize("name", ["score-small", "score-billion", "write-small", "write-medium"])
def test_scoring_and_writing_are_measured_beside_their_baselines(name: str, tmp_path: Path) -> None:
    ratios = [one for one in _done(name, tmp_path) if isinstance(one, FoundRatio)]

    assert ratios
    assert all(one.ratio > 0 for one in ratios)


@pytest.mark.slow
def test_training_is_measured_and_its_kernels_are_named(tmp_path: Path) -> None:
    """Compilation takes a minute."""
    assert _broken(_done("equal-fits", tmp_path)) == []
    assert len(_done("train-medium", tmp_path)) == 3 + 2
    assert "kernels of 10 steps" in " ".join(map(str, _done("profile", tmp_path)))


def test_an_edit_that_is_killed_and_resumed_or_replayed_is_the_same(tmp_path: Path) -> None:
    found = _done("edit", tmp_path)

    assert _broken(found) == []
    assert [type(one) for one in found] == [FoundRatio, FoundEquality, FoundEquality]


def test_chains_end_with_records_and_what_they_tell(tmp_path: Path) -> None:
    found = _done("chains", tmp_path)

    assert len(list((tmp_path / "records").glob("*/*.json"))) == 2
    assert "above new human text" in found[-1].text if isinstance(found[-1], FoundFact) else False


def test_critical_sizes_are_found_seeds_by_seeds_and_their_records_are_kept(
    tmp_path: Path,
) -> None:
    found = [one.text for one in _done("critical-sizes", tmp_path) if isinstance(one, FoundFact)]

    records = sorted(tmp_path.glob("records/critical_data_gpu-*/*.json"))
    assert [one.name for one in records] == [f"critical-seed{seed}.json" for seed in range(4)]
    sizes = [line for line in found if line.startswith("critical size")]
    assert [line.split(" seeds")[0][-1] for line in sizes] == ["2", "4"]
    assert "arm critical: addition modulo 11" in found[0]


def test_small_models_at_once_are_each_alone_and_their_speed_is_measured(tmp_path: Path) -> None:
    found = _done("critical-equal", tmp_path)

    assert _broken(found) == []
    assert len([one for one in found if isinstance(one, FoundEquality)]) == 6
    names = [one.name for one in found if isinstance(one, FoundRatio)]
    assert sum("recorded" in name for name in names) == 2
    assert sum("compiled" in name for name in names) == 1
    assert "no checkpoint was written" not in str(found)


def test_no_step_of_a_family_is_longer_than_promised() -> None:
    theirs = [step for family in FAMILIES for step in family.gpu_steps()]

    assert [step.name for step in theirs if step.seconds > LONGEST_OF_FAMILY] == []


def test_the_last_step_alone_takes_what_is_left_and_names_are_different() -> None:
    steps = all_steps()

    assert [step.takes_all for step in steps] == [False] * (len(steps) - 1) + [True]
    assert len({step.name for step in steps}) == len(steps)


def test_an_unknown_step_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="unknown step 'nothing'; use some of card, equal"):
        find_step("nothing")


def test_emulators_are_tuned_and_the_records_of_all_arms_are_kept(tmp_path: Path) -> None:
    found = _done("emulator-tuning", tmp_path)

    assert _broken(found) == []
    assert len(list(tmp_path.glob("records/layer_emulators_gpu-*/*.json"))) == 4
