"""What is claimed of preference tuning."""

from benchmarks.paper.claims import PaperClaim

CLAIMS: tuple[PaperClaim, ...] = ()
"""Claims in the order of the page."""
