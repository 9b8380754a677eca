"""Lazy students: what they are made of, what is read off them, and what their records refuse."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from benchmarks.families.critical_data.lazy.fits import answers, features_of, lazy_fits, parts
from benchmarks.families.critical_data.lazy.names import metric_name
from benchmarks.families.critical_data.lazy.settings import LazyStudent
from benchmarks.families.critical_data.lazy.statistics import (
    best_right,
    lazy_apart,
    lazy_beyond_square,
    share_needed,
)
from benchmarks.families.critical_data.lazy.study import critical_data_lazy
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import Metric, sealed
from data.errors import BadInput
from lightning_modules.device import Device
from theory.critical_data.identify import all_pairs

_STUDENT = LazyStudent(modulus=7, features=200)
_STUDY = replace(
    critical_data_lazy(), arms=("one",), students={"one": _STUDENT}, learnt=(0.2, 0.5, 0.8)
)


def test_the_digest_of_the_recipe_is_pinned() -> None:
    assert critical_data_lazy().digest == "53a68ea5"


def test_features_of_a_pair_and_its_mirror_image_are_alike_where_places_share_vectors() -> None:
    mirror = all_pairs(7)[:, ::-1] @ [7, 1]
    one, two = (features_of(replace(_STUDENT, embedding=e), 0) for e in ("one", "two"))

    assert np.array_equal(one, one[mirror])
    assert not np.allclose(two, two[mirror])


def test_the_readout_is_the_ridge_of_the_features() -> None:
    features, labels = features_of(_STUDENT, 0)[:, :20], all_pairs(7).sum(axis=1) % 7
    learnt = np.arange(49) % 3 != 0
    taught = np.eye(7)[labels[learnt]] - 1 / 7
    penalty = 0.3 * float((features**2).sum(axis=1).mean())
    inner = features[learnt].T @ features[learnt] + penalty * np.eye(20)
    expected = (features @ np.linalg.solve(inner, features[learnt].T @ taught)).argmax(axis=1)

    assert np.array_equal(answers(features @ features.T, labels, learnt, 0.3), expected)


def test_questions_are_told_apart_by_their_mirror_images() -> None:
    learnt = np.zeros(9, dtype=bool)
    learnt[[1, 4]] = True  # 0 + 1 and 1 + 1

    found = {name: np.flatnonzero(of).tolist() for name, of in parts(learnt, 3).items()}

    assert found["train"] == [1, 4]
    assert found["mirrored"] == [3]
    assert found["apart"] == [0, 2, 5, 6, 7, 8]
    assert found["right"] == [0, 2, 3, 5, 6, 7, 8]


def test_a_seed_decides_what_is_drawn(tmp_path: Path) -> None:
    fits = [
        lazy_fits(tmp_path, student=_STUDENT, shares=(0.5,), penalties=(1e-3,), seed=seed)
        for seed in (0, 0, 1)
    ]

    assert fits[0] == fits[1]
    assert fits[0] != fits[2]
    assert fits[0]["right"][metric_name(0.5, 1e-3, "train")] == (24, 24)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> AnyCriticalRecord:
    folder = tmp_path_factory.mktemp("lazy")
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    (made,) = run_recipe(_STUDY, (0,), session)
    assert isinstance(made, AnyCriticalRecord)
    return made


def test_a_record_holds_every_share_and_penalty(record: AnyCriticalRecord) -> None:
    assert record.digest == _STUDY.digest
    assert not record.is_of_shares
    assert record.metrics["s0.5/l1e-06/right"].n == 25
    assert best_right(record, 0.5, "train") == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s0.5/l0.01/right", "learnt share 0.5 at penalty 0.01 is missing"),
        ("s0.8/l1e-06/apart", "do not add up"),
    ],
)
def test_a_record_that_lacks_something_is_refused(
    record: AnyCriticalRecord, name: str, words: str
) -> None:
    metrics = {key: value for key, value in record.metrics.items() if key != name}

    with pytest.raises(ValueError, match=words):
        type(record).model_validate(
            sealed(record.model_copy(update={"metrics": metrics})).model_dump()
        )


def _planted(p: int, right: Mapping[float, float]) -> AnyCriticalRecord:
    """A record in which so much is right at each share, at the second penalty alone."""
    study = replace(_STUDY, students={"one": LazyStudent(modulus=p)}, learnt=tuple(right))
    values = {
        metric_name(share, penalty, part): value if penalty == study.penalties[1] else 0.0
        for share, value in right.items()
        for penalty in study.penalties
        for part in ("right", "apart")
    }
    return AnyCriticalRecord.model_construct(
        recipe=study.as_dict(),
        arm="one",
        metrics={k: Metric(value=v, stderr=None, n=10, version=1) for k, v in values.items()},
    )


def test_the_share_at_which_half_is_right_lies_between_those_that_were_tried() -> None:
    assert share_needed(_planted(23, {0.4: 0.4, 0.5: 0.48, 0.6: 0.56})) == pytest.approx(0.525)
    assert np.isnan(share_needed(_planted(23, {0.4: 0.1, 0.5: 0.2})))
    assert lazy_apart([_planted(31, {0.5: 0.3})]) == 0.3


def test_a_constant_share_is_no_growth_beyond_p_squared_and_a_falling_one_is() -> None:
    constant = [_planted(p, {0.4: 0.4, 0.6: 0.6}) for p in (23, 59)]
    falling = [
        _planted(23, {0.4: 0.4, 0.6: 0.6}),
        _planted(59, {0.1: 0.4, 0.3: 0.6}),
    ]

    assert lazy_beyond_square(constant) == pytest.approx(0)
    assert lazy_beyond_square(falling) == pytest.approx(np.log(0.2 / 0.5) / np.log(59 / 23))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arms": ("two",)}, "arm 'one' has no student, or is none"),
        ({"learnt": (0.5, 0.2)}, "growing"),
        ({"learnt": (0.5, 1.0)}, "learnt.1 is 1.0; it must lie between 0 and 1"),
        ({"learnt": (0.001, 0.5)}, "nothing to learn"),
        ({"penalties": (0.0,)}, "above 0"),
    ],
)
def test_a_study_that_cannot_be_run_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        replace(_STUDY, **change)


def test_a_modulus_that_is_no_prime_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadInput, match="which is no prime; its residues are no field; use 23"):
        LazyStudent(modulus=21)
