"""What the paper claims and nothing here can decide, each with the reason."""

from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import NotAttempted

TABLE = "table not available: no readable source of the paper's result tables was found"
"""Why a claim about the paper's own numbers is not attempted."""
CHINESE = (
    "the Chinese half: LongLM's weights and fairy tales are in no package, and the novels of one "
    "author are under copyright"
)
"""Why no claim about Chinese stories is attempted."""

CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="st.overall",
        where="abstract",
        statement="StoryTrans surpasses strong baselines in overall performance of style transfer "
        "and content preservation, in English",
        statistic="the paper's combined score of each system",
        rule=NotAttempted(TABLE),
        note="(how accuracy, BLEU and similarity are combined was found in no readable source "
        "either; here systems are ranked by dominance)",
    ),
    PaperClaim(
        id="st.overall_zh",
        where="abstract",
        statement="it does so in Chinese",
        statistic="the paper's combined score of each system",
        rule=NotAttempted(f"{TABLE}; {CHINESE}"),
    ),
)
"""Claims that only the paper's tables or its Chinese texts would decide."""
