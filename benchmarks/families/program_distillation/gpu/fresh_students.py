"""A step of `collapse gpu`: students of GSM8K's twins from fresh weights, which need no package."""

import time
from collections.abc import Iterable
from dataclasses import replace

from benchmarks.families.program_distillation.gpu.settings import BY_WORDS
from benchmarks.families.program_distillation.gpu.stages import TEST
from benchmarks.families.program_distillation.gpu.study import (
    TwinStudy,
    program_distillation_gpu,
)
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.running.step import Workbench
from lightning_modules.settings import ModelShape, Optimization

ARMS = ("program", "refined")
"""Students that are trained, the one that is searched first."""


def fresh_students(bench: Workbench) -> None:
    """One seed of two students of fresh weights, and what their programs, repairs and beams say.

    Their settings are not those of the recipe, so that their records decide no claim: they show
    that all of it runs on a GPU, how long each stage takes there, and what no pretraining is worth.
    """
    study = miniature() if bench.miniature else from_fresh_weights()
    bench.say(
        f"{study.name}-{study.digest}: fresh weights, {study.model.layers} layers of width "
        f"{study.model.width}, {study.passes} passes; arms {', '.join(ARMS)}; seed 0"
    )
    longest = 0.0
    for arm in ARMS:
        if bench.seconds_left() < longest:
            bench.say(f"arm {arm} does not fit any more")
            return
        began = time.time()
        record = bench.run(study, arm, 0)
        assert isinstance(record, DistillationRecord), "the study is of this family"
        longest = time.time() - began
        for line in _told(record):
            bench.say(line)


def from_fresh_weights() -> TwinStudy:
    """The recipe with a model of 26 M fresh weights that learns for a minute."""
    whole = program_distillation_gpu()
    return replace(
        whole,
        arms=ARMS,
        taught={arm: whole.taught[arm] for arm in ARMS},
        checkpoint=None,
        model=ModelShape(
            layers=8, width=512, heads=8, feed_forward=1408, context=512, vocabulary_size=4096
        ),
        fit=Optimization(learning_rate=1e-3, warmup_steps=50, windows_per_step=32),
        passes=6,
        test=400,
        max_tokens=128,
        search=replace(whole.search, encoder=BY_WORDS),
    )


def miniature() -> TwinStudy:
    """The same with models that learn nothing in a second."""
    whole = from_fresh_weights()
    return replace(
        whole,
        model=ModelShape(
            layers=1, width=32, heads=2, feed_forward=64, context=512, vocabulary_size=400
        ),
        fit=Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=2),
        passes=1,
        train=40,
        test=6,
        max_tokens=12,
        search=replace(whole.search, width=2, max_tokens=12, prompts_at_once=4),
    )


def _told(record: DistillationRecord) -> Iterable[str]:
    """What the record of one arm says, in words."""
    value = {key: metric.value for key, metric in record.metrics.items()}
    yield (
        f"{record.arm}: {value[f'{TEST}/right']:.2%} right (floor {value[f'{TEST}/floor']:.2%}), "
        f"{value[f'{TEST}/ran']:.1%} ran; {value['trained/steps']:,.0f} steps, "
        f"{value['trained/tokens']:,.0f} tokens"
    )
    seconds = (f"{name} {facts.seconds:.0f} s" for name, facts in record.stages.items())
    yield f"{record.arm}: {', '.join(seconds)}"
    if "refine/gain" in value:
        yield (
            f"{record.arm}: {value['first/failed']:.1%} failed; repaired "
            f"{value['refine/gain']:+.2%}, drawn again {value['redraw/gain']:+.2%}"
        )
    if "verified/right" in value:
        yield (
            f"{record.arm}: beam {value['beam/right']:.2%}, verified "
            f"{value['verified/right']:.2%}, vote {value['vote/right']:.2%} (one of its programs: "
            f"{value['vote/any_right']:.2%}); "
            f"{value['verified/differs']:.1%} of the verified programs are others"
        )
