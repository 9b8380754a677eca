"""What chains whose sentences are rewritten are asked, and by which number.

Margins are shares of what pure synthetic text costs on these chains, some 0.1 bits per byte after
five generations; they were set before there was a record of a rewriting.
"""

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.story_style.chain import statistics as of
from benchmarks.families.story_style.chain.study import (
    EDITED,
    EDITED_AGAIN,
    RANDOM,
    REWRITTEN,
    REWRITTEN_AGAIN,
    SAME,
    story_style_chain,
)
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, Statistic, from_arms

COMMAND = " ".join(["collapse run story_style_chain", *(f"--seed {seed}" for seed in FIRST_FIVE)])
"""What makes the records that decide."""
ALIKE = 0.01
"""Bits per byte within which two chains end alike: a tenth of what pure synthetic text costs."""
NOT_WORSE = 0.002
"""Bits per byte that a text may cost and still do as well as another: a fiftieth of that."""
SAME_DOSE = 0.05
"""What one chain of a pair may change more than the other, as a share of that: by as much the cost
of edits of some 0.02 bits per byte would differ by 0.001, less than counts as worse."""
_PILOT = (
    "a pilot of half the size over two generations, seed 100, was seen before this rule was "
    "committed, and shows it"
)


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
        rule=from_arms(story_style_chain, arms, number, region, seeds=FIRST_FIVE),
        note=note,
        command=COMMAND,
        caveat=(
            "models of 0.4 M parameters, and the model that rewrites or edits is the chain's own; "
            "what is kept of a sentence is every word that is on no list of English function words"
        ),
    )


def _loss(one: str, other: str) -> str:
    return f"held-out loss at the last generation, `{one}` less `{other}`, in bits per byte"


CLAIMS: tuple[PaperClaim, ...] = (
    _claim(
        "st.chain_how",
        "a chain ends alike however the same share of its human text is replaced: by tokens of "
        "which the model is surest, or by sentences that it writes around their content words",
        _loss(REWRITTEN, EDITED),
        (REWRITTEN, EDITED),
        of.loss_less,
        Region(above=-ALIKE, below=ALIKE),
        f"(alike: within {ALIKE}, a tenth of what pure synthetic text costs; of a pilot of half "
        "the size over two generations, seed 100, that was seen before this rule was committed, "
        "the two lie further apart)",
    ),
    _claim(
        "st.chain_source",
        "sentences of the human text that are rewritten cost less than as many edited tokens",
        _loss(REWRITTEN, EDITED),
        (REWRITTEN, EDITED),
        of.loss_less,
        BELOW_0,
        "(foretold to hold: what a model draws from all of its law differs less from human text "
        f"than what replaces the tokens of which it is surest; {_PILOT})",
    ),
    _claim(
        "st.chain_previous",
        "the same of the last copy: rewritten again it costs less than edited again",
        _loss(REWRITTEN_AGAIN, EDITED_AGAIN),
        (REWRITTEN_AGAIN, EDITED_AGAIN),
        of.loss_less,
        BELOW_0,
        f"(foretold to hold, for the same reason; {_PILOT})",
    ),
    _claim(
        "st.chain_half",
        "a last copy that is rewritten loses less than half of what one that is edited loses",
        f"excess held-out loss over `{SAME}` at the last generation, `{REWRITTEN_AGAIN}` less half "
        f"of that of `{EDITED_AGAIN}`, in bits per byte",
        (REWRITTEN_AGAIN, EDITED_AGAIN, SAME),
        of.excess_less_half,
        BELOW_0,
    ),
    _claim(
        "st.chain_human",
        "human text with rewritten sentences is as good as it was",
        _loss(REWRITTEN, SAME),
        (REWRITTEN, SAME),
        of.loss_less,
        Region(below=NOT_WORSE),
        f"(no worse by more than {NOT_WORSE}, a fiftieth of what pure synthetic text costs)",
    ),
    _claim(
        "st.chain_random",
        "rewritten sentences cost less than as many tokens that are redrawn at random places",
        _loss(REWRITTEN, RANDOM),
        (REWRITTEN, RANDOM),
        of.loss_less,
        BELOW_0,
        "(place, law, clustering and content words differ at once; no arm takes them apart)",
    ),
    _claim(
        "st.chain_again",
        "what is rewritten of the last copy loses ground with every generation to what is "
        "rewritten of the human text",
        f"slope over generations of the held-out loss, `{REWRITTEN_AGAIN}` less `{REWRITTEN}`, in "
        "bits per byte and generation",
        (REWRITTEN_AGAIN, REWRITTEN),
        of.slope_of_loss_less,
        ABOVE_0,
        f"(foretold to hold: the changes add up; {_PILOT})",
    ),
    _claim(
        "st.chain_tail",
        "a chain whose content words are kept writes more of the human tail",
        "share of rare human pairs of words at the last generation, "
        f"`{REWRITTEN_AGAIN}` less `{EDITED_AGAIN}`",
        (REWRITTEN_AGAIN, EDITED_AGAIN),
        of.tail_less,
        ABOVE_0,
    ),
    _claim(
        "st.chain_share",
        "rewriting changes the share of tokens that editing changes",
        "largest difference over generations between the shares of tokens changed, of "
        f"`{REWRITTEN}` and `{EDITED}` and of `{REWRITTEN_AGAIN}` and `{EDITED_AGAIN}`, as a share "
        "of what is edited",
        (REWRITTEN, EDITED, REWRITTEN_AGAIN, EDITED_AGAIN),
        of.dose_gap,
        Region(below=SAME_DOSE),
        "(whole sentences are rewritten, so that the last one misses the number by a few tokens; "
        f"{_PILOT})",
    ),
)
"""Claims in the order of the page."""
