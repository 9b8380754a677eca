"""The work of the two stages that controls alone have: larger numbers, and other names."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.program_distillation.programs import plainly_named
from data.program_distillation.taught.solved import Solved, read_solved, write_solved
from data.program_distillation.templates.outside import largest_numbers, problems_outside
from data.program_distillation.templates.problems import read_templates
from data.sources.fetching import Wheel, open_package


def draw_outside(
    folder: Path, *, seed: int, each: int, difficulty: float, train: Path, wheel: Wheel
) -> Mapping[str, Any]:
    """Draw problems of the learnt templates with numbers beyond the learnt ones.

    Args:
        folder: Receives `outside.jsonl`.
        seed: Replicate.
        each: Problems of each template.
        difficulty: Factor by which the generators' ranges grow.
        train: File of the learnt problems.
        wheel: The pinned package of the templates.
    """
    templates = read_templates(open_package(wheel))
    largest = largest_numbers(read_solved(train))
    found = problems_outside(templates, largest, seed, each=each, difficulty=difficulty)
    write_solved(folder / "outside.jsonl", (Solved.of(one, str(one.template)) for one in found))
    return {"problems": len(found), "templates": sorted({one.template for one in found})}


def rename(folder: Path, *, files: Mapping[str, Path]) -> Mapping[str, Any]:
    """Write problems anew with programs whose names say nothing.

    Args:
        folder: Receives a file of each name, `.jsonl`.
        files: Files of problems, by name.
    """
    for name, path in files.items():
        problems = (replace(one, program=plainly_named(one.program)) for one in read_solved(path))
        write_solved(folder / f"{name}.jsonl", problems)
    return {"files": sorted(files)}
