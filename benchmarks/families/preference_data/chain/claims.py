"""What is claimed of selection by reward in a chain."""

from benchmarks.paper.claims import PaperClaim

CLAIMS: tuple[PaperClaim, ...] = ()
"""Claims in the order of the page."""
