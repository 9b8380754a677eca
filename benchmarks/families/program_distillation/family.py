"""Everything that the paper on program-aided distillation brings to the suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.families.program_distillation.gpu.study import program_distillation_gpu
from benchmarks.families.program_distillation.paper.study import (
    SequenceStudy,
    program_distillation_paper_students,
)
from benchmarks.families.program_distillation.recipes import RECIPES
from benchmarks.paper.family import Family, GivenMethod, Paper
from benchmarks.running.record import Envelope
from data.workflow import executed, executed_accumulate, executed_source

if TYPE_CHECKING:  # loaded when it is shown
    from benchmarks.families.program_distillation.paper.plan import StudentsPlan
    from benchmarks.paper.audit import Audit
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.running.step import Step
    from theory.verdict import Claim


def _record() -> type[Envelope]:
    from benchmarks.families.program_distillation.record import DistillationRecord

    return DistillationRecord


def _plans() -> "Mapping[str, StudentsPlan]":
    from benchmarks.families.program_distillation.paper.plan import PLANS

    return PLANS


def _start(name: str) -> tuple[SequenceStudy, ...]:
    from benchmarks.families.program_distillation.paper.plan import start

    return start(name)


def _audit() -> "Audit":
    from benchmarks.families.program_distillation.audit import AUDIT

    return AUDIT


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.program_distillation.claims import CLAIMS

    return CLAIMS


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


def _gpu_steps() -> "tuple[Step, ...]":
    from benchmarks.families.program_distillation.gpu.steps import STEPS

    return STEPS


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
    recipes={
        **RECIPES,
        program_distillation_gpu.__name__: program_distillation_gpu,
        program_distillation_paper_students.__name__: program_distillation_paper_students,
    },
    record=_record,
    record_family="program_distillation",
    plans=_plans,
    start=_start,
    audit=_audit,
    claims=_claims,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    gpu_steps=_gpu_steps,
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
