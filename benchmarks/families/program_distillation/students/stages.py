"""The stages of one student: what all arms of a seed share is run once, for it has one address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.chains.text.human_text import human_identity
from benchmarks.chains.work.fit import fit, fit_base
from benchmarks.families.program_distillation.students import solving, teaching
from benchmarks.families.program_distillation.students.settings import StudentSettings
from benchmarks.families.program_distillation.work.measures import Measures
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import File, Stage
from data.program_distillation.taught.solved import Target
from data.program_distillation.templates.problems import REASONING_GYM
from lightning_modules.settings import ModelShape, Optimization

TESTS = ("fresh", "unseen")
"""Test sets: learnt templates with other numbers, and templates of which nothing was learnt."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The stages that all students of a seed have in common."""

    problems: Stage
    """Has the files `train`, `reserve` and the test sets, each `.jsonl`."""
    words: Stage
    """Has the tokenizer and the general text."""
    base: Stage
    """Has the model that students begin with."""
    before: Stage
    """Measured it."""

    @property
    def all(self) -> list[Stage]:
        """The stages in their order."""
        return [self.problems, self.words, self.base, self.before]


def student_stages(study: StudentSettings, arm: str, seed: int, bench: Bench) -> Sequence[Stage]:
    """All stages of one arm of one seed, in their order.

    Args:
        study: The study.
        arm: Name of the arm.
        seed: Replicate; it draws problems, weights and order.
        bench: Runs the stages.
    """
    shared = shared_stages(study, seed, bench)
    files = {name: shared.problems.file(f"{name}.jsonl") for name in ("train", "reserve", *TESTS)}
    return [*shared.all, *own_stages(study, arm, seed, bench, shared, files)]


def shared_stages(study: StudentSettings, seed: int, bench: Bench) -> Shared:
    """Draw the problems of a seed, and train and measure its base.

    Args:
        study: The study.
        seed: Replicate.
        bench: Runs the stages.
    """
    problems = _problems(study, seed, bench)
    words = _words(study, seed, bench, problems)
    base = _base(study, seed, bench, words)
    before = bench.run(
        0,
        "before",
        solving.know,
        model=base.file("model"),
        context=study.model.context,
        at_once=study.at_once,
        general=words.file("held_out.arrow"),
        asked=problems.file("fresh.jsonl"),
    )
    return Shared(problems, words, base, before)


def own_stages(
    study: StudentSettings,
    arm: str,
    seed: int,
    bench: Bench,
    shared: Shared,
    files: Mapping[str, File],
) -> list[Stage]:
    """The floor of one arm, and its student: taught, trained and measured.

    Args:
        study: The study.
        arm: Name of the arm.
        seed: Replicate.
        bench: Runs the stages.
        shared: What all students of the seed have in common.
        files: Problems: `train` and `reserve`, and all others are test sets.
    """
    student = study.students[arm]
    tests = {name: file for name, file in files.items() if name not in ("train", "reserve")}
    floor = bench.run(0, "floor", solving.copy_nearest, solved=files["train"], tests=tests)
    taught = bench.run(
        0,
        "taught",
        teaching.teach,
        student=student,
        faulty=study.faulty,
        passes=study.passes,
        seed=seed,
        context=study.model.context,
        train=files["train"],
        reserve=files["reserve"],
        tokenizer=shared.words.file("tokenizer"),
    )
    trained = fitted(
        bench,
        model=study.model,
        by=study.fit,
        seed=seed,
        corpus=taught.file("corpus.arrow"),
        words=shared.words,
        start=shared.base.file("model"),
    )
    solved = bench.run(
        0,
        "solved",
        solving.solve,
        model=trained.file("model"),
        target=student.target,
        context=study.model.context,
        max_tokens=study.max_tokens,
        at_once=study.at_once,
        tests=tests,
        general=shared.words.file("held_out.arrow"),
    )
    return [floor, taught, trained, solved]


def _problems(study: StudentSettings, seed: int, bench: Bench) -> Stage:
    return bench.run(
        0,
        "problems",
        teaching.draw,
        seed=seed,
        rule=study.templates,
        train=study.train,
        reserve=study.reserve,
        test=study.test,
        wheel=Pinned(REASONING_GYM, REASONING_GYM.sha256),
    )


def _words(study: StudentSettings, seed: int, bench: Bench, problems: Stage) -> Stage:
    general = study.base.text
    return bench.run(
        0,
        "words",
        teaching.prepare_words,
        general=general,
        content=human_identity(general),
        vocabulary_size=study.model.vocabulary_size,
        tokens=study.base.tokens,
        copies=study.copies,
        seed=seed,
        problems=problems.file("train.jsonl"),
    )


def _base(study: StudentSettings, seed: int, bench: Bench, words: Stage) -> Stage:
    return bench.run(
        0,
        "base",
        fit_base,
        corpora=[words.file("base.arrow")],
        tokenizer=words.file("tokenizer"),
        shape=study.model,
        optimization=study.base.fit,
        part_tokens=[0],
        seed=seed,
    )


def fitted(
    bench: Bench,
    *,
    model: ModelShape,
    by: Optimization,
    seed: int,
    corpus: File,
    words: Stage,
    start: File | None,
) -> Stage:
    """Fit one student on its corpus.

    Args:
        bench: Runs the stage.
        model: Shape of the student.
        by: How it is trained.
        seed: Replicate.
        corpus: What it is taught.
        words: The stage that has its `tokenizer`.
        start: Weights that it begins with; None for fresh ones.
    """
    return bench.run(
        0,
        "student",
        fit,
        corpora=[corpus],
        tokenizer=words.file("tokenizer"),
        start=start,
        shape=model,
        optimization=by,
        part_tokens=[0],
        truncate_above=None,
        seed=seed,
        generation=0,
    )


def gathered(target: Target, stages: Sequence[Stage]) -> Measures:
    """All measures of one arm by name, with the floor of its target alone.

    Args:
        target: What the arm's student writes.
        stages: Its stages, as `student_stages` gives them.
    """
    *_, before, floor, taught, trained, solved = stages
    facts = trained.facts
    measures: dict[str, Any] = {
        "base/copied": before.facts["measures"]["copied"],
        "general/before": before.facts["measures"]["general/bits_per_byte"],
        **taught.facts["measures"],
        **{
            f"trained/{name}": {"value": float(facts[name]), "stderr": None, "n": 1}
            for name in ("steps", "tokens", "parameters", "final_loss")
        },
        **solved.facts["measures"],
    }
    suffix = f"/floor/{target}"
    for key, measure in floor.facts["measures"].items():
        if key.endswith(suffix):
            measures[key.removesuffix(f"/{target}")] = measure
    return measures
