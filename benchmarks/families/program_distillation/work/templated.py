"""Templates become problems with programs: to learn, with fresh numbers, and of other templates."""

import json
from ast import FunctionDef
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.families.program_distillation.work.measures import Measures, count, mean, share
from data.executing.answers import is_answer, read_answer
from data.executing.outcome import OutcomeClass
from data.program_distillation.running import execute_exactly
from data.program_distillation.templates.machine import Unknown
from data.program_distillation.templates.problems import (
    DrawnProblem,
    draw_problem,
    draw_sets,
    read_templates,
)
from data.sources.fetching import Wheel, open_package

_UNKNOWN = "template is not known"
_WHOLE = 0.9
"""Share of right draws from which on a template is used."""


def templates(folder: Path, *, seed: int, draws: int, wheel: Wheel) -> Mapping[str, Any]:
    """Draw problems of every template, and write three sets from those that are whole.

    Args:
        folder: Receives `train.jsonl`, `fresh.jsonl` and `unseen.jsonl`.
        seed: Replicate.
        draws: Problems of each template, and in each set.
        wheel: The pinned package.
    """
    trees = read_templates(open_package(wheel))
    classes = {number: _classes(number, tree, draws, seed) for number, tree in trees.items()}
    right = {number: seen[str(OutcomeClass.RIGHT)] for number, seen in classes.items()}
    whole = {number: trees[number] for number in trees if right[number] >= _WHOLE * draws}
    total = sum(classes.values(), Counter[str]())
    n = len(trees) * draws
    sets = {
        name: [problem for problem in found if _class_of(problem) == OutcomeClass.RIGHT]
        for name, found in sets_by_name(whole, seed, draws).items()
    }
    for name, problems in sets.items():
        lines = [json.dumps(asdict(problem), ensure_ascii=False) for problem in problems]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    measures: Measures = {
        "right": share(sum(right.values()), n),
        "whole_templates": share(len(whole), len(trees)),
        **{f"class/{name}": count(number, n) for name, number in sorted(total.items())},
    }
    return {"measures": measures | _sizes(sets)}


def sets_by_name(
    whole: Mapping[int, FunctionDef], seed: int, draws: int
) -> Mapping[str, Sequence[DrawnProblem]]:
    """The three sets by name."""
    found = draw_sets(whole, seed, draws)
    return {"train": found.train, "fresh": found.fresh, "unseen": found.unseen}


def _classes(number: int, tree: FunctionDef, draws: int, seed: int) -> Counter[str]:
    """What became of the draws of one template."""
    seen: Counter[str] = Counter()
    for draw in range(draws):
        try:
            problem = draw_problem(number, tree, draw, seed)
        except Unknown:  # counted, as every class of loss
            seen[_UNKNOWN] += 1
            continue
        seen[str(_class_of(problem))] += 1
    return seen


def _class_of(problem: DrawnProblem) -> OutcomeClass:
    found = execute_exactly(problem.program)
    if found.failure is not None:
        return found.failure
    right = is_answer(found.value, read_answer(problem.answer))
    return OutcomeClass.RIGHT if right else OutcomeClass.WRONG_VALUE


def _sizes(sets: Mapping[str, Sequence[DrawnProblem]]) -> Measures:
    questions = {name: {problem.question for problem in found} for name, found in sets.items()}
    shared = questions["train"] & (questions["fresh"] | questions["unseen"])
    train = sets["train"]
    return {
        **{f"problems/{name}": count(len(found), len(found)) for name, found in sets.items()},
        "problems/shared": count(len(shared), len(questions["train"])),
        "characters/program": mean([len(problem.program) for problem in train]),
        "characters/chain_of_thought": mean([len(problem.chain_of_thought) for problem in train]),
    }
