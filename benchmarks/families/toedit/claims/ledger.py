"""All claims: the paper's, of abstract, figures, tables and theorems, and ours."""

from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.claims.chains import CHAINS
from benchmarks.families.toedit.claims.editing import EDITING
from benchmarks.families.toedit.claims.mixtures import MIXTURES
from benchmarks.families.toedit.claims.ours import OURS
from benchmarks.families.toedit.claims.places.rules import WHERE
from benchmarks.families.toedit.claims.places.texts import TEXTS
from benchmarks.families.toedit.claims.training import CONTINUAL, FINE_TUNING, PRETRAINING
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_theory import by_theory
from benchmarks.paper.printed_rules import Concerns, FromPrint
from theory.claims import CLAIMS as THEORY

_THEOREMS = tuple(
    by_theory(f"theory-{claim.id}", claim.source, claim)
    for claim in THEORY
    if claim.source.startswith("arXiv 2412.14689")
)

_ARITHMETIC = tuple(
    PaperClaim(
        id=f"arithmetic-{name}",
        where=table.heading,
        statement="what the table derives from its own numbers follows from them",
        statistic="checks that fail",
        rule=FromPrint(Concerns(table=table.heading), "reproduced"),
    )
    for name, table in PUBLISHED.tables.items()
    if name not in ("figures",)
)

CLAIMS: tuple[PaperClaim, ...] = (
    *MIXTURES,
    *EDITING,
    *PRETRAINING,
    *CONTINUAL,
    *FINE_TUNING,
    *CHAINS,
    *OURS,
    *WHERE,
    *TEXTS,
    *_THEOREMS,
    *_ARITHMETIC,
)
"""Claims in the order of the paper, then ours; those of theory and arithmetic come last."""
