"""What heads of an exam are asked of pairs that people judged."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.families.preference_data.reward.work.people import ask_people, of_people
from data.preference_data.hhh import PARTS

_PAIRS: list[dict[str, Any]] = [
    {"part": PARTS[0], "first": True, "characters": [9, 4], "cosines": [0.5, 0.5]},
    {"part": PARTS[0], "first": False, "characters": [4, 9], "cosines": [0.1, 0.2]},
    {"part": PARTS[1], "first": True, "characters": [4, 9], "cosines": [0.3, 0.2]},
    *({"part": part, "first": True, "characters": [9, 4], "cosines": [1, 0]} for part in PARTS[2:]),
]


def test_the_preferred_answer_must_have_the_larger_reward() -> None:
    rewards = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0])

    found = {name: one["value"] for name, one in of_people(_PAIRS, rewards).items()}

    assert found["people/head"] == pytest.approx((1 + 0 + 0.5 + 1 + 1) / 5)
    assert found["people/length"] == pytest.approx(3 / 5)
    assert found["people/cosine"] == pytest.approx((0.5 + 0 + 1 + 1 + 1) / 5)
    assert found["people/position"] == pytest.approx(4 / 5)
    assert found[f"people {PARTS[0]}/head"] == 0.5
    assert found["lead/people head over length"] == pytest.approx(0.7 - 0.6)


def test_rewards_are_those_of_the_head_of_the_exam(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(2 * len(_PAIRS), 3)).astype(np.float32)
    direction = np.array([1.0, -2.0, 0.5])
    np.save(tmp_path / "points.npy", points)
    np.savez(tmp_path / "heads.npz", head=direction, balanced=-direction)
    (tmp_path / "people.json").write_text(json.dumps(_PAIRS))

    found = ask_people(
        tmp_path, heads=tmp_path / "heads.npz", people=tmp_path / "people.json",
        points=tmp_path / "points.npy",
    )  # fmt: skip

    assert found["measures"] == of_people(_PAIRS, points.astype(np.float64) @ direction)
