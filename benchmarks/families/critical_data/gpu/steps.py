"""The family's steps of `collapse gpu`: what decides its claims first, then what is equal."""

from benchmarks.families.critical_data.gpu.equal import equal
from benchmarks.families.critical_data.gpu.sizes import critical_sizes
from benchmarks.running.step import Step

STEPS = (
    Step(
        name="critical-sizes",
        summary="addition modulo 113 as published, around the critical size, eight seeds",
        seconds=85,
        work=critical_sizes,
    ),
    Step(
        name="critical-equal",
        summary="many small models at once as each alone and as on the CPU; their speed",
        seconds=75,
        work=equal,
    ),
)
