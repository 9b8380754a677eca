"""Margins of the claims, as data with their reasons: what counts as no worse, level, or alike.

All are in held-out bits per byte unless they say otherwise. What they are measured against is what
pure synthetic text costs on these chains: 0.09 to 0.10 after three to five generations, that is
0.02 to 0.03 a generation.
"""

from benchmarks.comparing.decisions import Region
from benchmarks.paper.rules import words_of

NOT_WORSE = Region(below=0.002)
"""What a text may cost and still do as well as another."""
NOT_WORSE_WORDS = (
    "(no worse by more than 0.002: a fiftieth of what pure synthetic text costs in three to five "
    "generations, a tenth of what editing costs a model that edits with itself)"
)
AS_ACCURATE = Region(above=-1.0)
"""Points of accuracy."""
AS_ACCURATE_WORDS = words_of(AS_ACCURATE)
AS_ACCURATE_NOTE = (
    "(no worse by more than one point: about two standard errors over the items of Table 2)"
)
LEVEL_SLOPE = Region(below=0.002)
"""What a loss may rise by in a generation and still count as level."""
LEVEL_SLOPE_WORDS = (
    "(level: by less than 0.002 a generation, a tenth of what pure synthetic text costs; whether a "
    "loss is bounded is not judged: it may be so and rise faster at first, or rise without bound "
    "and more slowly, and no number of generations tells)"
)
SAME_END = Region(above=-0.01, below=0.01)
"""What two chains that end alike may differ by."""
SAME_END_WORDS = (
    "(alike: within 0.01, a tenth of what pure synthetic text costs in three to five generations)"
)
SAVES_LITTLE = Region(above=-0.01)
"""What a method may save of the cost of `replace` and still repair nothing."""
SAVES_LITTLE_WORDS = "(less than 0.01, a tenth of it)"
UNCHANGED = Region(above=-0.002, below=0.002)
"""What machinery that adds nothing may add."""
UNCHANGED_WORDS = "(within 0.002, as little as counts as doing as well)"
THREE_QUARTERS = Region(above=72.5, below=77.5)
"""Per cent; what rounds to 75 in steps of five."""
THREE_QUARTERS_WORDS = "(what rounds to 75 in steps of five, as it is printed)"
THOUSANDFOLD = Region(above=512, below=2048)
"""Ratio of times; within a factor of two of 1024."""
THOUSANDFOLD_WORDS = "(within a factor of two of 1024)"
