"""What the paper claims of chains of models that learn synthetic or edited text."""

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.toedit.claims.margins import (
    LEVEL_SLOPE,
    LEVEL_SLOPE_WORDS,
    THOUSANDFOLD,
    THOUSANDFOLD_WORDS,
)
from benchmarks.families.toedit.claims.pairs import LENGTHS, MAKE_SIX, OWN_PRIOR, by_chains
from benchmarks.families.toedit.claims.statistics import gap_slope, last_difference
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import NotAttempted
from benchmarks.paper.rules import words_of

_PAPERS = "edit_previous"
"""The paper's own chain on edited text; the other ones are ours."""
_EDITED = (_PAPERS, "edit_source")


def _place(printed: str, workflow: str) -> str:
    """Where a claim of a workflow comes from: what the paper prints is about its own."""
    return printed if workflow == _PAPERS else f"ours; follows from {printed}"


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
            where=_place("Abstract; Figure 1", workflow),
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
            id=f"{workflow.replace('_', '-')}-level",
            where="ours; what a run can show of the abstract's and Theorem 2's finite bound",
            statement=f"the loss of a chain on edited text (`{workflow}`) stays level over the "
            f"{LENGTHS} generations that are run",
            statistic=f"slope of held-out bits per byte, {workflow} minus same_human, over "
            f"generations 1, 2, .. to the last ({LENGTHS})",
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
