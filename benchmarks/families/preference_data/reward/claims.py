"""What is claimed of reward models and of decontamination."""

from benchmarks.paper.claims import PaperClaim

CLAIMS: tuple[PaperClaim, ...] = ()
"""Claims in the order of the page."""
