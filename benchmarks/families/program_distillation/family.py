"""Everything that the paper on program-aided distillation brings to the suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.families.program_distillation.recipes import RECIPES
from benchmarks.paper.family import Family, GivenMethod, Paper
from benchmarks.running.record import Envelope
from data.workflow import executed, executed_accumulate, executed_source

if TYPE_CHECKING:  # loaded when it is shown
    from benchmarks.paper.audit import Audit
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.paper.fixed.rules import History
    from theory.verdict import Claim


def _record() -> type[Envelope]:
    from benchmarks.families.program_distillation.record import DistillationRecord

    return DistillationRecord


def _audit() -> "Audit":
    from benchmarks.families.program_distillation.audit import AUDIT

    return AUDIT


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.program_distillation.claims import CLAIMS

    return CLAIMS


def _rules() -> "History":
    from benchmarks.paper.fixed.rules import read_history

    return read_history(Path(__file__).with_name("rules.json"))


def _theory() -> "tuple[Claim[Any], ...]":
    from theory.program_distillation.claims import DISTILLATION_CLAIMS

    return DISTILLATION_CLAIMS


def _pages(records: Sequence[Envelope]) -> Mapping[str, str]:
    from benchmarks.families.program_distillation.pages import pages
    from benchmarks.paper.pages import ledger

    return pages(records, ledger(FAMILY, records))


def _figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    from benchmarks.families.program_distillation.figure import draw_all

    return draw_all(records, folder)


FAMILY = Family(
    name="program_distillation",
    paper=Paper(
        title=(
            "PaD: Program-aided Distillation Can Teach Small Models Reasoning Better than "
            "Chain-of-thought Fine-tuning"
        ),
        authors="Zhu et al.",
        venue="NAACL 2024",
        arxiv="2305.13888",
    ),
    question="does running what a model wrote keep the right reasoning, and all of it?",
    docs="program_distillation",
    recipes=RECIPES,
    record=_record,
    record_family="program_distillation",
    audit=_audit,
    claims=_claims,
    rules=_rules,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    sources=("template_programs",),
    methods=tuple(
        GivenMethod(
            method=method,
            uses="a verifier that executes answers",
            price=lambda recipe: float(recipe["candidates"]),
            unit="tokens of written and executed answers for each token that is kept",
        )
        for method in (executed, executed_source, executed_accumulate)
    ),
)
