from dataclasses import replace

import pytest

from benchmarks.families.catalogue import read_all
from benchmarks.families.program_distillation.disagreements import (
    Why,
    disagreements,
    n_solutions,
    why_apart,
)
from benchmarks.families.program_distillation.recipes import TEACHERS
from benchmarks.families.program_distillation.summaries import of_arm
from data.program_distillation.gsm8k import TaughtSolution
from tests.support.places import RECORDS

_RIGHT = TaughtSolution(0, "model", "How many?", "It is 9/2 = <<9/2=4.5>>4.5.\nA: 5", "5", True)


def test_what_execution_sorts_otherwise_is_what_the_records_count() -> None:
    found = of_arm(read_all(RECORDS), TEACHERS)
    counted = {
        ending: sum(one.mean for key, one in found.items() if key.endswith(ending))
        for ending in ("right/rejected", "wrong/kept", "annotated step", "is no arithmetic")
    }

    mine = disagreements()
    none = mine["no program, right"] + mine["no program, wrong"]

    assert none == counted["annotated step"] + counted["is no arithmetic"] == 94
    assert sum(mine.values()) - none == counted["right/rejected"] + counted["wrong/kept"] == 44
    assert n_solutions() == 5276


@pytest.mark.parametrize(
    ("solution", "gold", "is_correct", "why"),
    [
        (_RIGHT.solution, "5", True, "rounded in words"),
        (_RIGHT.solution, "4.5", True, None),
        (_RIGHT.solution, "8", False, None),
        ("It is 9*2 = <<9*2=18>>18, so 5 are left.\nA: 5", "5", True, "concluded otherwise"),
        ("It is 9*2 = <<9*2=18>>18, so 5 are left.\nA: 5", "18", False, "concluded otherwise"),
        ("1/3 = <<1/3=0.3333333333>>0.33\nA: 0", "0", True, "rounded in words"),
        ("9*2 = <<9*2=5>>5\nA: 5", "5", True, "false arithmetic"),
        ("9*2 = <<9*2=5>>5, 5+1 = <<5+1=6>>6\nA: 6", "19", False, "false arithmetic"),
        ("It is 5.\nA: 5", "5", True, "no program, right"),
        ("It is 5.\nA: 5", "6", False, "no program, wrong"),
    ],
)
def test_why_a_solution_is_sorted_otherwise(
    solution: str, gold: str, is_correct: bool, why: Why | None
) -> None:
    given = replace(_RIGHT, solution=solution, gold=gold, is_correct=is_correct)

    assert why_apart(given) == why
