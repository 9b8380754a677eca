"""What the paper claims, and what can be said of it without its models; one entry per claim."""

from benchmarks.families.story_style.chain.claims import CLAIMS as CHAIN
from benchmarks.families.story_style.floors.claims import CLAIMS as FLOORS
from benchmarks.families.story_style.history.claims import CLAIMS as HISTORY
from benchmarks.families.story_style.linear.claims import CLAIMS as LINEAR
from benchmarks.families.story_style.model.claims import CLAIMS as MODEL
from benchmarks.families.story_style.proved import CLAIMS as PROVED
from benchmarks.families.story_style.stated import CLAIMS as STATED
from benchmarks.paper.claims import PaperClaim

CLAIMS: tuple[PaperClaim, ...] = (*FLOORS, *CHAIN, *LINEAR, *MODEL, *HISTORY, *PROVED, *STATED)
"""Everything that is claimed of story style transfer, in the order of the page."""
