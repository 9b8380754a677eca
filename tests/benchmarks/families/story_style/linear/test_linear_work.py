"""Stories become points, fits are measured, and what cannot be is refused; authors are made up."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.families.story_style.linear.names import ERASED, OBJECTIVES, SHRUNK
from benchmarks.families.story_style.linear.study import story_style_linear
from benchmarks.families.story_style.linear.work import features
from benchmarks.families.story_style.linear.work.features import (
    FIRST,
    POINTS,
    SECOND,
    as_points,
    make_points,
    two_styles,
)
from benchmarks.families.story_style.linear.work.measuring import fit_and_measure
from data.errors import BadInput
from data.story_style.stories import Work
from lightning_modules.device import Device
from lightning_modules.story_style.linear_settings import LinearSettings

_SHARED = """
the a of to and in was it that with his her as for on at by from
""".split()  # noqa: SIM905
_OWN = {
    "sea": ["whale", "ship", "captain", "harpoon", "sail", "deck"],
    "house": ["ball", "letter", "sister", "carriage", "tea", "aunt"],
}


def _works(author: str, chapters: int = 6) -> tuple[Work, ...]:
    rng = np.random.default_rng(len(author))
    words = [*_SHARED, *_OWN[author]]
    return tuple(
        Work(
            author=author,
            name=f"chapter {chapter}",
            text=" ".join(
                f"{' '.join(rng.choice(words, size=12)).capitalize()}." for _ in range(60)
            ),
        )
        for chapter in range(chapters)
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Points and measures of two made-up authors."""
    folder = tmp_path_factory.mktemp("linear")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "read_works", _works)
        made = make_points(
            folder, seed=0, authors=("sea", "house"), most=40, directions=8, carriers=()
        )
    steps: list[int] = []
    found = fit_and_measure(
        folder,
        seed=0,
        points=folder / POINTS,
        permuted=False,
        objectives=OBJECTIVES,
        settings=LinearSettings(width=3, steps=20),
        device=Device(name="cpu"),
        advance=steps.append,
    )
    return {**found, **made, "folder": folder, "steps": steps}


def test_every_objective_has_every_measure(measured: Mapping[str, Any]) -> None:
    names = {name for name in measured["measures"] if name.startswith("probe/")}

    assert len(names) == len(OBJECTIVES) + 4
    assert all(np.isfinite(one["value"]) for one in measured["measures"].values())
    assert len(measured["steps"]) == len(OBJECTIVES)


def test_what_must_hold_to_the_last_bit_does(measured: Mapping[str, Any]) -> None:
    value = {name: one["value"] for name, one in measured["measures"].items()}

    assert value["difference/released"] == 0.0
    assert value["gradient/released"] == 0.0 < value["gradient/written"]
    assert value[f"probe/{SHRUNK}"] == value["probe/none"]
    assert value["probe/none"] > 0.9
    assert value[f"probe/{ERASED}"] == pytest.approx(0.5)
    assert value[f"squared gap/{ERASED}"] < 1e-12 * value["squared gap/none"]


def test_works_are_in_one_part_and_points_are_of_mean_square_one(
    measured: Mapping[str, Any],
) -> None:
    assert sum(measured["works"].values()) == 12
    with np.load(measured["folder"] / POINTS) as held:
        train = held["points train"]
        assert np.mean(train**2) == pytest.approx(1.0)
        assert np.abs(train.mean(axis=0)).max() < 1e-9
        assert set(held["styles train"]) == {0, 1}


def test_one_author_twice_is_divided_by_work() -> None:
    works = _works("sea")

    halves = two_styles([works, works], np.random.default_rng(0))

    assert sorted(one.author for one in halves) == 3 * [FIRST] + 3 * [SECOND]
    assert sorted(one.name for one in halves) == sorted(one.name for one in works)


def test_fewer_texts_than_directions_are_refused() -> None:
    with pytest.raises(BadInput, match="2 stories do not span 5 directions"):
        as_points({"train": ["one two", "two one"]}, 5)


def test_a_style_with_one_work_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(features, "read_works", lambda author: _works(author, 1))

    with pytest.raises(BadInput, match="whole works are held out"):
        make_points(tmp_path, seed=0, authors=("sea", "house"), most=9, directions=3, carriers=())
    assert not list(tmp_path.iterdir())


def test_settings_that_do_not_belong_together_are_refused() -> None:
    study = story_style_linear()

    with pytest.raises(BadInput, match="arm 'nobody' has no authors"):
        replace(study, arms=(*study.arms, "nobody"))
    with pytest.raises(BadInput, match="keeps all of 16 directions"):
        replace(study, directions=16)
