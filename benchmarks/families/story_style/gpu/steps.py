"""The family's step of `collapse gpu`: rewriters of fresh weights, loss by loss."""

from benchmarks.families.story_style.gpu.rewriters import fresh_rewriters
from benchmarks.running.step import Step

STEPS = (
    Step(
        name="story-rewriters",
        summary="rewriters of stories from fresh weights: as on the CPU, and what each loss does",
        seconds=90,
        work=fresh_rewriters,
    ),
)
