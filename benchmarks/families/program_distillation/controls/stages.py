"""The stages of one student among the controls; all but two are those of other students."""

from collections.abc import Mapping, Sequence

from benchmarks.families.program_distillation.controls import work
from benchmarks.families.program_distillation.students.settings import StudentSettings
from benchmarks.families.program_distillation.students.stages import (
    TESTS,
    own_stages,
    shared_stages,
)
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import File, Stage
from data.program_distillation.templates.problems import REASONING_GYM

OUTSIDE = "outside"
"""Test set of learnt templates with a number beyond all that were learnt of the template."""


def control_stages(
    study: StudentSettings,
    arm: str,
    seed: int,
    bench: Bench,
    *,
    difficulty: float,
    has_plain_names: bool,
) -> Sequence[Stage]:
    """All stages of one arm of one seed, in their order.

    Args:
        study: What all students of the study share.
        arm: Name of the arm.
        seed: Replicate; it draws problems, weights and order.
        bench: Runs the stages.
        difficulty: Factor by which the generators' ranges grow for the third test set.
        has_plain_names: Whether programs name their values `v1`, `v2`.
    """
    shared = shared_stages(study, seed, bench)
    outside = bench.run(
        0,
        OUTSIDE,
        work.draw_outside,
        seed=seed,
        each=study.test,
        difficulty=difficulty,
        train=shared.problems.file("train.jsonl"),
        wheel=Pinned(REASONING_GYM, REASONING_GYM.sha256),
    )
    files: Mapping[str, File] = {
        **{name: shared.problems.file(f"{name}.jsonl") for name in ("train", "reserve", *TESTS)},
        OUTSIDE: outside.file(f"{OUTSIDE}.jsonl"),
    }
    renamed: list[Stage] = []
    if has_plain_names:
        stage = bench.run(0, "renamed", work.rename, files=files)
        files = {name: stage.file(f"{name}.jsonl") for name in files}
        renamed.append(stage)
    return [
        outside,
        *renamed,
        *shared.all,
        *own_stages(study, arm, seed, bench, shared, files),
    ]
