from collections.abc import Callable, Mapping

import pytest

from benchmarks.families.program_distillation.claims import TEN
from benchmarks.families.program_distillation.recipes import program_distillation
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.statistics import PROGRAMS
from benchmarks.paper.rules import FIRST_THREE
from benchmarks.running.record import Metric
from data.program_distillation.faults import KINDS
from data.program_distillation.gsm8k import TEACHERS
from tests.support.records import study_record

MakeRecord = Callable[[str, int, Mapping[str, float]], DistillationRecord]
Arms = Mapping[str, Mapping[str, float]]


@pytest.fixture(scope="session")
def arms() -> Arms:
    """Measures of every arm as they may be."""
    kinds = {
        f"{kind}/{key}": value
        for kind in KINDS
        for key, value in {
            "rejected": 0.95,
            "equivalent": 0.045,
            "recall": 0.995 if kind in PROGRAMS else 1.0,
            "recall_reassigned": 0.9999,
            "recall_text": 0.8,
            "ran": 0.0 if kind == "undefined_name" else 0.9,
        }.items()
    }
    round_ = {"round/faulty": 0.22, "round/kept_faulty": 0.002, "round/kept": 0.78}
    round_ |= {"round/spurious": 0.0071}
    round_ |= {f"round/class/{name}": 1.0 for name in ("syntax", "wrong value", "right")}
    parts = {
        f"{part}/{key}": value
        for part in ("train", "test")
        for key, value in {
            "right": 0.93,
            "exact/right_rejected": 0.0,
            "rounding/right_rejected": 0.0,
            "rounding/wrong_accepted": 2.0,
            "steps": 3.3,
            "characters/program": 35.0,
            "characters/chain_of_thought": 245.0,
            "unused_step": 0.08,
            "class/right": 9.0,
            "class/no annotated step": 1.0,
        }.items()
    }
    taught = {
        f"{teacher}/{key}": value
        for teacher in TEACHERS
        for key, value in {
            "right": 0.4,
            "mislabelled": 0.0,
            "right/rejected": 1.0,
            "wrong/kept": 0.0,
            "wrong/rejected": 0.99,
            "wrong/text_rejected": 0.05,
            "class/right": 4.0,
            "class/wrong value": 6.0,
        }.items()
    }
    bits = {"bits/program": 55.0, "bits/chain_of_thought": 590.0, "bits/answer": 9.6}
    bits |= {"bits/program_less_chain_of_thought": -535.0, "bits/program_less_answer": 45.0}
    floor = {f"floor/{name}": 0.02 for name in ("program", "chain_of_thought", "answer")}
    hostile = {f"hostile/{name}": 0.0 for name in ("touched", "overran", "misjudged")}
    hostile["hostile"] = 70.0
    return {
        "twins": parts,
        "faults": kinds | round_,
        "teachers": taught,
        "entropy": bits,
        "floor": floor,
        "sandbox": hostile,
    }


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Makes a valid record of the recipe as it stands, with these measures."""
    recipe = program_distillation()

    def make(arm: str, seed: int, values: Mapping[str, float]) -> DistillationRecord:
        drawn = arm in ("faults", "entropy")
        metrics = {
            key: Metric(value=value + 1e-6 * seed * drawn, stderr=None, n=1000, version=1)
            for key, value in values.items()
        }
        return study_record(DistillationRecord, recipe, arm, seed, metrics)

    return make


@pytest.fixture(scope="session")
def records(arms: Arms, make_record: MakeRecord) -> list[DistillationRecord]:
    """The planned seeds of every arm."""
    seeds = {arm: TEN if arm in ("faults", "entropy") else FIRST_THREE for arm in arms}
    return [make_record(arm, seed, values) for arm, values in arms.items() for seed in seeds[arm]]
