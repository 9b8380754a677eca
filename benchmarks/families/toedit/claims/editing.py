"""What the paper claims of the prior and of its edit rules: Figure 5, Tables 5, 7, 8 and 15."""

from functools import partial

from benchmarks.chains.cost import size_words
from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.toedit.claims.doses import RATIO, TESTABLE, Dose
from benchmarks.families.toedit.claims.margins import (
    AS_ACCURATE_NOTE,
    AS_ACCURATE_WORDS,
    THREE_QUARTERS,
    THREE_QUARTERS_WORDS,
)
from benchmarks.families.toedit.claims.statistics import (
    below_0_6,
    cost_of_change,
    flagged_fall,
    last_difference,
    u_shape,
)
from benchmarks.families.toedit.printed import gain, printed_below_0_6, printed_u, thresholds
from benchmarks.families.toedit.recipes.editing import EDIT_RECIPES, repeated_editing
from benchmarks.families.toedit.recipes.smoke import smoke_pretrained_prior
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import Computed, NotAttempted
from benchmarks.paper.rules import BestSupported, FromRuns, Statistic, from_arms, words_of

_RULES = (
    "loss, not accuracy; a model of "
    f"{size_words(*(make().model for make in EDIT_RECIPES.values()))} on the King James Bible, "
    "edited once by SmolLM2-135M"
)


def _scored(statistic: Statistic, region: Region) -> BestSupported:
    return BestSupported(
        tuple(
            from_arms(recipe, ("edit_previous",), statistic, region)
            for recipe in (repeated_editing, smoke_pretrained_prior)
        )
    )


def _by_loss(id: str, table: str, statement: str, rules: tuple[str, str]) -> PaperClaim:
    """The claim that the first of two edit rules leaves the lower loss."""
    names = [f"edit_{rule}" for rule in rules]
    chains = tuple((EDIT_RECIPES[name], "edit_source") for name in names)
    return PaperClaim(
        id=f"{id}-loss",
        where=f"ours; follows from {table}, by loss",
        statement=statement,
        statistic=f"held-out bits per byte, `{names[0]}` minus `{names[1]}`",
        rule=FromRuns(chains, last_difference, BELOW_0, Dose(TESTABLE, (0, 1))),
        command="; ".join(map(command, names)),
        caveat=_RULES,
    )


_SURE, _UNSURE = "edit_threshold_0_9", "edit_below_0_1"

EDITING = (
    PaperClaim(
        id="u-shape",
        where="Figure 5; Table 6",
        statement="token probabilities under the prior have a U shape",
        statistic="share of the smaller of the two end intervals minus the mean inner interval",
        rule=_scored(u_shape, ABOVE_0),
        printed=printed_u,
        command=command("repeated_editing"),
        caveat="King James Bible scored by SmolLM2-135M",
    ),
    PaperClaim(
        id="three-quarters-uncertain",
        where="Figure 5",
        statement="75 % of the tokens have a probability below 0.6",
        statistic="percentage of tokens below 0.6",
        rule=_scored(below_0_6, THREE_QUARTERS),
        note=THREE_QUARTERS_WORDS,
        printed=printed_below_0_6,
        command=command("repeated_editing"),
        caveat="King James Bible scored by SmolLM2-135M",
    ),
    PaperClaim(
        id="flagged-falls",
        where="Table 15",
        statement="each edit leaves fewer tokens for the next to flag",
        statistic="share at P >= 0.99 in the source minus that after one edit, in points",
        rule=_scored(flagged_fall, ABOVE_0),
        command=command("repeated_editing"),
        caveat="King James Bible edited by SmolLM2-135M, drawn at temperature 1 in "
        "`smoke_pretrained_prior` and 1.5 in `repeated_editing`",
    ),
    PaperClaim(
        id="threshold",
        where="Table 5",
        statement="of the thresholds tried, P >= 0.99 gives the best average",
        statistic="average at P >= 0.99 minus the best of the others",
        rule=Computed(
            thresholds,
            "inconsistent as printed where another printed average is higher",
            frozenset({"inconsistent as printed", "not attempted"}),
        ),
        command=command("ablations_paper"),
    ),
    PaperClaim(
        id="sampling-strategy",
        where="Table 7",
        statement="rejection sampling does no worse than top-k on any of three tasks",
        statistic="smallest of the three differences of accuracy, in points",
        rule=NotAttempted(AS_ACCURATE_WORDS),
        note=AS_ACCURATE_NOTE,
        printed=partial(gain, "7", "top-k", "rejection sampling"),
        command=command("ablations_paper"),
    ),
    PaperClaim(
        id="candidates",
        where="Table 8",
        statement="64 candidates do better on average than 8",
        statistic="difference of mean accuracy",
        rule=NotAttempted(words_of(ABOVE_0)),
        printed=partial(gain, "8", "k = 8", "k = 64"),
        command=command("ablations_paper"),
    ),
    PaperClaim(
        id="threshold-loss",
        where="ours; follows from Table 5, by loss and for as many changes",
        statement="a change where the prior is sure does less harm than one where it is unsure",
        statistic="held-out bits per byte for 1 % of the tokens changed, at P >= 0.9 minus at "
        "P <= 0.1",
        rule=FromRuns(
            tuple(
                (EDIT_RECIPES[name], workflow)
                for name in (_SURE, _UNSURE)
                for workflow in ("edit_source", "same_human")
            ),
            cost_of_change,
            BELOW_0,
            Dose(RATIO, (0, 2)),
        ),
        note="(for as many changes: at P >= 0.99 two tokens change here, at P <= 0.1 half of all)",
        command="; ".join(map(command, (_SURE, _UNSURE))),
        caveat=_RULES,
    ),
    _by_loss(
        "sampling-strategy",
        "Table 7",
        "rejection sampling does better than top-k",
        ("rejection", "threshold_0_99"),
    ),
    _by_loss(
        "candidates",
        "Table 8",
        "64 candidates do better than 8",
        ("candidates_64", "threshold_0_99"),
    ),
)
