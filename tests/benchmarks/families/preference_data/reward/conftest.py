import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from benchmarks.decontaminating.likeness import EmbeddingIndex, WordIndex
from benchmarks.decontaminating.rules import measure_rules
from benchmarks.families.preference_data.record import PreferenceRecord
from benchmarks.families.preference_data.reward.study import (
    preference_data,
    preference_data_cpu_people,
    preference_data_cpu_reward,
)
from benchmarks.families.preference_data.reward.work import (
    contamination,
    curves,
    fitting,
    people,
)
from benchmarks.families.preference_data.reward.work.items import Items
from benchmarks.running.record import as_metrics
from data.preference_data.hhh import PARTS
from data.program_distillation.faithfulness import by_words
from lightning_modules.device import Device
from lightning_modules.preference_data.rewarding.settings import HeadSettings
from tests.support.exams.questions import QUESTIONS
from tests.support.records import study_record

N = 160
"""Questions of the exam that is made up."""


PEOPLE: list[dict[str, Any]] = [
    {"part": part, "first": at == 0, "characters": [5, 5 + at], "cosines": [0.2, 0.1 + 0.1 * at]}
    for part in PARTS
    for at in range(3)
]
"""Human pairs, three of each part: one is first, two are shorter than the other answer."""


def made_up() -> Items:
    rng = np.random.default_rng(0)
    options = tuple(
        tuple("x" * int(rng.integers(3, 30)) + f" {i} {at}" for at in range(4)) for i in range(N)
    )
    gold = tuple(int(one) for one in rng.integers(0, 4, N))
    strangers = tuple(
        tuple(options[(i + step) % N][gold[(i + step) % N]] for step in (1, 2, 3)) for i in range(N)
    )
    return Items(
        tuple(f"question {i}" for i in range(N)), options, gold, strangers, tuple(range(N))
    )


def points(items: Items) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Candidates lie near their question if they are its options; right ones in one direction."""
    rng = np.random.default_rng(1)
    questions = rng.normal(size=(N, 6))
    right = set(items.right.tolist())
    rows = []
    for row, (place, text) in enumerate(items.candidates):
        is_own = row - int(items.first[place]) < 4
        shift = np.array([1.5 * (row in right), 0.05 * len(text), 0, 0, 0, 0])
        rows.append((questions[place] if is_own else 0) + rng.normal(size=6) + shift)
    unit = [
        np.asarray(some) / np.linalg.norm(some, axis=1, keepdims=True) for some in (questions, rows)
    ]
    return unit[0].astype(np.float32), unit[1].astype(np.float32)


@pytest.fixture(scope="session")
def head_measures(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the stages of reward heads measure, of a made-up exam."""
    folder = tmp_path_factory.mktemp("reward")
    items = made_up()
    (folder / "items.json").write_text(json.dumps(asdict(items)))
    for name, some in zip(("q", "c"), points(items), strict=True):
        np.save(folder / f"{name}.npy", some)
    fitted = fitting.fit_and_measure(
        folder, seed=0, items=folder / "items.json", questions=folder / "q.npy",
        candidates=folder / "c.npy", baseline_questions=folder / "q.npy",
        baseline_candidates=folder / "c.npy", held_out=60, aside=30,
        settings=HeadSettings(steps=60, decays=(0.01, 0.1), learning_rate=0.05),
        device=Device(name="cpu"), advance=lambda n: None,
    )  # fmt: skip
    chosen = curves.measure_choices(
        folder, seed=0, rewards=folder / fitting.REWARDS, policies=preference_data().policies,
        numbers=preference_data().numbers, resamples=100,
    )  # fmt: skip
    leaks = {"leak/longest option right": {"value": 0.3, "stderr": 0.01, "n": 9}}
    return {**leaks, **fitted["measures"], **chosen["measures"]}


@pytest.fixture(scope="session")
def planted_measures() -> Mapping[str, Any]:
    """What the stage of planted copies measures, by a plain encoder."""
    index = EmbeddingIndex(QUESTIONS, by_words, lambda n: None)
    found = measure_rules(QUESTIONS, WordIndex(QUESTIONS), index, seed=0, false_removals=0.05)
    return {
        **contamination._rates(found),
        **contamination._curves(found, preference_data().distances),
    }


@pytest.fixture(scope="session")
def records(
    head_measures: Mapping[str, Any], planted_measures: Mapping[str, Any]
) -> list[PreferenceRecord]:
    """Records of all arms, three seeds each."""
    asked = head_measures | people.of_people(PEOPLE, np.tile([1.0, 0.0], len(PEOPLE)))
    return [
        study_record(PreferenceRecord, recipe(), arm, seed, as_metrics(measures))
        for recipe, arm, measures in (
            (preference_data, "heads", head_measures),
            (preference_data, "planted", planted_measures),
            (preference_data_cpu_reward, "heads", head_measures),
            (preference_data_cpu_people, "heads", asked),
        )
        for seed in range(3)
    ]
