"""What is claimed of edits by an emulator of the prior: that they are the prior's own."""

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.layer_emulators.edits.recipe import (
    SKIP_COST,
    UNIFORM,
    layer_emulators_edits,
)
from benchmarks.families.layer_emulators.edits.statistics import (
    flagged_by_all_but_one,
    flagged_by_four_fifths,
    flagged_by_half,
    gain_of_choice,
    ratio_of_changes,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import from_arms

SAME = 0.9
"""Share of flagged tokens in common from which two edits count as the same."""
_LIKE = Region(above=0.8, below=1.25)
"""Ratios at which two edits change as much as each other."""
_WHERE = "no claim of the paper: emulators as priors of token editing"
_COMMAND = command("layer_emulators_edits")
_CAVEAT = (
    "SmolLM2-135M, whose 12.5 % of likeliest tokens are flagged, on the King James Bible and "
    "abstracts of medical papers"
)
_PILOT = (
    "(its number and 0.9 were written down before any run by chosen layers; a run of seed 100 was "
    "seen before this recipe had its sizes)"
)

CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="le.edits_half",
        where=_WHERE,
        statement="half of the layers of a prior, those that cost most to skip, flag the tokens "
        "that all flag",
        statistic="tokens that 16 of 30 layers and all layers flag, over those that either does",
        rule=from_arms(layer_emulators_edits, (SKIP_COST,), flagged_by_half, Region(above=SAME)),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.edits_most",
        where=_WHERE,
        statement="four fifths of the layers of a prior, those that cost most to skip, flag the "
        "tokens that all flag",
        statistic="the same of 24 of 30 layers",
        rule=from_arms(
            layer_emulators_edits, (SKIP_COST,), flagged_by_four_fifths, Region(above=SAME)
        ),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.edits_one",
        where=_WHERE,
        statement="all layers of a prior but the one that costs least to skip flag the tokens that "
        "all flag",
        statistic="the same of 29 of 30 layers",
        rule=from_arms(
            layer_emulators_edits, (SKIP_COST,), flagged_by_all_but_one, Region(above=SAME)
        ),
        note="(no run that kept 29 layers had been seen; what 24 and fewer do, in one of seed 100)",
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.edits_choice",
        where=_WHERE,
        statement="layers that cost most to skip flag more of what all flag than layers at equal "
        "distances",
        statistic="share flagged alike less that of layers at equal distances, mean over 24, 20 "
        "and 16 of 30 layers",
        rule=from_arms(layer_emulators_edits, (SKIP_COST, UNIFORM), gain_of_choice, ABOVE_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.edits_rate",
        where=_WHERE,
        statement="half of the layers change as large a share of what they flag as all do",
        statistic="exact probability that a flagged token is changed, of 16 of 30 layers over that "
        "of all",
        rule=from_arms(layer_emulators_edits, (SKIP_COST,), ratio_of_changes, _LIKE),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
)
