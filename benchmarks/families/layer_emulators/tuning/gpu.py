"""The step of `collapse gpu`: own models of 24 layers are tuned by emulators of 12."""

import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.chains.settings import HumanText
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning import statistics as of
from benchmarks.families.layer_emulators.tuning.gate import KEY, LEAST
from benchmarks.families.layer_emulators.tuning.settings import CONTROLS, ENDS, GATE, SPREAD
from benchmarks.families.layer_emulators.tuning.study import TuningStudy, layer_emulators_gpu
from benchmarks.running.step import FoundEquality, Step, Workbench
from lightning_modules.settings import ModelShape, Optimization

_SECONDS_AFTER = 5.0
"""Seconds that are left for the report when no further arm is begun."""


def tuning(bench: Workbench) -> None:
    """Records of the arms of `layer_emulators_gpu`, seed 0, those that tell most first."""
    study = _miniature() if bench.miniature else layer_emulators_gpu()
    bench.say(
        f"{study.name}-{study.digest}: {study.shape.layers} layers of width {study.shape.width}, "
        f"emulators of {study.kept}, {len(study.places_of(SPREAD))} of them trained"
    )
    longest = 0.0
    for arm in study.arms:
        if bench.seconds_left() < longest + _SECONDS_AFTER:
            bench.say(f"arms from {arm} on do not fit any more")
            return
        began = time.time()
        record = bench.run(study, arm, 0)
        assert isinstance(record, EmulatorRecord), "the study is of this family"
        longest = max(longest, time.time() - began)
        for line in told(record):
            bench.say(line)
        if arm == CONTROLS:
            different = of.number(record, "all_kept/weights_that_differ")
            bench.found(
                FoundEquality(
                    name="an emulator that keeps all layers is tuned as the model is",
                    outcome=f"{different:.0f} weights differ",
                    tolerance="0 weights",
                    holds=different == 0,
                )
            )


def told(record: EmulatorRecord) -> Iterator[str]:
    """What a record of an arm says, in words."""
    spent = f"{record.arm}: {record.seconds:.0f} s of stages"
    if record.arm == GATE:
        cost = of.number(record, KEY)
        passes = "passes" if cost >= LEAST else "does not pass"
        yield f"{spent}; a middle layer costs {cost:.3f} nats per token: {passes} the gate"
    elif record.arm == CONTROLS:
        yield f"{spent}; {_barriers(record)}"
    else:
        yield f"{spent}; {_plug_ins(record)}"
        yield (
            f"{record.arm}: rank correlation of the emulator's loss with that of its plug-in "
            f"{of.predicts([record], 'zero_shot'):+.2f}, of the first gradient "
            f"{of.predicts([record], 'gradient'):+.2f}"
        )


def _plug_ins(record: EmulatorRecord) -> str:
    best = min(of.different(record), key=lambda name: of.number(record, f"{name}/plug_in"))
    parts = {
        "zero-shot": "full/zero_shot",
        "inside the model": "full/same_layers",
        "uniform": "uniform/plug_in",
        "CKA + sharing": f"{of.PAPER}/plug_in",
        f"the best, {best},": f"{best}/plug_in",
    }
    return "; ".join(f"{name} {of.number(record, key):.3f}" for name, key in parts.items())


def _barriers(record: EmulatorRecord) -> str:
    assert record.tuning is not None, "the arm walks lines"
    shares = {pair: of.number(record, f"{pair}/barrier_share") for pair in record.tuning.curves}
    return "barriers over zero-shot losses: " + ", ".join(
        f"{pair.replace('_', ' ')} {share:.4f}" for pair, share in shares.items()
    )


def _miniature() -> TuningStudy:
    """The study with models of six layers that learn little, on text that is always at hand."""
    human = HumanText(
        source="king_james", held_out_bytes=8000, first_tokens=1500, generation_tokens=100
    )
    return replace(
        layer_emulators_gpu(),
        general=human,
        target=replace(human, first_tokens=600),
        shape=ModelShape(
            layers=6, width=8, heads=1, feed_forward=16, context=16, vocabulary_size=300
        ),
        first_fit=Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=8),
        look_every=5,
        places={SPREAD: (0, 3), ENDS: (0, 5)},
        kept=4,
        random_sets=1,
        tried=5,
        fit=Optimization(learning_rate=1e-2, warmup_steps=1, windows_per_step=8),
        texts=6,
        chosen_by=5,
        coefficients=2,
    )


STEPS = (
    Step(
        name="emulator-tuning",
        summary="own models of 24 layers tuned by emulators of 12, put back, mixed",
        seconds=90,
        work=tuning,
    ),
)
"""The family's steps of `collapse gpu`."""
