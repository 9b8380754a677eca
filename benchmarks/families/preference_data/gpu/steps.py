"""The family's step of `collapse gpu`: policies of fresh weights, tuned on pairs."""

from benchmarks.families.preference_data.gpu.policies import fresh_policies
from benchmarks.running.step import Step

STEPS = (
    Step(
        name="preference-policies",
        summary="policies of fresh weights tuned on pairs: as on the CPU, and what they displace",
        seconds=90,
        work=fresh_policies,
    ),
)
