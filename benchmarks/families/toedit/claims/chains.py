"""What the paper claims of chains of models that learn synthetic or edited text."""

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.toedit.claims.margins import (
    LEVEL_SLOPE,
    LEVEL_SLOPE_WORDS,
    THOUSANDFOLD,
    THOUSANDFOLD_WORDS,
)
from benchmarks.families.toedit.claims.pairs import MAKE_SIX, OWN_PRIOR, by_chains
from benchmarks.families.toedit.claims.statistics import gap_slope, last_difference
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import NotAttempted
from benchmarks.paper.rules import words_of

_EDITED = ("edit_previous", "edit_source")

CHAINS = (
    PaperClaim(
        id="synthetic-degrades",
        where="Abstract; Figure 1",
        statement="a chain of models trained on pure synthetic text gets worse",
        statistic="held-out bits per byte, replace minus fresh_human, last generation",
        rule=by_chains(("replace", "fresh_human"), last_difference, ABOVE_0),
        command=MAKE_SIX,
        caveat=OWN_PRIOR,
    ),
    *(
        PaperClaim(
            id=f"{workflow.replace('_', '-')}-below-synthetic",
            where="Abstract; Figure 1",
            statement=f"a chain on edited text (`{workflow}`) ends below a pure synthetic one",
            statistic=f"held-out bits per byte, replace minus {workflow}, last generation",
            rule=by_chains(("replace", workflow), last_difference, ABOVE_0),
            command=MAKE_SIX,
            caveat=OWN_PRIOR,
        )
        for workflow in _EDITED
    ),
    *(
        PaperClaim(
            id=f"{workflow.replace('_', '-')}-bounded",
            where="Abstract; Theorem 2",
            statement=f"the loss of a chain on edited text (`{workflow}`) stays bounded",
            statistic=f"slope of held-out bits per byte, {workflow} minus same_human, over "
            "generations 1, 2, ..",
            rule=by_chains((workflow, "same_human"), gap_slope, LEVEL_SLOPE),
            note=LEVEL_SLOPE_WORDS,
            command=MAKE_SIX,
            caveat=OWN_PRIOR,
        )
        for workflow in _EDITED
    ),
    PaperClaim(
        id="cost",
        where="Appendix G.6",
        statement="writing 1024 tokens one by one costs 1024 times as much as editing them",
        statistic="time of sampling over time of editing, per token",
        rule=NotAttempted(words_of(THOUSANDFOLD)),
        note=THOUSANDFOLD_WORDS,
        command=command("statistics_paper"),
    ),
)
