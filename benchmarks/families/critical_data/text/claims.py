"""What the paper claims about text, and what can be said of it with film snippets."""

import math
from collections.abc import Callable, Sequence

from benchmarks.comparing.decisions import BELOW_0, Region
from benchmarks.families.critical_data.recipes import critical_data, critical_data_cpu
from benchmarks.families.critical_data.text import statistics as of
from benchmarks.families.critical_data.text.study import critical_data_cpu_text
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import NotAttempted
from benchmarks.paper.rules import FIRST_THREE, BestSupported, FromRuns, Statistic, from_arms
from benchmarks.running.study import FamilyRecipe

_EIGHT = tuple(range(8))
"""Seeds that the cpu tier plans."""
_TESTED = 2651
"""Snippets that are set aside."""
_ERRORS = round(3 * math.sqrt(0.25 / _TESTED), 4)
"""Three standard errors of chance."""
_CHANCE = Region(above=0.5 - _ERRORS, below=0.5 + _ERRORS)
_GAIN = 0.05
_COMMAND = " ".join([command("critical_data_cpu_text"), *(f"--seed {n}" for n in _EIGHT[3:])])
_SNIPPETS = (
    "film snippets of 19 words stand in for IMDB: no registry of packages has IMDB, Yelp or "
    "Natural Instructions"
)


def _text(arm: str, statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(critical_data_cpu_text, (arm,), statistic, region, seeds=_EIGHT)


def _beside(addition: Callable[[], FamilyRecipe], seeds: Sequence[int]) -> FromRuns:
    """Text beside modular addition, whose sizes are the same at the smoke and at the cpu tier."""
    runs = ((critical_data_cpu_text, "sizes"), (addition, "sizes"))
    return FromRuns(runs, of.smoother_than_arithmetic, BELOW_0, seeds=tuple(seeds))


TEXT_CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="cds.text_smooth",
        where="Section 4",
        statement="the transition is smoother on text than on arithmetic",
        statistic="largest part of the rise of test accuracy over the sizes that falls within one "
        "doubling of n, text less addition modulo 31",
        rule=BestSupported(
            (_beside(critical_data, FIRST_THREE), _beside(critical_data_cpu, _EIGHT))
        ),
        note="(1 is a step; a rise that has not ended at the largest size counts as too steep)",
        command=_COMMAND,
        caveat=_SNIPPETS,
    ),
    PaperClaim(
        id="cds.text_memorise",
        where="Section 4",
        statement="text is learnt by heart at every data size",
        statistic="most steps until 99 % of the learnt texts are right, n from 50 to 6,400",
        rule=_text("sizes", of.slowest_memorised, Region(below=3000)),
        note="(the budget, with which a size counts that never was)",
        command=_COMMAND,
        caveat=_SNIPPETS,
    ),
    PaperClaim(
        id="cds.text_scrambled",
        where="this project",
        statement="with scrambled labels accuracy on other texts stays at chance",
        statistic="test accuracy at the end, n = 800",
        rule=_text("scrambled", of.last_share, _CHANCE),
        note="(one half, and three standard errors to either side)",
        command=_COMMAND,
    ),
    PaperClaim(
        id="cds.text_chance",
        where="Figure 2",
        statement="at the published scale and decay other texts are understood by chance alone "
        "when the learnt ones are known by heart",
        statistic="mean test accuracy after 4,000 steps of models that have memorised, alpha 10, "
        "decay .01, n = 400 and 800",
        rule=_text("published", of.known_by_heart, _CHANCE),
        note="(one half, and three standard errors to either side; the decay takes 230,257 steps "
        "to undo the scale)",
        command=_COMMAND,
        caveat=_SNIPPETS,
    ),
    PaperClaim(
        id="cds.text_plain",
        where="this project, of Section 4",
        statement="without rescaled weights text is not grokked: what is learnt of other texts is "
        "learnt before all texts are known by heart",
        statistic="test accuracy at the end less that when memorised, alpha 1, decay .1, n = 1,600",
        rule=_text("late", of.gain_at(1.0), Region(below=_GAIN)),
        note="(five points)",
        command=_COMMAND,
        caveat=_SNIPPETS,
    ),
    PaperClaim(
        id="cds.text_grok",
        where="Section 4",
        statement="with rescaled weights text is grokked: other texts are understood after all "
        "texts are known by heart",
        statistic="test accuracy at the end less that when memorised, alpha 4, decay .1, n = 1,600",
        rule=_text("late", of.gain_at(4.0), Region(above=_GAIN)),
        note="(five points; the decay undoes the scale after 13,862 of 16,000 steps)",
        command=_COMMAND,
        caveat=f"{_SNIPPETS}; alpha 4 and decay .1 in place of 10 and .01",
    ),
    PaperClaim(
        id="cds.imdb",
        where="Figure 2",
        statement="film reviews are grokked under rescaled initial weights, after 350,000 steps",
        statistic="steps until test accuracy is .8, and the accuracy at a step chosen beforehand",
        rule=NotAttempted(
            "reproduced if all of at least 3 seeds memorise before 100,000 steps and pass .8 after"
        ),
    ),
    PaperClaim(
        id="cds.yelp",
        where="Figure 3",
        statement="Yelp groks on a tenth of its reviews alone, for about 5 points of accuracy",
        statistic="accuracy on all less that on a tenth, and steps of each",
        rule=NotAttempted("reproduced if the 95 % interval lies between 3 and 7 points"),
    ),
    PaperClaim(
        id="cds.model_wise",
        where="Figure 7",
        statement="mean accuracy on film reviews falls from .835 at width 16 to .818 at width 256",
        statistic="slope of accuracy, at a step chosen on held-out data, on width",
        rule=NotAttempted("reproduced if the 95 % interval over at least 3 seeds lies below 0"),
    ),
    PaperClaim(
        id="cds.instruction",
        where="Appendix",
        statement="instruction data does not generalise at this size",
        statistic="largest test accuracy of task846 over steps",
        rule=NotAttempted("reproduced if the 95 % interval over at least 3 seeds lies below .6"),
        caveat="not tried: task846 of Natural Instructions is in no registry of packages, and no "
        "set with the same answers stands in for it; `critical_data_paper` runs it from a file",
    ),
)
