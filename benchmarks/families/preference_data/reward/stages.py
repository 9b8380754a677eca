"""Stages of an exam that studies share: each has one address, so that it is run once for all."""

from benchmarks.families.preference_data.reward.work import encoding
from benchmarks.families.preference_data.reward.work.items import ITEMS, make_items
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import File, Stage
from data.sources.evaluation_sets import EVALUATION_SETS


def exam_items(bench: Bench, exam: str, questions: int) -> Stage:
    """The questions that are drawn of an exam, with their candidates.

    Args:
        bench: Runs the stage.
        exam: Name of the exam.
        questions: Number of questions.
    """
    wheel = EVALUATION_SETS[exam].wheel
    pinned = Pinned(wheel.requirement, wheel.sha256)
    return bench.run(0, "items", make_items, exam=exam, questions=questions, wheel=pinned)


def encoded_sentences(bench: Bench, encoder: File, made: Stage, questions: int) -> Stage:
    """Questions and candidates as points of an encoder of sentences.

    Args:
        bench: Runs the stage.
        encoder: Folder of the encoder.
        made: The stage of the questions.
        questions: Number of questions.
    """
    return bench.run(
        0, "sentences", encoding.encode_sentences, progress=5 * questions, model=encoder,
        items=made.file(ITEMS),
    )  # fmt: skip
