"""Everything that the ToEdit paper brings to the suite."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes import (
    bands,
    domains,
    editing,
    equivalence,
    mixtures,
    places,
    shares,
    smoke,
    texts,
    workflows,
    written,
)
from benchmarks.paper.family import Family, Paper
from benchmarks.running.record import CHAINS, Envelope

if TYPE_CHECKING:  # loaded when it is shown
    from benchmarks.families.toedit.recipes.plans import PaperPlan
    from benchmarks.paper.audit import Audit
    from benchmarks.paper.cells import Filling
    from benchmarks.paper.claims import PaperClaim
    from theory.verdict import Claim

RECIPES: Mapping[str, Callable[[], Recipe]] = {
    **{function.__name__: function for function in (smoke.smoke, smoke.smoke_pretrained_prior)},
    **{function.__name__: function for function in (workflows.workflows, workflows.workflows_gpu)},
    **{function.__name__: function for function in (bands.edit_bands, bands.edit_bands_pretrained)},
    "edit_places": places.edit_places,
    "edit_equivalence": equivalence.edit_equivalence,
    **shares.SHARE_RECIPES,
    **texts.TEXT_RECIPES,
    **editing.EDIT_RECIPES,
    **mixtures.MIXTURE_RECIPES,
    **domains.DOMAIN_RECIPES,
    **written.WRITTEN_RECIPES,
}


def _record() -> type[Envelope]:
    from benchmarks.chains.record import Record

    return Record


def _plans() -> "Mapping[str, PaperPlan]":
    from benchmarks.families.toedit.recipes.plans import PLANS

    return PLANS


def _start(name: str) -> tuple[Recipe, ...]:
    from benchmarks.families.toedit.recipes.paper_runs import start

    return start(name)


def _audit() -> "Audit":
    from benchmarks.families.toedit.audit import AUDIT

    return AUDIT


def _fillings() -> "Mapping[str, tuple[Filling, ...]]":
    from benchmarks.families.toedit.cells import FILLINGS

    return FILLINGS


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.toedit.claims.ledger import CLAIMS

    return CLAIMS


def _theory() -> "tuple[Claim[Any], ...]":
    from theory.claims import CLAIMS

    return CLAIMS


def _pages(records: Sequence[Envelope]) -> Mapping[str, str]:
    from benchmarks.families.toedit.pages import pages

    return pages(records)


def _figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    from benchmarks.families.toedit.pages import figures

    return figures(records, folder)


FAMILY = Family(
    name="toedit",
    paper=Paper(
        title="How to Synthesize Text Data without Model Collapse?",
        authors="Zhu et al.",
        venue="ICML 2025",
        arxiv="2412.14689",
    ),
    question="does pure synthetic text collapse a chain, and does token editing avoid it?",
    docs="paper",
    recipes=RECIPES,
    record=_record,
    record_family=CHAINS,
    plans=_plans,
    start=_start,
    audit=_audit,
    fillings=_fillings,
    claims=_claims,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    table_figures={"6": ("Table 6 and ours", "figure-05.png")},
    see_also=(
        ",\nthe rules of Tables 5, 7 and 8 by held-out loss in [edit-rules.md](edit-rules.md), and "
        "text that an instruction\nmodel wrote beside human text in "
        "[smollm2-text.md](smollm2-text.md)"
    ),
)
