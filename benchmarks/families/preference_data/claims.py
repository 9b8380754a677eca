"""What the paper claims, and what can be said of it without its models; one entry per claim."""

from benchmarks.families.preference_data.chain.claims import CLAIMS as CHAIN
from benchmarks.families.preference_data.instructions.claims import CLAIMS as INSTRUCTIONS
from benchmarks.families.preference_data.paper.claims import CLAIMS as PAPER
from benchmarks.families.preference_data.printed.claims import CLAIMS as PRINTED
from benchmarks.families.preference_data.proved import CLAIMS as PROVED
from benchmarks.families.preference_data.reward.claims import CLAIMS as REWARD
from benchmarks.families.preference_data.tuned_rewards.claims import CLAIMS as TUNED
from benchmarks.families.preference_data.tuning.claims import CLAIMS as TUNING
from benchmarks.paper.claims import PaperClaim

CLAIMS: tuple[PaperClaim, ...] = (
    *PRINTED, *PROVED, *REWARD, *TUNED, *INSTRUCTIONS, *TUNING, *CHAIN, *PAPER,
)  # fmt: skip
"""Everything that is claimed of preference data, in the order of the page."""
