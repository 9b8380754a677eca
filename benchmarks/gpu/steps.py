"""The list of steps, in the order of their worth."""

from benchmarks.families.catalogue import FAMILIES
from benchmarks.gpu import (
    editing,
    equal,
    equal_parts,
    hardware,
    sampling,
    scoring,
    telling,
    training,
)
from benchmarks.running.step import Step
from data.errors import BadInput

STEPS = (
    Step(
        name="card",
        summary="what the card can do at most: a matrix product and a copy",
        seconds=15,
        work=hardware.card,
    ),
    Step(
        name="equal",
        summary="fit, score, write and edit as on the CPU, twice, at two batch sizes",
        seconds=35,
        work=equal.stages,
    ),
    Step(
        name="equal-writing",
        summary="documents under every rule, on the device and on the CPU, again, in other batches",
        seconds=25,
        work=equal_parts.writing,
    ),
    Step(
        name="equal-scoring",
        summary="log-probabilities and candidates, on the device and on the CPU",
        seconds=15,
        work=equal_parts.scoring,
    ),
    Step(
        name="equal-fits",
        summary="fits in bf16, compiled and not, twice to the bit",
        seconds=40,
        work=equal_parts.fits,
    ),
    Step(
        name="train-large",
        summary="training of 124 M parameters against a loop by hand, with MFU",
        seconds=110,
        work=training.large,
    ),
    Step(
        name="score-small",
        summary="scoring at the shape of SmolLM2-135M against the bare forward pass",
        seconds=25,
        work=scoring.small,
    ),
    Step(
        name="write-medium",
        summary="writing with 55 M parameters against transformers",
        seconds=45,
        work=sampling.medium,
    ),
    Step(
        name="edit",
        summary="editing files end to end, killed and resumed, at the rate of the forward pass",
        seconds=45,
        work=editing.files,
    ),
    Step(
        name="score-billion",
        summary="scoring at the shape of a 1.2 B model with 128k words",
        seconds=40,
        work=scoring.billion,
    ),
    Step(
        name="train-medium",
        summary="training of 55 M parameters against a loop by hand, with MFU",
        seconds=80,
        work=training.medium,
    ),
    Step(
        name="write-small",
        summary="writing at the shape of SmolLM2-135M against transformers",
        seconds=45,
        work=sampling.small,
    ),
    Step(
        name="profile",
        summary="which kernels a compiled training step of 124 M parameters is made of",
        seconds=60,
        work=training.profile,
    ),
    Step(
        name="sharded",
        summary="a fit that is divided (FSDP2) over one process against a whole one",
        seconds=5,
        work=equal.sharded,
    ),
    Step(
        name="two-processes",
        summary="all stages on two processes over gloo, on this machine's CPU",
        seconds=60,
        work=equal.two_processes,
    ),
    Step(
        name="chains",
        summary="chains of workflows_gpu in the order of what they tell",
        seconds=60,
        work=telling.chains,
        takes_all=True,
    ),
)  # fmt: skip
"""The suite's own steps; those of families come before the last one, which takes all that is
left."""

LONGEST_OF_FAMILY = 90.0
"""Seconds that a family's step may be expected to take."""


def all_steps() -> tuple[Step, ...]:
    """The suite's steps and those of all families, in the order in which they are done."""
    theirs = tuple(step for family in FAMILIES for step in family.gpu_steps())
    return (*STEPS[:-1], *theirs, STEPS[-1])


def find_step(name: str) -> Step:
    """A step by its name.

    Raises:
        BadInput: There is no such step.
    """
    for step in all_steps():
        if step.name == name:
            return step
    known = ", ".join(step.name for step in all_steps())
    raise BadInput(f"unknown step {name!r}; use some of {known}")
