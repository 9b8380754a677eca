"""What chains whose text a reward model selects are asked, and by which number."""

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.preference_data.chain import statistics as of
from benchmarks.families.preference_data.chain.study import (
    BEST_2,
    BEST_8,
    FRESH,
    RANDOM_8,
    REPLACED,
    preference_data_chain,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, Statistic, from_arms

_COMMAND = command("preference_data_chain", FIRST_FIVE)
MARGIN = 0.02
"""Bits per byte within which a control counts as equal to what it controls."""


def _claim(
    id: str,
    statement: str,
    statistic: str,
    arms: tuple[str, ...],
    number: Statistic,
    region: Region,
    note: str = "",
) -> PaperClaim:
    return PaperClaim(
        id=id,
        where="this project",
        statement=statement,
        statistic=statistic,
        rule=from_arms(preference_data_chain, arms, number, region, seeds=FIRST_FIVE),
        note=note,
        command=_COMMAND,
        caveat=(
            "models of 0.4 M parameters; the reward model that selects is generation 0's model, "
            "tuned to prefer human text to its own, and the unseen one reads hashed words"
        ),
    )


CLAIMS: tuple[PaperClaim, ...] = (
    _claim(
        "um.chain_collapse",
        "selection by a reward model keeps a chain of its own text from collapsing",
        f"excess held-out loss over `{FRESH}` at the last generation, `{BEST_8}` less half of that "
        f"of `{REPLACED}`, in bits per byte",
        (BEST_8, REPLACED, FRESH),
        of.excess_less_half,
        BELOW_0,
        "(a chain that keeps more than half of the excess is not kept from it)",
    ),
    _claim(
        "um.chain_loss",
        "a chain whose text is selected by a reward model has a lower loss than one that keeps all",
        f"held-out loss at the last generation, `{BEST_8}` less `{REPLACED}`, in bits per byte",
        (BEST_8, REPLACED),
        of.loss_less,
        BELOW_0,
    ),
    _claim(
        "um.chain_diversity",
        "a chain whose text is selected by a reward model writes fewer different pairs of words",
        f"share of different pairs of words at the last generation, `{BEST_8}` less `{REPLACED}`",
        (BEST_8, REPLACED),
        of.distinct_less,
        BELOW_0,
    ),
    _claim(
        "um.chain_tail",
        "a chain whose text is selected by a reward model loses more of the human tail",
        f"share of rare human pairs of words at the last generation, `{BEST_8}` less `{REPLACED}`",
        (BEST_8, REPLACED),
        of.tail_less,
        BELOW_0,
    ),
    _claim(
        "um.chain_more",
        "more samples for each document that is kept cost more diversity",
        f"share of different pairs of words at the last generation, `{BEST_8}` less `{BEST_2}`",
        (BEST_8, BEST_2),
        of.distinct_less,
        BELOW_0,
    ),
    _claim(
        "um.chain_unseen",
        "text of a chain that a reward model selects is better by another one that has no say",
        f"how often text of the last generation has a higher reward than human text by the unseen "
        f"reward model, `{BEST_8}` less `{REPLACED}`",
        (BEST_8, REPLACED),
        of.unseen_less,
        ABOVE_0,
    ),
    _claim(
        "um.chain_hacking",
        "selection pleases the reward model that selects more than one that has no say",
        "growth over generations of wins over human text by the selecting reward model less those "
        f"by the unseen one, `{BEST_8}` less `{RANDOM_8}`",
        (BEST_8, RANDOM_8),
        of.gap_less,
        ABOVE_0,
        f"(`{RANDOM_8}` writes as much and keeps any one: what both lose without selection is "
        "taken off)",
    ),
    _claim(
        "um.chain_control",
        "a random one of eight samples is a sample",
        f"held-out loss at the last generation, `{RANDOM_8}` less `{REPLACED}`, in bits per byte",
        (RANDOM_8, REPLACED),
        of.loss_less,
        Region(above=-MARGIN, below=MARGIN),
        "(both have one law; the margin is what two chains of one law may differ by)",
    ),
)
"""Claims in the order of the page."""
