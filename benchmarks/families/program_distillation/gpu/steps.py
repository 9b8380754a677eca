"""The family's steps of `collapse gpu`: what beams are worth trusting, then students of twins."""

from benchmarks.families.program_distillation.gpu.equal_beams import equal_beams
from benchmarks.families.program_distillation.gpu.fresh_students import fresh_students
from benchmarks.running.step import Step

STEPS = (
    Step(
        name="program-beams",
        summary="beams with and without a verifier as on the CPU, again, in other batches",
        seconds=40,
        work=equal_beams,
    ),
    Step(
        name="program-students",
        summary="students of GSM8K's twins from fresh weights: their programs, repairs and beams",
        seconds=90,
        work=fresh_students,
    ),
)
