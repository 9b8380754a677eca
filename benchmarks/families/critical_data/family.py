"""Everything that the paper on critical data sizes brings to the suite."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.families.critical_data.lazy.study import critical_data_lazy
from benchmarks.families.critical_data.recipes import RECIPES
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.families.critical_data.shares.transformers import critical_data_cpu_shares
from benchmarks.families.critical_data.text.paper_runs import critical_data_paper_text
from benchmarks.families.critical_data.text.study import TextStudy, critical_data_cpu_text
from benchmarks.paper.family import Family, Paper
from benchmarks.running.record import Envelope

if TYPE_CHECKING:  # loaded when it is shown
    from benchmarks.families.critical_data.paper import TextPlan
    from benchmarks.paper.audit import Audit
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.running.step import Step
    from theory.verdict import Claim


def _record() -> type[Envelope]:
    from benchmarks.families.critical_data.text.record import FamilyRecord

    return FamilyRecord


def _plans() -> "Mapping[str, TextPlan]":
    from benchmarks.families.critical_data.paper import PLANS

    return PLANS


def _start(name: str) -> tuple[TextStudy, ...]:
    from benchmarks.families.critical_data.paper import start

    return start(name)


def _audit() -> "Audit":
    from benchmarks.families.critical_data.audit import AUDIT

    return AUDIT


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.critical_data.claims import CLAIMS

    return CLAIMS


def _theory() -> "tuple[Claim[Any], ...]":
    from theory.critical_data.claims import CRITICAL_CLAIMS

    return CRITICAL_CLAIMS


def _pages(records: Sequence[Envelope]) -> Mapping[str, str]:
    from benchmarks.families.critical_data.pages import pages
    from benchmarks.paper.pages import ledger

    return pages(records, ledger(FAMILY, records))


def _figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    from benchmarks.families.critical_data.figure import draw_all

    return draw_all(records, folder)


def _speed_rows(device: Any) -> Iterable[Any]:
    from benchmarks.families.critical_data.speed import speed_rows

    return speed_rows(device)


def _gpu_steps() -> "tuple[Step, ...]":
    from benchmarks.families.critical_data.gpu.steps import STEPS

    return STEPS


FAMILY = Family(
    name="critical_data",
    paper=Paper(
        title="Critical Data Size of Language Models from a Grokking Perspective",
        authors="Zhu et al.",
        venue="2024",
        arxiv="2401.10463",
    ),
    question="how many examples must a model see before it generalises, and can one say it?",
    docs="critical_data",
    recipes={
        **RECIPES,
        **{
            one.__name__: one
            for one in (critical_data_shares, critical_data_cpu_shares, critical_data_lazy)
        },
        critical_data_cpu_text.__name__: critical_data_cpu_text,
        critical_data_paper_text.__name__: critical_data_paper_text,
    },
    record=_record,
    record_family="critical_data",
    plans=_plans,
    start=_start,
    audit=_audit,
    claims=_claims,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    speed_rows=_speed_rows,
    gpu_steps=_gpu_steps,
)
